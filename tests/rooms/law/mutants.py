"""Policy sets with one rule deleted, in Cedar and in the second evaluator, and the scenario that shows the loss."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import cedarpy
from rooms.law.harmless import SETS, STATES
from rooms.law.scenario_set import Scenario, answer, comparable, scenarios

from countersign.law import verdicts
from countersign.law.policies import PolicySet
from countersign.law.vocabulary import context

RULES = {name: rule for state in STATES for name, rule in SETS[state].rules.items()}
Sets = dict[str, PolicySet]
ASKED = ("approvals", "conditions", "caveats", "redactions")


@cache
def _documents(state: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Cedar's own form of the policies of a state: what stands beside them, and each by our id."""
    document = json.loads(cedarpy.policies_to_json_str("\n".join(SETS[state].texts)))
    policies = {policy["annotations"]["id"]: policy for policy in document.pop("staticPolicies").values()}
    return document, policies


def _kept(rows: dict[str, tuple[Any, ...]], deleted: frozenset[str]) -> dict[str, tuple[Any, ...]]:
    return {action: tuple(row for row in found if row[0] not in deleted) for action, found in rows.items()}


@cache
def without(*names: str) -> Sets:
    """The policy sets of both states as if these rules had never been written."""
    deleted, sets = frozenset(names), {}
    for state in STATES:
        document, policies = _documents(state)
        kept = {name: policy for name, policy in policies.items() if name not in deleted}
        second = SETS[state].second
        sets[state] = replace(
            SETS[state],
            compiled=cedarpy.PolicySet.from_json_str(json.dumps(document | {"staticPolicies": kept})),
            second=replace(
                second, by_action=_kept(second.by_action, deleted), gateways=_kept(second.gateways, deleted)
            ),
        )
    return sets


def facts_of(scenario: Scenario) -> dict[str, Any]:
    """The facts that `law decide` makes of the request."""
    request = scenario.request()
    given = {name: request[name] for name in ("approvals", "conditions", "caveats")}
    return verdicts.PROCESS | verdicts.TEST_DEFAULTS | request["item"] | given


@cache
def _touched() -> dict[str, tuple[Scenario, ...]]:
    """Rule to the scenarios in which it fires or opens: only there can its deletion show."""
    touched: dict[str, list[Scenario]] = {name: [] for name in RULES}
    for scenario in scenarios():
        facts = facts_of(scenario)
        policies = SETS[facts["releasing"]]
        found = policies.second.find(scenario.action, policies.vocabulary.typed(facts))
        for name in found.permits | found.forbids:
            touched[name].append(scenario)
    return {name: tuple(found) for name, found in touched.items()}


def _outcome(sets: Sets, scenario: Scenario) -> dict[str, Any]:
    """Verdict and what is asked for; that a refusal rests on fewer rules is no change."""
    told = comparable(answer(sets, scenario.request()))
    return {name: value for name, value in told.items() if name != "rules"}


@cache
def original(scenario_id: str) -> dict[str, Any]:
    return next(_outcome(SETS, scenario) for scenario in scenarios() if scenario.id == scenario_id)


def witness(*names: str) -> Scenario | None:
    """The first scenario whose outcome changes when the rules are deleted."""
    sets = without(*names)
    candidates = {scenario.id: scenario for name in names for scenario in _touched()[name]}
    changed = (scenario for scenario in candidates.values() if _outcome(sets, scenario) != original(scenario.id))
    return next(changed, None)


def cedar_allows(sets: Sets, scenario: Scenario, given: dict[str, Any]) -> bool:
    """What Cedar alone says of the scenario when everything in `given` has been approved, recorded and attached."""
    facts = facts_of(scenario)
    facts |= {name: [*facts[name], *given[name]] for name in ASKED}
    policies = sets[facts["releasing"]]
    request = {
        "principal": {"type": "Authority", "id": "P"},
        "action": {"type": "Action", "id": scenario.action},
        "resource": {"type": "Item", "id": "R"},
        "context": context(policies.vocabulary.typed(facts)),
    }
    result = cedarpy.is_authorized(request, policies.compiled, policies.entities, policies.schema)
    assert not result.diagnostics.errors
    return result.decision is cedarpy.Decision.Allow


def outcome_without(scenario: Scenario, *names: str) -> dict[str, Any]:
    return _outcome(without(*names), scenario)
