"""Writers of the ledger. Callers hold the transaction; leaf indexes come from head rows locked until commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from countersign.kernel import clock, hashing
from countersign.ledger.core import checkpoints, merkle
from countersign.ledger.core.checkpoints import Checkpoint
from countersign.ledger.core.keys import HybridSigner
from countersign.ledger.core.notes import SignatureLine, SignedNote
from countersign.ledger.errors import RootMismatch
from countersign.ledger.marks import Marks
from countersign.ledger.models import Cosignature, ForkEvidence, Leaf, Log, SignedCheckpoint, Subtree

STORED_LEVEL = 4
"""Complete subtrees from this level up are stored (16 leaves): one extra row for about eight leaves."""


def place_of(level: int, index: int) -> int:
    """The one number under which a subtree is stored."""
    return (level << 48) + index


def open_log(origin: str, *, kind: str) -> Log:
    """The log of this origin, made empty if it is new."""
    log, _ = Log.objects.get_or_create(origin=origin, defaults={"kind": kind})
    return log


def lock(log: Log) -> Log:
    """Lock the head row until commit and return it fresh."""
    return Log.objects.select_for_update().get(pk=log.pk)


def frontier_of(log: Log) -> merkle.Frontier:
    peaks = bytes(log.peaks)
    return merkle.Frontier(log.size, (peaks[at : at + 32] for at in range(0, len(peaks), 32)))


def append(log: Log, leaves: Sequence[bytes]) -> int:
    """Add leaves to a log whose head row the caller has locked; return the index of the first."""
    first, frontier = log.size, frontier_of(log)
    rows, subtrees = [], []
    for offset, data in enumerate(leaves):
        hash_ = merkle.leaf_hash(data)
        rows.append(Leaf(log=log, index=first + offset, hash=hash_, data=data))
        subtrees += [
            Subtree(log=log, place=place_of(level, index), hash=inner)
            for level, index, inner in frontier.append(hash_)
            if level >= STORED_LEVEL
        ]
    Leaf.objects.bulk_create(rows)
    Subtree.objects.bulk_create(subtrees)
    log.size, log.peaks = frontier.size, b"".join(frontier.peaks)
    log.save(update_fields=("size", "peaks"))
    return first


def sign_checkpoint(log: Log, signer: HybridSigner, marks: Marks, *, at: datetime) -> SignedCheckpoint:
    """Sign the head of an own, locked log inside the transaction that added its leaves; at most one per size.

    Raises LogBehindMark where the log is shorter than what was already shown.
    """
    marks.check(log.origin, log.size)
    known = SignedCheckpoint.objects.filter(log=log, size=log.size).first()
    if known is not None:
        return known
    checkpoint = Checkpoint(log.origin, log.size, frontier_of(log).root())
    note = checkpoints.sign(checkpoint, signer, timestamp=int(at.timestamp()))
    return SignedCheckpoint.objects.create(log=log, size=log.size, root=checkpoint.root, note=note.render(), kept_at=at)


def extend_mirror(log: Log, leaves: Sequence[bytes], checkpoint: Checkpoint, note: SignedNote) -> int:
    """Append a peer's leaves to the locked mirror and insist on the root that the peer signed.

    Raises RootMismatch (the caller's transaction must then roll back). Returns the index of the first new leaf.
    """
    first = append(log, leaves)
    if log.size != checkpoint.size or frontier_of(log).root() != checkpoint.root:
        raise RootMismatch(f"the leaves of {log.origin} do not lead to the root signed at {checkpoint.size}.")
    keep_checkpoint(log, checkpoint, note)
    return first


def keep_checkpoint(log: Log, checkpoint: Checkpoint, note: SignedNote) -> SignedCheckpoint:
    """Keep a peer's full signed checkpoint, the first one seen at its size."""
    row, _ = SignedCheckpoint.objects.get_or_create(
        log=log, size=checkpoint.size, defaults={"root": checkpoint.root, "note": note.render(), "kept_at": clock.now()}
    )
    return row


def keep_cosignature(checkpoint: SignedCheckpoint, *, witness: str, lines: Sequence[SignatureLine]) -> None:
    """Keep a witness's lines under a checkpoint; a repetition changes nothing."""
    text = "".join(line.render() for line in lines)
    Cosignature.objects.get_or_create(checkpoint=checkpoint, witness=witness, defaults={"lines": text})


def keep_fork_evidence(origin: str, *, kind: str, data: bytes, at: datetime) -> bool:
    """Keep proof of two signed truths; return whether it was new."""
    _, new = ForkEvidence.objects.get_or_create(
        digest=hashing.sha256(data), defaults={"origin": origin, "kind": kind, "found_at": at, "data": data}
    )
    return new
