"""Evidence of a node that is not honest: each piece signed, and yet no proof of what the file claims."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from rooms.ledger.books import TIME, Book, Story, evidence_of, item_leaf

from countersign.kernel.errors import CountersignError
from countersign.ledger.core import evidence, statements
from countersign.ledger.core.evidence import Proven
from countersign.ledger.errors import EvidenceInvalid, ProofInvalid, SignatureInvalid, SignatureMissing


def test_a_receipt_for_other_items_is_refused(story: Story) -> None:
    other = replace(story.receipt, items=(b"x" * 32,))
    book = Book(story.in_book.origin, [b"first", other.encode()])
    with pytest.raises(EvidenceInvalid, match="for other items"):
        evidence.verify(evidence_of(story, receipts=[book.proven(1, story.in_.log)]), trusted=story.trusted)


def test_a_receipt_that_the_sender_gave_itself_is_refused(story: Story) -> None:
    own = replace(story.receipt, sender="ca.example", receiver="in.example")
    book = Book(story.ca_book.origin, [own.encode()])
    with pytest.raises(EvidenceInvalid, match="not of the item's receiver"):
        evidence.verify(evidence_of(story, receipts=[book.proven(0, story.ca.log)]), trusted=story.trusted)


def test_an_item_in_a_log_meant_for_another_peer_is_refused(story: Story) -> None:
    book = Book("ca.example/x/xx.example/1", story.ca_book.leaves)
    with pytest.raises(EvidenceInvalid, match="of another log"):
        evidence.verify(evidence_of(story, item=book.proven(2, story.ca.log)), trusted=story.trusted)


def test_an_item_that_names_another_sender_than_its_log_is_refused(story: Story) -> None:
    forged = item_leaf(("in.example", b"c" * 16, 1, 7), "ca.example", story.item.commitment)
    book = Book(story.ca_book.origin, [forged.encode()])
    with pytest.raises(EvidenceInvalid):
        evidence.verify(
            evidence_of(story, item=book.proven(0, story.ca.log), receipts=[], opening=None), trusted=story.trusted
        )


def test_a_leaf_that_is_not_under_the_checkpoint_is_refused(story: Story) -> None:
    proven = story.proven_item()
    other = replace(story.item, sequence=8)
    with pytest.raises(ProofInvalid):
        evidence.verify(evidence_of(story, item=replace(proven, leaf=other.encode())), trusted=story.trusted)
    with pytest.raises(CountersignError):
        evidence.verify(evidence_of(story, item=story.ca_book.proven(0, story.ca.log)), trusted=story.trusted)


def test_a_checkpoint_by_a_key_no_root_vouches_for_is_refused(story: Story) -> None:
    item = story.ca_book.proven(2, story.in_.log)
    with pytest.raises(EvidenceInvalid, match="no key that its root vouches for"):
        evidence.verify(evidence_of(story, item=item), trusted=story.trusted)


def test_a_log_key_cannot_stand_in_for_a_witness_key(story: Story) -> None:
    swapped = [
        story.ca.enrol("witness", story.ca.log),
        story.ca.enrol("log", story.ca.witness),
        *story.in_.statements(),
    ]
    with pytest.raises(EvidenceInvalid):
        evidence.verify(evidence_of(story, statements_=swapped), trusted=story.trusted)


def test_a_checkpoint_with_one_signature_is_refused(story: Story) -> None:
    proven = story.proven_item()
    head, _, note = proven.proof.rpartition(b"\n\n")
    lines = note.splitlines(keepends=True)
    for single in lines:
        wrong = Proven(proven.leaf, head + b"\n\n" + single, proven.cosignature)
        with pytest.raises((SignatureMissing, EvidenceInvalid)):
            evidence.verify(evidence_of(story, item=wrong), trusted=story.trusted)


def test_a_statement_with_one_bad_signature_is_refused(story: Story) -> None:
    good = story.ca.statements()
    for bad in (replace(good[0], ed25519=good[1].ed25519), replace(good[0], mldsa=good[1].mldsa)):
        with pytest.raises(SignatureInvalid):
            evidence.verify(
                evidence_of(story, statements_=[bad, good[1], *story.in_.statements()]), trusted=story.trusted
            )


def revocation(story: Story, since: int) -> list[Any]:
    key = story.ca.log.public
    revoked = story.ca.state(
        action="revoke",
        role="log",
        key_id=statements.key_id("log", [key.ed25519, key.mldsa]),
        since_size=since,
        reason="compromised",
    )
    return [*story.ca.statements(), revoked, *story.in_.statements()]


@pytest.mark.parametrize(("since", "doubted"), [(0, True), (2, True), (3, False), (5, False)])
def test_an_item_at_or_after_a_compromise_is_marked_in_doubt(story: Story, since: int, doubted: bool) -> None:
    """protocol section 2: "compromised since" is a log size; later items are marked in doubt."""
    verdict = evidence.verify(evidence_of(story, statements_=revocation(story, since)), trusted=story.trusted)
    assert any("in doubt" in sentence for sentence in verdict.not_proved) is doubted


@pytest.mark.parametrize("fields", [
    {"action": "epoch", "channel": b"c" * 16, "epoch": 2, "old_mark": 1},
    {"action": "enrol", "role": "contact", "key": [b"k" * 32], "not_before": 1, "not_after": TIME},
], ids=["epoch", "contact"])  # fmt: skip
def test_a_statement_evidence_has_no_use_for_is_refused(story: Story, fields: dict[str, Any]) -> None:
    extra = [*story.ca.statements(), story.ca.state(**fields), *story.in_.statements()]
    with pytest.raises(EvidenceInvalid, match="no use for"):
        evidence.verify(evidence_of(story, statements_=extra), trusted=story.trusted)
