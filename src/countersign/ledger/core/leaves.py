"""The leaves of an exchange log (CS-PR-01 section 3): deterministic CBOR arrays that show no subject, kind or marking.

Each begins [type, version, nonce]; the nonce is 32 fresh random bytes, so that no leaf can be guessed back.
"""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, TypeVar, get_type_hints

from countersign.kernel import cbor, hashing
from countersign.ledger.core import merkle
from countersign.ledger.errors import LeafMalformed

VERSION: Final = 1
NONCE_BYTES: Final = 32
MAX_LEAF_BYTES: Final = 256 * 1024
MAX_ITEMS_PER_LEAF: Final = 1024
_LIMITS: Final = cbor.Limits(size=MAX_LEAF_BYTES, depth=4, values=2 * MAX_ITEMS_PER_LEAF)

STORED, HANDLED, REFUSED = "STORED", "HANDLED", "REFUSED"
OUTCOMES: Final = {
    STORED: frozenset({""}),
    HANDLED: frozenset({"accepted", "refused", "expired", "recalled"}),
    REFUSED: frozenset({"CANNOT_OPEN", "COMMITMENT_MISMATCH", "SEALED_TEXT_MALFORMED", "EPOCH_CLOSED"}),
}

Identity = tuple[str, bytes, int, int]
"""(sending node, channel, epoch, sequence): assigned in the releasing transaction, never re-made."""


def fresh_nonce() -> bytes:
    return secrets.token_bytes(NONCE_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """Common part. Subclasses list their fields in wire order."""

    kind: ClassVar[str]
    nonce: bytes = field(default_factory=fresh_nonce)

    def encode(self) -> bytes:
        values = [getattr(self, spec.name) for spec in dataclasses.fields(self)]
        return cbor.encode([self.kind, VERSION, *(list(v) if isinstance(v, tuple) else v for v in values)])


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLeaf(Leaf):
    """An item is released. `bucket` is the padded size, `expires` POSIX seconds (0: never), `release` hides the hash
    of the decision leaf that allowed it: H(context, nonce, decision leaf hash)."""

    kind: ClassVar[str] = "item"
    sender: str
    receiver: str
    channel: bytes
    epoch: int
    sequence: int
    commitment: bytes
    digest: bytes
    bucket: int
    expires: int
    release: bytes

    @property
    def identity(self) -> Identity:
        return (self.sender, self.channel, self.epoch, self.sequence)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidLeaf(Leaf):
    """The item with this leaf hash was withdrawn before it left; its sequence number is used up."""

    kind: ClassVar[str] = "void"
    sender: str
    receiver: str
    channel: bytes
    epoch: int
    sequence: int
    item: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLeaf(Leaf):
    """Keys for the items are delivered: which HPKE key they are sealed to, which items, digest of (enc, wraps)."""

    kind: ClassVar[str] = "batch"
    sender: str
    receiver: str
    hpke_key: bytes
    items: tuple[bytes, ...]
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLeaf(Leaf):
    """What the receiver says of items, by their leaf hashes: STORED, HANDLED (with outcome) or REFUSED (with code)."""

    kind: ClassVar[str] = "receipt"
    sender: str
    receiver: str
    state: str
    outcome: str
    at: int
    items: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLeaf(Leaf):
    """A root-signed key statement (see statements.py) and its two signatures."""

    kind: ClassVar[str] = "key"
    statement: bytes
    ed25519: bytes
    mldsa: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorLeaf(Leaf):
    """Dates the decisions log without showing it: H(context, nonce, decisions checkpoint)."""

    kind: ClassVar[str] = "anchor"
    decisions: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownLeaf(Leaf):
    """A leaf of a type or version this node does not know: mirrored, reported, not applied."""

    kind: ClassVar[str] = "unknown"
    type: str


_KINDS: Final[dict[str, type[Leaf]]] = {
    kind.kind: kind for kind in (ItemLeaf, VoidLeaf, BatchLeaf, ReceiptLeaf, KeyLeaf, AnchorLeaf)
}
_LENGTHS: Final = {
    "nonce": 32,
    "channel": 16,
    "commitment": 32,
    "digest": 32,
    "release": 32,
    "hpke_key": 32,
    "item": 32,
    "decisions": 32,
}
_HINTS: Final = {name: get_type_hints(kind) for name, kind in _KINDS.items()}
_FIELDS: Final = {name: tuple(spec.name for spec in dataclasses.fields(kind)) for name, kind in _KINDS.items()}

L = TypeVar("L", bound=Leaf)


def parse(data: bytes) -> Leaf:
    """Parse one leaf strictly. Raises LeafMalformed; an unknown type or version gives UnknownLeaf."""
    value = cbor.decode(data, _LIMITS, field="leaf")
    if not isinstance(value, list) or len(value) < 3 or not isinstance(value[0], str):
        raise LeafMalformed("a leaf is not an array that begins with its type.")
    name, version, *fields = value
    if name not in _KINDS or type(version) is not int or version != VERSION:
        return UnknownLeaf(nonce=b"", type=name[:32])
    names = _FIELDS[name]
    if len(fields) != len(names):
        raise LeafMalformed(f"a {name} leaf has {len(names) + 2} members, not {len(value)}.")
    checked = {key: _checked(name, key, item) for key, item in zip(names, fields, strict=True)}
    leaf = _KINDS[name](**checked)
    _check_receipt(leaf)
    return leaf


def parse_as(kind: type[L], data: bytes) -> L:
    """Parse and insist on one leaf type."""
    leaf = parse(data)
    if not isinstance(leaf, kind):
        raise LeafMalformed(f"a {kind.kind} leaf was expected, not {leaf.kind}.")
    return leaf


def _checked(leaf: str, key: str, value: Any) -> Any:
    hint = _HINTS[leaf][key]
    if key == "items":
        return _checked_items(value)
    if type(value) is not hint:
        raise LeafMalformed(f"`{key}` of a {leaf} leaf is not {hint.__name__}.", field=key)
    if isinstance(value, int) and value < 0:
        raise LeafMalformed(f"`{key}` of a {leaf} leaf is negative.", field=key)
    if key in _LENGTHS and len(value) != _LENGTHS[key]:
        raise LeafMalformed(f"`{key}` of a {leaf} leaf is not {_LENGTHS[key]} bytes.", field=key)
    return value


def _checked_items(value: Any) -> tuple[bytes, ...]:
    hashes_ok = isinstance(value, list) and all(
        type(item) is bytes and len(item) == merkle.HASH_BYTES for item in value
    )
    if not hashes_ok or not 1 <= len(value) <= MAX_ITEMS_PER_LEAF or len(set(value)) != len(value):
        raise LeafMalformed("`items` is not a list of 1 to 1024 different leaf hashes.", field="items")
    return tuple(value)


def _check_receipt(leaf: Leaf) -> None:
    if isinstance(leaf, ReceiptLeaf) and leaf.outcome not in OUTCOMES.get(leaf.state, frozenset()):
        raise LeafMalformed("a receipt's state and outcome do not go together.", field="outcome")


def release_commitment(nonce: bytes, decision_leaf_hash: bytes) -> bytes:
    """What an item leaf shows of the decision that released it."""
    return hashing.digest("countersign/v1/release", nonce, decision_leaf_hash)


def anchor_commitment(nonce: bytes, decisions_checkpoint: bytes) -> bytes:
    """What an anchor leaf shows of the decisions log (`decisions_checkpoint`: the signed note's bytes)."""
    return hashing.digest("countersign/v1/anchor", nonce, decisions_checkpoint)
