"""The mark outside the database: the newest (size, root) this node has signed and shown.

Written and synced after commit and before a checkpoint leaves the process. A database restored from yesterday cannot
take it back, so the node notices and refuses to sign (protocol section 2).
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from countersign.kernel import failpoints
from countersign.kernel.files import write_durably
from countersign.ledger.errors import LogBehindMark


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
            _, size, root = self._path(origin).read_text("ascii").splitlines()
            return Mark(int(size), base64.b64decode(root, validate=True))
        except FileNotFoundError:
            return Mark(0, b"")
        except ValueError:
            raise LogBehindMark("the mark cannot be read.") from None

    def advance(self, origin: str, size: int, root: bytes) -> None:
        """Raise the mark before a checkpoint of `size` leaves; one below the mark was shown before and changes nothing."""
        before = self.read(origin)
        if size < before.size:
            return
        if size == before.size:
            if before.root != root:
                raise LogBehindMark("the log has another root than the one already shown at this size.")
            return
        failpoints.reach("mark.before")
        self.force(origin, size, root)

    def check(self, origin: str, size: int, mark: Mark | None = None) -> None:
        """Raise LogBehindMark where a log of `size` is shorter than what was shown of it."""
        shown = (mark or self.read(origin)).size
        if size < shown:
            raise LogBehindMark(f"the log has {size} leaves, but {shown} were already signed and shown.")

    def force(self, origin: str, size: int, root: bytes) -> None:
        """Set the mark without a check: only a restore, which has the peer's word for the size, may do this."""
        self._folder.mkdir(parents=True, exist_ok=True)
        lines = f"{origin}\n{size}\n{base64.b64encode(root).decode('ascii')}\n"
        write_durably(self._path(origin), lines.encode("ascii"))

    def _path(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.mark"
