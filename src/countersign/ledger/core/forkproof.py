"""Fork evidence (CS-PR-03 section 5): two truths signed by one log, provable to anybody who trusts its root.

Exactly one of these is in a file: two checkpoints of equal size and different roots; two checkpoints and one index with
two leaf hashes and both inclusion paths; two checkpoints of different sizes with the root that the larger proves for the
smaller size; or two item leaves with one identity, each with its proof.
"""

from __future__ import annotations

from typing import Any, Final

from countersign.kernel import cbor
from countersign.ledger.core import checkpoints, leaves, merkle, notes, statements, tlogproof
from countersign.ledger.core.checkpoints import Checkpoint
from countersign.ledger.core.keys import HybridPublicKey
from countersign.ledger.core.leaves import ItemLeaf
from countersign.ledger.core.statements import RootKey, SignedStatement
from countersign.ledger.errors import EvidenceInvalid

FORMAT: Final = "countersign-fork"
_LIMITS: Final = cbor.Limits(size=1 << 20, depth=8, values=5_000)
_FIELDS: Final = {"format", "v", "root", "statements", "notes", "position", "prefix", "leaves"}


def build(
    root: RootKey,
    signed: list[SignedStatement],
    *,
    notes: list[bytes],
    position: list[Any] | None = None,
    prefix: list[Any] | None = None,
    leaves: list[list[bytes]] | None = None,
) -> bytes:
    """Lay out fork evidence. `position`: [index, hash, path, other hash, other path]; `prefix`: [root, proof]."""
    return cbor.encode(
        {
            "format": FORMAT,
            "v": 1,
            "root": [root.node, root.public.ed25519, root.public.mldsa],
            "statements": [item.as_list() for item in sorted(signed, key=lambda item: item.body)],
            "notes": notes,
            "position": position,
            "prefix": prefix,
            "leaves": leaves,
        }
    )


def verify(data: bytes, *, trusted: list[str]) -> str:
    """Verify fork evidence against trusted root fingerprints; return what it proves, in a sentence."""
    content = cbor.decode(data, _LIMITS, field="evidence")
    if (
        not isinstance(content, dict)
        or set(content) != _FIELDS
        or content["format"] != FORMAT
        or content["v"] != 1
        or content["v"] is True
    ):
        raise EvidenceInvalid("not fork evidence of version 1.")
    node, keys = _keys(content, trusted)
    match content["notes"], content["position"], content["prefix"], content["leaves"]:
        case [bytes() as one, bytes() as other], None, None, None:
            return _equal_sizes(node, _checkpoint(one, keys), _checkpoint(other, keys))
        case [bytes() as one, bytes() as other], [
            int() as index,
            bytes() as a,
            list() as p,
            bytes() as b,
            list() as q,
        ], None, None:
            return _one_index(node, index, (a, p, _checkpoint(one, keys)), (b, q, _checkpoint(other, keys)))
        case [bytes() as small, bytes() as large], None, [bytes() as root, list() as proof], None:
            return _other_prefix(node, _checkpoint(small, keys), _checkpoint(large, keys), root, proof)
        case [], None, None, [[bytes() as one, bytes() as proof], [bytes() as other, bytes() as other_proof]]:
            return _one_identity(node, (one, proof), (other, other_proof), keys)
    raise EvidenceInvalid("fork evidence is none of the four kinds.")


def root_of(note: bytes) -> bytes:
    """The root in a checkpoint whose signatures were checked before."""
    return checkpoints.parse_text(notes.parse(note).text).root


def _keys(content: dict[str, Any], trusted: list[str]) -> tuple[str, list[HybridPublicKey]]:
    match content["root"]:
        case [str() as node, bytes() as ed25519, bytes() as mldsa]:
            root = RootKey(node, HybridPublicKey(ed25519, mldsa, 87))
        case _:
            raise EvidenceInvalid("the root is malformed.", field="root")
    if statements.bare_fingerprint(root.fingerprint()) not in {statements.bare_fingerprint(text) for text in trusted}:
        raise EvidenceInvalid(
            f"the root of {node} is none of those you trust.", field="root", fingerprint=root.fingerprint()
        )
    if not isinstance(content["statements"], list):
        raise EvidenceInvalid("the statements are not a list.", field="statements")
    keys = []
    for entry in content["statements"]:
        fields = statements.verify(statements.from_list(entry), root.public, node=node)
        if fields["action"] != "enrol" or fields["role"] != statements.LOG:
            raise EvidenceInvalid("a key statement that fork evidence has no use for.", field="statements")
        keys.append(statements.hybrid(fields["key"]))
    return node, keys


def _checkpoint(data: bytes, keys: list[HybridPublicKey]) -> Checkpoint:
    note = notes.parse(data)
    origin = checkpoints.parse_text(note.text).origin
    for key in keys:
        if note.lines_of(origin, notes.key_id(origin, notes.ED25519, key.ed25519)):
            return checkpoints.verify(note, key, origin=origin)
    raise EvidenceInvalid("a checkpoint is signed by no key that the root vouches for.", field="notes")


def _equal_sizes(node: str, one: Checkpoint, other: Checkpoint) -> str:
    if one.origin != other.origin or one.size != other.size or one.root == other.root:
        raise EvidenceInvalid("the two checkpoints do not contradict each other.", field="notes")
    return f"{node} signed two different roots of {one.origin} at {one.size} leaves."


def _one_index(
    node: str, index: int, one: tuple[bytes, list[bytes], Checkpoint], other: tuple[bytes, list[bytes], Checkpoint]
) -> str:
    for hash_, path, checkpoint in (one, other):
        merkle.verify_inclusion(index, checkpoint.size, hash_, path, checkpoint.root)
    if one[0] == other[0] or one[2].origin != other[2].origin:
        raise EvidenceInvalid("the two paths do not contradict each other.", field="position")
    return f"{node} signed two versions of {one[2].origin} that differ at leaf {index}."


def _other_prefix(node: str, small: Checkpoint, large: Checkpoint, root: bytes, proof: list[bytes]) -> str:
    merkle.verify_consistency(small.size, large.size, root, large.root, proof)
    if small.root == root or small.origin != large.origin:
        raise EvidenceInvalid("the checkpoints do not contradict each other.", field="prefix")
    return f"{node} signed a root of {small.origin} at {small.size} leaves that its log at {large.size} disproves."


def _one_identity(node: str, one: tuple[bytes, bytes], other: tuple[bytes, bytes], keys: list[HybridPublicKey]) -> str:
    items = []
    for data, proof in (one, other):
        parsed = tlogproof.parse(proof)
        checkpoint = _checkpoint(parsed.note.render(), keys)
        merkle.verify_inclusion(parsed.index, checkpoint.size, merkle.leaf_hash(data), parsed.hashes, checkpoint.root)
        items.append(leaves.parse_as(ItemLeaf, data))
    if items[0].identity != items[1].identity or one[0] == other[0] or items[0].sender != node:
        raise EvidenceInvalid("the two leaves do not contradict each other.", field="leaves")
    return f"{node} signed two different items under one identity (sequence {items[0].sequence})."
