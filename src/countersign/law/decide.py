"""One decision: facts in, Allow or Deny out, with the rules that fired. Any error, doubt or surprise is a Deny."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import cedarpy

from countersign.law.errors import AttributeInvalid
from countersign.law.policies import PolicySet, Rule
from countersign.law.vocabulary import Facts

NO_GATEWAY: Final = "NO-GATEWAY"
ENGINE_ERROR: Final = "ENGINE-ERROR"


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of one evaluation, complete enough to replay: version, action, inputs, fired rules."""

    allowed: bool
    action: str
    facts: Facts
    version: str
    fired: tuple[Rule, ...]
    errors: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Denied by nothing but holds: the item waits under one neutral status."""
        return not self.allowed and bool(self.fired) and all(rule.effect == "hold" for rule in self.fired)

    @property
    def waits_for_people(self) -> bool:
        """Denied by nothing but missing approvals."""
        return not self.allowed and bool(self.fired) and all(rule.effect == "require_approval" for rule in self.fired)

    def as_record(self) -> dict[str, Any]:
        """A JSON-ready record for the decisions log and for replay."""
        return {
            "allowed": self.allowed,
            "action": self.action,
            "facts": self.facts,
            "version": self.version,
            "fired": [{"id": rule.id, "citation": rule.citation} for rule in self.fired],
            "errors": list(self.errors),
        }


def decide(policies: PolicySet, *, action: str, principal: str, resource: str, facts: Facts) -> Decision:
    """Evaluate `action` on `facts`. Never raises for bad facts: what cannot be evaluated is denied, with the error."""
    try:
        context = policies.vocabulary.context(facts)
    except AttributeInvalid as error:
        return _denied(policies, action, facts, (ENGINE_RULE,), (str(error),))
    request = {
        "principal": {"type": "Authority", "id": principal},
        "action": {"type": "Action", "id": action},
        "resource": {"type": "Item", "id": resource},
        "context": context,
    }
    try:
        result = cedarpy.is_authorized(request, policies.compiled, policies.entities, policies.schema)
    except (ValueError, TypeError) as error:
        return _denied(policies, action, facts, (ENGINE_RULE,), (str(error),))
    errors = tuple(str(error) for error in result.diagnostics.errors)
    if errors or result.decision is cedarpy.Decision.NoDecision:
        return _denied(policies, action, facts, (ENGINE_RULE,), errors or ("no decision",))
    fired = tuple(policies.rules[name] for name in sorted(result.diagnostics.reasons))
    if result.decision is cedarpy.Decision.Allow:
        return Decision(allowed=True, action=action, facts=facts, version=policies.version, fired=fired)
    return _denied(policies, action, facts, fired or _closed_gateways(policies, facts), ())


def decide_with_prospect(policies: PolicySet, *, action: str, principal: str, resource: str, facts: Facts) -> Decision:
    """As `decide`; a denial that no approval or clearance could cure names the rules that would still stand.

    Without this, missing approvals would hide a missing gateway, and people would approve what can never leave.
    """
    decision = decide(policies, action=action, principal=principal, resource=resource, facts=facts)
    if decision.allowed or decision.errors:
        return decision
    cured = facts | {"approvals": list(policies.vocabulary.sets["approvals"]), "protection_check": "clear"}
    prospect = decide(policies, action=action, principal=principal, resource=resource, facts=cured)
    return decision if prospect.allowed else replace(decision, fired=prospect.fired, errors=prospect.errors)


def _denied(
    policies: PolicySet, action: str, facts: Facts, fired: tuple[Rule, ...], errors: tuple[str, ...]
) -> Decision:
    return Decision(allowed=False, action=action, facts=facts, version=policies.version, fired=fired, errors=errors)


def _closed_gateways(policies: PolicySet, facts: Facts) -> tuple[Rule, ...]:
    """No forbid fired and no permit matched: say that no gateway opens, and cite those of the releasing state."""
    own = [
        rule
        for rule in policies.rules.values()
        if rule.effect == "gateway" and rule.id.startswith(f"{facts.get('releasing')}-")
    ]
    cited = "; ".join(f"{rule.id}: {rule.citation}" for rule in own)
    remedies = " ".join(f"{rule.id}: {rule.remedy}" for rule in own)
    return (
        Rule(
            id=NO_GATEWAY,
            citation=cited or "no gateway of the releasing state is known",
            family="gateway",
            effect="forbid",
            statement="No legal gateway of the releasing state opens for this item.",
            remedy=remedies or "A pack with that state's gateways is needed.",
            confidence="high",
            status="proposed",
        ),
    )


ENGINE_RULE: Final = Rule(
    id=ENGINE_ERROR,
    citation="Project rule: any error inside the gate is a no",
    family="gate",
    effect="forbid",
    statement="The rules could not be evaluated.",
    remedy="Tell the node's administrator; nothing was released.",
    confidence="high",
    status="confirmed",
)
