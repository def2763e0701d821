"""Leaves: strict in every field, and whatever is accepted has one encoding."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms.ledger.books import TIME
from strategies import any_leaf, cbor_values, examples, with_byte

from countersign.kernel import cbor
from countersign.kernel.errors import CountersignError
from countersign.ledger.core import leaves
from countersign.ledger.core.leaves import AnchorLeaf, BatchLeaf, ItemLeaf, Leaf, ReceiptLeaf, UnknownLeaf, VoidLeaf
from countersign.ledger.errors import LeafMalformed

H = b"h" * 32
COMMON: dict[str, Any] = {"nonce": H, "sender": "ca.example", "receiver": "in.example"}
PLACED = COMMON | {"channel": b"c" * 16, "epoch": 1, "sequence": 2}
SAMPLES: list[Leaf] = [
    ItemLeaf(**PLACED, commitment=H, digest=H, bucket=2048, expires=0, release=H),
    VoidLeaf(**PLACED, item=H),
    BatchLeaf(**COMMON, hpke_key=H, items=(H, b"i" * 32), digest=H),
    ReceiptLeaf(**COMMON, state="HANDLED", outcome="accepted", at=TIME, items=(H,)),
    leaves.KeyLeaf(nonce=H, statement=b"s", ed25519=b"e", mldsa=b"m"),
    AnchorLeaf(nonce=H, decisions=H),
]
FIELDS = [(leaf, spec.name) for leaf in SAMPLES for spec in dataclasses.fields(leaf)]
every_field = pytest.mark.parametrize(("leaf", "name"), FIELDS, ids=[f"{leaf.kind}-{name}" for leaf, name in FIELDS])


def raw(leaf: Leaf, **changed: Any) -> bytes:
    """The leaf's bytes with single fields replaced by anything."""
    values = [changed.get(spec.name, getattr(leaf, spec.name)) for spec in dataclasses.fields(leaf)]
    return cbor.encode([leaf.kind, 1, *(list(value) if isinstance(value, tuple) else value for value in values)])


@examples(150)
@given(any_leaf)
def test_a_leaf_that_was_written_is_read_back(leaf: Leaf) -> None:
    assert leaves.parse(leaf.encode()) == leaf


def test_every_leaf_has_a_fresh_nonce() -> None:
    """protocol section 1: every leaf carries a fresh 32-byte random value."""
    made = {leaves.KeyLeaf(statement=b"", ed25519=b"", mldsa=b"").nonce for _ in range(50)}
    assert len(made) == 50
    assert {len(nonce) for nonce in made} == {32}


@every_field
def test_a_field_of_another_type_is_refused(leaf: Leaf, name: str) -> None:
    value = getattr(leaf, name)
    for wrong in (None, True, False, [[]], {}, "" if not isinstance(value, str) else b"", -1):
        with pytest.raises(LeafMalformed) as refusal:
            leaves.parse(raw(leaf, **{name: wrong}))
        assert refusal.value.field in (name, "outcome")


@every_field
def test_a_hash_of_another_length_is_refused(leaf: Leaf, name: str) -> None:
    if name not in ("nonce", "channel", "commitment", "digest", "release", "hpke_key", "item", "decisions"):
        assert name in ("sender", "receiver", "epoch", "sequence", "bucket", "expires", "items", "state", "outcome", "at", "statement", "ed25519", "mldsa")  # fmt: skip
        return
    for wrong in (getattr(leaf, name)[:-1], getattr(leaf, name) + b"\0", b""):
        with pytest.raises(LeafMalformed):
            leaves.parse(raw(leaf, **{name: wrong}))


@pytest.mark.parametrize("leaf", SAMPLES, ids=lambda leaf: leaf.kind)
def test_a_field_too_many_or_too_few_is_refused(leaf: Leaf) -> None:
    members = cbor.decode(leaf.encode())
    for wrong in (members[:-1], [*members, None]):
        with pytest.raises(LeafMalformed):
            leaves.parse(cbor.encode(wrong))


