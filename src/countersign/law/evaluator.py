"""The second evaluator: the same policies, read and evaluated by the house's own code, to check every decision of Cedar.

Semantics (Cedar policy language reference, authorization): a policy applies if its action scope and all conditions
hold; any satisfied forbid denies, otherwise any satisfied permit allows. Where Cedar would skip a policy that errs,
this one raises, and the caller denies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from countersign.law.grammar import Attribute, Call, Equal, Expression, Joined, Not, Policy, Value

Typed = Mapping[str, Any]
"""Attribute name to bool, (type, value) or frozenset of such pairs."""
Test = Callable[[Typed], Any]


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of the policies that are satisfied: permits and forbids apart."""

    permits: frozenset[str]
    forbids: frozenset[str]

    @property
    def allowed(self) -> bool:
        return bool(self.permits) and not self.forbids

    @property
    def reasons(self) -> frozenset[str]:
        """What Cedar names as reasons: the forbids, or without any the permits."""
        return self.forbids or self.permits


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Policies compiled to tests, by action."""

    by_action: dict[str, tuple[tuple[str, bool, Test], ...]]
    gateways: dict[str, tuple[tuple[str, tuple[Test, ...]], ...]]

    def find(self, action: str, typed: Typed) -> Found:
        """Evaluate every policy of the action. Raises KeyError or TypeError where an attribute is missing or ill-typed."""
        permits: set[str] = set()
        forbids: set[str] = set()
        for name, permit, test in self.by_action.get(action, ()):
            if test(typed):
                (permits if permit else forbids).add(name)
        return Found(frozenset(permits), frozenset(forbids))

    def nearest(self, action: str, typed: Typed) -> list[str]:
        """The permits of which the fewest conditions fail: the ways that are closest to opening."""
        failing = {name: sum(not test(typed) for test in tests) for name, tests in self.gateways.get(action, ())}
        least = min(failing.values(), default=0)
        return sorted(name for name, count in failing.items() if count == least)


def build(policies: Sequence[Policy], actions: Sequence[str]) -> Evaluator:
    """Compile policies that carry an `@id`."""
    compiled = [(policy.annotations["id"], policy, _conditions(policy)) for policy in policies]
    by_action = {
        action: [row for row in compiled if not row[1].actions or action in row[1].actions] for action in actions
    }
    return Evaluator(
        {
            action: tuple((name, policy.permit, test) for name, policy, test in rows)
            for action, rows in by_action.items()
        },
        {
            action: tuple((name, _parts(policy)) for name, policy, _ in rows if policy.permit)
            for action, rows in by_action.items()
        },
    )


def cures(policy: Policy, curable: frozenset[str]) -> dict[str, frozenset[str]]:
    """What the `unless` of a policy asks for, of the attributes in `curable`: attribute name to values."""
    found: dict[str, frozenset[str]] = {}
    for is_when, expression in policy.conditions:
        if not is_when:
            for name, values in _asked(expression, curable):
                found[name] = found.get(name, frozenset()) | values
    return found


def cured_by_unless(policy: Policy, curable: frozenset[str]) -> bool:
    """Whether what `cures` names is all that the `unless` asks for, and the `when` does not look at it."""
    unless = [expression for is_when, expression in policy.conditions if not is_when]
    whole = [
        part
        for expression in unless
        for part in (expression.inner if isinstance(expression, Joined) else (expression,))
    ]
    plain = all(_asked(part, curable) for part in whole) and all(
        not isinstance(expression, Joined) or expression.every for expression in unless
    )
    seen = {name for is_when, expression in policy.conditions if is_when for name in _names(expression)}
    return bool(unless) and plain and not seen & curable


def _names(expression: Expression) -> set[str]:
    """Attributes that an expression looks at."""
    if isinstance(expression, Attribute):
        return {expression.name}
    if isinstance(expression, Not):
        return _names(expression.inner)
    if isinstance(expression, Joined):
        return set().union(*(_names(part) for part in expression.inner))
    if isinstance(expression, Equal):
        return _names(expression.left) | _names(expression.right)
    return _names(expression.target) | _names(expression.argument) if isinstance(expression, Call) else set()


def _asked(expression: Expression, curable: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
    if isinstance(expression, Joined) and expression.every:
        return [pair for part in expression.inner for pair in _asked(part, curable)]
    if not isinstance(expression, Call) or not isinstance(expression.target, Attribute):
        return []
    argument = expression.argument
    if expression.target.name not in curable or not isinstance(argument, Value):
        return []
    if expression.method == "containsAll" and isinstance(argument.value, frozenset):
        return [(expression.target.name, frozenset(value for _, value in argument.value))]
    if expression.method == "contains" and isinstance(argument.value, tuple):
        return [(expression.target.name, frozenset({argument.value[1]}))]
    return []


def _conditions(policy: Policy) -> Test:
    """All conditions of a policy as one test; the types were checked when the policy was read."""
    tests = tuple(_compile(expression if is_when else Not(expression)) for is_when, expression in policy.conditions)
    if len(tests) == 1:
        return tests[0]
    return _every(tests)


def _parts(policy: Policy) -> tuple[Test, ...]:
    """The conditions of a permit one by one, as far as they are joined by `&&`."""
    parts: list[Test] = []
    for is_when, expression in policy.conditions:
        joined = isinstance(expression, Joined) and expression.every and is_when
        tests = [_compile(part) for part in expression.inner] if joined and isinstance(expression, Joined) else []
        parts += tests or [
            _conditions(Policy({}, permit=True, actions=frozenset(), conditions=((is_when, expression),)))
        ]
    return tuple(parts)


def _compile(expression: Expression) -> Test:
    if isinstance(expression, Value):
        value = expression.value
        return lambda typed: value  # noqa: ARG005  (a constant looks at nothing)
    if isinstance(expression, Attribute):
        return itemgetter(expression.name)
    if isinstance(expression, Not):
        inner = _compile(expression.inner)
        return lambda typed: not inner(typed)
    if isinstance(expression, Joined):
        parts = tuple(_compile(part) for part in expression.inner)
        return _every(parts) if expression.every else _any(parts)
    if isinstance(expression, Equal):
        return _equal(expression)
    return _call(expression.method, expression.target, expression.argument)


def _equal(expression: Equal) -> Test:
    """Mostly an attribute is compared with a constant: that is looked up without a further call."""
    if isinstance(expression.left, Attribute) and isinstance(expression.right, Value):
        name, value = expression.left.name, expression.right.value
        return lambda typed: typed[name] == value
    left, right = _compile(expression.left), _compile(expression.right)
    return lambda typed: left(typed) == right(typed)


def _every(parts: tuple[Test, ...]) -> Test:
    if len(parts) == 2:
        first, second = parts
        return lambda typed: first(typed) and second(typed)

    def test(typed: Typed) -> bool:
        for part in parts:  # noqa: SIM110  (a generator would cost more than the tests)
            if not part(typed):
                return False
        return True

    return test


def _any(parts: tuple[Test, ...]) -> Test:
    def test(typed: Typed) -> bool:
        for part in parts:  # noqa: SIM110  (as above)
            if part(typed):
                return True
        return False

    return test


def _call(method: str, target: Expression, argument: Expression) -> Test:
    """A set method; an attribute beside a constant, as most have, is looked up without a further call."""
    if isinstance(target, Attribute) and isinstance(argument, Value):
        return _on_attribute(method, target.name, argument.value)
    left, right = _compile(target), _compile(argument)
    if method == "contains":
        return lambda typed: right(typed) in left(typed)
    if method == "containsAll":
        return lambda typed: right(typed) <= left(typed)
    return lambda typed: not right(typed).isdisjoint(left(typed))


def _on_attribute(method: str, name: str, value: Any) -> Test:
    if method == "contains":
        return lambda typed: value in typed[name]
    if method == "containsAll":
        return lambda typed: value <= typed[name]
    return lambda typed: not value.isdisjoint(typed[name])
