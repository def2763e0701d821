"""Key statements (protocol section 2; CS-PR-01): what a root says, and nothing else."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms.ledger.books import TIME, Party, signer_of
from strategies import cbor_values, examples, flipped, outcome_of, spread

from countersign.kernel import cbor
from countersign.kernel.errors import CountersignError, InvalidInput
from countersign.ledger.core import leaves, names, statements
from countersign.ledger.core.statements import SignedStatement
from countersign.ledger.errors import SignatureInvalid, StatementInvalid

H = b"h" * 32


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
