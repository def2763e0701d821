"""Evidence files: what an item, its cosignature and its receipt prove off line, to somebody who trusts neither node.

The file is deterministic CBOR. Every byte of it is checked: there is no field that nothing authenticates, and the roots'
fingerprints come from the verifier, never from the file (protocol section 5, CS-PR-03).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from countersign.kernel import cbor
from countersign.ledger.core import checkpoints, commitments, leaves, merkle, names, notes, statements, tlogproof
from countersign.ledger.core.checkpoints import Checkpoint
from countersign.ledger.core.keys import HybridPublicKey
from countersign.ledger.core.leaves import ItemLeaf, ReceiptLeaf
from countersign.ledger.core.statements import RootKey, SignedStatement
from countersign.ledger.errors import EvidenceInvalid

FORMAT: Final = "countersign-evidence"
VERSION: Final = 1
MAX_BYTES: Final = 8 << 20
_LIMITS: Final = cbor.Limits(size=MAX_BYTES, depth=8, values=50_000)
_FIELDS: Final = {"format", "v", "roots", "statements", "item", "receipts", "opening"}


@dataclass(frozen=True, slots=True)
class Proven:
    """A leaf under a checkpoint: leaf bytes, tlog-proof, and the other state's cosignature lines (may be empty)."""

    leaf: bytes
    proof: bytes
    cosignature: str

    def as_list(self) -> list[Any]:
        return [self.leaf, self.proof, self.cosignature]


@dataclass(slots=True)
class Verdict:
    """What the file proves and what it does not, in sentences; `facts` for machines."""

    proved: list[str] = field(default_factory=list)
    not_proved: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    opened: list[commitments.OpenedPart] = field(default_factory=list)


def build(
    *,
    roots: list[RootKey],
    statements_: list[SignedStatement],
    item: Proven,
    receipts: list[Proven],
    opening: list[list[Any]] | None,
) -> bytes:
    """Lay out an evidence file. Roots are ordered by node name, statements by their bytes."""
    return cbor.encode(
        {
            "format": FORMAT,
            "v": VERSION,
            "roots": [[r.node, r.public.ed25519, r.public.mldsa] for r in sorted(roots, key=lambda r: r.node)],
            "statements": [s.as_list() for s in sorted(statements_, key=lambda s: s.body)],
            "item": item.as_list(),
            "receipts": [receipt.as_list() for receipt in receipts],
            "opening": opening,
        }
    )


def verify(data: bytes, *, trusted: list[str]) -> Verdict:
    """Verify an evidence file against root fingerprints from the verifier's side.

    Raises EvidenceInvalid or another IntegrityFault / InvalidInput on any fault; returns the verdict otherwise.
    """
    content = _read(data)
    keys = _Keys(content["roots"], content["statements"], trusted)
    verdict = Verdict()
    leaf = _verify_item(content["item"], keys, verdict)
    for receipt in _list(content["receipts"], "receipts"):
        _verify_receipt(receipt, leaf, content["item"][0], keys, verdict)
    _verify_opening(content["opening"], leaf, verdict)
    keys.all_used()
    _say_what_is_missing(content, leaf, verdict)
    return verdict


def format_of(data: bytes) -> str:
    """What a file says it is, before anything in it is believed. Raises EvidenceInvalid where it says nothing."""
    content = cbor.decode(data, _LIMITS, field="evidence")
    if not isinstance(content, dict) or not isinstance(content.get("format"), str):
        raise EvidenceInvalid("not an evidence file: it names no format.", field="format")
    return str(content["format"])


