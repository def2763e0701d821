"""All that can be proved about one state's policies, told as it is found and kept as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from countersign.law.policies import PolicySet
from countersign.law.proofs import findings, relaxing
from countersign.law.proofs.claims import Claims
from countersign.law.proofs.comparing import Loosening
from countersign.law.proofs.findings import Harm, Life, Proof, Surprise
from countersign.law.proofs.prover import Prover, differences
from countersign.law.proofs.relaxing import Relaxed
from countersign.law.vocabulary import Facts

Tell = Callable[[str], None]


@dataclass(slots=True)
class Report:
    """What was found about the policies of one state."""

    state: str
    version: str
    rules: int
    proofs: list[Proof] = field(default_factory=list)
    harms: list[Harm] = field(default_factory=list)
    grown: list[str] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)
    surprises: list[Surprise] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    loosenings: list[Loosening] = field(default_factory=list)
    relaxed: list[Relaxed] = field(default_factory=list)
    frozen: frozenset[str] = frozenset()

    @property
    def dead(self) -> list[str]:
        """Rules that matter in no action."""
        return sorted({life.rule for life in self.lives} - {life.rule for life in self.lives if life.fires})

    @property
    def never_alone(self) -> list[str]:
        """Rules that matter, and decide no request by themselves: others always say the same."""
        alone = {life.rule for life in self.lives if life.alone}
        return sorted({life.rule for life in self.lives if life.fires} - alone)

    @property
    def unjudged(self) -> list[str]:
        """Surprises that the rules permit and nobody has judged."""
        return sorted({surprise.claim.id for surprise in self.surprises if surprise.example} - set(self.known))

    @property
    def outdated(self) -> list[str]:
        """Surprises that are judged and not permitted: no fault, for a stricter state may share the judgement."""
        asked = {surprise.claim.id for surprise in self.surprises}
        return sorted(set(self.known) & asked - {surprise.claim.id for surprise in self.surprises if surprise.example})

    def breaks(self) -> dict[str, list[str]]:
        """For each rule the invariants that its deletion would break."""
        found: dict[str, set[str]] = {life.rule: set() for life in self.lives}
        for proof in self.proofs:
            for rule in proof.rests_on:
                found[rule].add(proof.claim.id)
        return {rule: sorted(claims) for rule, claims in sorted(found.items())}

    def faults(self) -> list[str]:
        """What makes the policies unfit, in a line each; empty if all is well."""
        found = [f"{proof.claim.id} does not hold for {proof.action}" for proof in self.proofs if proof.example]
        found += [f"{proof.claim.id} says nothing about {proof.action}" for proof in self.proofs if proof.empty]
        found += [f"more approvals can harm in {harm.action}" for harm in self.harms]
        found += [f"{rule} never matters" for rule in self.dead]
        found += [f"{surprise} is permitted and not judged" for surprise in self.unjudged]
        spared = {one.rule for one in self.relaxed}
        found += [
            f"a threat to life relaxes {rule}, which is not on the frozen list" for rule in sorted(spared - self.frozen)
        ]
        found += [
            f"the frozen list names {rule}, which a threat to life does not relax"
            for rule in sorted(self.frozen - spared)
        ]
        return found + [
            f"{loosening.action} allows more than before by {loosening.because}, and no note says so"
            for loosening in self.loosenings if not loosening.named
        ]  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """All of it, with whole requests as examples."""
        return {
            "state": self.state,
            "policy": self.version,
            "invariants": [
                {"id": proof.claim.id, "says": proof.claim.says, "action": proof.action, "holds": proof.holds,
                 "example": proof.example, "rests_on": list(proof.rests_on)}
                for proof in self.proofs
            ],
            "more_never_harms": {
                action: next((harm.after for harm in self.harms if harm.action == action), None) for action in self.grown
            },
            "rules": {
                rule: {
                    "alone_in": sorted(life.action for life in self.lives if life.rule == rule and life.alone),
                    "matters_in": sorted(life.action for life in self.lives if life.rule == rule and life.fires),
                    "deleted_breaks": broken,
                }
                for rule, broken in self.breaks().items()
            },
            "surprises": [
                {"id": surprise.claim.id, "asks": surprise.claim.says, "action": surprise.action,
                 "permitted": surprise.example is not None, "example": surprise.example,
                 "judged": self.known.get(surprise.claim.id)}
                for surprise in self.surprises
            ],
            "relaxed_by_a_threat_to_life": [
                {"rule": one.rule, "action": one.action, "opens": one.opens, "example": one.example} for one in self.relaxed
            ],
            "newly_allowed": [
                {"action": loosening.action, "by": loosening.because, "named": loosening.named, "now": loosening.now,
                 "before": loosening.before}
                for loosening in self.loosenings
            ],
            "judged_and_not_permitted": self.outdated,
            "faults": self.faults(),
        }  # fmt: skip


def examine(policies: PolicySet, state: str, claims: Claims, tell: Tell, *, frozen: frozenset[str]) -> Report:
    """Prove everything about a state's policies, telling each finding in lines. `frozen`: what a threat to life may relax.

    Raises ProverMissing, ProofFault.
    """
    report = Report(state, policies.version, len(policies.rules), known=claims.known, frozen=frozen)
    provers = {action: Prover(policies, state, action) for action in policies.vocabulary.actions}
    tell(f"{state}: {report.rules} rules, policy {policies.version}")
    for line in _steps(report, provers, claims):
        tell(line)
    return report


def _steps(report: Report, provers: dict[str, Prover], claims: Claims) -> Iterator[str]:
    yield f" invariants: {len(claims.invariants)}"
    for number, claim in enumerate(claims.invariants, 1):
        found = [findings.prove(provers[action], claim) for action in claim.actions]
        report.proofs += found
        yield from _of_invariant(found, f"({number} of {len(claims.invariants)})")
    yield " more approvals and the like never turn a yes into a no:"
    for action, growing in claims.growing.items():
        report.grown.append(action)
        harm = findings.harm(provers[action], growing)
        report.harms += [harm] if harm else []
        yield f"  {action}: {'REFUTED' if harm else 'proved'} for {', '.join(growing)}"
        yield from _request(harm.before) if harm else ()
    for prover in provers.values():
        report.lives += findings.lives(prover)
    yield from _of_rules(report)
    yield from _of_relaxing(report, provers)
    yield f" surprise queries: {len(claims.surprises)}"
    for claim in claims.surprises:
        asked = [findings.ask(provers[action], claim) for action in claim.actions]
        report.surprises += asked
        yield from _of_surprise(asked, claims.known)


def _of_invariant(found: list[Proof], place: str) -> Iterator[str]:
    claim, bad = found[0].claim, [proof for proof in found if not proof.holds]
    rests_on = sorted({rule for proof in found for rule in proof.rests_on})
    if not bad:
        yield f"  {claim.id} holds {place} for {', '.join(claim.actions)}: {claim.says}"
        yield f"      rests on {', '.join(rests_on) or 'the gateways, or several rules each'}"
    for proof in bad:
        yield f"  {claim.id} {'SAYS NOTHING' if proof.empty else 'REFUTED'} {place} for {proof.action}: {claim.says}"
        yield from _request(proof.example) if proof.example else ()


def _of_rules(report: Report) -> Iterator[str]:
    alone = report.rules - len(report.dead) - len(report.never_alone)
    yield f" rules: {report.rules - len(report.dead)} of {report.rules} matter; {alone} decide some request alone"
    yield from (f"  DEAD: {rule}" for rule in report.dead)
    yield from (f"  never alone: {rule}" for rule in report.never_alone)
    breaks = {rule: claims for rule, claims in report.breaks().items() if claims}
    yield f" without it an invariant breaks: {len(breaks)} rules"
    yield from (f"  {rule}: {', '.join(claims)}" for rule, claims in breaks.items())
    others = sorted({life.rule for life in report.lives} - set(breaks))
    yield f"  no invariant speaks of: {', '.join(others)}"


def _of_relaxing(report: Report, provers: dict[str, Prover]) -> Iterator[str]:
    for prover in provers.values():
        report.relaxed += relaxing.relaxed(prover)
    spared = {one.rule: one.opens for one in report.relaxed}
    same = "as frozen" if set(spared) == report.frozen else "NOT AS FROZEN"
    yield f" a threat to life relaxes, {same}: {len(spared)} rules"
    yield from (f"  {rule}{' (opens a way)' if opens else ''}" for rule, opens in sorted(spared.items()))


def _of_surprise(asked: list[Surprise], known: dict[str, str]) -> Iterator[str]:
    claim, first = asked[0].claim, next((surprise for surprise in asked if surprise.example), None)
    if first is None or first.example is None:
        yield f"  {claim.id} no{' (and judged)' if claim.id in known else ''}: {claim.says}"
        return
    actions = ", ".join(surprise.action for surprise in asked if surprise.example)
    yield f"  {claim.id} YES for {actions}: {claim.says}"
    yield from _request(first.example)
    yield f"      judged: {known.get(claim.id, 'by nobody yet')}"


def of_loosenings(loosenings: list[Loosening]) -> Iterator[str]:
    """What is newly allowed, in lines."""
    yield f" newly allowed: {len(loosenings) or 'nothing'}"
    for loosening in loosenings:
        yield f"  {loosening.action}, by {loosening.because}: {'named' if loosening.named else 'NOT NAMED by a note'}"
        yield from _request(loosening.now)


def _request(facts: Facts) -> Iterator[str]:
    """A request that shows something, as far as it is no ordinary item."""
    shown = [
        f"{name}: {', '.join(value) or 'none'}" if isinstance(value, list) else f"{name}: {_plain(value)}"
        for name, value in differences(facts).items()
    ]
    yield f"      for example: {'; '.join(shown)}"


def _plain(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
