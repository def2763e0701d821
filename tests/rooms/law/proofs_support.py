"""What the tests of the proofs share: the claims of the packs, provers made once, and policies changed in their text."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import cedarpy
from rooms.law.harmless import SETS, STATES, WORDS

from countersign.charter import packs
from countersign.law import policies
from countersign.law.policies import PolicySet
from countersign.law.proofs.claims import Claims
from countersign.law.proofs.prover import Prover
from countersign.law.vocabulary import context
from countersign.node import proving

ACTIONS = WORDS.actions
CLAIMS: dict[str, Claims] = {code: proving.claims_of(packs.state(code), SETS[code]) for code in STATES}
Facts = dict[str, Any]
NOTES = '@citation("c") @family("f") @effect("{effect}") @statement("s") @remedy("r") @confidence("high") @status("proposed")'


@cache
def prover_of(state: str, action: str) -> Prover:
    return Prover(SETS[state], state, action)


def rule_texts(state: str) -> dict[str, str]:
    """The text of each rule of a state's set, by id."""
    whole = "\n".join(SETS[state].texts)
    parts = re.split(r'(?m)^(?=@id\(")', whole)[1:]
    return {re.match(r'@id\("([^"]+)"', part)[1]: re.sub(r"(?m)^//.*$", "", part) for part in parts}  # type: ignore[index]


def rebuilt(state: str, changes: dict[str, str | None], *more: str) -> PolicySet:
    """The set with some rules replaced, left out (None), and others added."""
    texts = rule_texts(state)
    assert set(changes) <= set(texts)
    kept = {name: changes.get(name, text) for name, text in texts.items()}
    return policies.compile_texts([text for text in [*kept.values(), *more] if text], WORDS)


def gateway(name: str, condition: str, actions: str = 'action in [Action::"Ask", Action::"Release"]') -> str:
    return f'@id("{name}") {NOTES.format(effect="gateway")}\npermit (principal, {actions}, resource)\nwhen {{ {condition} }};'


def forbid(name: str, condition: str, actions: str = 'action in [Action::"Ask", Action::"Release"]') -> str:
    return f'@id("{name}") {NOTES.format(effect="forbid")}\nforbid (principal, {actions}, resource)\nwhen {{ {condition} }};'


def cedar_allows(policy_set: PolicySet, action: str, facts: Facts) -> bool:
    """Cedar alone, with the schema and no error."""
    result = cedarpy.is_authorized(
        {
            "principal": {"type": "Authority", "id": "P"},
            "action": {"type": "Action", "id": action},
            "resource": {"type": "Item", "id": "R"},
            "context": context(policy_set.vocabulary.typed(facts)),
        },
        policy_set.compiled,
        policy_set.entities,
        policy_set.schema,
    )
    assert not result.diagnostics.errors, result.diagnostics.errors
    return result.decision is cedarpy.Decision.Allow


@cache
def _claimed(state: str, text: str) -> PolicySet:
    return policies.compile_texts([gateway("CLAIM", text, "action")], SETS[state].vocabulary)


def meets(state: str, text: str, action: str, facts: Facts) -> bool:
    """Whether Cedar finds that the request meets the condition of a claim."""
    return cedar_allows(_claimed(state, text), action, facts)