class _Keys:
    """The keys that trusted roots vouch for in this file."""

    def __init__(self, roots: Any, signed: Any, trusted: list[str]) -> None:
        wanted = {statements.bare_fingerprint(text) for text in trusted}
        self.roots: dict[str, HybridPublicKey] = {}
        for entry in _list(roots, "roots"):
            match entry:
                case [str() as node, bytes() as ed25519, bytes() as mldsa] if node not in self.roots:
                    root = RootKey(names.check_node_name(node), HybridPublicKey(ed25519, mldsa, 87))
                case _:
                    raise EvidenceInvalid("a root is malformed.", field="roots")
            if statements.bare_fingerprint(root.fingerprint()) not in wanted:
                raise EvidenceInvalid(
                    f"the root of {node} is none of those you trust.",
                    field="roots",
                    remedy="Compare fingerprints with the administrators and name both with --trust.",
                    fingerprint=root.fingerprint(),
                )
            self.roots[node] = root.public
        self.enrolled: dict[tuple[str, str], list[HybridPublicKey]] = {}
        self.revoked: dict[tuple[str, str, bytes], int] = {}
        self.used: set[str] = set()
        for entry in _list(signed, "statements"):
            self._add(statements.from_list(entry))

    def _add(self, statement: SignedStatement) -> None:
        node = statements.read(statement.body)["node"]
        if node not in self.roots:
            raise EvidenceInvalid(f"a key statement of {node}, whose root is not in the file.", field="statements")
        fields = statements.verify(statement, self.roots[node], node=node)
        if fields["action"] == "enrol" and fields["role"] in (statements.LOG, statements.WITNESS):
            self.enrolled.setdefault((node, fields["role"]), []).append(statements.hybrid(fields["key"]))
        elif fields["action"] == "revoke":
            self.revoked[(node, fields["role"], fields["key_id"])] = fields["since_size"]
        else:
            raise EvidenceInvalid("a key statement that evidence has no use for.", field="statements")

    def candidates(self, node: str, role: str) -> list[HybridPublicKey]:
        self.used.add(node)
        found = self.enrolled.get((node, role), [])
        if not found:
            raise EvidenceInvalid(f"no {role} key of {node} is vouched for in the file.", field="statements")
        return found

    def doubt_since(self, node: str, role: str, key: HybridPublicKey) -> int | None:
        return self.revoked.get((node, role, statements.key_id(role, [key.ed25519, key.mldsa])))

    def all_used(self) -> None:
        if unused := set(self.roots) - self.used:
            raise EvidenceInvalid(f"the file carries a root it has no use for: {min(unused)}.", field="roots")


def _read(data: bytes) -> dict[str, Any]:
    content = cbor.decode(data, _LIMITS, field="evidence")
    if not isinstance(content, dict) or set(content) != _FIELDS:
        raise EvidenceInvalid("not an evidence file: its fields are not the seven of version 1.")
    if content["format"] != FORMAT or type(content["v"]) is not int or content["v"] != VERSION:
        raise EvidenceInvalid("not an evidence file of version 1.", field="v")
    return content


def _proven(entry: Any) -> tuple[bytes, tlogproof.TlogProof, str]:
    match entry:
        case [bytes() as leaf, bytes() as proof, str() as cosignature]:
            return leaf, tlogproof.parse(proof), cosignature
    raise EvidenceInvalid("a proven leaf is not leaf, proof and cosignature.")


def _verify_item(entry: Any, keys: _Keys, verdict: Verdict) -> ItemLeaf:
    data, proof, cosignature = _proven(entry)
    leaf = leaves.parse_as(ItemLeaf, data)
    checkpoint = _under_checkpoint(data, proof, leaf.sender, leaf.receiver, keys, verdict, "item")
    verdict.proved.append(
        f"{leaf.sender} released this item to {leaf.receiver}: it stands at index {proof.index} of the log that "
        f"{leaf.sender} signed at {checkpoint.size} leaves (Ed25519 and ML-DSA-44)."
    )
    _cosigned(cosignature, checkpoint, leaf.receiver, keys, verdict, "item")
    verdict.facts |= {
        "sender": leaf.sender,
        "receiver": leaf.receiver,
        "channel": leaf.channel.hex(),
        "epoch": leaf.epoch,
        "sequence": leaf.sequence,
        "index": proof.index,
        "item_leaf_hash": merkle.leaf_hash(data).hex(),
    }
    return leaf


def _verify_receipt(entry: Any, item: ItemLeaf, item_data: bytes, keys: _Keys, verdict: Verdict) -> None:
    data, proof, cosignature = _proven(entry)
    receipt = leaves.parse_as(ReceiptLeaf, data)
    if (receipt.sender, receipt.receiver) != (item.receiver, item.sender):
        raise EvidenceInvalid("a receipt is not of the item's receiver to its sender.", field="receipts")
    if merkle.leaf_hash(item_data) not in receipt.items:
        raise EvidenceInvalid("a receipt is for other items.", field="receipts")
    checkpoint = _under_checkpoint(data, proof, receipt.sender, receipt.receiver, keys, verdict, "receipt")
    word = {
        leaves.STORED: "opened, verified and durably stored it (STORED)",
        leaves.HANDLED: f"handled it: {receipt.outcome} (HANDLED)",
        leaves.REFUSED: f"refused it: {receipt.outcome} (REFUSED)",
    }[receipt.state]
    verdict.proved.append(f"{receipt.sender} says under its signed log that it {word}.")
    verdict.facts.setdefault("receipts", []).append([receipt.state, receipt.outcome])
    _cosigned(cosignature, checkpoint, receipt.receiver, keys, verdict, "receipt")


