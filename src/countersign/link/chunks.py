"""Attachments: encrypted in chunks of 1 MiB, each checked on arrival, resumable, never more than a chunk in memory.

Chunk i = AES-256-GCM(key, nonce = counter || last flag, data, aad = attachment id), the STREAM construction. The key
is drawn for the attachment and travels inside the sealed item, so destroying the item's key destroys the attachment.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from countersign.kernel.errors import TooLarge
from countersign.kernel.files import as_disk_full, sync_folder
from countersign.kernel.ids import new_id
from countersign.link.errors import AttachmentInvalid
from countersign.link.models import Blob, InItem
from countersign.link.sealing import BlobRef
from countersign.link.station import Station

CHUNK_BYTES: Final = 1 << 20
MAX_BYTES: Final = 4 << 30
_DIGEST: Final = 32


def seal_file(station: Station, source: BinaryIO) -> tuple[BlobRef, bytes]:
    """Encrypt a stream into chunk files; return its reference and the SHA-256 of its clear bytes. Constant memory."""
    key, name = secrets.token_bytes(32), new_id("att")
    folder = _aside(station, name)
    digests, clear, size = [], hashlib.sha256(), 0
    try:
        for index, data, last in _read_chunks(source):
            size += len(data)
            if size > MAX_BYTES:
                raise TooLarge(f"an attachment of more than {MAX_BYTES} bytes.", field="attachments")
            clear.update(data)
            digests.append(_store(folder, index, _encrypt(key, name, index, data, last=last)))
        sync_folder(folder)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise as_disk_full(error) from error
    reference = BlobRef(name, size, tuple(digests), key)
    final = _folder(station, "out", reference.root)
    os.replace(folder, final)
    sync_folder(final.parent)
    Blob.objects.create(direction="out", root=reference.root, size=size, digests=b"".join(digests), complete=True)
    return reference, clear.digest()


def expect(station: Station, item: InItem, reference: BlobRef) -> bool:
    """Register an attachment that an arrived item names; return whether all its chunks are here."""
    blob, _ = Blob.objects.get_or_create(
        direction="in",
        root=reference.root,
        defaults={"size": reference.size, "digests": b"".join(reference.digests), "peer": item.peer, "item": item},
    )
    _folder(station, "in", reference.root).mkdir(parents=True, exist_ok=True)
    return blob.complete


def missing(station: Station, blob: Blob, limit: int, *, last_first: bool = False) -> list[int]:
    """Indexes of chunks still to come, at most `limit`; lowest first, or highest first."""
    folder = _folder(station, "in", bytes(blob.root))
    found: list[int] = []
    places = range(len(blob.digests) // _DIGEST)
    for index in reversed(places) if last_first else places:
        if len(found) == limit:
            break
        if not (folder / str(index)).exists():
            found.append(index)
    return found


def take(station: Station, *, root: bytes, index: int, data: bytes) -> Blob | None:
    """Keep an arrived chunk after checking it against its digest; None where nobody waits for it.

    Returns the blob when this chunk made it complete. Raises AttachmentInvalid for a wrong chunk.
    """
    blob = Blob.objects.filter(direction="in", root=root, complete=False).first()
    if blob is None:
        return None
    digests = bytes(blob.digests)
    if not 0 <= index < len(digests) // _DIGEST:
        raise AttachmentInvalid("a chunk beyond the attachment's end.", field="chunks")
    if hashlib.sha256(data).digest() != digests[index * _DIGEST : (index + 1) * _DIGEST]:
        raise AttachmentInvalid(f"chunk {index} is not the one the item names.", field="chunks")
    folder = _folder(station, "in", root)
    try:
        _store(folder, index, data)
        if missing(station, blob, 1):
            return None
        sync_folder(folder)
    except OSError as error:
        raise as_disk_full(error) from error
    return blob


def read_out(station: Station, root: bytes, index: int) -> bytes | None:
    """An encrypted chunk to send; None where it is no longer (or not) here."""
    try:
        return (_folder(station, "out", root) / str(index)).read_bytes()
    except FileNotFoundError:
        return None


def open_file(station: Station, direction: str, reference: BlobRef) -> Iterator[bytes]:
    """The clear bytes of an attachment, chunk by chunk. Raises AttachmentInvalid where a chunk does not open."""
    folder, count = _folder(station, direction, reference.root), len(reference.digests)
    for index in range(count):
        try:
            sealed = (folder / str(index)).read_bytes()
            yield AESGCM(reference.key).decrypt(
                _nonce(index, last=index == count - 1), sealed, reference.id.encode("ascii")
            )
        except (InvalidTag, FileNotFoundError):
            raise AttachmentInvalid(f"chunk {index} is missing or damaged.", field="attachments") from None


def _read_chunks(source: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    index, data = 0, source.read(CHUNK_BYTES)
    while True:
        following = source.read(CHUNK_BYTES)
        yield index, data, not following
        if not following:
            return
        index, data = index + 1, following


def _encrypt(key: bytes, name: str, index: int, data: bytes, *, last: bool) -> bytes:
    return AESGCM(key).encrypt(_nonce(index, last=last), data, name.encode("ascii"))


def _nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _store(folder: Path, index: int, data: bytes) -> bytes:
    part = folder / f".{index}.part"
    with part.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, folder / str(index))
    return hashlib.sha256(data).digest()


def _aside(station: Station, name: str) -> Path:
    folder = station.folder / "chunks" / "out" / name
    folder.mkdir(parents=True, mode=0o700)
    return folder


def _folder(station: Station, direction: str, root: bytes) -> Path:
    return station.folder / "chunks" / direction / root.hex()
