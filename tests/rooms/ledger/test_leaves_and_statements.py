"""Leaves and key statements: strict in every field, and whatever is accepted has one encoding."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms.ledger.books import TIME, Party, signer_of
from strategies import any_leaf, cbor_values, examples, flipped, outcome_of, spread, with_byte

from countersign.kernel import cbor
from countersign.kernel.errors import CountersignError, InvalidInput
from countersign.ledger.core import leaves, names, statements
from countersign.ledger.core.leaves import AnchorLeaf, BatchLeaf, ItemLeaf, Leaf, ReceiptLeaf, UnknownLeaf, VoidLeaf
from countersign.ledger.core.statements import SignedStatement
from countersign.ledger.errors import LeafMalformed, SignatureInvalid, StatementInvalid

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


@pytest.fixture(scope="module")
def ca() -> Party:
    return Party("ca.example")


def key_of(role: str) -> list[bytes]:
    return [
        b"k" * (length or 300)
        for length in {"log": (32, 1312), "witness": (32, 1312), "hpke": (1216,), "contact": (32,), "mtls": (0,)}[role]
    ]


def fields_of(action: str, /, **changed: Any) -> dict[str, Any]:
    own: dict[str, Any] = {
        "enrol": {"role": "contact", "key": key_of("contact"), "not_before": 1, "not_after": 2},
        "revoke": {"role": "log", "key_id": H, "since_size": 5, "reason": "compromised"},
        "epoch": {"channel": b"c" * 16, "epoch": 2, "old_mark": 7},
    }[action]
    return {"v": 1, "node": "ca.example", "serial": 1, "at": TIME, "action": action} | own | changed


@pytest.mark.parametrize("role", statements.ONLINE_ROLES)
def test_an_enrolment_of_each_role_verifies_under_its_root(ca: Party, role: str) -> None:
    fields = fields_of("enrol", role=role, key=key_of(role))
    assert statements.verify(statements.sign(fields, ca.root), ca.root.public, node="ca.example") == fields


@pytest.mark.parametrize("action", ["revoke", "epoch"])
def test_the_other_actions_verify_and_survive_as_leaves(ca: Party, action: str) -> None:
    signed = statements.sign(fields_of(action), ca.root)
    leaf = leaves.parse_as(leaves.KeyLeaf, signed.as_leaf().encode())
    assert statements.from_leaf(leaf) == statements.from_list(signed.as_list()) == signed
    assert statements.verify(signed, ca.root.public, node="ca.example")["action"] == action


FLAWS: list[tuple[str, dict[str, Any]]] = [
    ("enrol", {"role": "root"}), ("enrol", {"role": None}), ("enrol", {"role": ["log"]}), ("enrol", {"key": [b"k" * 31]}),
    ("enrol", {"key": []}), ("enrol", {"key": b"k" * 32}), ("enrol", {"key": ["k" * 32]}), ("enrol", {"key": [b"k" * 32] * 2}),
    ("enrol", {"not_after": 1}), ("enrol", {"not_before": -1}), ("enrol", {"not_before": True}), ("enrol", {"serial": "1"}),
    ("enrol", {"at": None}), ("enrol", {"at": -1}), ("enrol", {"more": 1}), ("enrol", {"v": 2}), ("enrol", {"node": "CA"}),
    ("enrol", {"node": 5}), ("enrol", {"node": "a..b"}), ("enrol", {"action": "grant"}), ("enrol", {"action": None}),
    ("enrol", {"action": 1}), ("revoke", {"reason": "because"}), ("revoke", {"key_id": b"short"}), ("revoke", {"key_id": "h" * 32}),
    ("revoke", {"since_size": -1}), ("revoke", {"role": "x"}), ("revoke", {"reason": None}), ("epoch", {"channel": b"c"}),
    ("epoch", {"channel": "c" * 16}), ("epoch", {"epoch": -1}), ("epoch", {"old_mark": None}),
]  # fmt: skip


@pytest.mark.parametrize(("action", "flaw"), FLAWS, ids=lambda part: repr(part)[:40])
def test_a_malformed_statement_is_neither_signed_nor_read(ca: Party, action: str, flaw: dict[str, Any]) -> None:
    with pytest.raises((StatementInvalid, InvalidInput)):
        statements.sign(fields_of(action, **flaw), ca.root)


@pytest.mark.parametrize(
    ("action", "flaw"),
    [
        ("enrol", {"action": []}),
        ("enrol", {"action": {}}),
        ("revoke", {"reason": []}),
        ("revoke", {"reason": {"a": 1}}),
    ],
    ids=["action-list", "action-map", "reason-list", "reason-map"],
)
def test_a_container_where_a_word_is_due_is_refused_and_no_crash(action: str, flaw: dict[str, Any]) -> None:
    with pytest.raises(CountersignError):
        statements.read(cbor.encode(fields_of(action, **flaw)))


def test_the_version_true_of_a_statement_is_refused() -> None:
    with pytest.raises(StatementInvalid):
        statements.read(cbor.encode(fields_of("enrol", v=True)))


@examples(200)
@given(cbor_values)
def test_no_other_value_is_a_statement(value: Any) -> None:
    with pytest.raises(CountersignError):
        statements.read(cbor.encode(value))


@examples(200)
@given(st.sampled_from(["enrol", "revoke", "epoch"]), st.data())
def test_a_statement_with_any_value_in_one_field_is_refused_or_well_formed(action: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(set(fields_of(action)) - {"action", "reason"})))
    fields = fields_of(action, **{name: data.draw(cbor_values)})
    assert (
        outcome_of(lambda: statements.read(cbor.encode(fields)), CountersignError)
        or statements.read(cbor.encode(fields)) == fields
    )


def test_a_statement_of_one_node_does_not_verify_for_another(ca: Party) -> None:
    signed = statements.sign(fields_of("enrol"), ca.root)
    with pytest.raises(StatementInvalid, match="under the root of"):
        statements.verify(signed, ca.root.public, node="in.example")


def test_a_statement_under_another_root_or_with_a_flipped_bit_is_refused(ca: Party) -> None:
    signed = statements.sign(fields_of("enrol"), ca.root)
    with pytest.raises(SignatureInvalid):
        statements.verify(signed, signer_of("another root", 87).public, node="ca.example")
    for name in ("body", "ed25519", "mldsa"):
        value = getattr(signed, name)
        for bit in spread(8 * len(value), 40):
            changed = dataclasses.replace(signed, **{name: flipped(value, bit)})
            with pytest.raises(CountersignError):
                statements.verify(changed, ca.root.public, node="ca.example")


def test_a_signature_over_the_bare_body_is_refused(ca: Party) -> None:
    """protocol section 1: nothing signed for one use verifies for another."""
    body = cbor.encode(fields_of("enrol"))
    bare = SignedStatement(body, ca.root.sign_ed25519(body), ca.root.sign_mldsa(body))
    with pytest.raises(SignatureInvalid):
        statements.verify(bare, ca.root.public, node="ca.example")


@pytest.mark.parametrize("value", [None, [], [b"a", b"b"], [b"a", b"b", b"c", b"d"], [b"a", "b", b"c"], {"body": b""}])
def test_three_byte_strings_make_a_signed_statement_and_nothing_else_does(value: Any) -> None:
    with pytest.raises(StatementInvalid):
        statements.from_list(value)


def test_a_fingerprint_is_twelve_groups_of_five_and_depends_on_node_and_keys(ca: Party) -> None:
    shown = ca.fingerprint
    assert [len(group) for group in shown.split(" ")] == [5] * 12
    assert statements.bare_fingerprint(shown) == shown.replace(" ", "")
    assert statements.bare_fingerprint(f"  {shown.replace(' ', '-')}\n") == shown.replace(" ", "")
    others = {statements.RootKey("cb.example", ca.root.public).fingerprint(), Party("in.example").fingerprint}
    assert shown not in others
    assert len(others) == 2


@pytest.mark.parametrize("typed", ["", "1" * 59, "1" * 61, "x" * 60, "٣" * 60, "1" * 59 + "²"])
def test_what_has_not_sixty_digits_is_no_fingerprint(typed: str) -> None:
    with pytest.raises(StatementInvalid):
        statements.bare_fingerprint(typed)


def test_a_key_has_another_id_in_another_role() -> None:
    assert len({statements.key_id(role, [H, H]) for role in statements.ONLINE_ROLES}) == len(statements.ONLINE_ROLES)


@pytest.mark.parametrize("name", ["ca.example", "a1", "x-y.z", "a" * 63])
def test_a_name_like_a_host_is_a_node_name(name: str) -> None:
    assert names.check_node_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "a", "A.b", "a..b", ".ab", "ab.", "-ab", "ab-", "a b", "a/b", "é.x", "a" * 64, "ca.example\n", "ca_x"]
)
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        names.check_node_name(name)
