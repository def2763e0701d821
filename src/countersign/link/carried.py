"""Carried files: the same sealed bodies, in a file that a courier takes by hand, with a signed manifest in front.

file  = magic, then frames of 4-byte length and bytes: the sealed manifest, then one sealed sync body a frame.
Import opens the manifest first, checks every frame's digest, and applies each body as if it had come on line.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from countersign.charter.models import Peer
from countersign.kernel import cbor, clock
from countersign.kernel.files import as_disk_full, sync_folder
from countersign.kernel.ids import new_id
from countersign.link import batching, bodies, chunks, inbox, mirror, outbox, sync
from countersign.link.bodies import Body, Chunk
from countersign.link.errors import BodyTooLarge, FileInvalid
from countersign.link.models import Blob, CarriedFile, LinkState, OutItem
from countersign.link.position import position_of
from countersign.link.station import Station

MAGIC: Final = b"COUNTERSIGN-CARRIED-1\n"
EXPIRY_SECONDS: Final = 45 * 86_400
MAX_FRAMES: Final = 70_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the file holds: who to whom, leaves [begin, end), frames by digest, part numbers, expiry (POSIX s)."""

    id: str
    begin: int
    end: int
    expires: int
    frames: tuple[bytes, ...]

    def encode(self) -> bytes:
        return cbor.encode(["countersign-manifest", self.id, self.begin, self.end, self.expires, list(self.frames)])


@dataclass(slots=True)
class Imported:
    """What an import brought."""

    file_id: str
    frames: int
    stored: int = 0
    leaves: int = 0
    again: bool = False
    expired: bool = False


def export(station: Station, peer: Peer, target: Path, *, since: int | None = None) -> Manifest:
    """Write everything the peer does not hold yet (or everything since a leaf index) into `target`.

    Memory stays constant: one frame at a time. The same items may travel on line as well; twice is harmless.
    """
    state = outbox.open_link(station, peer)
    batching.cut_all(station, state)
    outbox.sign_head(station, state)
    mirror.cosign(station, state)
    state = outbox.open_link(station, peer)
    begin = state.peer_has if since is None else since
    try:
        with tempfile.TemporaryFile(dir=target.parent) as aside:
            digests, end = _write_bodies(station, state, begin, aside)
            manifest = Manifest(new_id("fil"), begin, end, clock.unix_now() + EXPIRY_SECONDS, tuple(digests))
            _assemble(station, state, manifest, aside, target)
    except OSError as error:
        raise as_disk_full(error) from error
    CarriedFile.objects.create(
        id=manifest.id, peer=peer, direction="out", digest=_file_digest(target), begin=begin, end=end, at=clock.now()
    )
    return manifest


def import_(station: Station, source: Path) -> tuple[Peer, Imported]:
    """Check the manifest and every frame, then apply each body. Raises FileInvalid before anything is applied where
    the file is damaged; importing the same file again changes nothing."""
    with source.open("rb") as stream:
        peer, manifest = _read_manifest(station, stream)
        written = _written_at(manifest)
        _check_frames(stream, manifest)
    known = CarriedFile.objects.filter(id=manifest.id, direction="in").exists()
    result = Imported(manifest.id, len(manifest.frames), again=known, expired=manifest.expires < clock.unix_now())
    with source.open("rb") as stream:
        _read_manifest(station, stream)
        for frame in _frames(stream, len(manifest.frames)):
            outcome = _apply_frame(station, peer, frame, written)
            result.stored += outcome.stored
            result.leaves += outcome.leaves
    CarriedFile.objects.update_or_create(
        id=manifest.id,
        defaults={
            "peer": peer,
            "direction": "in",
            "digest": _file_digest(source),
            "begin": manifest.begin,
            "end": manifest.end,
            "at": clock.now(),
        },
    )
    return peer, result


def _apply_frame(station: Station, peer: Peer, frame: bytes, written: datetime) -> inbox.Outcome:
    state, body = sync.open_(station, frame, at=written)
    if state.peer_id != peer.pk:
        raise FileInvalid("a frame is of another node than the manifest.", field="frame")
    return sync.apply(station, state, body, role="receive")


def _write_bodies(station: Station, state: LinkState, begin: int, aside: BinaryIO) -> tuple[list[bytes], int]:
    digests, at = [], begin
    for body in _bodies(station, state, begin):
        digests.append(_write_frame(aside, sync.seal(station, state, body)))
        at = max(at, body.slice.end if body.slice else at)
    return digests, at