def _under_checkpoint(
    data: bytes, proof: tlogproof.TlogProof, owner: str, peer: str, keys: _Keys, verdict: Verdict, what: str
) -> Checkpoint:
    """The leaf stands under a checkpoint that one of the owner's vouched log keys signed, with both signatures."""
    origin = checkpoints.parse_text(proof.note.text).origin
    if origin.rpartition("/")[0] != f"{owner}/x/{peer}":
        raise EvidenceInvalid(f"the {what}'s proof is of another log ({origin}).", field=what)
    key, checkpoint = _signed_by(proof.note, origin, keys.candidates(owner, statements.LOG), what)
    leaf_hash = merkle.leaf_hash(data)
    merkle.verify_inclusion(proof.index, checkpoint.size, leaf_hash, proof.hashes, checkpoint.root)
    since = keys.doubt_since(owner, statements.LOG, key)
    if since is not None and proof.index >= since:
        verdict.not_proved.append(
            f"The log key of {owner} counts as compromised since leaf {since}: this {what} is in doubt, unless a "
            "checkpoint that covers it was cosigned before the revocation was logged."
        )
    return checkpoint


def _signed_by(
    note: notes.SignedNote, origin: str, candidates: list[HybridPublicKey], what: str
) -> tuple[HybridPublicKey, Checkpoint]:
    for key in candidates:
        if note.lines_of(origin, notes.key_id(origin, notes.ED25519, key.ed25519)):
            return key, checkpoints.verify(note, key, origin=origin)
    raise EvidenceInvalid(f"the {what}'s checkpoint is signed by no key that its root vouches for.", field=what)


def _cosigned(text: str, checkpoint: Checkpoint, witness: str, keys: _Keys, verdict: Verdict, what: str) -> None:
    if not text:
        verdict.not_proved.append(f"No cosignature of {witness} covers the {what}: whether it saw the log is open.")
        return
    if not text.endswith("\n"):
        raise EvidenceInvalid("cosignature lines do not end in a newline.", field=what)
    lines = tuple(notes.parse_line(line) for line in text[:-1].split("\n"))
    name = names.witness_name(witness)
    for key in keys.candidates(witness, statements.WITNESS):
        if any(line.key_id == notes.key_id(name, notes.MLDSA44, key.mldsa) for line in lines):
            stamp = checkpoints.verify_cosignature(checkpoint, lines, key, name=name)
            verdict.proved.append(
                f"{witness} saw and cosigned the log that holds the {what} (it claims the time {stamp} POSIX)."
            )
            return
    raise EvidenceInvalid(f"the cosignature is of no key that the root of {witness} vouches for.", field=what)


def _verify_opening(opening: Any, leaf: ItemLeaf, verdict: Verdict) -> None:
    if opening is None:
        return
    verdict.opened = commitments.check_opening(opening, leaf.identity, leaf.commitment)
    closed = len(opening) - len(verdict.opened)
    verdict.proved.append(
        f"The {len(verdict.opened)} opened parts are what was committed to when the item was released."
    )
    if closed:
        verdict.not_proved.append(f"{closed} parts are withheld; that they exist is proved, what they say is not.")


def _say_what_is_missing(content: dict[str, Any], leaf: ItemLeaf, verdict: Verdict) -> None:
    states = {state for state, _ in verdict.facts.get("receipts", [])}
    if leaves.STORED not in states:
        verdict.not_proved.append(f"That {leaf.receiver} received and could open the item: no STORED receipt is here.")
    if leaves.HANDLED not in states:
        verdict.not_proved.append(f"That a person at {leaf.receiver} read or acted on it: no HANDLED receipt is here.")
    if content["opening"] is None:
        verdict.not_proved.append("What the item says: its content is not opened here.")
    verdict.not_proved.append("That what the item says is true, and when exactly it happened: times are claims.")
    verdict.not_proved.append("That no key was revoked after this file was made.")


def _list(value: Any, field_: str) -> list[Any]:
    if not isinstance(value, list):
        raise EvidenceInvalid("not a list.", field=field_)
    return value
