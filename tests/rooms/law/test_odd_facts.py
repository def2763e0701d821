"""Bad facts are a no and never raise."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms.law.harmless import SETS, STATES, decide, facts_of, ids
from strategies import cbor_values, examples

from countersign.law import decide as law
from countersign.law.policies import CURABLE

BOTH = pytest.mark.parametrize("state", STATES)


@BOTH
def test_each_missing_attribute_is_an_error_that_names_it_and_an_error_is_a_no(state: str) -> None:
    for name in sorted(facts_of(state)):
        decision = decide(state, {kept: value for kept, value in facts_of(state).items() if kept != name})
        assert (decision.allowed, ids(decision)) == (False, {"ENGINE-ERROR"})
        assert name in decision.errors[0]


@BOTH
def test_each_value_that_the_vocabulary_does_not_know_is_an_error_and_an_error_is_a_no(state: str) -> None:
    for name, value in facts_of(state).items():
        for wrong in (["nonsense"], "nonsense") if isinstance(value, list) else ("nonsense", 1, [value], {}, None):
            decision = decide(state, facts_of(state) | {name: wrong})
            assert (decision.allowed, ids(decision)) == (False, {"ENGINE-ERROR"}), (name, wrong)


@BOTH
@pytest.mark.parametrize("more", [{"offense": "fraud"}, {"": True}, {1: True, None: True}, {("a",): "b"}], ids=repr)
def test_an_attribute_too_many_is_an_error_and_an_error_is_a_no(state: str, more: dict[Any, Any]) -> None:
    assert ids(decide(state, facts_of(state) | more)) == {"ENGINE-ERROR"}


junk = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=3)
    | st.lists(st.none() | st.integers() | st.text(max_size=3) | st.lists(st.none()), max_size=3)
)


@examples(150)
@given(st.sampled_from(sorted(facts_of("CA"))), junk | cbor_values)
def test_a_value_of_any_shape_in_one_attribute_never_raises(name: str, value: Any) -> None:
    decision = decide("CA", facts_of("CA") | {name: value})
    if decision.allowed:
        assert type(value) is type(facts_of("CA")[name]) or value in ([], (), {})
    elif ids(decision) == {"ENGINE-ERROR"}:
        assert decision.errors


@pytest.mark.parametrize(
    "approvals",
    [
        ["releasing_officer", None],
        [1, "releasing_officer"],
        [["releasing_officer"], {}],
        [{}, {}],
        [b"x"],
        None,
        5,
        "all",
    ],
    ids=repr,
)
def test_process_sets_of_any_shape_are_a_no_of_which_nothing_is_missing(approvals: Any) -> None:
    for name in CURABLE:
        decision = decide("CA", facts_of("CA") | {name: approvals})
        assert (decision.allowed, ids(decision), decision.hopeless) == (False, {"ENGINE-ERROR"}, True)
        assert decision.missing(name) == frozenset()


@pytest.mark.parametrize("facts", [None, 5, "facts", [], [[1]], {}, {1: 2}, True, b"x", ("a",)], ids=repr)
def test_what_is_no_facts_at_all_is_a_no_and_never_raises(facts: Any) -> None:
    decision = decide("CA", facts)
    assert (decision.allowed, ids(decision), decision.hopeless) == (False, {"ENGINE-ERROR"}, True)
    assert (decision.held, decision.waits_for_people, decision.disagreed) == (False, False, False)
    assert decision.missing("approvals") == frozenset()


@pytest.mark.parametrize("action", ["", "release", "Nonsense", None, 5, [], "Release ", 'x"'], ids=repr)
def test_an_unknown_action_is_a_no_and_never_raises(action: Any) -> None:
    assert ids(decide("CA", facts_of("CA"), action)) == {"ENGINE-ERROR"}


@pytest.mark.parametrize("who", ["", 'x"', "\\", "\u202e", "a\nb", "Ünï"], ids=repr)
def test_no_name_of_an_authority_or_item_changes_the_decision(who: str) -> None:
    for change, allowed in (({}, True), ({"bulk": True}, False)):
        facts = facts_of("CA", **change)
        decision = law.decide(SETS["CA"], action="Release", principal=who, resource=who, facts=facts)
        assert (decision.allowed, decision.errors) == (allowed, ())


@pytest.mark.parametrize("who", ["\ud800", None, 5, [], {}], ids=repr)
def test_a_name_that_is_no_text_is_a_no_and_never_raises(who: Any) -> None:
    decision = law.decide(SETS["CA"], action="Release", principal=who, resource="R", facts=facts_of("CA"))
    assert ids(decision) == {"ENGINE-ERROR"}


def test_a_decision_is_recorded_as_json_with_version_and_citations() -> None:
    record = json.loads(json.dumps(decide("CA", facts_of("CA", bulk=True)).as_record()))
    assert (record["allowed"], record["version"]) == (False, SETS["CA"].version)
    assert [rule["id"] for rule in record["fired"]] == ["GATE-BULK"]
    assert all(rule["citation"] for rule in record["fired"])


def test_facts_given_as_sets_are_decided_and_recorded_as_lists() -> None:
    for change in ({}, {"bulk": True}, {"offence": "nonsense"}):
        listed = facts_of("CA", **change)
        for kind in (set, frozenset):
            facts = {name: kind(value) if isinstance(value, list) else value for name, value in listed.items()}
            decision, same = decide("CA", facts), decide("CA", listed)
            assert (decision.allowed, ids(decision), decision.errors) == (same.allowed, ids(same), same.errors)
            record = json.loads(json.dumps(decision.as_record()))
            assert record["facts"] == {
                name: sorted(value) if isinstance(value, list) else value for name, value in listed.items()
            }
    facts = {name: tuple(value) if isinstance(value, list) else value for name, value in facts_of("CA").items()}
    assert json.loads(json.dumps(decide("CA", facts).as_record()))["facts"] == facts_of("CA")


@pytest.mark.parametrize("name", sorted(CURABLE))
def test_nothing_is_missing_of_a_decision_with_errors(name: str) -> None:
    """Where the rules could not be evaluated, nothing that people give would help, whatever else is said to have fired."""
    facts = facts_of("CA", approvals=[], caveats=[], mistreatment_risk="not_assessed", data=["health"])
    denied = decide("CA", facts)
    assert denied.missing(name)
    assert dataclasses.replace(denied, errors=("broken",)).missing(name) == frozenset()
    assert dataclasses.replace(denied, errors=("broken",), facts={}).missing(name) == frozenset()
