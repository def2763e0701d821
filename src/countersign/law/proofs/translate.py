"""From the house's own reading of a policy to a formula. An expression that is not known here is an error, never skipped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from countersign.law import grammar
from countersign.law.errors import PolicyInvalid
from countersign.law.grammar import Attribute, Call, Equal, Expression, Joined, Not, Policy, Value
from countersign.law.policies import PolicySet
from countersign.law.proofs.engine import Formula
from countersign.law.proofs.world import Many, One, Term, World


@dataclass(frozen=True, slots=True)
class Rulebook:
    """When each rule of one action fires: permits and forbids apart, by id."""

    permits: dict[str, Formula]
    forbids: dict[str, Formula]

    def allow(self, world: World) -> Formula:
        """Cedar's rule: some permit fires and no forbid does."""
        return world.z3.And(world.z3.Or(list(self.permits.values())), *map(world.z3.Not, self.forbids.values()))


def parsed(policies: PolicySet) -> dict[str, Policy]:
    """The policies of a set by id, as the house's own reader reads their text."""
    return dict(_read(policies.texts))


@lru_cache(maxsize=8)
def _read(texts: tuple[str, ...]) -> dict[str, Policy]:
    return {policy.annotations["id"]: policy for text in texts for policy in grammar.parse(text)}


def rulebook(policies: Iterable[Policy], action: str, world: World) -> Rulebook:
    """The rules of an action as formulas. Raises PolicyInvalid for what cannot be translated."""
    book = Rulebook({}, {})
    for policy in policies:
        if not policy.actions or action in policy.actions:
            rules = book.permits if policy.permit else book.forbids
            rules[policy.annotations["id"]] = fires(policy, world)
    return book


def fires(policy: Policy, world: World) -> Formula:
    """All conditions of the policy hold: each `when`, and no `unless`."""
    met = [condition(expression, world) for _, expression in policy.conditions]
    both = zip(policy.conditions, met, strict=True)
    return world.z3.And([formula if is_when else world.z3.Not(formula) for (is_when, _), formula in both])


def condition(expression: Expression, world: World) -> Formula:
    """A boolean expression as a formula. Raises PolicyInvalid for what is none."""
    found = _term(expression, world)
    if isinstance(found, (One, Many)):
        raise PolicyInvalid("a value stands where a condition is expected.")
    return found


def _term(expression: Expression, world: World) -> Term:
    match expression:
        case Attribute(name):
            return world.term(name)
        case Value(value):
            return _constant(value, world)
        case Not(inner):
            return world.z3.Not(condition(inner, world))
        case Joined(every, inner):
            parts = [condition(part, world) for part in inner]
            return world.z3.And(parts) if every else world.z3.Or(parts)
        case Equal(left, right):
            return _equal(_term(left, world), _term(right, world), world)
        case Call(method, target, argument):
            return _call(method, _term(target, world), _term(argument, world), world)
    raise PolicyInvalid(f"the prover does not know the expression {type(expression).__name__}.")


def _constant(value: object, world: World) -> Term:
    true = world.z3.BoolVal(val=True)
    if isinstance(value, bool):
        return world.z3.BoolVal(val=value)
    if isinstance(value, tuple):
        return One({value: true})
    if isinstance(value, frozenset):
        return Many(dict.fromkeys(value, true))
    raise PolicyInvalid(f"the prover does not know the constant {value!r}.")


def _equal(left: Term, right: Term, world: World) -> Formula:
    """Two enumerations are equal in one value that both can have; two sets, if no value is in one of them only."""
    if isinstance(left, One) and isinstance(right, One):
        return _common(left, right, world)
    if isinstance(left, Many) and isinstance(right, Many):
        return world.z3.And(_within(left, right, world), _within(right, left, world))
    if isinstance(left, (One, Many)) or isinstance(right, (One, Many)):
        raise PolicyInvalid("two unlike things are compared.")
    return left == right


def _call(method: str, target: Term, argument: Term, world: World) -> Formula:
    if isinstance(target, Many):
        if method == "contains" and isinstance(argument, One):
            return _common(target, argument, world)
        if method == "containsAny" and isinstance(argument, Many):
            return _common(target, argument, world)
        if method == "containsAll" and isinstance(argument, Many):
            return _within(argument, target, world)
    raise PolicyInvalid(f"the prover does not know {method} of these.")


def _common(left: One | Many, right: One | Many, world: World) -> Formula:
    """Some value is in both."""
    shared = [value for value in left.members if value in right.members]
    return world.z3.Or([world.z3.And(left.members[value], right.members[value]) for value in shared])


def _within(inner: Many, outer: Many, world: World) -> Formula:
    """Every value of the one is in the other."""
    nothing = world.z3.BoolVal(val=False)
    return world.z3.And(
        [world.z3.Implies(there, outer.members.get(value, nothing)) for value, there in inner.members.items()]
    )
