"""Two nodes' keys and logs in memory: nothing of Django, nothing on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from countersign.charter.providers import software_signer
from countersign.ledger.core import checkpoints, commitments, evidence, merkle, names, statements, tlogproof
from countersign.ledger.core.checkpoints import Checkpoint
from countersign.ledger.core.evidence import Proven
from countersign.ledger.core.keys import HybridSigner
from countersign.ledger.core.leaves import STORED, ItemLeaf, ReceiptLeaf
from countersign.ledger.core.notes import SignedNote
from countersign.ledger.core.statements import RootKey, SignedStatement

TIME = 1_795_000_000


def signer_of(label: str, level: int = 44) -> HybridSigner:
    """The same key for the same label, always."""
    return software_signer(hashlib.shake_256(label.encode()).digest(64), level=level)


@dataclass
class Party:
    """A node: its root, log and witness keys, and the statements that vouch for them."""

    name: str
    root: HybridSigner = field(init=False)
    log: HybridSigner = field(init=False)
    witness: HybridSigner = field(init=False)

    def __post_init__(self) -> None:
        self.root = signer_of(f"{self.name} root", 87)
        self.log, self.witness = signer_of(f"{self.name} log"), signer_of(f"{self.name} witness")

    @property
    def root_key(self) -> RootKey:
        return RootKey(self.name, self.root.public)

    @property
    def fingerprint(self) -> str:
        return self.root_key.fingerprint()

    def enrol(self, role: str, key: HybridSigner, serial: int = 1) -> SignedStatement:
        return self.state(
            action="enrol",
            serial=serial,
            role=role,
            key=[key.public.ed25519, key.public.mldsa],
            not_before=1,
            not_after=2 * TIME,
        )

    def state(self, **fields: Any) -> SignedStatement:
        return statements.sign({"v": 1, "node": self.name, "at": TIME, "serial": 9} | fields, self.root)

    def statements(self) -> list[SignedStatement]:
        return [self.enrol(statements.LOG, self.log, 1), self.enrol(statements.WITNESS, self.witness, 2)]


@dataclass
class Book:
    """A log in memory."""

    origin: str
    leaves: list[bytes] = field(default_factory=list)

    def fetch(self, nodes: Sequence[merkle.Node]) -> list[bytes]:
        return [root_over(self.leaves[index << level : (index + 1) << level]) for level, index in nodes]

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        size = len(self.leaves) if size is None else size
        return Checkpoint(self.origin, size, root_over(self.leaves[:size]))

    def inclusion(self, index: int) -> list[bytes]:
        return merkle.prove(self.fetch, merkle.inclusion_ranges(index, len(self.leaves)))

    def consistency(self, old: int) -> list[bytes]:
        return merkle.prove(self.fetch, merkle.consistency_ranges(old, len(self.leaves)))

    def signed(self, by: HybridSigner, size: int | None = None) -> SignedNote:
        return checkpoints.sign(self.checkpoint(size), by, timestamp=TIME)

    def proof(self, index: int, by: HybridSigner) -> bytes:
        return tlogproof.render(index, self.inclusion(index), self.signed(by))

    def proven(self, index: int, by: HybridSigner, witness: Party | None = None) -> Proven:
        text = ""
        if witness is not None:
            name = names.witness_name(witness.name)
            lines = checkpoints.cosign(self.checkpoint(), witness.witness, name=name, timestamp=TIME + 60)
            text = "".join(line.render() for line in lines)
        return Proven(self.leaves[index], self.proof(index, by), text)


def root_over(leaf_bytes: Sequence[bytes]) -> bytes:
    return commitments.root_over([merkle.leaf_hash(data) for data in leaf_bytes])


@dataclass
class Story:
    """Canada sent India one item of three parts; India stored it. Both logs hold other leaves around it."""

    ca: Party
    in_: Party
    salt: bytes
    parts: dict[str, bytes]
    item: ItemLeaf
    receipt: ReceiptLeaf
    ca_book: Book
    in_book: Book

    @property
    def trusted(self) -> list[str]:
        return [self.ca.fingerprint, self.in_.fingerprint]

    def proven_item(self, *, cosigned: bool = True) -> Proven:
        return self.ca_book.proven(2, self.ca.log, self.in_ if cosigned else None)

    def proven_receipt(self, *, cosigned: bool = True) -> Proven:
        return self.in_book.proven(1, self.in_.log, self.ca if cosigned else None)

    def opening(self, *shown: str) -> list[list[Any]]:
        return commitments.open_parts(self.salt, self.item.identity, self.parts, frozenset(shown))


def item_leaf(identity: tuple[str, bytes, int, int], receiver: str, commitment: bytes, **changed: Any) -> ItemLeaf:
    sender, channel, epoch, sequence = identity
    fields = {
        "nonce": b"n" * 32, "sender": sender, "receiver": receiver, "channel": channel, "epoch": epoch,
        "sequence": sequence, "commitment": commitment, "digest": b"d" * 32, "bucket": 2048, "expires": 0, "release": b"r" * 32,
    }  # fmt: skip
    return ItemLeaf(**(fields | changed))


def tell() -> Story:
    """The story, made anew (the same bytes but for ML-DSA's randomness)."""
    ca, in_ = Party("ca.example"), Party("in.example")
    salt, identity = b"s" * 32, (ca.name, b"c" * 16, 1, 7)
    parts = {"id": b"itm_x", "/question": b'"Who?"', "/necessity": b'"Because."'}
    item = item_leaf(identity, in_.name, commitments.commit(salt, identity, parts))
    ca_book = Book(names.exchange_origin(ca.name, in_.name), [b"zero", b"one", item.encode(), b"three", b"four"])
    receipt = ReceiptLeaf(
        nonce=b"m" * 32, sender=in_.name, receiver=ca.name, state=STORED, outcome="", at=TIME,
        items=(merkle.leaf_hash(item.encode()),),
    )  # fmt: skip
    in_book = Book(names.exchange_origin(in_.name, ca.name), [b"first", receipt.encode(), b"last"])
    return Story(ca, in_, salt, parts, item, receipt, ca_book, in_book)


def evidence_of(story: Story, **changed: Any) -> bytes:
    """The full file: item and STORED receipt, both cosigned, one of three parts opened."""
    fields: dict[str, Any] = {
        "roots": [story.ca.root_key, story.in_.root_key],
        "statements_": [*story.ca.statements(), *story.in_.statements()],
        "item": story.proven_item(),
        "receipts": [story.proven_receipt()],
        "opening": story.opening("/question"),
    }
    return evidence.build(**(fields | changed))
