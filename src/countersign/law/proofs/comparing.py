"""Whether one policy set allows what an older one did not: by a changed rule, by a new word, or by changes together."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.law.errors import ProofFault
from countersign.law.grammar import Policy
from countersign.law.policies import PolicySet
from countersign.law.proofs.engine import Formula
from countersign.law.proofs.prover import Prover, decided
from countersign.law.proofs.translate import Rulebook, parsed, rulebook
from countersign.law.proofs.world import World
from countersign.law.vocabulary import Facts, Vocabulary

TOGETHER = "the changed rules together"


@dataclass(frozen=True, slots=True)
class Loosening:
    """A request that is newly allowed, and what brings that about: the id of a rule, `attribute: value`, or TOGETHER.

    `named`: a note of the newer policies says so. `before`: the request as the older vocabulary has it, with the worst
    for what only that one asks; None where the older one has no words for it.
    """

    action: str
    because: str
    named: bool
    now: Facts
    before: Facts | None


def compare(
    newer: PolicySet, older: PolicySet, state: str, rules: frozenset[str], words: frozenset[str]
) -> list[Loosening]:
    """Everything newly allowed, one request for each cause; `rules` and `words` are those that notes name.

    Raises ProofFault where Cedar sees a request otherwise.
    """
    found: list[Loosening] = []
    same_words = newer.vocabulary == older.vocabulary
    for action in newer.vocabulary.actions:
        changed = _changed(parsed(newer), parsed(older), action)
        if changed or not same_words:
            found += _Comparison(newer, older, state, action).all(changed, rules, words)
    return found


class _Comparison:
    """One action. The older policies have a world of their own, tied to the newer one's where the words are the same."""

    def __init__(self, newer: PolicySet, older: PolicySet, state: str, action: str) -> None:
        self.newer, self.older, self.action = newer, older, action
        self.prover = Prover(newer, state, action)
        self.z3 = self.prover.z3
        self.now, self.then = self.prover.world, World(older.vocabulary, "older ")
        self.own, self.old = self.prover.rules, rulebook(parsed(older).values(), action, self.then)
        self.tie, self.new_words = _tied(self.now, self.then)
        known = [self.z3.Not(word) for word in self.new_words.values()]
        self.was_allowed = self.z3.And(*known, self.then.sane(), self.old.allow(self.then))

    def all(self, changed: frozenset[str], rules: frozenset[str], words: frozenset[str]) -> list[Loosening]:
        """Everything that the action newly allows."""
        if self.action not in self.older.vocabulary.actions:
            return self.by_action(words)
        return self.by_words(words) + self.by_rules(changed, rules)

    def by_action(self, words: frozenset[str]) -> list[Loosening]:
        """The older policies have no such action: whatever is allowed is new."""
        facts = self.prover.allowed(plain=True)
        word = f"action: {self.action}"
        return [Loosening(self.action, word, word in words, facts, None)] if facts else []

    def by_words(self, words: frozenset[str]) -> list[Loosening]:
        """A value that only the newer vocabulary knows was an error before, and so a no."""
        found = []
        for word, there in self.new_words.items():
            facts = self.prover.allowed(there, plain=True)
            if facts:
                found.append(Loosening(self.action, word, word in words, facts, None))
        return found

    def by_rules(self, changed: frozenset[str], named: frozenset[str]) -> list[Loosening]:
        """For each changed rule what it lets through by itself; then what they let through together.

        What would not be allowed with the named rules as they were is named, whatever else has a part in it.
        """
        found: list[Loosening] = []
        for rule in sorted(changed):
            facts = self._newly(changed - {rule})
            if facts:
                found.append(Loosening(self.action, rule, rule in named, *facts))
        if not all(loosening.named for loosening in found):
            return found
        unexplained = self._newly(changed & named)
        together = unexplained or (None if found else self._newly(frozenset()))
        return found + ([Loosening(self.action, TOGETHER, unexplained is None, *together)] if together else [])

    def _newly(self, restored: frozenset[str]) -> tuple[Facts, Facts] | None:
        """Allowed now and not before, and it would be so even with the rules in `restored` as they were."""
        permits = _mixed(self.own.permits, self.old.permits, restored)
        mixed = Rulebook(permits, _mixed(self.own.forbids, self.old.forbids, restored))
        known = [self.z3.Not(word) for word in self.new_words.values()]
        wanted = [self.own.allow(self.now), self.z3.Not(self.was_allowed), mixed.allow(self.now), *known]
        model = self.prover.model([*wanted, *self.tie, self.then.sane()], plain=True)
        if model is None:
            return None
        now, before = self.now.read(model), self.then.read(model)
        self.prover.confirm(now)
        if decided(self.older, self.action, before).allowed:
            raise ProofFault("the prover finds a request that was denied before, and Cedar allows it.", request=before)
        return now, before


def _mixed(own: dict[str, Formula], old: dict[str, Formula], restored: frozenset[str]) -> dict[str, Formula]:
    kept = {name: fires for name, fires in own.items() if name not in restored}
    return kept | {name: fires for name, fires in old.items() if name in restored}


def _changed(newer: dict[str, Policy], older: dict[str, Policy], action: str) -> frozenset[str]:
    """Ids of rules of the action that one version lacks, or that do not say the same."""

    def core(policy: Policy | None) -> object:
        applies = policy is not None and (not policy.actions or action in policy.actions)
        return (policy.permit, policy.conditions) if policy is not None and applies else None

    return frozenset(name for name in {*newer, *older} if core(newer.get(name)) != core(older.get(name)))


def _tied(now: World, then: World) -> tuple[list[Formula], dict[str, Formula]]:
    """What makes the two worlds one request as far as the words are the same; and the newer words, `attribute: value`."""
    tie: list[Formula] = []
    new_words: dict[str, Formula] = {}
    for name in now.terms:
        if _kind(now.vocabulary, name) != _kind(then.vocabulary, name):
            continue
        if name in now.vocabulary.booleans:
            tie.append(now.terms[name] == then.terms[name])
            continue
        own, old = now.members(name), then.members(name)
        tie += [own[value] == old[value] for value in own if value in old]
        tie += [now.z3.Not(old[value]) for value in old if value not in own]
        new_words |= {f"{name}: {value}": own[value] for value in own if value not in old}
    return tie, new_words


def _kind(vocabulary: Vocabulary, name: str) -> str:
    if name in vocabulary.booleans:
        return "boolean"
    return "enumeration" if name in vocabulary.enums else "set" if name in vocabulary.sets else "none"
