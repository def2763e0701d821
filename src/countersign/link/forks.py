"""Evidence of two signed truths: log forks and equivocal items, built from the mirror and kept for the offline verifier."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from countersign.charter import alarms, peering
from countersign.kernel import cbor, clock
from countersign.kernel.errors import CountersignError
from countersign.ledger import queries
from countersign.ledger import services as ledger
from countersign.ledger.core import forkproof, merkle, statements, tlogproof
from countersign.ledger.core.checkpoints import Checkpoint
from countersign.ledger.core.merkle import Node
from countersign.ledger.core.notes import SignedNote
from countersign.ledger.core.statements import SignedStatement
from countersign.ledger.models import Log
from countersign.link.bodies import Slice
from countersign.link.errors import LogFork
from countersign.link.models import LinkState


class ForkFound(CountersignError):
    """Carries evidence out of the transaction that must roll back."""

    code = "FORK_FOUND"

    def __init__(self, fault: LogFork, data: bytes) -> None:
        super().__init__(fault.reason)
        self.fault, self.data = fault, data


def two_roots(state: LinkState, log: Log, checkpoint: Checkpoint, note: SignedNote) -> ForkFound:
    """The peer signed a root at a size at which its own leaves, which we hold, have another."""
    held = queries.newest_checkpoint(log, at_most=checkpoint.size)
    fault = LogFork(f"{state.peer.node} signed another root at {checkpoint.size} leaves than it showed before.")
    if held is not None and held.size == checkpoint.size:
        return ForkFound(fault, forkproof.build(*_vouched(state), notes=[bytes(held.note), note.render()]))
    later = queries.next_checkpoint(log, above=checkpoint.size)
    if later is None:
        raise AssertionError("a mirror always ends in a signed checkpoint")
    proof = queries.consistency_proof(log, checkpoint.size, later.size)
    data = forkproof.build(
        *_vouched(state),
        notes=[note.render(), bytes(later.note)],
        prefix=[queries.root_at(log, checkpoint.size), proof],
    )
    return ForkFound(fault, data)


def two_leaves(
    state: LinkState, log: Log, index: int, part: Slice, hashes: Sequence[bytes], note: SignedNote
) -> ForkFound:
    """At one index the peer's log showed one leaf before and shows another now, both under signed checkpoints."""
    held = queries.next_checkpoint(log, above=index)
    if held is None:
        raise AssertionError("a mirror always ends in a signed checkpoint")
    fault = LogFork(f"{state.peer.node} shows another leaf at index {index} than before.")
    before = queries.inclusion_proof(log, index, held.size)

    def fetch(nodes: Sequence[Node]) -> list[bytes]:
        return [_hybrid_subtree(log, part.start, hashes, *node) for node in nodes]

    if merkle.root_of(fetch, part.end) == forkproof.root_of(note.render()):
        now = merkle.prove(fetch, merkle.inclusion_ranges(index, part.end))
        position = [index, queries.fetch(log, [(0, index)])[0], before, hashes[index - part.start], now]
        return ForkFound(
            fault, forkproof.build(*_vouched(state), notes=[bytes(held.note), note.render()], position=position)
        )
    return ForkFound(fault, b"")


def equivocation(state: LinkState, log: Log, first: int, second: int) -> None:
    """Keep two item leaves of one identity, each with its proof under a checkpoint of the mirror."""
    newest = queries.newest_checkpoint(log)
    if newest is None:
        raise AssertionError("a mirror always ends in a signed checkpoint")
    proven = [
        [
            queries.leaf(log, index),
            tlogproof.render(index, queries.inclusion_proof(log, index, newest.size), queries.note_of(newest)),
        ]
        for index in (first, second)
    ]
    data = forkproof.build(*_vouched(state), notes=[], leaves=proven)
    ledger.keep_fork_evidence(log.origin, kind="item_equivocation", data=data, at=clock.now())
    alarms.raise_alarm("ITEM_EQUIVOCATION", state.peer.node)


@transaction.atomic
def keep(state: LinkState, found: ForkFound) -> None:
    """Store the evidence and raise the alarm, after the body's own transaction was rolled back."""
    if found.data:
        ledger.keep_fork_evidence(state.mirror.origin, kind="log_fork", data=found.data, at=clock.now())
    alarms.raise_alarm("LOG_FORK", state.peer.node)


def _vouched(state: LinkState) -> tuple[statements.RootKey, list[SignedStatement]]:
    signed = [
        statements.from_list(cbor.decode(bytes(key.statement))) for key in peering.keys_of(state.peer, statements.LOG)
    ]
    return peering.root_key(state.peer), signed


def _hybrid_subtree(log: Log, start: int, hashes: Sequence[bytes], level: int, index: int) -> bytes:
    """A complete subtree of the tree that the new slice claims: our mirror up to `start`, then the slice's leaves."""
    begin, width = index << level, 1 << level
    if begin + width <= start:
        return queries.fetch(log, [(level, index)])[0]
    if level == 0:
        return hashes[begin - start]
    left = _hybrid_subtree(log, start, hashes, level - 1, 2 * index)
    return merkle.node_hash(left, _hybrid_subtree(log, start, hashes, level - 1, 2 * index + 1))
