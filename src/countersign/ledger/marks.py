"""The mark outside the database: the newest (size, root) this node has signed and shown.

Written and synced after commit and before a checkpoint leaves the process. A database restored from yesterday cannot
take it back, so the node notices and refuses to sign (protocol section 2).

A mark's file has two places of a block each, written in turn: one sync in place of the four steps of replacing a file,
for each exchange waits for it. A power cut can spoil only the place that was being written, whose checkpoint has not
left; the other holds the mark before.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from countersign.kernel import failpoints
from countersign.kernel.files import as_disk_full, write_durably
from countersign.ledger.errors import LogBehindMark

_BLOCK: Final = 4096
_PLACES: Final = 2


@dataclass(frozen=True, slots=True)
class Mark:
    size: int
    root: bytes


class Marks:
    """One small file a log, in a folder that no backup holds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, origin: str) -> Mark:
        """The mark of a log; size 0 where none was ever written."""
        try:
            return _newest(self._path(origin).read_bytes())[1]
        except FileNotFoundError:
            return Mark(0, b"")

    def advance(self, origin: str, size: int, root: bytes, *, held: int) -> None:
        """Raise the mark before a checkpoint of `size` leaves leaves the process; one below the mark was shown before and
        changes nothing. `held`: leaves in the log now. Raises LogBehindMark where those are fewer than what was shown.
        """
        before = self.read(origin)
        self.check(origin, held, before)
        if size < before.size:
            return
        if size == before.size:
            if before.root != root:
                raise LogBehindMark("the log has another root than the one already shown at this size.")
            return
        failpoints.reach("mark.before")
        self._write(origin, Mark(size, root), lower=False)

    def check(self, origin: str, size: int, mark: Mark | None = None) -> None:
        """Raise LogBehindMark where a log of `size` is shorter than what was shown of it."""
        shown = (mark or self.read(origin)).size
        if size < shown:
            raise LogBehindMark(f"the log has {size} leaves, but {shown} were already signed and shown.")

    def force(self, origin: str, size: int, root: bytes) -> None:
        """Set the mark without a check: only a restore, which has the peer's word for the size, may do this."""
        self._write(origin, Mark(size, root), lower=True)

    def _write(self, origin: str, mark: Mark, *, lower: bool) -> None:
        path = self._path(origin)
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            write_durably(path, _encoded(0, mark).ljust(_BLOCK * _PLACES, b"\0"))
            return
        try:
            with _locked(path) as handle:
                number, before = _newest(os.pread(handle, _BLOCK * _PLACES, 0))
                # Another process may have raised it since it was looked at.
                if lower or mark.size > before.size:
                    os.pwrite(handle, _encoded(number + 1, mark), (number + 1) % _PLACES * _BLOCK)
                    os.fdatasync(handle)
        except OSError as error:
            raise as_disk_full(error) from error

    def _path(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.mark"


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file, held against the node's other processes."""
    handle = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _encoded(number: int, mark: Mark) -> bytes:
    """A place's bytes: the number of the writing, size, root, and a digest that tells a whole place from a torn one."""
    lines = f"{number}\n{mark.size}\n{base64.b64encode(mark.root).decode('ascii')}\n".encode("ascii")
    return lines + hashlib.sha256(lines).hexdigest().encode("ascii") + b"\n"


def _newest(content: bytes) -> tuple[int, Mark]:
    """The newest whole place and its number. Raises LogBehindMark where neither is whole."""
    places = [_decoded(content[begin : begin + _BLOCK]) for begin in range(0, _BLOCK * _PLACES, _BLOCK)]
    whole = [place for place in places if place is not None]
    if not whole:
        raise LogBehindMark("the mark cannot be read.")
    return max(whole, key=lambda place: place[0])


def _decoded(place: bytes) -> tuple[int, Mark] | None:
    try:
        number, size, root, digest = place.rstrip(b"\0").decode("ascii").splitlines()
        lines = f"{number}\n{size}\n{root}\n".encode("ascii")
        if hashlib.sha256(lines).hexdigest() != digest:
            return None
        return int(number), Mark(int(size), base64.b64decode(root, validate=True))
    except ValueError:
        return None
