"""The translation to formulas says of every request what Cedar says: the same rules fire, so the same is allowed."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations, islice, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms.law.drawn_policies import SMALL, policy_sets, small_facts
from rooms.law.harmless import GATE, SETS, STATES, facts_of, mutated, random_facts, some_of_everything
from rooms.law.proofs_support import ACTIONS, forbid, gateway, prover_of, rebuilt, rule_texts
from strategies import examples

from countersign.law import decide as law
from countersign.law import grammar, policies
from countersign.law.errors import PolicyInvalid, ProofFault
from countersign.law.grammar import Attribute, Call, Equal, Joined, Not, Policy, Value
from countersign.law.policies import PolicySet
from countersign.law.proofs import findings, translate
from countersign.law.proofs.prover import Prover
from countersign.law.proofs.translate import Rulebook
from countersign.law.proofs.world import World

Facts = dict[str, Any]
DRAWN = 760
BOTH = pytest.mark.parametrize("state", STATES)
EACH = pytest.mark.parametrize("action", ACTIONS)


class Read:
    """What the formulas say of one request: every rule of an action as one bit of one number, put to the solver at once."""

    def __init__(self, book: Rulebook, world: World) -> None:
        self._world, self._z3, self._permits = world, world.z3, set(book.permits)
        fires = book.permits | book.forbids
        self._names = [*fires]
        one, zero = self._z3.BitVecVal(1, 1), self._z3.BitVecVal(0, 1)
        bits = [self._z3.If(formula, one, zero) for formula in fires.values()]
        self._bits = self._z3.Concat(zero, zero, *bits)
        self._yes = self._z3.BoolVal(val=True)
        self._unknowns = {
            name: unknowns if name in world.vocabulary.booleans else world.members(name)
            for name, unknowns in world.terms.items()
        }

    def reasons(self, facts: Facts) -> tuple[bool, set[str]]:
        """Whether it is allowed, and for which rules, as Cedar names them: the forbids, or without any the permits."""
        model = self._z3.Model()
        for name, value in facts.items():
            if isinstance(value, bool):
                if value:
                    model.update_value(self._unknowns[name].decl(), self._yes)
                continue
            for member in [value] if isinstance(value, str) else value:
                model.update_value(self._unknowns[name][member].decl(), self._yes)
        number = model.eval(self._bits, model_completion=True).as_long()
        fired = {name for place, name in enumerate(reversed(self._names)) if number >> place & 1}
        forbids = fired - self._permits
        return bool(fired) and not forbids, forbids or fired


@cache
def read_of(state: str, action: str) -> Read:
    prover = prover_of(state, action)
    return Read(prover.rules, prover.world)


def cedars(policy_set: PolicySet, action: str, facts: Facts) -> tuple[bool, set[str]]:
    """The same from Cedar, by way of the gate's own question (in which the second evaluator has to agree)."""
    decision = law.decide(policy_set, action=action, principal="P", resource="R", facts=facts)
    assert not decision.errors, decision.errors
    return decision.allowed, {rule.id for rule in decision.fired} - {"NO-GATEWAY"}


def _drawn(dice: random.Random, state: str, action: str) -> Iterator[Facts]:
    """A third of the requests drawn freely; the others ordinary ones with a few changes and most cures."""
    for place in range(DRAWN):
        if place % 3 == 0:
            yield random_facts(dice)
        else:
            changed = mutated(dice, facts_of(state, action), dice.randint(1, 5))
            yield some_of_everything(dice, changed, 0.05) if place % 3 == 1 and action in GATE else changed


@EACH
@BOTH
def test_formulas_and_cedar_agree_on_random_requests(state: str, action: str) -> None:
    """Some fifteen hundred an action, half in each state: not one difference in the outcome or in the rules that fire."""
    dice, allowed, reasons = random.Random(f"{state} {action} formulas"), 0, set()
    for facts in _drawn(dice, state, action):
        found = read_of(state, action).reasons(facts)
        assert found == cedars(SETS[state], action, facts), facts
        allowed += found[0]
        reasons |= found[1]
    assert DRAWN * 0.04 < allowed < DRAWN * 0.9
    assert len(reasons) > {"Ask": 60, "Release": 60, "Use": 14, "Route": 6}[action]


@EACH
@BOTH
def test_formulas_and_cedar_agree_on_near_misses_of_every_rule(state: str, action: str) -> None:
    """From a request that the rule alone decides, one attribute that the rule names is changed, and then another one."""
    dice, turned = random.Random(f"{state} {action} near"), 0
    lives = findings.lives(prover_of(state, action))
    for life in lives:
        assert life.alone is not None
        before = read_of(state, action).reasons(life.alone)
        assert before == cedars(SETS[state], action, life.alone)
        assert before[1] == {life.rule}
        for facts in _steps_away(dice, state, life.rule, life.alone):
            found = read_of(state, action).reasons(facts)
            assert found == cedars(SETS[state], action, facts), (life.rule, facts)
            turned += found[0] is not before[0]
    assert turned * 2 > len(lives)


def _steps_away(dice: random.Random, state: str, rule: str, facts: Facts) -> Iterator[Facts]:
    named = sorted(set(re.findall(r"context\.(\w+)", rule_texts(state)[rule])))
    for name in named:
        for changed in dice.sample(_others(state, name, facts[name]), 1):
            yield facts | {name: changed}
    yield mutated(dice, facts, 1)


