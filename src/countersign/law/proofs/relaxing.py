"""What an item that counts as a threat to life is spared, of all requests there can be: every rule that speaks otherwise of it
than of the same item sent as urgent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from countersign.law.proofs.prover import Prover
from countersign.law.proofs.translate import parsed, rulebook
from countersign.law.proofs.world import World
from countersign.law.vocabulary import Facts

URGENCY: Final = "urgency"
PLAIN: Final = "urgent"
GRAVE: Final = "threat_to_life"


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A rule that stands in the way of the urgent item and not of the same as a threat to life (`opens`: a gateway that opens
    for the latter alone), with a request that shows it."""

    rule: str
    action: str
    opens: bool
    example: Facts


def relaxed(prover: Prover) -> list[Relaxed]:
    """Every rule of the action that a threat to life relaxes. Raises ProofFault."""
    grave = World(prover.policies.vocabulary, "grave ", shared=prover.world, own=(URGENCY,))
    then = rulebook(parsed(prover.policies).values(), prover.action, grave)
    pair = [prover.world.members(URGENCY)[PLAIN], grave.members(URGENCY)[GRAVE], grave.sane()]
    found = []
    for opens, now, later in ((False, prover.rules.forbids, then.forbids), (True, prover.rules.permits, then.permits)):
        for name, fires in now.items():
            spared = [fires, prover.z3.Not(later[name])] if not opens else [prover.z3.Not(fires), later[name]]
            example = prover.any([*pair, *spared])
            if example is not None:
                found.append(Relaxed(name, prover.action, opens, example))
    return found
