"""Sync bodies (CS-PR-02): what two nodes say to each other in one exchange, signed by the contact key and sealed.

wire  = CBOR [version, suite, HPKE key id, HPKE seal of padded inner]
inner = CBOR [body bytes, Ed25519 signature by the sender's contact key over a context and the body bytes]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from countersign.charter import hpke
from countersign.kernel import cbor, hashing
from countersign.ledger.core import keys
from countersign.ledger.errors import SignatureInvalid
from countersign.link import padding
from countersign.link.errors import BodyMalformed, BodyTooLarge, ContactSignatureInvalid, WrongRecipient, WrongVersion

VERSION: Final = 1
FRESH_BYTES: Final = 48
MAX_WIRE_BYTES: Final = 20 << 20
MAX_LEAVES: Final = 8_192
MAX_CONTENT_BYTES: Final = 6 << 20
_FIELDS: Final = frozenset(
    {"v", "from", "to", "fresh", "reply_fresh", "slice", "batches", "ciphertexts", "chunks", "cosignature", "cursors"}
    | {"restore", "returned", "manifest"}
)
_CONTEXT: Final = b"countersign/v1/sync-body\x00"
_OUTER: Final = cbor.Limits(size=MAX_WIRE_BYTES, depth=2, values=16)
_INNER: Final = cbor.Limits(size=MAX_WIRE_BYTES, depth=6, values=60_000)


@dataclass(frozen=True, slots=True)
class Slice:
    """Leaves [start, start + len) of the sender's log and the signed checkpoint at their end."""

    start: int
    leaves: tuple[bytes, ...]
    note: bytes

    @property
    def end(self) -> int:
        return self.start + len(self.leaves)


