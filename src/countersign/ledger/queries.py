"""Readers of the ledger: leaves, roots at any size, proofs from storage."""

from __future__ import annotations

from collections.abc import Sequence

from countersign.ledger import sql
from countersign.ledger.core import merkle, notes
from countersign.ledger.core.merkle import Node
from countersign.ledger.core.notes import SignedNote
from countersign.ledger.models import Cosignature, Leaf, Log, SignedCheckpoint, Subtree

STORED_LEVEL = 4
"""Complete subtrees from this level up are stored (16 leaves): one extra row for about eight leaves."""
_NO_BOUND = (1 << 63) - 1
_CHECKPOINT = sql.Columns(SignedCheckpoint, "c")


def place_of(level: int, index: int) -> int:
    """The one number under which a subtree is stored."""
    return (level << 48) + index


def size_of(log: int) -> int:
    """How many leaves a log has now, by its key."""
    row = sql.one("SELECT size FROM ledger_log WHERE id = %s", log)
    if row is None:
        raise AssertionError("a log is never deleted")
    return int(row[0])


def leaves(log: Log, begin: int, end: int) -> list[bytes]:
    """The leaves [begin, end) in order."""
    query = 'SELECT data FROM ledger_leaf WHERE log_id = %s AND "index" >= %s AND "index" < %s ORDER BY "index"'
    return [bytes(data) for (data,) in sql.rows(query, log.pk, begin, end)]


def leaves_at(log: Log, indexes: Sequence[int]) -> dict[int, bytes]:
    """The leaves at some indexes."""
    rows = Leaf.objects.filter(log=log, index__in=indexes).values_list("index", "data")
    return {index: bytes(data) for index, data in rows}


def leaf(log: Log, index: int) -> bytes:
    return bytes(Leaf.objects.values_list("data", flat=True).get(log=log, index=index))


def root_at(log: Log, size: int) -> bytes:
    """The root of the first `size` leaves (size at most the log's)."""
    return merkle.root_of(lambda nodes: fetch(log, nodes), size)


def inclusion_proof(log: Log, index: int, size: int) -> list[bytes]:
    return merkle.prove(lambda nodes: fetch(log, nodes), merkle.inclusion_ranges(index, size))


def consistency_proof(log: Log, old: int, new: int) -> list[bytes]:
    if old == new:
        return []
    return merkle.prove(lambda nodes: fetch(log, nodes), merkle.consistency_ranges(old, new))


def fetch(log: Log, nodes: Sequence[Node]) -> list[bytes]:
    """Hashes of complete subtrees: stored ones by place in one query, small ones from their leaves."""
    small = [(level, index) for level, index in nodes if level < STORED_LEVEL]
    stored = _stored(log, [node for node in nodes if node[0] >= STORED_LEVEL])
    hashes = _leaf_hashes(log, small)
    return [
        stored[node] if node[0] >= STORED_LEVEL else _fold(hashes, node[1] << node[0], 1 << node[0]) for node in nodes
    ]


def _stored(log: Log, nodes: Sequence[Node]) -> dict[Node, bytes]:
    if not nodes:
        return {}
    places = {place_of(*node): node for node in nodes}
    rows = Subtree.objects.filter(log=log, place__in=places).values_list("place", "hash")
    return {places[place]: bytes(hash_) for place, hash_ in rows}


def _leaf_hashes(log: Log, nodes: Sequence[Node]) -> dict[int, bytes]:
    """Hashes of all leaves under small subtrees, in runs of neighbours: a query a run, each by the index alone."""
    found: dict[int, bytes] = {}
    for begin, end in _runs(sorted((index << level, (index + 1) << level) for level, index in nodes)):
        rows = Leaf.objects.filter(log=log, index__gte=begin, index__lt=end).values_list("index", "hash")
        found |= {index: bytes(hash_) for index, hash_ in rows}
    return found


def _runs(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join ranges that touch or lie within one block of 16."""
    runs: list[tuple[int, int]] = []
    for begin, end in ranges:
        if runs and begin - runs[-1][1] < 1 << STORED_LEVEL:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((begin, end))
    return runs


def _fold(hashes: dict[int, bytes], begin: int, width: int) -> bytes:
    level = [hashes[index] for index in range(begin, begin + width)]
    while len(level) > 1:
        level = [merkle.node_hash(level[at], level[at + 1]) for at in range(0, len(level), 2)]
    return level[0]


def newest_checkpoint(log: Log, *, at_most: int | None = None) -> SignedCheckpoint | None:
    """The signed checkpoint with the greatest size (not above `at_most`)."""
    bound = _NO_BOUND if at_most is None else at_most
    return _checkpoint("c.size <= %s ORDER BY c.size DESC", log, bound)


def next_checkpoint(log: Log, *, above: int) -> SignedCheckpoint | None:
    """The signed checkpoint with the smallest size above `above`."""
    return _checkpoint("c.size > %s ORDER BY c.size", log, above)


def _checkpoint(which: str, log: Log, size: int) -> SignedCheckpoint | None:
    row = sql.one(
        f"SELECT {_CHECKPOINT} FROM ledger_signedcheckpoint c WHERE c.log_id = %s AND {which} LIMIT 1",  # noqa: S608
        log.pk,
        size,
    )
    return None if row is None else _CHECKPOINT.instance(row)


def cosigned_covering(log: Log, index: int, witness: str) -> Cosignature | None:
    """The earliest cosigned checkpoint that covers a leaf."""
    rows = Cosignature.objects.filter(checkpoint__log=log, checkpoint__size__gt=index, witness=witness)
    return rows.select_related("checkpoint").order_by("checkpoint__size").first()


def note_of(row: SignedCheckpoint) -> SignedNote:
    return notes.parse(bytes(row.note))