def _bodies(station: Station, state: LinkState, begin: int) -> Iterator[Body]:
    """Slices until the head, deliveries with them, and then every chunk of the items that wait."""
    at, cosignature = begin, mirror.own_cosignature(station, state)
    cursors = sync.cursors(station, state, position_of(station, state))
    parties: dict[str, Any] = {"sender": station.node, "receiver": state.peer.node, "cursors": cursors}
    while True:
        part = sync.next_slice(state, at)
        if part is None:
            break
        yield Body(**parties, slice=part, cosignature=cosignature)
        at, cosignature = part.end, None
    for batches, ciphertexts in sync.all_deliveries(state, at):
        yield Body(**parties, batches=batches, ciphertexts=ciphertexts, cosignature=cosignature)
        cosignature = None
    for chunk in _waiting_chunks(station, state):
        yield Body(**parties, chunks=(chunk,))
    if begin == at:
        yield Body(**parties, cosignature=cosignature)


def _waiting_chunks(station: Station, state: LinkState) -> Iterator[Chunk]:
    waiting = Blob.objects.filter(direction="out", peer=state.peer, released__state=OutItem.BATCHED)
    for blob in waiting.order_by("id"):
        for index in range(len(blob.digests) // 32):
            data = chunks.read_out(station, bytes(blob.root), index)
            if data is not None:
                yield Chunk(bytes(blob.root), index, data)


def _assemble(station: Station, state: LinkState, manifest: Manifest, aside: BinaryIO, target: Path) -> None:
    """Magic, the sealed manifest (signed by the contact key like any body), then the frames; synced, then named."""
    part = target.with_name(f".{target.name}.part")
    header = Body(sender=station.node, receiver=state.peer.node, manifest=manifest.encode())
    with part.open("wb") as stream:
        stream.write(MAGIC)
        _write_frame(stream, sync.seal(station, state, header))
        aside.seek(0)
        while block := aside.read(1 << 20):
            stream.write(block)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, target)
    sync_folder(target.parent)


def _read_manifest(station: Station, stream: BinaryIO) -> tuple[Peer, Manifest]:
    if stream.read(len(MAGIC)) != MAGIC:
        raise FileInvalid("this is not a carried file of version 1.", field="magic")
    frame = next(_frames(stream, 1))
    header, _ = bodies.open_(frame, own=station.node, open_seal=station.provider.open_seal)
    manifest = _parse_manifest(bodies.parse(header))
    state, _ = sync.open_(station, frame, at=_written_at(manifest))
    return state.peer, manifest


def _written_at(manifest: Manifest) -> datetime:
    """When the file says that it was written, as far as that is believed: not in the future, not before the overlap."""
    now = clock.unix_now()
    return datetime.fromtimestamp(min(now, max(now - EXPIRY_SECONDS, manifest.expires - EXPIRY_SECONDS)), UTC)


def _parse_manifest(header: Body) -> Manifest:
    if header.manifest is None:
        raise FileInvalid("the first frame is not a manifest.", field="manifest")
    limits = cbor.Limits(size=4 << 20, depth=3, values=MAX_FRAMES + 16)
    match cbor.decode(header.manifest, limits, field="manifest"):
        case [
            "countersign-manifest",
            str() as name,
            int() as begin,
            int() as end,
            int() as expires,
            list() as frames,
        ] if all(type(frame) is bytes for frame in frames):
            return Manifest(name, begin, end, expires, tuple(frames))
    raise FileInvalid("the manifest is malformed.", field="manifest")


def _check_frames(stream: BinaryIO, manifest: Manifest) -> None:
    found = [hashlib.sha256(frame).digest() for frame in _frames(stream, len(manifest.frames))]
    missing = [place for place, digest in enumerate(manifest.frames) if place >= len(found) or found[place] != digest]
    if missing or stream.read(1):
        raise FileInvalid(
            f"frame {missing[0] if missing else len(found)} is damaged, missing or too many.", field="frame"
        )


def _frames(stream: BinaryIO, count: int) -> Iterator[bytes]:
    for place in range(count):
        head = stream.read(4)
        length = int.from_bytes(head, "big")
        if length > bodies.MAX_WIRE_BYTES:
            raise BodyTooLarge(f"frame {place} announces {length} bytes.", field="frame")
        frame = stream.read(length)
        if len(head) != 4 or len(frame) != length:
            raise FileInvalid(f"the file ends inside frame {place}.", field="frame")
        yield frame


def _write_frame(stream: BinaryIO, frame: bytes) -> bytes:
    stream.write(len(frame).to_bytes(4, "big") + frame)
    return hashlib.sha256(frame).digest()


def _file_digest(path: Path) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()
