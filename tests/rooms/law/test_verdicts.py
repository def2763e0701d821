"""The answers of `law decide`: every kind of verdict, every fault named, and no line stops another."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rooms.law.harmless import SETS, STATES, WORDS, facts_of
from rooms.law.requests import CAVEATS, EYES, GOOD, item

from countersign.law import verdicts
from countersign.law.verdicts import TEST_DEFAULTS

BOTH = pytest.mark.parametrize("state", STATES)


def answers(*requests: Any, defaults: bool = True) -> list[dict[str, Any]]:
    lines = [request if isinstance(request, bytes) else json.dumps(request).encode() for request in requests]
    return list(verdicts.answer_lines(SETS, lines, defaults=defaults))


def answer(request: Any, *, defaults: bool = True) -> dict[str, Any]:
    (told,) = answers(request, defaults=defaults)
    return told


@BOTH
def test_with_everything_in_place_the_verdict_is_release(state: str) -> None:
    told = answer({"id": "1", "item": item(state), "approvals": EYES, "caveats": CAVEATS[state]})
    assert (told["id"], told["verdict"]) == ("1", "release")
    assert told["families"] == ["gateway"]
    assert not any(told[name] for name in ("caveats", "redactions", "approvals", "conditions"))


@BOTH
def test_what_the_node_attaches_and_the_drafter_takes_out_is_release_with(state: str) -> None:
    told = answer({"id": "1", "item": item(state, data=["identity", "health"]), "approvals": EYES})
    assert told["verdict"] == "release_with"
    assert (told["caveats"], told["redactions"]) == (CAVEATS[state], ["health"])
    assert "INTL-HEALTH" in told["rules"]
    done = answer(
        {"item": item(state, data=["health"]), "approvals": EYES} | {k: told[k] for k in ("caveats", "redactions")}
    )
    assert done["verdict"] == "release"


@BOTH
def test_missing_approvals_and_conditions_are_needs_approval_and_all_of_them_are_named(state: str) -> None:
    told = answer({"item": item(state, origin="third_state", necessity=False, data=["identity", "belief_or_origin"])})
    assert told["verdict"] == "needs_approval"
    assert told["approvals"] == ["originator", "releasing_officer", "second_officer"]
    assert told["conditions"] == ["necessity_recorded"]
    assert (told["caveats"], told["redactions"]) == (CAVEATS[state], ["belief_or_origin"])
    given = {"approvals": told["approvals"], "conditions": told["conditions"]}
    more = answer({"item": item(state, origin="third_state", necessity=False, data=["belief_or_origin"])} | given)
    assert more["verdict"] == "release_with"


@BOTH
@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ({"bulk": True}, ["GATE-BULK"]),
        ({"agency": "policy"}, ["NO-GATEWAY"]),
        ({"agency": "policy", "bulk": True, "origin": "third_state", "data": ["health"]}, ["GATE-BULK", "NO-GATEWAY"]),
        ({"data": ["asylum_claim"]}, ["INTL-ASYLUM-CLAIM"]),
    ],
)
def test_a_refusal_names_what_cannot_be_cured_and_nothing_that_looks_as_if_it_could(
    state: str, change: dict[str, Any], rules: list[str]
) -> None:
    told = answer({"item": item(state, **change)})
    assert (told["verdict"], told["rules"]) == ("refuse", rules)
    assert not any(told[name] for name in ("caveats", "redactions", "approvals", "conditions"))


@BOTH
@pytest.mark.parametrize("approvals", [EYES, []], ids=["approved", "not approved"])
@pytest.mark.parametrize("check", ["hit", "doubt", "not_run", "unavailable"])
def test_a_held_item_is_refused_and_nothing_looks_as_if_it_could_cure_it(
    state: str, check: str, approvals: list[str]
) -> None:
    told = answer({"item": item(state, protection_check=check), "approvals": approvals})
    assert (told["verdict"], told["rules"]) == ("refuse", ["GATE-PROTECTION-CHECK"])
    assert not any(told[name] for name in ("caveats", "redactions", "approvals", "conditions"))


@BOTH
def test_a_held_item_with_everything_else_in_place_is_refused(state: str) -> None:
    told = answer({"item": item(state, protection_check="hit"), "approvals": EYES, "caveats": CAVEATS[state]})
    assert (told["verdict"], told["rules"]) == ("refuse", ["GATE-PROTECTION-CHECK"])


@BOTH
def test_asking_using_and_routing_have_verdicts_as_well(state: str) -> None:
    own = {"releasing": state, "recipient": state, "own_item": True, "same_purpose": True}
    asked = {"id": "a", "action": "Ask", "item": item(state), "approvals": EYES}
    used = {"id": "u", "action": "Use", "item": item(state, **own, use="read")}
    passed = {"id": "p", "action": "Use", "item": item(state, **own, use="onward_state"), "caveats": ["C_ORCON"]}
    routed = {"id": "r", "action": "Route", "item": item(state, **own)}
    told = answers(asked, used, passed, routed, asked | {"item": item(state, offence="none")})
    assert [each["verdict"] for each in told] == ["release_with", "release", "refuse", "needs_approval", "refuse"]
    assert told[3]["approvals"] == ["releasing_officer"]
    assert told[4]["rules"] == ["ASK-PREDICATE"]


@BOTH
def test_without_defaults_a_missing_attribute_is_a_refusal_that_names_it(state: str) -> None:
    whole = {name: value for name, value in facts_of(state).items() if name not in ("approvals", "caveats")}
    assert answer({"item": whole, "approvals": EYES}, defaults=False)["verdict"] == "release_with"
    for name in TEST_DEFAULTS:
        lacking = {kept: value for kept, value in whole.items() if kept != name}
        told = answer({"item": lacking, "approvals": EYES}, defaults=False)
        assert (told["verdict"], told["rules"]) == ("refuse", ["ENGINE-ERROR"])
        assert name in told["errors"][0]
        assert answer({"item": lacking, "approvals": EYES}, defaults=True)["verdict"] == "release_with"


@BOTH
@pytest.mark.parametrize("name", ["recipient", "agency", "recipient_agency", "workstream", "item_type"])
def test_what_has_no_default_is_never_guessed(state: str, name: str) -> None:
    told = answer({"item": {kept: value for kept, value in item(state).items() if kept != name}})
    assert (told["verdict"], told["rules"]) == ("refuse", ["ENGINE-ERROR"])
    assert name in told["errors"][0]


def test_defaults_are_words_of_the_vocabulary_and_no_live_decision_has_any() -> None:
    WORDS.typed(facts_of("CA") | TEST_DEFAULTS)
    assert not set(TEST_DEFAULTS) & {"approvals", "conditions", "caveats", "redactions", "permissions"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"offense": "fraud"}, "offense"),
        ({"offence": "frod"}, "offence"),
        ({"data": ["identty"]}, "data"),
        ({"subjects": "suspect"}, "subjects"),
        ({"personal": "yes"}, "personal"),
        ({"personal": None}, "personal"),
        ({"approvals": ["a_friend"]}, "approvals"),
    ],
)
def test_a_misspelt_attribute_or_category_is_a_refusal_that_names_it(change: dict[str, Any], named: str) -> None:
    told = answer({"item": item("CA", **change)})
    assert (told["verdict"], told["rules"]) == ("refuse", ["ENGINE-ERROR"])
    assert named in told["errors"][0]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"not json", "line 2"),
        (b"\xff\xfe", "line 2"),
        (b'{"item": {}', "line 2"),
        (b'{"id": "x", "id": "y", "item": {}}', "line 2"),
        (b'{"item": {"releasing": "CA", "releasing": "IN"}}', "line 2"),
        (b'{"item": {"data": ["\\ud800"]}}', "line 2"),
        (b'{"item": {"data": NaN}}', "line 2"),
        (b'{"item": ' + b"[" * 24 + b"]" * 24 + b"}", "line 2"),
        (b'{"id": "' + b"x" * (1 << 20) + b'"}', "line 2"),
        (b"[" * 5000, "line 2"),
        (b"[1]", "item"),
        (b"5", "item"),
        (b"null", "item"),
        (b'{"id": "x"}', "item"),
        (b'{"item": []}', "item"),
        (b'{"item": {}, "aprovals": []}', "aprovals"),
        (b'{"item": {}}', "releasing"),
        (b'{"item": {"releasing": "ZZ"}}', "releasing"),
        (b'{"item": {"releasing": ["CA"]}}', "releasing"),
        (b'{"item": {"releasing": "CA"}, "action": "Nonsense"}', "action"),
        (b'{"item": {"releasing": "CA"}, "action": null}', "action"),
        (b'{"item": {"releasing": "CA"}, "action": ["Release"]}', "action"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_line_that_cannot_be_read_is_answered_with_its_fault_and_stops_nothing(line: bytes, field: str) -> None:
    before, told, after = answers(GOOD, line, GOOD)
    assert before == after
    assert before["verdict"] == "release_with"
    assert (told["id"], told["verdict"], told["error"]["field"]) == ("line 2", "refuse", field)
    assert told["error"]["remedy"]


@pytest.mark.parametrize("value", [5, None, "C_ORCON", True, {}, [5], [None], [[]], [{}], [["court"]]], ids=repr)
@pytest.mark.parametrize("name", ["approvals", "conditions", "caveats", "redactions"])
def test_process_sets_of_any_shape_are_a_refusal_and_stop_nothing(name: str, value: Any) -> None:
    before, told, after = answers(GOOD, GOOD | {name: value}, GOOD)
    assert before == after
    assert told["verdict"] == "refuse"
    inside = answer({"item": item("CA", **{name: value})})
    assert inside["verdict"] == "refuse"


def test_blank_lines_are_passed_over() -> None:
    assert [told["id"] for told in answers(b"", b"  \n", GOOD, b"\n")] == ["good"]
