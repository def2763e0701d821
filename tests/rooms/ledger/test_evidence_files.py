"""Evidence files: what they prove to somebody who trusts neither node, and that every byte of them counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms.ledger.books import Party, Story, evidence_of
from strategies import cbor_values, examples, spread, with_byte

from countersign.kernel import cbor
from countersign.kernel.errors import CountersignError
from countersign.ledger.core import evidence, merkle
from countersign.ledger.errors import EvidenceInvalid


@pytest.fixture(scope="module")
def data(story: Story) -> bytes:
    return evidence_of(story)


def tampered(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    content = cbor.decode(data)
    change(content)
    return cbor.encode(content)


def test_a_full_file_proves_release_sight_storage_and_content(story: Story, data: bytes) -> None:
    """protocol section 5"""
    verdict = evidence.verify(data, trusted=story.trusted)
    said = " ".join(verdict.proved)
    assert "ca.example released this item to in.example: it stands at index 2" in said
    assert "in.example saw and cosigned the log that holds the item" in said
    assert "ca.example saw and cosigned the log that holds the receipt" in said
    assert "opened, verified and durably stored it (STORED)" in said
    assert [(part.name, part.content) for part in verdict.opened] == [("/question", b'"Who?"')]
    assert verdict.facts["sequence"] == 7
    assert verdict.facts["item_leaf_hash"] == merkle.leaf_hash(story.item.encode()).hex()


def test_a_full_file_still_says_what_it_does_not_prove(story: Story, data: bytes) -> None:
    said = " ".join(evidence.verify(data, trusted=story.trusted).not_proved)
    assert "2 parts are withheld" in said
    assert "no HANDLED receipt" in said
    assert "times are claims" in said
    assert "no STORED receipt" not in said


def test_without_receipt_cosignature_and_opening_each_is_named_as_not_proved(story: Story) -> None:
    bare = evidence_of(story, item=story.proven_item(cosigned=False), receipts=[], opening=None, roots=[story.ca.root_key],
                 statements_=[story.ca.enrol("log", story.ca.log)])  # fmt: skip
    verdict = evidence.verify(bare, trusted=[story.ca.fingerprint])
    said = " ".join(verdict.not_proved)
    assert len(verdict.proved) == 1
    for missing in (
        "No cosignature of in.example",
        "no STORED receipt",
        "no HANDLED receipt",
        "its content is not opened",
    ):
        assert missing in said


def test_every_sampled_byte_of_the_file_matters(story: Story, data: bytes) -> None:
    """One changed byte is a refusal under the tree of errors, never another exception."""
    places = {*range(64), *range(len(data) - 64, len(data)), *spread(len(data), 400)}
    accepted = []
    for place in sorted(places):
        for value in {data[place] ^ 0x01, data[place] ^ 0x80} if place % 2 else {data[place] ^ 0x20}:
            try:
                evidence.verify(with_byte(data, place, value), trusted=story.trusted)
            except CountersignError:
                continue
            accepted.append((place, value))
    assert accepted == []


def test_the_version_true_is_not_the_version_1(story: Story, data: bytes) -> None:
    with pytest.raises(EvidenceInvalid):
        evidence.verify(tampered(data, lambda c: c.update(v=True)), trusted=story.trusted)


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_cut_or_lengthened_file_is_refused(story: Story, data: bytes, cut: int) -> None:
    for wrong in (data[:cut], data + b"\0"):
        with pytest.raises(CountersignError):
            evidence.verify(wrong, trusted=story.trusted)


def test_trust_comes_from_the_verifier_and_not_from_the_file(story: Story, data: bytes) -> None:
    stranger = Party("xx.example").fingerprint
    for trusted in ([], [stranger], story.trusted[:1], story.trusted[1:], [stranger, story.trusted[0]]):
        with pytest.raises(EvidenceInvalid, match="none of those you trust") as refusal:
            evidence.verify(data, trusted=trusted)
        assert refusal.value.diagnostics()["fingerprint"] not in trusted


def test_a_mistyped_fingerprint_is_refused_as_such(story: Story, data: bytes) -> None:
    with pytest.raises(CountersignError, match="sixty digits"):
        evidence.verify(data, trusted=[story.trusted[0][:-1]])


def test_fingerprints_may_be_typed_without_blanks_and_more_may_be_trusted(story: Story, data: bytes) -> None:
    trusted = [text.replace(" ", "") for text in story.trusted] + [Party("xx.example").fingerprint]
    assert evidence.verify(data, trusted=trusted).proved


def test_a_root_that_nothing_uses_is_refused(story: Story) -> None:
    unused = evidence_of(story, item=story.proven_item(cosigned=False), receipts=[])
    with pytest.raises(EvidenceInvalid, match="a root it has no use for: in.example"):
        evidence.verify(unused, trusted=story.trusted)


TAMPERINGS: dict[str, Callable[[dict[str, Any]], object]] = {
    "unknown-field": lambda c: c.update(more=1),
    "missing-field": lambda c: c.pop("opening"),
    "other-format": lambda c: c.update(format="countersign-fork"),
    "other-version": lambda c: c.update(v=2),
    "roots-no-list": lambda c: c.update(roots={}),
    "root-twice": lambda c: c["roots"].append(c["roots"][0]),
    "root-cut": lambda c: c["roots"][0].pop(),
    "root-key-short": lambda c: c["roots"][0].__setitem__(1, b"short"),
    "no-statements": lambda c: c.update(statements=[]),
    "statements-no-list": lambda c: c.update(statements=None),
    "statement-cut": lambda c: c["statements"][0].pop(),
    "statement-of-no-root": lambda c: c["roots"].pop(),
    "statement-signatures-swapped": lambda c: c["statements"][0].__setitem__(1, c["statements"][1][1]),
    "statement-action-a-list": lambda c: c["statements"].append(
        [cbor.encode({"v": 1, "node": "ca.example", "action": [], "serial": 1, "at": 1}), b"", b""]
    ),
    "item-and-receipt-swapped": lambda c: c.update(item=c["receipts"][0], receipts=[c["item"]]),
    "item-none": lambda c: c.update(item=None),
    "item-cut": lambda c: c["item"].pop(),
    "item-proof-of-the-receipt": lambda c: c["item"].__setitem__(1, c["receipts"][0][1]),
    "cosignatures-swapped": lambda c: c["item"].__setitem__(2, c["receipts"][0][2]),
    "cosignature-without-newline": lambda c: c["item"].__setitem__(2, c["item"][2][:-1]),
    "cosignature-of-one-line": lambda c: c["item"].__setitem__(2, c["item"][2].splitlines(keepends=True)[1]),
    "cosignature-with-more": lambda c: c["item"].__setitem__(2, c["item"][2] + "\n"),
    "receipts-no-list": lambda c: c.update(receipts=None),
    "receipt-an-item": lambda c: c["receipts"].append(c["item"]),
    "opening-of-nothing": lambda c: c.update(opening=[]),
    "opening-cut": lambda c: c["opening"].pop(),
    "opening-renamed": lambda c: next(e for e in c["opening"] if len(e) == 3).__setitem__(0, "/answer"),
    "opening-rewritten": lambda c: next(e for e in c["opening"] if len(e) == 3).__setitem__(2, b'"Why?"'),
    "opening-a-map": lambda c: c.update(opening={}),
}


@pytest.mark.parametrize("flaw", TAMPERINGS)
def test_a_file_laid_out_anew_with_a_flaw_is_refused(story: Story, data: bytes, flaw: str) -> None:
    with pytest.raises(CountersignError):
        evidence.verify(tampered(data, TAMPERINGS[flaw]), trusted=story.trusted)


@examples(150)
@given(st.sampled_from(["roots", "statements", "item", "receipts", "opening", "format", "v"]), cbor_values)
def test_any_value_in_place_of_a_field_is_refused(name: str, value: Any) -> None:
    story = WHOLE.story
    changed = tampered(WHOLE.data, lambda c: c.update({name: value}))
    if changed == WHOLE.data or (name, value) in (("opening", None), ("receipts", [])):
        return
    with pytest.raises(CountersignError):
        evidence.verify(changed, trusted=story.trusted)


@examples(150)
@given(st.binary(max_size=100) | cbor_values.map(cbor.encode))
def test_no_other_bytes_are_evidence(data: bytes) -> None:
    with pytest.raises(CountersignError):
        evidence.verify(data, trusted=[])


class Whole:
    """Made once, for the tests that hypothesis drives."""

    def __init__(self) -> None:
        from rooms.ledger.books import tell

        self.story = tell()
        self.data = evidence_of(self.story)


WHOLE = Whole()


@pytest.mark.parametrize("shown", [(), ("id",), ("/question", "/necessity"), ("id", "/question", "/necessity")])
def test_any_redaction_of_the_content_still_proves(story: Story, shown: tuple[str, ...]) -> None:
    verdict = evidence.verify(evidence_of(story, opening=story.opening(*shown)), trusted=story.trusted)
    assert {part.name for part in verdict.opened} == set(shown)
    assert any("withheld" in sentence for sentence in verdict.not_proved) is (len(shown) < 3)


def test_a_file_says_its_format_before_it_is_believed(data: bytes) -> None:
    assert evidence.format_of(data) == "countersign-evidence"
    for wrong in (b"\xf6", cbor.encode({}), cbor.encode({"format": 1}), b"\xff"):
        with pytest.raises(CountersignError):
            evidence.format_of(wrong)
