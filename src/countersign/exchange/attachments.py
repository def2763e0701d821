"""Attachments of a draft: sealed into chunks as they are read, described in the content by id, size and digest."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Sequence
from typing import IO, Any, BinaryIO, Final, Protocol, cast

from countersign.exchange.contents import Kept
from countersign.exchange.house import House
from countersign.kernel.errors import InvalidInput, NotFound
from countersign.link import chunks
from countersign.link.sealing import BlobRef

_BEGINNINGS: Final = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "application/zip": b"PK",
}
"""First bytes of the types that are most often sent."""


class File(Protocol):
    """A file to attach: a path, or anything else with a name that gives its bytes as a stream that can be sought."""

    @property
    def name(self) -> str: ...

    def open(self, mode: Any = ..., /) -> IO[Any]: ...


def add(house: House, content: dict[str, Any], files: Sequence[File]) -> tuple[dict[str, Any], tuple[BlobRef, ...]]:
    """Seal `files` and list them in the content. Raises InvalidInput where a file cannot be read or none may be added."""
    if content.get("attachments"):
        raise InvalidInput(
            "attachments are filled in by the node.",
            field="attachments",
            remedy="Leave the list empty and name the files.",
        )
    if not files:
        return content, ()
    if "attachments" not in content:
        raise InvalidInput("this kind takes no attachments.", field="attachments")
    entries, blobs = [], []
    for path in files:
        entry, blob = _seal(house, path)
        entries.append(entry)
        blobs.append(blob)
    return content | {"attachments": entries}, tuple(blobs)


def open_one(house: House, direction: str, kept: Kept, name: str) -> Iterator[bytes]:
    """The clear bytes of the attachment with this id. Raises NotFound."""
    for blob in kept.blobs:
        if blob.id == name:
            return chunks.open_file(house.station, direction, blob)
    raise NotFound("the item has no such attachment.", field="attachment")


def _check_beginning(source: IO[bytes], name: str, media_type: str) -> None:
    """A file that says by its name what it is must begin so: a reader at the other side opens it by that word."""
    wanted = _BEGINNINGS.get(media_type)
    begins = source.read(8)
    source.seek(0)
    if wanted and not begins.startswith(wanted):
        raise InvalidInput(
            f"{name} does not begin like {media_type}.", field="attachments", remedy="Give the file its right ending."
        )


def _seal(house: House, path: File) -> tuple[dict[str, Any], BlobRef]:
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    try:
        with path.open("rb") as source:
            _check_beginning(source, path.name, media_type)
            blob, digest = chunks.seal_file(house.station, cast("BinaryIO", source))
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise InvalidInput(f"the file {path.name} cannot be read ({error.strerror}).", field="attachments") from None
    entry = {
        "id": blob.id,
        "name": path.name,
        "media_type": media_type,
        "size": blob.size,
        "sha256": digest.hex(),
    }
    return entry, blob
