"""Verdicts for machines: one item's attributes in, what the gate would say out, with everything that is still missing.

Nothing is released by a verdict: it answers "what if", and caveats and redactions count as done where the rules ask for
them, for the node attaches them and the drafter makes them before people approve.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from countersign.kernel import jcs
from countersign.kernel.errors import CountersignError, InvalidInput
from countersign.law import decide as law
from countersign.law.decide import Decision
from countersign.law.errors import AttributeInvalid
from countersign.law.policies import PolicySet, Rule
from countersign.law.vocabulary import Facts

TEST_DEFAULTS: Final[Facts] = {
    "personal": True, "subjects": [], "data": ["identity"], "offence": "none", "max_penalty": "prison",
    "dual_criminality": "yes", "purpose": "investigation", "origin": "own", "originator_consent": False,
    "mistreatment_risk": "none_identified", "tainted": "none", "political": "none", "marking": "unmarked", "tlp": "none",
    "channel": "police", "arrangement": True, "consent": False, "urgency": "routine", "necessity": True, "graded": True,
    "bulk": False, "origin_state": "other", "transfer_restricted": False, "protection_check": "clear",
    "age_status": "adult",
}  # fmt: skip
"""Defaults of the rule catalogue for trials. Live decisions have none: a missing attribute is an error."""
PROCESS: Final[Facts] = {
    "own_item": False, "same_purpose": False, "frozen": False, "handling": "H0", "use": "none", "permissions": [],
    "pap": "none",
    "approvals": [], "conditions": [], "caveats": [], "redactions": [],
}  # fmt: skip
"""What only `Use` and `Route` look at, and the process sets a trial starts without."""
TRIAL: Final = "trial"
_MEMBERS: Final = frozenset({"id", "action", "item", "approvals", "conditions", "caveats", "redactions"})


def answer_lines(
    policies_of: dict[str, PolicySet], lines: Iterable[bytes], *, defaults: bool
) -> Iterator[dict[str, Any]]:
    """One answer a line of JSON. A line that cannot be read is answered with its fault and stops nothing."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield answer(policies_of, jcs.parse(line, field=f"line {number}"), defaults=defaults)
        except CountersignError as error:
            yield {"id": f"line {number}", "verdict": "refuse", "error": error.diagnostics()}


def answer(policies_of: dict[str, PolicySet], request: Any, *, defaults: bool) -> dict[str, Any]:
    """The verdict on one request `{"id", "action", "item", "approvals", "conditions"}`. `policies_of`: by acting state."""
    if not isinstance(request, dict) or not isinstance(request.get("item"), dict):
        raise InvalidInput("an object with `id`, `action` and `item` is expected.", field="item")
    if unknown := set(request) - _MEMBERS:
        raise InvalidInput("no such member.", field=min(unknown), remedy=f"One of: {', '.join(sorted(_MEMBERS))}.")
    facts = PROCESS | (TEST_DEFAULTS if defaults else {}) | request["item"]
    facts |= {name: request[name] for name in ("approvals", "conditions", "caveats", "redactions") if name in request}
    state = facts.get("releasing")
    if not isinstance(state, str) or state not in policies_of:
        raise InvalidInput("the acting state has no pack.", field="releasing", remedy=f"One of: {sorted(policies_of)}.")
    policies = policies_of[state]
    action = request.get("action", "Release")
    if action not in policies.vocabulary.actions:
        raise InvalidInput("no such action.", field="action", remedy=f"One of: {list(policies.vocabulary.actions)}.")
    return {"id": request.get("id", "")} | verdict(policies, action=action, facts=facts)


def verdict(policies: PolicySet, *, action: str, facts: Facts) -> dict[str, Any]:
    """release, release_with (caveats or redactions), needs_approval or refuse; and what is missing.

    The second evaluator says which caveats and redactions are asked for; both then decide on the item that has them.
    """
    try:
        typed = policies.vocabulary.typed(facts)
    except AttributeInvalid:
        return _told(law.decide(policies, action=action, principal=TRIAL, resource=TRIAL, facts=facts), (), [], [])
    asked = law.survey(policies, action=action, typed=typed)
    caveats, redactions = (_asked(asked, facts, name) for name in ("caveats", "redactions"))
    added = {"caveats": [*facts["caveats"], *caveats], "redactions": [*facts["redactions"], *redactions]}
    final = law.decide_typed(
        policies,
        action=action,
        principal=TRIAL,
        resource=TRIAL,
        facts=facts | added,
        typed=typed | policies.vocabulary.typed_some(added),
    )
    return _told(final, asked, caveats, redactions)


def _told(final: Decision, asked: Sequence[Rule], caveats: list[str], redactions: list[str]) -> dict[str, Any]:
    fired = asked or final.fired
    told = {
        "rules": [rule.id for rule in fired],
        "families": sorted({rule.family for rule in fired}),
        "caveats": caveats,
        "redactions": redactions,
        "approvals": sorted(final.missing("approvals")),
        "conditions": sorted(final.missing("conditions")),
    }
    if final.allowed:
        return {"verdict": "release_with" if caveats or redactions else "release"} | told
    if final.hopeless or any(rule.effect == "hold" for rule in final.fired):
        return {"verdict": "refuse"} | told | _only_final(final)
    return {"verdict": "needs_approval"} | told


def _asked(rules: Sequence[Rule], facts: Facts, attribute: str) -> list[str]:
    """What the rules ask for of a curable attribute and the facts lack."""
    return sorted(
        frozenset[str]().union(*(rule.cures.get(attribute, frozenset()) for rule in rules)) - set(facts[attribute])
    )


def _only_final(decision: Decision) -> dict[str, Any]:
    """A refusal names what cannot be cured, and nothing that would look as if it could."""
    final = [rule for rule in decision.fired if not rule.curable or rule.effect == "hold"]
    none: list[str] = []
    return {
        "rules": [rule.id for rule in final],
        "families": sorted({rule.family for rule in final}),
        "caveats": none,
        "redactions": none,
        "approvals": none,
        "conditions": none,
    } | ({"errors": list(decision.errors)} if decision.errors else {})


def explain(policies: PolicySet, rule_id: str) -> dict[str, Any]:
    """One rule in words: statement, citation, what cures it. Raises InvalidInput for an unknown id."""
    rule = policies.rules.get(rule_id)
    if rule is None:
        raise InvalidInput(f"no rule has the id {rule_id}.", field="rule")
    return {
        "id": rule.id, "statement": rule.statement, "citation": rule.citation, "effect": rule.effect,
        "family": rule.family, "remedy": rule.remedy, "confidence": rule.confidence, "status": rule.status,
        "cures": {name: sorted(values) for name, values in rule.cures.items()},
    }  # fmt: skip