@dataclass(frozen=True, slots=True)
class BatchKeys:
    """The sealed wrapping key and the wraps of one batch, by its leaf hash."""

    leaf: bytes
    sealed_key: bytes
    wraps: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    root: bytes
    index: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Cursors:
    """What the sender holds: mirror size of the receiver's log, the newest size of its log for which it holds the
    receiver's cosignature, quarantined ranges above a gap, and chunks it wants ([root, indexes])."""

    mirror: int = 0
    cosigned: int = 0
    quarantined: tuple[tuple[int, int], ...] = ()
    wants: tuple[tuple[bytes, tuple[int, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Restore:
    """The sender's own log ends at `size` after a restore: give back what you hold of it from there."""

    size: int


@dataclass(frozen=True, slots=True)
class Body:
    """One side of an exchange. `fresh`: the value the receiver chose; `reply_fresh`: the value the answer must carry."""

    sender: str
    receiver: str
    fresh: bytes = b""
    reply_fresh: bytes = b""
    slice: Slice | None = None
    batches: tuple[BatchKeys, ...] = ()
    ciphertexts: dict[bytes, bytes] = field(default_factory=dict)
    chunks: tuple[Chunk, ...] = ()
    cosignature: tuple[int, str] | None = None
    cursors: Cursors = field(default_factory=Cursors)
    restore: Restore | None = None
    returned: Slice | None = None
    manifest: bytes | None = None

    def encode(self) -> bytes:
        cursors = self.cursors
        return cbor.encode(
            {
                "v": VERSION,
                "from": self.sender,
                "to": self.receiver,
                "fresh": self.fresh,
                "reply_fresh": self.reply_fresh,
                "slice": _slice_out(self.slice),
                "batches": [[batch.leaf, batch.sealed_key, list(batch.wraps)] for batch in self.batches],
                "ciphertexts": [[leaf, self.ciphertexts[leaf]] for leaf in sorted(self.ciphertexts)],
                "chunks": [[chunk.root, chunk.index, chunk.data] for chunk in self.chunks],
                "cosignature": list(self.cosignature) if self.cosignature else None,
                "cursors": [
                    cursors.mirror,
                    cursors.cosigned,
                    [list(pair) for pair in cursors.quarantined],
                    [[root, list(indexes)] for root, indexes in cursors.wants],
                ],
                "restore": self.restore.size if self.restore else None,
                "returned": _slice_out(self.returned),
                "manifest": self.manifest,
            }
        )


def parse(data: bytes) -> Body:
    """Parse body bytes strictly. Raises BodyMalformed or WrongVersion."""
    content = cbor.decode(data, _INNER, field="body")
    if not isinstance(content, dict):
        raise BodyMalformed("a body is not a map.")
    if content.get("v") == VERSION and set(content) != _FIELDS:
        raise BodyMalformed("a field of the body is unknown or missing.")
    if content.get("v") != VERSION:
        raise WrongVersion(
            f"protocol version {str(content.get('v'))[:20]} is not spoken here, only {VERSION}.", field="v"
        )
    try:
        body = _from_map(content)
    except (KeyError, TypeError, ValueError):
        raise BodyMalformed("a field of the body is missing or has the wrong shape.") from None
    if body.encode() != data:
        raise BodyMalformed("a field of the body is not in its one form.")
    return body


def seal(body_bytes: bytes, *, sign: Callable[[bytes], bytes], recipient: tuple[bytes, bytes], info_to: str) -> bytes:
    """Sign and seal. `recipient` is (HPKE key id, public key); `info_to` the receiving node's name."""
    key_id, public = recipient
    inner = cbor.encode([body_bytes, sign(_CONTEXT + body_bytes)])
    sealed = hpke.seal(public, padding.pad(inner), body_info(info_to, key_id))
    return cbor.encode([VERSION, hpke.SUITE_ID, key_id, sealed])


def open_(wire: bytes, *, own: str, open_seal: Callable[[bytes, bytes, bytes], bytes]) -> tuple[bytes, bytes]:
    """Open the outer seal; return (body bytes, signature). Nothing inside is believed before `authenticate`."""
    if len(wire) > MAX_WIRE_BYTES:
        raise BodyTooLarge(f"a sync body of {len(wire)} bytes; at most {MAX_WIRE_BYTES} are read.")
    match cbor.decode(wire, _OUTER, field="wire"):
        case [int() as version, int() as suite, bytes() as key_id, bytes() as sealed] if len(key_id) == 32:
            pass
        case _:
            raise BodyMalformed("the wire form is not version, suite, key and seal.")
    if type(version) is not int or type(suite) is not int or version != VERSION or suite != hpke.SUITE_ID:
        raise WrongVersion(f"version {version}, suite {suite} is not spoken here.", field="v")
    inner = padding.unpad(open_seal(key_id, sealed, body_info(own, key_id)))
    match cbor.decode(inner, _OUTER, field="inner"):
        case [bytes() as body, bytes() as signature]:
            return body, signature
    raise BodyMalformed("the inner form is not body and signature.")


def authenticate(
    body: Body, body_bytes: bytes, signature: bytes, *, own: str, peer: str, contact_keys: Iterable[bytes]
) -> bytes:
    """Insist that `peer`'s contact key signed these bytes, from that peer, to this node; return the key that did."""
    if body.receiver != own or body.sender != peer or peer == own:
        raise WrongRecipient(f"the body is from {body.sender} to {body.receiver}.", field="to")
    for key in contact_keys:
        try:
            keys.verify_plain_ed25519(key, signature, _CONTEXT + body_bytes)
        except SignatureInvalid:
            continue
        return key
    raise ContactSignatureInvalid("no valid contact key of the sender signed this body.", field="signature")


def body_info(receiver: str, key_id: bytes) -> bytes:
    return hashing.digest("countersign/v1/sync-seal", hpke.SUITE_ID, receiver, key_id)


def _slice_out(part: Slice | None) -> list[Any] | None:
    return None if part is None else [part.start, list(part.leaves), part.note]


def _slice_in(value: Any) -> Slice | None:
    if value is None:
        return None
    start, leaves, note = value
    if len(leaves) > MAX_LEAVES:
        raise BodyTooLarge(f"{len(leaves)} leaves in one body; at most {MAX_LEAVES}.")
    return Slice(_natural(start), tuple(_bytes(leaf) for leaf in leaves), _bytes(note))


def _cosignature_in(value: Any) -> tuple[int, str] | None:
    if value is None:
        return None
    size, lines = value
    return _natural(size), _text(lines)


def _from_map(content: dict[str, Any]) -> Body:
    mirror, cosigned, quarantined, wants = content["cursors"]
    return Body(
        sender=_text(content["from"]),
        receiver=_text(content["to"]),
        fresh=_bytes(content["fresh"]),
        reply_fresh=_bytes(content["reply_fresh"]),
        slice=_slice_in(content["slice"]),
        batches=tuple(
            BatchKeys(_bytes(leaf), _bytes(sealed), tuple(_bytes(item) for item in wraps))
            for leaf, sealed, wraps in content["batches"]
        ),
        ciphertexts={_bytes(leaf): _bytes(data) for leaf, data in content["ciphertexts"]},
        chunks=tuple(Chunk(_bytes(root), _natural(index), _bytes(data)) for root, index, data in content["chunks"]),
        cosignature=_cosignature_in(content["cosignature"]),
        cursors=Cursors(
            _natural(mirror),
            _natural(cosigned),
            tuple((_natural(begin), _natural(end)) for begin, end in quarantined),
            tuple((_bytes(root), tuple(_natural(index) for index in indexes)) for root, indexes in wants),
        ),
        restore=None if content["restore"] is None else Restore(_natural(content["restore"])),
        returned=_slice_in(content["returned"]),
        manifest=None if content["manifest"] is None else _bytes(content["manifest"]),
    )


def _bytes(value: Any) -> bytes:
    if type(value) is not bytes:
        raise TypeError
    return value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError
    return value


def _natural(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError
    return value
