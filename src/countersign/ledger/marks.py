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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from countersign.kernel import failpoints
from countersign.kernel.files import as_disk_full, write_durably
from countersign.ledger.errors import LogBehindMark

_BLOCK: Final = 4096
_PLACES: Final = 2
_LONGEST: Final = 256


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
            handle = os.open(self._path(origin), os.O_RDONLY)
        except FileNotFoundError:
            return Mark(0, b"")
        try:
            return _newest(handle)[1]
        finally:
            os.close(handle)

    def advance(self, origin: str, size: int, root: bytes, *, held: Callable[[], int]) -> None:
        """Raise the mark before a checkpoint of `size` leaves leaves the process; one below the mark was shown before and
        changes nothing. `held`: counts the leaves in the log, asked where more than `size` were shown. Raises LogBehindMark
        where there are fewer than what was shown.
        """
        with self._held(origin) as place:
            if size < place.mark.size:
                _insist(held(), place.mark)
            if size == place.mark.size and place.mark.root != root:
                raise LogBehindMark("the log has another root than the one already shown at this size.")
            if size > place.mark.size:
                failpoints.reach("mark.before")
                place.write(Mark(size, root))

    def check(self, origin: str, size: int) -> None:
        """Raise LogBehindMark where a log of `size` is shorter than what was shown of it."""
        _insist(size, self.read(origin))

    def force(self, origin: str, size: int, root: bytes) -> None:
        """Set the mark without a check: only a restore, which has the peer's word for the size, may do this."""
        with self._held(origin) as place:
            place.write(Mark(size, root))

    @contextmanager
    def _held(self, origin: str) -> Iterator[_Place]:
        """The file, made if it is new, held against the node's other processes."""
        try:
            handle = self._locked(self._path(origin))
            try:
                yield _Place(handle, *_newest(handle))
            finally:
                os.close(handle)
        except OSError as error:
            raise as_disk_full(error) from error

    def _locked(self, path: Path) -> int:
        """The lock on the file that bears the name: two processes that make it at once replace each other's."""
        while True:
            try:
                handle = os.open(path, os.O_RDWR)
            except FileNotFoundError:
                self._folder.mkdir(parents=True, exist_ok=True)
                write_durably(path, _encoded(0, Mark(0, b"")).ljust(_BLOCK * _PLACES, b"\0"))
                continue
            fcntl.flock(handle, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(handle), os.stat(path)):
                return handle
            os.close(handle)

    def _path(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.mark"


@dataclass(frozen=True, slots=True)
class _Place:
    """The newest mark in an open file, and the number of its writing."""

    handle: int
    number: int
    mark: Mark

    def write(self, mark: Mark) -> None:
        """Write into the other place, and wait until it is on the disk."""
        number = self.number + 1
        os.pwrite(self.handle, _encoded(number, mark), number % _PLACES * _BLOCK)
        os.fdatasync(self.handle)


def _insist(size: int, shown: Mark) -> None:
    if size < shown.size:
        raise LogBehindMark(f"the log has {size} leaves, but {shown.size} were already signed and shown.")


def _encoded(number: int, mark: Mark) -> bytes:
    """A place's bytes: the number of the writing, size, root, and a digest that tells a whole place from a torn one."""
    lines = f"{number}\n{mark.size}\n{base64.b64encode(mark.root).decode('ascii')}\n".encode("ascii")
    return lines + hashlib.sha256(lines).hexdigest().encode("ascii") + b"\n"


def _newest(handle: int) -> tuple[int, Mark]:
    """The number of the newest whole place, and its mark. Raises LogBehindMark where neither is whole."""
    places = [_decoded(os.pread(handle, _LONGEST, begin)) for begin in range(0, _BLOCK * _PLACES, _BLOCK)]
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
