"""The commitment to an item: a small tree of separately salted parts, so that a redacted evidence file still proves.

A part is (name, bytes). Its leaf is SHA-256(context, salt of the part, identity, name, bytes); the salt of a part is
derived one way from the item's 32-byte salt, so opening one part tells nothing of another. The commitment is the
RFC 9162 root over the parts' leaves, in the order of their names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from countersign.kernel import cbor, hashing
from countersign.ledger.core import merkle
from countersign.ledger.core.leaves import Identity
from countersign.ledger.errors import EvidenceInvalid

SALT_BYTES: Final = 32
MAX_PARTS: Final = 1024
_PART: Final = "countersign/v1/commitment-part"
_SALT: Final = "countersign/v1/commitment-salt"
_OPENED_SALT: Final = cbor.array_of(5, cbor.encode(_PART)) + cbor.byte_string(bytes(SALT_BYTES))[:-SALT_BYTES]
"""The beginning of what a part's leaf is over, up to the salt's own bytes."""
_BLOCK: Final = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
_SALTED: Final = cbor.array_of(2, cbor.encode(_SALT))


@dataclass(frozen=True, slots=True)
class OpenedPart:
    """A part shown in evidence with its own salt."""

    name: str
    salt: bytes
    content: bytes


def part_salt(salt: bytes, name: str) -> bytes:
    return hashing.keyed(salt, _SALT, name)


def part_leaf(salt: bytes, identity: Identity, name: str, content: bytes) -> bytes:
    return merkle.leaf_hash(hashing.digest(_PART, salt, list(identity), name, content))


def commit(salt: bytes, identity: Identity, parts: Mapping[str, bytes]) -> bytes:
    """The commitment to `parts` under the item's salt.

    The same as `part_leaf` of every part; what all parts have in common is made once, for an item has some twenty-five
    parts, and each item is committed to on both sides. The salts are HMAC-SHA-256 by its definition (RFC 2104): setting
    up `hmac` for each part takes longer than its hashes.
    """
    who, sha256 = cbor.encode(list(identity)), hashlib.sha256
    inner, outer = _pads(salt)
    leaves = []
    for name in sorted(parts):
        named, salted = _encoded(name)
        own = sha256(outer + sha256(inner + salted).digest()).digest()
        encoded = b"".join((_OPENED_SALT, own, who, named, cbor.byte_string(parts[name])))
        leaves.append(sha256(merkle.LEAF_PREFIX + sha256(encoded).digest()).digest())
    return root_over(leaves)


def _pads(key: bytes) -> tuple[bytes, bytes]:
    """The blocks with which HMAC begins its inner and its outer hash. A key longer than a block is its own hash."""
    short = key if len(key) <= _BLOCK else hashing.sha256(key)
    block = short.ljust(_BLOCK, b"\0")
    return block.translate(_INNER), block.translate(_OUTER)


@lru_cache(maxsize=4096)
def _encoded(name: str) -> tuple[bytes, bytes]:
    """A name's encoding, and what its salt is made of. Names are few and come again with every item."""
    named = cbor.encode(name)
    return named, _SALTED + named


def root_over(leaves: Sequence[bytes]) -> bytes:
    return merkle.fold_leaves(leaves)


def open_parts(salt: bytes, identity: Identity, parts: Mapping[str, bytes], shown: frozenset[str]) -> list[list[Any]]:
    """An opening for evidence: [name, salt, bytes] for the shown parts, [name-less leaf hash] for the others."""
    opening: list[list[Any]] = []
    for name in sorted(parts):
        own = part_salt(salt, name)
        if name in shown:
            opening.append([name, own, parts[name]])
        else:
            opening.append([part_leaf(own, identity, name, parts[name])])
    return opening


def check_opening(opening: Any, identity: Identity, commitment: bytes) -> list[OpenedPart]:
    """Rebuild the commitment from an opening; return the opened parts or raise EvidenceInvalid."""
    if not isinstance(opening, list) or not 1 <= len(opening) <= MAX_PARTS:
        raise EvidenceInvalid("an opening is not a list of parts.", field="opening")
    leaves, opened = [], []
    for entry in opening:
        match entry:
            case [bytes() as leaf] if len(leaf) == merkle.HASH_BYTES:
                leaves.append(leaf)
            case [str() as name, bytes() as salt, bytes() as content]:
                leaves.append(part_leaf(salt, identity, name, content))
                opened.append(OpenedPart(name, salt, content))
            case _:
                raise EvidenceInvalid("an opened part is malformed.", field="opening")
    if root_over(leaves) != commitment:
        raise EvidenceInvalid("the opened content is not what the item leaf commits to.", field="opening")
    return opened
