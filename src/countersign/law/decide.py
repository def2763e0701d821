"""One decision: facts in, Allow or Deny out, with the rules that fired. Any error, doubt or surprise is a Deny.

Two evaluators decide: Cedar, and the house's own. They must name the same outcome for the same reasons; where they do
not, the decision is a Deny that says so (`disagreed`), and the caller raises an alarm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import cedarpy

from countersign.law.errors import AttributeInvalid
from countersign.law.evaluator import Found, Typed
from countersign.law.policies import PolicySet, Rule
from countersign.law.vocabulary import Facts

NO_GATEWAY: Final = "NO-GATEWAY"
ENGINE_ERROR: Final = "ENGINE-ERROR"
CLOSED: Final = "No legal gateway of the acting state opens for this item."
_BY_PEOPLE: Final = frozenset({"require_approval", "escalate"})
DISAGREEMENT: Final = "the two evaluators disagree"


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of one evaluation, complete enough to replay: version, action, inputs, fired rules.

    `fired`: on Allow the gateways that opened; on Deny every rule that stands in the way, what cannot be cured first.
    """

    allowed: bool
    action: str
    facts: Facts
    version: str
    fired: tuple[Rule, ...]
    errors: tuple[str, ...] = ()

    @property
    def hopeless(self) -> bool:
        """No approval, condition, caveat, redaction or waiting can turn this no into a yes."""
        return not self.allowed and not all(rule.curable for rule in self.fired)

    @property
    def held(self) -> bool:
        """Denied by nothing but holds: the item waits under one neutral status."""
        return not self.allowed and bool(self.fired) and all(rule.effect == "hold" for rule in self.fired)

    @property
    def waits_for_people(self) -> bool:
        """Denied by nothing but missing approvals."""
        effects = {rule.effect for rule in self.fired}
        return not self.allowed and bool(effects) and effects <= _BY_PEOPLE

    @property
    def disagreed(self) -> bool:
        return DISAGREEMENT in self.errors

    def but(self, rule: Rule) -> Decision:
        """The same decision, denied by one more rule of the node itself."""
        return replace(self, allowed=False, fired=(rule, *(() if self.allowed else self.fired)))

    def missing(self, attribute: str) -> frozenset[str]:
        """What the fired rules ask for of `approvals`, `conditions`, `caveats` or `redactions` and the facts lack."""
        if self.allowed or self.errors:
            return frozenset()
        asked = frozenset[str]().union(*(rule.cures.get(attribute, frozenset()) for rule in self.fired))
        return asked - set(self.facts[attribute])

    def as_record(self) -> dict[str, Any]:
        """A JSON-ready record for the decisions log and for replay."""
        return {
            "allowed": self.allowed,
            "action": self.action,
            "facts": {name: sorted(v) if isinstance(v, (set, frozenset)) else v for name, v in self.facts.items()},
            "version": self.version,
            "fired": [{"id": rule.id, "citation": rule.citation} for rule in self.fired],
            "errors": list(self.errors),
        }


def decide(policies: PolicySet, *, action: str, principal: str, resource: str, facts: Facts) -> Decision:
    """Evaluate `action` on `facts`. Never raises for bad facts: what cannot be evaluated is denied, with the error."""
    try:
        typed = policies.vocabulary.typed(facts)
    except (AttributeInvalid, ValueError, TypeError, KeyError) as error:
        return _denied(policies, action, facts, (ENGINE_RULE,), (str(error),))
    return decide_typed(policies, action=action, principal=principal, resource=resource, facts=facts, typed=typed)


def decide_typed(
    policies: PolicySet, *, action: str, principal: str, resource: str, facts: Facts, typed: Typed
) -> Decision:
    """As `decide`, on facts whose types the vocabulary has checked: `typed` is what it made of `facts`."""
    try:
        found = policies.second.find(action, typed)
        result = cedarpy.is_authorized(
            {
                "principal": {"type": "Authority", "id": principal},
                "action": {"type": "Action", "id": action},
                "resource": {"type": "Item", "id": resource},
                "context": policies.vocabulary.context_text(typed),
            },
            policies.compiled,
            policies.entities,
            policies.schema,
        )
    except (ValueError, TypeError, KeyError) as error:
        return _denied(policies, action, facts, (ENGINE_RULE,), (str(error),))
    errors = tuple(str(error) for error in result.diagnostics.errors)
    if errors or result.decision is cedarpy.Decision.NoDecision:
        return _denied(policies, action, facts, (ENGINE_RULE,), errors or ("no decision",))
    if not _agree(found, result):
        return _denied(policies, action, facts, (ENGINE_RULE,), (DISAGREEMENT,))
    if found.allowed:
        opened = tuple(policies.rules[name] for name in sorted(found.permits))
        return Decision(allowed=True, action=action, facts=facts, version=policies.version, fired=opened)
    return _denied(policies, action, facts, _in_the_way(policies, action, typed, found), ())


def survey(policies: PolicySet, *, action: str, typed: Typed) -> tuple[Rule, ...]:
    """The forbids that stand, by the second evaluator alone: to see what is asked for, never to decide."""
    found = policies.second.find(action, typed)
    return tuple(policies.rules[name] for name in sorted(found.forbids))


def _agree(found: Found, result: Any) -> bool:
    """The same outcome for the same reasons."""
    allowed = result.decision is cedarpy.Decision.Allow
    return allowed is found.allowed and set(result.diagnostics.reasons) == found.reasons


def _in_the_way(policies: PolicySet, action: str, typed: Typed, found: Found) -> tuple[Rule, ...]:
    """Every forbid that fired and, where no gateway opens, that; what cannot be cured stands first, approvals last."""
    rules = [policies.rules[name] for name in sorted(found.forbids)]
    if not found.permits:
        rules.append(_closed_gateways(policies, action, typed))
    return tuple(sorted(rules, key=lambda rule: (rule.curable, rule.effect in _BY_PEOPLE)))


def _denied(
    policies: PolicySet, action: str, facts: Facts, fired: tuple[Rule, ...], errors: tuple[str, ...]
) -> Decision:
    return Decision(allowed=False, action=action, facts=facts, version=policies.version, fired=fired, errors=errors)


def _closed_gateways(policies: PolicySet, action: str, typed: Typed) -> Rule:
    """Say that no gateway opens, and cite those that are closest to opening."""
    own = [policies.rules[name] for name in policies.second.nearest(action, typed)]
    cited = "; ".join(f"{rule.id}: {rule.citation}" for rule in own)
    remedies = " ".join(f"{rule.id}: {rule.remedy}" for rule in own)
    return Rule(
        id=NO_GATEWAY,
        citation=cited or "no gateway of the acting state is known",
        family="gateway",
        effect="forbid",
        statement=CLOSED,
        remedy=remedies or "A pack with that state's gateways is needed.",
        confidence="high",
        status="proposed",
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
