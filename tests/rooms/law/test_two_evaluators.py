"""Cedar and the house's own evaluator: the same answer for the same reasons, or a Deny; and what the own reader refuses."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms.law.drawn_policies import SMALL, policy_sets, small_facts
from rooms.law.harmless import GATE, SETS, STATES, facts_of, ids, mutated, random_facts, some_of_everything
from strategies import examples

from countersign.charter import packs
from countersign.law import decide as law
from countersign.law import grammar, policies
from countersign.law.errors import PolicyInvalid
from countersign.law.evaluator import Evaluator, Found
from countersign.law.policies import PolicySet
from countersign.law.vocabulary import context

ACTIONS = ("Ask", "Release", "Use", "Route")
SHIPPED = sorted(path for place in packs.folders() for path in place.rglob("*.cedar"))
DRAWN = 1500


def _any_facts(dice: random.Random, state: str, action: str) -> Iterator[dict[str, Any]]:
    """A third of the facts are drawn freely; the others are harmless ones with a few changes and many cures."""
    for place in range(DRAWN):
        if place % 3 == 0:
            yield random_facts(dice)
        else:
            changed = mutated(dice, facts_of(state, action), dice.randint(1, 6))
            yield some_of_everything(dice, changed, 0.05) if place % 3 == 1 and action in GATE else changed


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", STATES)
def test_both_evaluators_agree_on_every_decision(state: str, action: str) -> None:
    allowed, reasons = 0, set()
    for facts in _any_facts(random.Random(f"{state} {action}"), state, action):
        decision = law.decide(SETS[state], action=action, principal="P", resource="R", facts=facts)
        assert not decision.errors, facts
        allowed += decision.allowed
        reasons |= ids(decision)
    assert DRAWN * 0.05 < allowed < DRAWN * 0.9
    assert len(reasons) > {"Ask": 70, "Release": 70, "Use": 14, "Route": 6}[action]


@pytest.mark.parametrize("state", STATES)
def test_the_context_as_text_is_the_context(state: str) -> None:
    dice, words = random.Random(f"{state} text"), SETS[state].vocabulary
    for _ in range(200):
        typed = words.typed(random_facts(dice))
        assert json.loads(words.context_text(typed)) == context(typed)
        assert list(json.loads(words.context_text(typed))) == list(typed)


class _Answering:
    """A second evaluator that always says the same."""

    def __init__(self, found: Found) -> None:
        self._found = found

    def find(self, *_: Any) -> Found:
        return self._found

    def nearest(self, *_: Any) -> list[str]:
        return []


def _with_second(found: Found) -> PolicySet:
    return dataclasses.replace(SETS["CA"], second=_Answering(found))  # type: ignore[arg-type]


GATEWAY = frozenset({"CA-GW-PRIV-8-2-F"})
NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, Found(NONE, NONE)),
        ({}, Found(frozenset({"CA-GW-MLAT"}), NONE)),
        ({}, Found(GATEWAY | {"CA-GW-MLAT"}, NONE)),
        ({}, Found(GATEWAY, frozenset({"GATE-BULK"}))),
        ({"bulk": True}, Found(GATEWAY, NONE)),
        ({"bulk": True}, Found(GATEWAY, frozenset({"GATE-4EYES"}))),
        ({"bulk": True}, Found(GATEWAY, frozenset({"GATE-BULK", "GATE-4EYES"}))),
        ({"agency": "policy"}, Found(GATEWAY, NONE)),
    ],
    ids=["nothing", "another-gateway", "one-more-gateway", "a-forbid", "no-forbid", "another-forbid", "one-more-forbid",
         "a-gateway-where-none-opens"],
)  # fmt: skip
def test_where_they_differ_in_outcome_or_reasons_the_decision_is_a_denial_that_says_so(
    change: dict[str, Any], found: Found
) -> None:
    decision = law.decide(
        _with_second(found), action="Release", principal="P", resource="R", facts=facts_of("CA", **change)
    )
    assert (decision.allowed, decision.disagreed, decision.hopeless) == (False, True, True)
    assert ids(decision) == {"ENGINE-ERROR"}


def test_a_second_evaluator_that_says_the_same_changes_nothing() -> None:
    for change, found in (({}, Found(GATEWAY, NONE)), ({"bulk": True}, Found(GATEWAY, frozenset({"GATE-BULK"})))):
        facts = facts_of("CA", **change)
        decision = law.decide(_with_second(found), action="Release", principal="P", resource="R", facts=facts)
        assert (decision.allowed, decision.disagreed) == (found.allowed, False)


@pytest.mark.parametrize("error", [TypeError, KeyError, ValueError])
def test_a_second_evaluator_that_fails_is_a_denial(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Found:
        raise error("broken")

    monkeypatch.setattr(Evaluator, "find", fails)
    decision = law.decide(SETS["CA"], action="Release", principal="P", resource="R", facts=facts_of("CA"))
    assert (decision.allowed, ids(decision)) == (False, {"ENGINE-ERROR"})


def test_no_policy_of_the_second_evaluator_may_be_lost_unnoticed() -> None:
    """One gateway left out of the own evaluator: every decision that rests on it is a denial."""
    second = SETS["CA"].second
    fewer = {
        action: tuple(row for row in rows if row[0] != "CA-GW-PRIV-8-2-F") for action, rows in second.by_action.items()
    }
    broken = dataclasses.replace(SETS["CA"], second=dataclasses.replace(second, by_action=fewer))
    assert law.decide(broken, action="Release", principal="P", resource="R", facts=facts_of("CA")).disagreed


HEAD = "permit (principal, action, resource)"


@pytest.mark.parametrize(
    "text",
    [
        "permit (principal == ?principal, action, resource);",
        "permit (principal, action, resource in ?resource);",
        'permit (principal == Authority::"A", action, resource);',
        "permit (principal is Authority, action, resource);",
        'permit (principal, action, resource == Item::"I");',
        "permit (principal, action, resource is Item);",
        'permit (principal, action in Action::"Release", resource);',
        'permit (principal, action == PurposeV::"Release", resource);',
        f'{HEAD} when {{ context.purpose like "in*" }};',
        f"{HEAD} when {{ context has personal }};",
        f"{HEAD} when {{ 1 + 1 == 2 }};",
        f"{HEAD} when {{ 1 < 2 }};",
        f"{HEAD} when {{ -1 == 1 }};",
        f"{HEAD} when {{ if context.personal then true else false }};",
        f'{HEAD} when {{ principal == Authority::"A" }};',
        f'{HEAD} when {{ resource == Item::"I" }};',
        f'{HEAD} when {{ action == Action::"Release" }};',
        f"{HEAD} when {{ resource.personal }};",
        f"{HEAD} when {{ context.personal & context.bulk }};",
        f"{HEAD} when {{ context.personal | context.bulk }};",
        f"{HEAD} when {{ context.personal = context.bulk }};",
        f"{HEAD} when {{ context.approvals.isEmpty() }};",
        f'{HEAD} when {{ context.approvals.hasTag("x") }};',
        f'{HEAD} when {{ decimal("1.0") == decimal("1.0") }};',
        f'{HEAD} when {{ ip("1.1.1.1").isIpv4() }};',
        f'{HEAD} when {{ context["personal"] }};',
        f"{HEAD} when {{ {{a: true}}.a }};",
        f'{HEAD} when {{ [[PurposeV::"a"]].contains(context.purpose) }};',
        f"{HEAD} when {{ [true].contains(context.personal) }};",
        f"{HEAD} when {{ [].contains }};",
        f"{HEAD} when {{ context.personal == context.bulk == true }};",
        f"{HEAD} when {{ context }};",
        f"{HEAD} when {{ personal }};",
        f"{HEAD} when {{ }};",
        f"{HEAD} when {{ context.personal ",
        f"{HEAD} when {{ (context.personal }};",
        f"{HEAD} when context.personal;",
        f"{HEAD} unless {{ true }}",
        f"{HEAD}",
        "permit (principal, action);",
        "permit (principal, resource, action);",
        "permit;",
        "allow (principal, action, resource);",
        f'@id("A") @id("B") {HEAD};',
        f'@id("A") @id("A") {HEAD};',
        f"@id {HEAD};",
        f"@id(A) {HEAD};",
        f'@id("A {HEAD};',
        f"@id('A') {HEAD};",
        f'@id("A\n") {HEAD};',
        f'@id("\\u{{41}}") {HEAD};',
        f'@id("\\n") {HEAD};',
        '@id("A")',
        f"/* no such comment */ {HEAD};",
        f"{HEAD}; #",
        "\x00",
    ],
)
def test_what_is_outside_the_houses_part_of_the_language_is_refused(text: str) -> None:
    with pytest.raises(PolicyInvalid):
        grammar.parse(text)


def test_the_fault_names_the_line() -> None:
    with pytest.raises(PolicyInvalid, match="line 3"):
        grammar.parse(f"// one\n{HEAD};\n{HEAD} when {{ context has personal }};")


@pytest.mark.parametrize("character", ["\t", "\r", "\x01", "\x7f", "\u2028"], ids=repr)
def test_a_control_character_in_a_text_is_a_refusal_or_a_text_and_never_another_error(character: str) -> None:
    text = f'@id("a{character}b") {HEAD};'
    try:
        (policy,) = grammar.parse(text)
    except PolicyInvalid:
        return
    assert policy.annotations == {"id": f"a{character}b"}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_every_shipped_text_reads_as_the_same_policies_for_both_readers(path: Path) -> None:
    text = path.read_text("utf-8")
    document = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"].values()
    own = grammar.parse(text)
    assert len(own) == len(document) > 0
    for mine, other in zip(own, document, strict=True):
        assert mine.annotations == other["annotations"]
        assert mine.permit is (other["effect"] == "permit")
        assert [("when" if is_when else "unless") for is_when, _ in mine.conditions] == [
            condition["kind"] for condition in other["conditions"]
        ]
        scope = other["action"]
        named = scope.get("entities") or ([scope["entity"]] if "entity" in scope else [])
        assert mine.actions == {entity["id"] for entity in named}


@examples(150)
@given(policy_sets(), st.randoms(use_true_random=False), st.sampled_from(SMALL.actions))
def test_any_policies_mean_the_same_to_both(text: str, dice: random.Random, action: str) -> None:
    compiled = policies.compile_texts([text], SMALL)
    for _ in range(5):
        facts = small_facts(dice)
        decision = law.decide(compiled, action=action, principal="P", resource="R", facts=facts)
        assert not decision.errors, (decision.errors, facts)
