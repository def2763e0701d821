"""What is found about one state's policies: invariants, surprises, rules that live, approvals that never harm."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.law.errors import PolicyInvalid
from countersign.law.proofs.claims import Claim
from countersign.law.proofs.engine import Formula
from countersign.law.proofs.prover import Prover
from countersign.law.proofs.translate import condition, parsed, rulebook
from countersign.law.proofs.world import World
from countersign.law.vocabulary import Facts


@dataclass(frozen=True, slots=True)
class Proof:
    """An invariant for one action: `example` refutes it. `empty`: its matter cannot come up, so that it says nothing.

    `rests_on`: the rules of which each alone, if it were deleted, would let the invariant be broken.
    """

    claim: Claim
    action: str
    example: Facts | None
    empty: bool
    rests_on: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return self.example is None and not self.empty


@dataclass(frozen=True, slots=True)
class Surprise:
    """A question and, where the answer is yes, the most ordinary request that shows it."""

    claim: Claim
    action: str
    example: Facts | None


@dataclass(frozen=True, slots=True)
class Life:
    """A rule for one action: `alone`, a request that this rule alone decides; `fires`, it matters at all."""

    rule: str
    action: str
    alone: Facts | None
    fires: bool


@dataclass(frozen=True, slots=True)
class Harm:
    """A request that is allowed, and the same with more approvals or the like, that is not."""

    action: str
    before: Facts
    after: Facts


def prove(prover: Prover, claim: Claim) -> Proof:
    """Whether no allowed request meets the condition of the claim, and what that rests on. Raises ProofFault."""
    broken = condition(claim.condition, prover.world)
    example = prover.allowed(broken, plain=True)
    if example is not None:
        return Proof(claim, prover.action, example, empty=False, rests_on=())
    core = sorted(prover.core)
    rests_on = [name for name in core if prover.allowed(broken, without=frozenset({name})) is not None]
    empty = prover.any([broken]) is None
    return Proof(claim, prover.action, None, empty, tuple(rests_on))


def ask(prover: Prover, claim: Claim) -> Surprise:
    """Whether some allowed request meets the condition. Raises ProofFault."""
    return Surprise(claim, prover.action, prover.allowed(condition(claim.condition, prover.world), plain=True))


def lives(prover: Prover) -> list[Life]:
    """Every rule of the action: is there a request that it alone decides. Raises ProofFault."""
    return [life_of(prover, name) for name in [*prover.rules.forbids, *prover.rules.permits]]


def life_of(prover: Prover, name: str) -> Life:
    """Whether one rule matters. Raises KeyError for one that the action does not have, and ProofFault."""
    return _forbid(prover, name) if name in prover.rules.forbids else _permit(prover, name)


def _forbid(prover: Prover, name: str) -> Life:
    """Alone: it is the only forbid that fires while a gateway opens. Without that, it may still fire beside others."""
    fires = prover.rules.forbids[name]
    alone = prover.allowed(fires, without=frozenset({name}))
    if alone is not None:
        return Life(name, prover.action, alone, fires=True)
    opened = prover.z3.Or(list(prover.rules.permits.values()))
    return Life(name, prover.action, None, fires=prover.any([fires, opened]) is not None)


def _permit(prover: Prover, name: str) -> Life:
    """Alone: it is the only gateway that opens, and nothing stands in the way."""
    others = [prover.z3.Not(fires) for other, fires in prover.rules.permits.items() if other != name]
    fires = prover.rules.permits[name]
    alone = prover.allowed(fires, *others)
    if alone is not None:
        return Life(name, prover.action, alone, fires=True)
    return Life(name, prover.action, None, fires=prover.allowed(fires) is not None)


def harm(prover: Prover, growing: tuple[str, ...]) -> Harm | None:
    """A yes that more of what is `growing` (approvals, ...) turns into a no; None: there is none. Raises ProofFault."""
    if unknown := set(growing) - set(prover.policies.vocabulary.sets):
        raise PolicyInvalid(f"{min(unknown)} is no set that could grow.")
    more = World(prover.policies.vocabulary, "more ", shared=prover.world, own=growing)
    after = rulebook(parsed(prover.policies).values(), prover.action, more)
    grows = [_grows(prover, more, name) for name in growing]
    before = prover.rules.allow(prover.world)
    model = prover.model([before, *grows, prover.z3.Not(after.allow(more))])
    if model is None:
        return None
    found = Harm(prover.action, prover.world.read(model), more.read(model))
    prover.confirm(found.before)
    prover.confirm_denied(found.after)
    return found


def _grows(prover: Prover, more: World, name: str) -> Formula:
    then = more.members(name)
    return prover.z3.And([prover.z3.Implies(now, then[value]) for value, now in prover.world.members(name).items()])
