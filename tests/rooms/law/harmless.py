"""Facts of an item that nothing speaks against, and what to give so that nothing curable stands in the way."""

from __future__ import annotations

import random
from typing import Any

from countersign.charter import packs
from countersign.law import decide as law
from countersign.law.decide import Decision
from countersign.law.policies import CURABLE
from countersign.node.policies import policies_of

STATES = ("CA", "IN")
OTHER = {"CA": "IN", "IN": "CA"}
SETS = {code: policies_of(packs.state(code)) for code in STATES}
WORDS = SETS["CA"].vocabulary
GATE = ("Ask", "Release")
Facts = dict[str, Any]

_COMMON: Facts = {
    "personal": True, "subjects": ["suspect"], "data": ["identity"], "offence": "fraud", "max_penalty": "prison",
    "dual_criminality": "yes", "purpose": "investigation", "origin": "own", "originator_consent": False,
    "mistreatment_risk": "none_identified", "tainted": "none", "political": "none", "marking": "unmarked", "tlp": "none", "pap": "none",
    "channel": "police", "agency": "police", "recipient_agency": "police", "workstream": "networks", "item_type": "lead",
    "arrangement": True, "consent": False, "urgency": "routine", "necessity": True, "graded": True, "bulk": False,
    "origin_state": "other", "transfer_restricted": False, "protection_check": "clear", "age_status": "adult",
    "own_item": False, "same_purpose": False, "frozen": False, "handling": "H0", "use": "none", "permissions": [],
    "approvals": ["releasing_officer", "second_officer"], "conditions": [], "caveats": [], "redactions": [],
}  # fmt: skip
_TRAVEL_WITH = {
    "CA": ["C_ORCON", "C_PURPOSE", "C_CORRECT", "C_NOEVID", "C_NOMISTREAT"],
    "IN": ["C_ORCON", "C_PURPOSE", "C_CORRECT", "C_NOEVID"],
}
_HERE: Facts = {"own_item": True, "same_purpose": True, "caveats": [], "tlp": "none"}
_AT_HOME: dict[str, Facts] = {
    "Use": _HERE | {"use": "read", "approvals": []},
    "Route": _HERE | {"approvals": ["releasing_officer"]},
}


def facts_of(state: str, action: str = "Release", **changed: Any) -> Facts:
    """Harmless facts with changes; the words OWN and OTHER stand for the acting and the other state."""
    at_home = action in _AT_HOME
    facts = _COMMON | {"releasing": state, "recipient": state if at_home else OTHER[state]}
    facts |= _AT_HOME.get(action, {"caveats": _TRAVEL_WITH[state]})
    states = {"OWN": state, "OTHER": OTHER[state]}
    return facts | {
        name: states.get(value, value) if isinstance(value, str) else value for name, value in changed.items()
    }


def decide(state: str, facts: Any, action: str = "Release") -> Decision:
    return law.decide(SETS[state], action=action, principal="P", resource="R", facts=facts)


def ids(decision: Decision) -> set[str]:
    return {rule.id for rule in decision.fired}


def given(facts: Facts, cures: dict[str, frozenset[str]]) -> Facts:
    """The facts with what a rule asks for, and nothing more."""
    return facts | {name: sorted({*facts[name], *values}) for name, values in cures.items()}


def cured(state: str, facts: Facts, action: str = "Release") -> Facts:
    """The facts with what every fired curable rule asks for; one round suffices, for no rule asks because of a cure."""
    for rule in decide(state, facts, action).fired:
        facts = given(facts, rule.cures) if rule.curable else facts
    return facts


def everything(facts: Facts) -> Facts:
    """The facts with every approval, condition, caveat and redaction there is."""
    return facts | {name: list(WORDS.sets[name]) for name in CURABLE}


def random_facts(dice: random.Random, states: tuple[str, ...] = STATES) -> Facts:
    """Well-formed facts of any kind: booleans, enumerations and sets drawn evenly."""
    facts: Facts = {name: dice.random() < 0.5 for name in WORDS.booleans}
    facts |= {name: dice.choice(values) for name, values in WORDS.enums.items()}
    for name, values in WORDS.sets.items():
        most = 4 if name in ("subjects", "data") else len(values)
        facts[name] = dice.sample(values, dice.randint(0, min(most, len(values))))
    return facts | {"releasing": dice.choice(states)}


def mutated(dice: random.Random, facts: Facts, times: int) -> Facts:
    """The facts with some attributes, none of those that cure, drawn anew; sets mostly grow or shrink by one value."""
    changed = dict(facts)
    open_to_change = sorted(set(facts) - CURABLE)
    for name in dice.sample(open_to_change, times):
        if name in WORDS.sets:
            changed[name] = sorted({*changed[name]} ^ {dice.choice(WORDS.sets[name])})
        else:
            changed[name] = dice.choice(WORDS.enums[name]) if name in WORDS.enums else not changed[name]
    return changed


def some_of_everything(dice: random.Random, facts: Facts, share: float) -> Facts:
    """The facts with every approval, condition, caveat and redaction, of which each is missing with the odds `share`."""
    return facts | {
        name: sorted({*facts[name], *(value for value in WORDS.sets[name] if dice.random() >= share)})
        for name in sorted(CURABLE)
    }
