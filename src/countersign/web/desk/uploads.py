"""Files on their way into a draft: sealed piece by piece under the authority's key, resumed where a dropped line left them.

Nothing of a file ever lies on the disk in clear; a form without script streams through the same pieces.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO, Any, Final

from django.db import transaction
from pydantic import TypeAdapter, ValidationError

from countersign.charter.models import Officer
from countersign.exchange import walls
from countersign.exchange.fields import Line
from countersign.exchange.house import House
from countersign.kernel import clock
from countersign.kernel.errors import Conflict, InvalidInput, NotFound, TooLarge
from countersign.kernel.ids import new_id
from countersign.web.models import Draft, DraftFile, DraftPiece

PIECE: Final = 256 << 10
LARGEST: Final = 64 << 20
MOST: Final = 20
_NAME: Final = TypeAdapter(Line)


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of a draft as its page shows it."""

    id: str
    name: str
    size: int
    received: int

    @property
    def whole(self) -> bool:
        return self.received == self.size


@dataclass(frozen=True, slots=True)
class Staged:
    """A whole file as the exchange takes it: a name, and a stream of its clear bytes."""

    house: House
    authority: str
    file: DraftFile
    name: str

    def open(self, mode: str = "rb") -> IO[bytes]:
        assert mode == "rb"
        return io.BufferedReader(_Pieces(self.house, self.authority, self.file), PIECE)


def begin(house: House, officer: Officer, draft: Draft, *, name: str, size: int, mark: str) -> DraftFile:
    """Announce a file; the same one (name, size and `mark`, such as when it was last changed) that is half here goes on.

    Raises TooLarge, InvalidInput.
    """
    if not 0 < size <= LARGEST:
        raise TooLarge(f"a file has at most {LARGEST >> 20} MiB.", field="file")
    try:
        _NAME.validate_python(name)
    except ValidationError:
        raise InvalidInput(
            "the name of the file is empty, too long or holds invisible characters.", field="file"
        ) from None
    for row in draft.files.filter(size=size):
        if _told(house, officer, row) == (mark[:64], name) and row.received < size:
            return row
    if draft.files.count() >= MOST:
        raise TooLarge(f"a draft takes at most {MOST} files.", field="file")
    row = DraftFile(id=new_id("dfl"), draft=draft, size=size, at=clock.now())
    row.name = walls.lock(
        house.station, authority=officer.authority, item=row.id, content=f"{name}\n{mark[:64]}".encode()
    )
    row.save(force_insert=True)
    return row


@transaction.atomic
def take(house: House, officer: Officer, draft: Draft, file_id: str, *, begin: int, data: bytes) -> DraftFile:
    """Take one piece at `begin`; one that is here already changes nothing. Raises Conflict for a gap, TooLarge."""
    row = draft.files.select_for_update().filter(id=file_id).first()
    if row is None:
        raise NotFound("the draft has no such file.", field="file")
    if begin < row.received:
        return row
    if begin > row.received:
        raise Conflict(f"the next piece begins at {row.received}.", field="begin")
    if not data or len(data) > PIECE or begin + len(data) > row.size:
        raise TooLarge(f"a piece has at most {PIECE >> 10} KiB and does not pass the file's end.", field="piece")
    sealed = walls.lock(house.station, authority=officer.authority, item=f"{row.id}/{begin}", content=data)
    DraftPiece.objects.create(file=row, begin=begin, sealed=sealed)
    row.received = begin + len(data)
    row.save(update_fields=("received",))
    return row


def finish(row: DraftFile, *, size: int) -> None:
    """Settle the size of a file that was streamed without one announced."""
    row.size = size
    row.save(update_fields=("size",))


def name_of(house: House, officer: Officer, row: DraftFile) -> str:
    return _told(house, officer, row)[1]


def _told(house: House, officer: Officer, row: DraftFile) -> tuple[str, str]:
    """The file's mark and name; the name is one line, so the mark may hold what it likes."""
    packed = walls.unlock(house.station, authority=officer.authority, item=row.id, locked=bytes(row.name))
    name, _sign, mark = packed.decode().partition("\n")
    return mark, name


def listed(house: House, officer: Officer, draft: Draft) -> list[Listed]:
    return [
        Listed(row.id, name_of(house, officer, row), row.size, row.received) for row in draft.files.order_by("at", "id")
    ]


def remove(draft: Draft, file_id: str) -> None:
    draft.files.filter(id=file_id).delete()


def sources(house: House, officer: Officer, draft: Draft) -> list[Staged]:
    """The files for the gate. Raises InvalidInput while one is half here."""
    rows = list(draft.files.order_by("at", "id"))
    for row in rows:
        if row.received != row.size:
            raise InvalidInput(
                "a file is not whole yet.", field="attachments", remedy="Finish the upload, or take it out."
            )
    return [Staged(house, officer.authority, row, name_of(house, officer, row)) for row in rows]


class _Pieces(io.RawIOBase):
    """The clear bytes of a file, piece by piece; one piece in memory at a time."""

    def __init__(self, house: House, authority: str, file: DraftFile) -> None:
        self._house, self._authority, self._file = house, authority, file
        self._at, self._held, self._held_at = 0, b"", -1

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        data = self._piece()
        within = self._at - self._held_at if data else 0
        part = data[within : within + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _piece(self) -> bytes:
        """The piece that holds the present place; empty at the end."""
        if self._held_at <= self._at < self._held_at + len(self._held):
            return self._held
        row = self._file.pieces.filter(begin__lte=self._at).order_by("-begin").first()
        if row is None or self._at >= self._file.size:
            return b""
        name = f"{self._file.id}/{row.begin}"
        self._held = walls.unlock(self._house.station, authority=self._authority, item=name, locked=bytes(row.sealed))
        self._held_at = row.begin
        return self._held if self._at < row.begin + len(self._held) else b""
