"""Writers of the ledger. Callers hold the transaction; leaf indexes come from head rows locked until commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from countersign.kernel import clock, hashing
from countersign.ledger import queries, sql
from countersign.ledger.core import checkpoints, merkle
from countersign.ledger.core.checkpoints import Checkpoint
from countersign.ledger.core.keys import HybridSigner
from countersign.ledger.core.notes import SignatureLine, SignedNote
from countersign.ledger.errors import RootMismatch
from countersign.ledger.marks import Marks
from countersign.ledger.models import ForkEvidence, Log, SignedCheckpoint
from countersign.ledger.queries import STORED_LEVEL, place_of

_HEAD = sql.Columns(Log, "l")
_LEAF = 'INSERT INTO ledger_leaf (log_id, "index", hash, data) VALUES (%s, %s, %s, %s)'
_SUBTREE = "INSERT INTO ledger_subtree (log_id, place, hash) VALUES (%s, %s, %s)"
_CHECKPOINT = "INSERT INTO ledger_signedcheckpoint (log_id, size, root, note, kept_at) VALUES (%s, %s, %s, %s, %s)"


def open_log(origin: str, *, kind: str) -> Log:
    """The log of this origin, made empty if it is new."""
    row = sql.one(f"SELECT {_HEAD} FROM ledger_log l WHERE l.origin = %s", origin)  # noqa: S608
    return Log.objects.get_or_create(origin=origin, defaults={"kind": kind})[0] if row is None else _HEAD.instance(row)


def lock(log: Log) -> Log:
    """Lock the head row until commit and return it fresh. Outside a transaction there is nothing to hold the lock: a leaf
    without its head would stop the log for good, so that is a fault of the caller."""
    if not connection.in_atomic_block:
        raise AssertionError("leaves are added inside a transaction")
    row = sql.one(f"SELECT {_HEAD} FROM ledger_log l WHERE l.id = %s{sql.for_update()}", log.pk)  # noqa: S608
    if row is None:
        raise AssertionError("a log is never deleted")
    return _HEAD.instance(row)


def lock_both(own: Log, mirror: Log) -> tuple[Log, Log]:
    """The same for the two logs of a pair, in one statement; the own one was made first, and is locked first."""
    if not connection.in_atomic_block:
        raise AssertionError("leaves are added inside a transaction")
    both = sql.rows(
        f"SELECT {_HEAD} FROM ledger_log l WHERE l.id IN (%s, %s) ORDER BY l.id{sql.for_update()}",  # noqa: S608
        own.pk,
        mirror.pk,
    )
    found = {log.pk: log for log in map(_HEAD.instance, both)}
    return found[own.pk], found[mirror.pk]


def frontier_of(log: Log) -> merkle.Frontier:
    peaks = bytes(log.peaks)
    return merkle.Frontier(log.size, (peaks[at : at + 32] for at in range(0, len(peaks), 32)))


def append(log: Log, leaves: Sequence[bytes]) -> int:
    """Add leaves to a log whose head row the caller has locked; return the index of the first."""
    first, frontier = log.size, frontier_of(log)
    rows, subtrees = [], []
    for offset, data in enumerate(leaves):
        hash_ = merkle.leaf_hash(data)
        rows.append((log.pk, first + offset, hash_, data))
        subtrees += [
            (log.pk, place_of(level, index), inner)
            for level, index, inner in frontier.append(hash_)
            if level >= STORED_LEVEL
        ]
    sql.run_many(_LEAF, rows)
    sql.run_many(_SUBTREE, subtrees)
    log.size, log.peaks = frontier.size, b"".join(frontier.peaks)
    sql.run("UPDATE ledger_log SET size = %s, peaks = %s WHERE id = %s", log.size, log.peaks, log.pk)
    return first


def sign_checkpoint(log: Log, signer: HybridSigner, marks: Marks, *, at: datetime) -> SignedCheckpoint:
    """Sign the head of an own, locked log inside the transaction that added its leaves; at most one per size.

    Raises LogBehindMark where the log is shorter than what was already shown.
    """
    marks.check(log.origin, log.size)
    known = queries.newest_checkpoint(log)
    if known is not None and known.size == log.size:
        return known
    checkpoint = Checkpoint(log.origin, log.size, frontier_of(log).root())
    note = checkpoints.sign(checkpoint, signer, timestamp=int(at.timestamp())).render()
    sql.run(_CHECKPOINT, log.pk, log.size, checkpoint.root, note, sql.moment(at))
    return SignedCheckpoint(log=log, size=log.size, root=checkpoint.root, note=note, kept_at=at)


def extend_mirror(log: Log, leaves: Sequence[bytes], checkpoint: Checkpoint, note: SignedNote) -> int:
    """Append a peer's leaves to the locked mirror and insist on the root that the peer signed.

    Raises RootMismatch (the caller's transaction must then roll back). Returns the index of the first new leaf.
    """
    first = append(log, leaves)
    if log.size != checkpoint.size or frontier_of(log).root() != checkpoint.root:
        raise RootMismatch(f"the leaves of {log.origin} do not lead to the root signed at {checkpoint.size}.")
    keep_checkpoint(log, checkpoint, note)
    return first


def keep_checkpoint(log: Log, checkpoint: Checkpoint, note: SignedNote) -> None:
    """Keep a peer's full signed checkpoint, the first one seen at its size."""
    sql.run(
        f"{_CHECKPOINT} ON CONFLICT (log_id, size) DO NOTHING",
        log.pk,
        checkpoint.size,
        checkpoint.root,
        note.render(),
        sql.moment(clock.now()),
    )


def keep_cosignature(checkpoint: SignedCheckpoint, *, witness: str, lines: Sequence[SignatureLine]) -> None:
    """Keep a witness's lines under a checkpoint; a repetition changes nothing."""
    text = "".join(line.render() for line in lines)
    sql.run(
        "INSERT INTO ledger_cosignature (checkpoint_id, witness, lines) VALUES (%s, %s, %s)"
        " ON CONFLICT (checkpoint_id, witness) DO NOTHING",
        checkpoint.pk,
        witness,
        text,
    )


def keep_fork_evidence(origin: str, *, kind: str, data: bytes, at: datetime) -> bool:
    """Keep proof of two signed truths; return whether it was new."""
    _, new = ForkEvidence.objects.get_or_create(
        digest=hashing.sha256(data), defaults={"origin": origin, "kind": kind, "found_at": at, "data": data}
    )
    return new
