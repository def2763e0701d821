"""Which workstreams are open: those whose every rule counsel has confirmed.

A rule bears on a workstream unless its own text rules that workstream out. Nothing else is known here, so every other
attribute may be anything: what may apply must be confirmed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from countersign.law import grammar
from countersign.law.confirmation import CONFIRMED
from countersign.law.grammar import Attribute, Call, Equal, Expression, Joined, Not, Policy, Value
from countersign.law.policies import PolicySet, Rule
from countersign.law.vocabulary import type_name

STREAM: Final = "workstream"
Maybe = bool | None
"""True, False, or None where it depends on what is not known."""


def unconfirmed(policies: PolicySet, *, action: str, workstream: str) -> tuple[Rule, ...]:
    """Rules that bear on this action in this workstream and that no counsel has confirmed, by id."""
    return _unconfirmed(tuple(policies.rules.values()), policies.texts, action, workstream)


@lru_cache(maxsize=256)
def _unconfirmed(rules: tuple[Rule, ...], texts: tuple[str, ...], action: str, workstream: str) -> tuple[Rule, ...]:
    """Once for a set of rules, an action and a workstream."""
    bearing = {
        policy.annotations["id"]
        for policy in _parsed(texts)
        if (not policy.actions or action in policy.actions) and bears(policy, workstream)
    }
    return tuple(
        rule for rule in sorted(rules, key=lambda rule: rule.id) if rule.id in bearing and rule.status != CONFIRMED
    )


@lru_cache(maxsize=4)
def _parsed(texts: tuple[str, ...]) -> tuple[Policy, ...]:
    return tuple(grammar.parse("\n".join(texts)))


def bears(policy: Policy, workstream: str) -> bool:
    """Whether the policy may apply to an item of this workstream."""
    known = (type_name(STREAM), workstream)
    return all(_value(expression, known) is not (not is_when) for is_when, expression in policy.conditions)


def _value(expression: Expression, known: tuple[str, str]) -> Maybe:
    """The truth of an expression where only the workstream is known (three-valued logic after Kleene)."""
    if isinstance(expression, Value):
        return expression.value if isinstance(expression.value, bool) else None
    if isinstance(expression, Not):
        inner = _value(expression.inner, known)
        return None if inner is None else not inner
    if isinstance(expression, Joined):
        parts = [_value(part, known) for part in expression.inner]
        deciding = not expression.every
        return deciding if deciding in parts else None if None in parts else not deciding
    if isinstance(expression, Equal):
        return _equal(expression, known)
    return _contained(expression, known) if isinstance(expression, Call) else None


def _equal(expression: Equal, known: tuple[str, str]) -> Maybe:
    for side, other in ((expression.left, expression.right), (expression.right, expression.left)):
        if side == Attribute(STREAM) and isinstance(other, Value):
            return other.value == known
    return None


def _contained(expression: Call, known: tuple[str, str]) -> Maybe:
    """`[a, b].contains(context.workstream)`."""
    listed, asked = expression.target, expression.argument
    if expression.method == "contains" and asked == Attribute(STREAM) and isinstance(listed, Value):
        assert isinstance(listed.value, frozenset)
        return known in listed.value
    return None