def _others(state: str, name: str, value: Any) -> list[Any]:
    """Every other value of an attribute that is one step away: another value, or a set with one more or one less."""
    words = SETS[state].vocabulary
    if name in words.booleans:
        return [not value]
    if name in words.enums:
        return [other for other in words.enums[name] if other != value]
    return [sorted({*value} ^ {member}) for member in words.sets[name]]


@examples(80)
@given(policy_sets(), st.randoms(use_true_random=False), st.sampled_from(SMALL.actions))
def test_formulas_and_cedar_agree_on_any_policies(text: str, dice: random.Random, action: str) -> None:
    """Policies drawn from the whole of the language that the packs may use, on a small vocabulary."""
    compiled = policies.compile_texts([text], SMALL)
    world = World(SMALL)
    read = Read(translate.rulebook(translate.parsed(compiled).values(), action, world), world)
    for _ in range(5):
        facts = small_facts(dice)
        assert read.reasons(facts) == cedars(compiled, action, facts), facts


@pytest.mark.parametrize(
    "condition",
    [
        "context.a == context.b", "context.asked == context.asked", "!(context.a && context.b) == (!context.a || !context.b)",
        '[GivenV::"p"] == context.given', '[GivenV::"p", GivenV::"q"].containsAll(context.given)',
        '[GivenV::"p"].containsAny(context.given)', 'context.given.containsAll([GivenV::"p", GivenV::"p"])',
        "context.sender == context.receiver", 'context.receiver != StateV::"other"', '[KindV::"x", KindV::"y"].contains(context.kind)',
    ],
)  # fmt: skip
def test_each_way_of_comparing_means_to_the_formulas_what_it_means_to_cedar(condition: str) -> None:
    compiled = policies.compile_texts([gateway("A", condition), forbid("B", "context.a && context.b")], SMALL)
    world = World(SMALL)
    read = Read(translate.rulebook(translate.parsed(compiled).values(), "Ask", world), world)
    seen = set()
    for facts in _all_small_facts():
        found = read.reasons(facts)
        assert found == cedars(compiled, "Ask", facts), facts
        seen.add(found[0])
    assert seen == {True, False}


def _all_small_facts() -> Iterator[Facts]:
    """Every request of the small vocabulary, but every ninth one only."""
    booleans = [[True, False] for _ in SMALL.booleans]
    subsets = [
        [list(some) for size in range(len(values) + 1) for some in combinations(values, size)]
        for values in SMALL.sets.values()
    ]
    names = [*SMALL.booleans, *SMALL.enums, *SMALL.sets]
    for values in islice(product(*booleans, *SMALL.enums.values(), *subsets), 0, None, 9):
        yield dict(zip(names, values, strict=True))


class Strange:
    """An expression that a later grammar might know."""

    def __repr__(self) -> str:
        return "Strange()"  # a test's name holds no address: two workers must collect the same names


A, GIVEN, KIND = Attribute("a"), Attribute("given"), Attribute("kind")
P = ("GivenV", "p")


@pytest.mark.parametrize(
    "expression",
    [
        Strange(), Not(Strange()), Joined(every=True, inner=(A, Strange())), Equal(A, Strange()), Call("contains", GIVEN, Strange()),  # type: ignore[arg-type]
        Attribute("nothing"), KIND, GIVEN, Value(P), Not(KIND), Joined(every=False, inner=(A, GIVEN)), Value(7),  # type: ignore[arg-type]
        Call("isEmpty", GIVEN, A), Call("contains", A, A), Call("contains", GIVEN, GIVEN), Call("containsAll", GIVEN, Value(P)),
        Call("containsAny", KIND, GIVEN), Equal(A, KIND), Equal(KIND, GIVEN), Equal(GIVEN, A),
    ],
    ids=str,
)  # fmt: skip
def test_what_the_translator_does_not_know_is_an_error_and_never_left_out(expression: Any) -> None:
    policy = Policy({"id": "X"}, permit=False, actions=frozenset(), conditions=((True, expression),))
    with pytest.raises(PolicyInvalid):
        translate.rulebook([policy], "Ask", World(SMALL))


def test_every_kind_of_expression_of_the_grammar_is_translated() -> None:
    kinds = {kind.__name__ for kind in grammar.Expression.__args__}
    assert kinds == {"Value", "Attribute", "Not", "Joined", "Equal", "Call"}


def test_a_difference_between_formulas_and_cedar_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A translator that takes `containsAll` for `containsAny` is caught by the same comparison, and by the prover itself."""
    monkeypatch.setattr(translate, "_within", translate._common)
    prover = Prover(SETS["CA"], "CA", "Release")
    read, dice, wrong = Read(prover.rules, prover.world), random.Random("wrong"), 0
    for facts in (some_of_everything(dice, facts_of("CA", approvals=[], caveats=[]), 0.3) for _ in range(60)):
        wrong += read.reasons(facts) != cedars(SETS["CA"], "Release", facts)
    assert wrong > 5
    lacks = prover.z3.Not(prover.world.members("approvals")["second_officer"])
    with pytest.raises(ProofFault, match="Cedar denies it"):
        prover.allowed(lacks)


def test_an_example_that_cedar_denies_is_never_shown() -> None:
    """A prover that has lost a rule of the set it speaks of."""
    prover = Prover(rebuilt("CA", {"GATE-BULK": None}), "CA", "Release")
    prover.policies = SETS["CA"]
    with pytest.raises(ProofFault, match="GATE-BULK"):
        prover.allowed(prover.world.terms["bulk"], prover.world.terms["personal"])
