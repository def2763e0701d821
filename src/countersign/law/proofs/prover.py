"""Questions about one action of one state's policies. Every answer that shows a request has been put to Cedar as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from countersign.law import decide as law
from countersign.law.decide import Decision
from countersign.law.errors import ProofFault
from countersign.law.policies import PolicySet
from countersign.law.proofs.engine import Formula
from countersign.law.proofs.translate import Rulebook, parsed, rulebook
from countersign.law.proofs.world import World
from countersign.law.verdicts import PROCESS, TEST_DEFAULTS
from countersign.law.vocabulary import Facts

PLAIN: Final[Facts] = TEST_DEFAULTS | {
    "agency": "police", "recipient_agency": "police", "workstream": "networks", "item_type": "lead",
    "offence": "fraud",
} | PROCESS  # fmt: skip
"""The ordinary item: of all requests that answer a question, the one shown is as close to this as can be."""


class Prover:
    """Allowed, here, means: some permit fires, and no forbid does. The acting state is `state` in every question."""

    def __init__(self, policies: PolicySet, state: str, action: str) -> None:
        self.policies, self.state, self.action = policies, state, action
        self.world = World(policies.vocabulary)
        self.z3 = self.world.z3
        self.rules: Rulebook = rulebook(parsed(policies).values(), action, self.world)
        self._guards = {name: self.z3.Bool(f"{name} stands") for name in self.rules.forbids}
        self._solver = self.z3.Solver()
        self._solver.add(self.world.sane(), self.world.members("releasing")[state])
        for name, fires in self.rules.forbids.items():
            self._solver.add(self.z3.Implies(self._guards[name], self.z3.Not(fires)))
        self.core: frozenset[str] = frozenset()

    def allowed(self, *wanted: Formula, without: frozenset[str] = frozenset(), plain: bool = False) -> Facts | None:
        """A request that is allowed, the rules in `without` left out, and that is as `wanted`; None where there is none.

        `plain`: the most ordinary one. After None, `core` names forbids that together leave none.
        Raises ProofFault where Cedar decides otherwise.
        """
        opening = [fires for name, fires in self.rules.permits.items() if name not in without]
        guards = [guard for name, guard in self._guards.items() if name not in without]
        found = self.any([self.z3.Or(opening), *wanted], guards=guards, plain=plain)
        if found:
            self.confirm(found, without)
        return found

    def any(self, wanted: Iterable[Formula], *, guards: Iterable[Formula] = (), plain: bool = False) -> Facts | None:
        """A request, allowed or not, of which all that is wanted holds."""
        model = self.model(wanted, guards=guards, plain=plain)
        return None if model is None else self.world.read(model)

    def model(self, wanted: Iterable[Formula], *, guards: Iterable[Formula] = (), plain: bool = False) -> Any | None:
        """As `any`, as a model, for those who have unknowns of their own."""
        guards, scopes = list(guards), self._solver.num_scopes()
        self._solver.push()
        try:
            self._solver.add(*wanted)
            if not self._check(guards):
                core = {formula.get_id() for formula in self._solver.unsat_core()}
                self.core = frozenset(name for name, guard in self._guards.items() if guard.get_id() in core)
                return None
            return self._most_ordinary(guards) if plain else self._solver.model()
        finally:
            self._solver.pop(self._solver.num_scopes() - scopes)

    def confirm(self, facts: Facts, without: frozenset[str] = frozenset()) -> None:
        """Cedar and the second evaluator allow it, or deny it for nothing but the rules in `without`. Raises ProofFault."""
        decision = decided(self.policies, self.action, facts)
        fired = {rule.id for rule in decision.fired}
        if not decision.allowed and not (without and fired <= without):
            raise ProofFault(
                f"the prover finds a request that is allowed, and Cedar denies it: {', '.join(sorted(fired))}.",
                action=self.action, request=facts,
            )  # fmt: skip

    def confirm_denied(self, facts: Facts) -> None:
        """Cedar and the second evaluator deny it. Raises ProofFault."""
        if decided(self.policies, self.action, facts).allowed:
            raise ProofFault("the prover finds a request that is denied, and Cedar allows it.", request=facts)

    def _check(self, assumed: list[Formula]) -> bool:
        answer = self._solver.check(*assumed)
        if answer == self.z3.unknown:
            raise ProofFault(f"the solver gave no answer: {self._solver.reason_unknown()}.")
        return bool(answer == self.z3.sat)

    def _most_ordinary(self, guards: list[Formula]) -> Any:
        """As in the ordinary item wherever the answer leaves it open, the earlier of the attributes before the later."""
        self._solver.add(*guards)
        self._grant(list(self._wishes()))
        self._check([])
        return self._solver.model()

    def _grant(self, wishes: list[Formula]) -> None:
        """All of the wishes that can be met together with those met before; halves are tried where the whole cannot."""
        self._solver.push()
        self._solver.add(*wishes)
        if self._check([]):
            return
        self._solver.pop()
        if len(wishes) > 1:
            self._grant(wishes[: len(wishes) // 2])
            self._grant(wishes[len(wishes) // 2 :])

    def _wishes(self) -> Iterator[Formula]:
        """What the ordinary item has and has not, as far as the vocabulary knows it; enumerations before all else."""
        enums = {(name, value) for name, value in PLAIN.items() if isinstance(value, str)}
        unknowns = self.world.unknowns
        yield from (unknown for mark, unknown in unknowns.items() if mark in enums)
        for (name, value), unknown in unknowns.items():
            plain = PLAIN.get(name)
            if isinstance(plain, (bool, list)):
                wanted = plain if isinstance(plain, bool) else value in plain
                yield unknown if wanted else self.z3.Not(unknown)


def decided(policies: PolicySet, action: str, facts: Facts) -> Decision:
    """What the gate would say to the request."""
    return law.decide(policies, action=action, principal="proof", resource="proof", facts=facts)


def differences(facts: Facts) -> dict[str, Any]:
    """What tells the request from the ordinary item; the rest is as there."""
    return {name: value for name, value in facts.items() if value != PLAIN.get(name, None)}