@pytest.mark.parametrize(
    "items",
    [[], [H, H], [b"short"], [1], "x", {"a": H}, [H] + [b"%032d" % n for n in range(1024)]],
    ids=lambda v: repr(v)[:20],
)
def test_a_list_of_items_is_one_to_1024_different_hashes(items: Any) -> None:
    with pytest.raises(LeafMalformed):
        leaves.parse(raw(SAMPLES[2], items=items))


@pytest.mark.parametrize(
    ("state", "outcome"),
    [("STORED", "accepted"), ("HANDLED", ""), ("HANDLED", "CANNOT_OPEN"), ("REFUSED", "refused"), ("stored", ""), ("", ""), ("REFUSED", "")],
)  # fmt: skip
def test_a_receipts_state_and_outcome_go_together(state: str, outcome: str) -> None:
    with pytest.raises(LeafMalformed):
        leaves.parse(raw(SAMPLES[3], state=state, outcome=outcome))


@pytest.mark.parametrize("head", [["poem", 1], ["item", 2], ["item", 0], ["item", "1"], ["", 1]])
def test_a_leaf_of_an_unknown_type_or_version_is_kept_as_unknown(head: list[Any]) -> None:
    found = leaves.parse(cbor.encode([*head, H, 1]))
    assert isinstance(found, UnknownLeaf)
    assert found.type == head[0]


@pytest.mark.parametrize("leaf", SAMPLES, ids=lambda leaf: leaf.kind)
def test_the_version_true_is_not_the_version_1(leaf: Leaf) -> None:
    """One leaf has one set of bytes: what parses as a known leaf must encode back to what was parsed."""
    members = cbor.decode(leaf.encode())
    found = leaves.parse(cbor.encode([members[0], True, *members[2:]]))
    assert isinstance(found, UnknownLeaf)


@pytest.mark.parametrize("value", [None, {}, [], ["item"], ["item", 1], [1, 1, H], [["item"], 1, H], "item"])
def test_what_is_no_array_that_begins_with_a_type_is_refused(value: Any) -> None:
    with pytest.raises(LeafMalformed):
        leaves.parse(cbor.encode(value))


@examples(300)
@given(
    st.binary(max_size=100)
    | cbor_values.map(cbor.encode)
    | st.lists(cbor_values, max_size=13).map(lambda v: cbor.encode(["item", 1, *v]))
)
def test_random_bytes_are_refused_unknown_or_one_leaf(data: bytes) -> None:
    try:
        leaf = leaves.parse(data)
    except CountersignError:
        return
    assert isinstance(leaf, UnknownLeaf) or leaf.encode() == data


@examples(300)
@given(any_leaf, st.data())
def test_a_leaf_with_a_changed_byte_is_refused_or_another_leaf(leaf: Leaf, data: st.DataObject) -> None:
    encoded = leaf.encode()
    place = data.draw(st.integers(0, len(encoded) - 1))
    changed = with_byte(encoded, place, data.draw(st.integers(0, 255).filter(lambda byte: byte != encoded[place])))
    try:
        other = leaves.parse(changed)
    except CountersignError:
        return
    assert other != leaf


def test_a_leaf_of_another_type_is_refused_where_one_type_is_due() -> None:
    assert leaves.parse_as(VoidLeaf, SAMPLES[1].encode()) == SAMPLES[1]
    for wrong in (SAMPLES[0].encode(), cbor.encode(["poem", 1, H])):
        with pytest.raises(LeafMalformed, match="a void leaf was expected"):
            leaves.parse_as(VoidLeaf, wrong)


def test_release_and_anchor_commitments_hide_and_bind() -> None:
    made = {
        leaves.release_commitment(H, b"a"), leaves.release_commitment(H, b"b"), leaves.release_commitment(b"o" * 32, b"a"),
        leaves.anchor_commitment(H, b"a"), leaves.anchor_commitment(H, b"b"),
    }  # fmt: skip
    assert len(made) == 5
