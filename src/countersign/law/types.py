"""Types of policy expressions, checked where Cedar's validator is lenient: it lets entities of two types be compared, which
is never true, so that a misspelt forbid would be dead without a word."""

from __future__ import annotations

from collections.abc import Mapping

from countersign.law.errors import PolicyInvalid
from countersign.law.grammar import Attribute, Call, Equal, Expression, Joined, Not, Policy, Value
from countersign.law.vocabulary import Vocabulary

BOOL = "Bool"


def check(policies: Mapping[str, Policy], vocabulary: Vocabulary) -> None:
    """Raise PolicyInvalid naming the rule whose conditions compare unlike things, or name what no attribute can be."""
    for name, policy in policies.items():
        for _, expression in policy.conditions:
            try:
                _expect(_type(expression, vocabulary), BOOL)
            except PolicyInvalid as error:
                raise PolicyInvalid(f"the rule {name}: {error.reason}") from None


def _type(expression: Expression, vocabulary: Vocabulary) -> str:
    """`Bool`, the entity type, or `Set<entity type>` of an expression."""
    if isinstance(expression, Attribute):
        return vocabulary.type_of(expression.name)
    if isinstance(expression, Value):
        return _of_value(expression.value, vocabulary)
    if isinstance(expression, Not):
        return _expect(_type(expression.inner, vocabulary), BOOL)
    if isinstance(expression, Joined):
        for part in expression.inner:
            _expect(_type(part, vocabulary), BOOL)
        return BOOL
    if isinstance(expression, Equal):
        _expect(_type(expression.right, vocabulary), _type(expression.left, vocabulary))
        return BOOL
    return _of_call(expression, vocabulary)


def _of_call(call: Call, vocabulary: Vocabulary) -> str:
    target = _type(call.target, vocabulary)
    if not target.startswith("Set<"):
        raise PolicyInvalid(f"{call.method} is asked of what is no set.")
    _expect(_type(call.argument, vocabulary), target[4:-1] if call.method == "contains" else target)
    return BOOL


def _of_value(value: object, vocabulary: Vocabulary) -> str:
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, tuple):
        if value not in vocabulary.entities():
            raise PolicyInvalid(f'{value[0]}::"{value[1]}" is no value of any attribute.')
        return value[0]
    assert isinstance(value, frozenset)
    kinds = {_of_value(item, vocabulary) for item in value}
    if len(kinds) != 1:
        raise PolicyInvalid("a set is empty, or of values of several types.")
    return f"Set<{kinds.pop()}>"


def _expect(found: str, wanted: str) -> str:
    if found != wanted:
        raise PolicyInvalid(f"{found} stands where {wanted} is expected.")
    return found
