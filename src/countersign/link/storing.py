"""Storing opened items: keys re-wrapped under the authority's own key, attachments awaited, few statements a body.

A body often announces an item and delivers it at once. Its row is therefore kept in memory until the body is done, and
written once, as it is then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from countersign.kernel import clock
from countersign.ledger import sql
from countersign.ledger.core import leaves
from countersign.ledger.core.leaves import BatchLeaf
from countersign.link import chunks, sealing
from countersign.link.models import Blob, InItem, LinkState
from countersign.link.opening import Opened
from countersign.link.station import Station

_ITEM = sql.Columns(InItem, "i", without=("ciphertext", "wrapped_key"))
_PLAIN = (
    *("channel", "epoch", "sequence", "leaf_index", "leaf_hash", "expires", "ciphertext", "wrapped_key", "authority"),
    *("state", "refusal", "receipt_index", "handled_index"),
)
_INSERT = (
    f"INSERT INTO link_initem (peer_id, {', '.join(_PLAIN)}, stored_at, applied)"  # noqa: S608
    f" VALUES ({', '.join(['%s'] * (len(_PLAIN) + 3))})"
)
_UPDATE = """
    UPDATE link_initem SET state = %s, refusal = %s, ciphertext = %s, wrapped_key = %s, authority = %s, stored_at = %s,
    receipt_index = %s WHERE id = %s
"""


@dataclass(slots=True)
class Arrivals:
    """What a body brings, until it is written: rows of newly announced items, rows it changes, new batch leaves.

    `at`: the second of the receipt. What is stored is stored at that instant, so that both nodes count from the same.
    """

    at: int = field(default_factory=clock.unix_now)
    announced: dict[bytes, InItem] = field(default_factory=dict)
    changed: list[InItem] = field(default_factory=list)
    batches: dict[bytes, BatchLeaf] = field(default_factory=dict)
    stored: list[bytes] = field(default_factory=list)
    refused: dict[str, list[bytes]] = field(default_factory=dict)


def store_items(station: Station, state: LinkState, opened: Sequence[Opened], arrivals: Arrivals) -> None:
    """Put what was opened into the rows of its items; what was stored already, or is closed, stays as it is."""
    rows = arrivals.announced | _known_rows(
        state, [o.leaf_hash for o in opened if o.leaf_hash not in arrivals.announced]
    )
    for item in opened:
        row = rows.pop(item.leaf_hash, None)
        if row is None or row.state not in (InItem.ANNOUNCED, InItem.REFUSED) or row.refusal == "EPOCH_CLOSED":
            continue
        if item.text is None:
            row.state, row.refusal, row.ciphertext = InItem.REFUSED, item.refusal, item.ciphertext
            arrivals.refused.setdefault(item.refusal, []).append(item.leaf_hash)
        elif _store_item(station, row, item, at=arrivals.at):
            arrivals.stored.append(item.leaf_hash)
        if row.pk is not None:
            arrivals.announced.pop(item.leaf_hash, None)
            arrivals.changed.append(row)


def write(state: LinkState, arrivals: Arrivals, *, receipts: Mapping[bytes, int]) -> None:
    """Write the rows. `receipts`: of each item that was stored, the index of the receipt that says STORED."""
    stored = set(arrivals.stored)
    fresh, changed = arrivals.announced.values(), arrivals.changed
    for row in (*fresh, *changed):
        if bytes(row.leaf_hash) in stored:
            row.receipt_index = receipts[bytes(row.leaf_hash)]
    sql.run_many(_INSERT, _inserted(fresh))
    sql.run_many(_UPDATE, [_updated(row) for row in changed])
    _write_batches(state, arrivals.batches, stored)


def _write_batches(state: LinkState, arrived: dict[bytes, BatchLeaf], stored: set[bytes]) -> None:
    """Keep batch leaves until all their items are stored; their keys are never kept here."""
    for key, leaf in sql.rows("SELECT id, leaf FROM link_inbatch WHERE peer_id = %s", state.peer_id) if stored else ():
        if stored.issuperset(leaves.parse_as(BatchLeaf, bytes(leaf)).items):
            sql.run("DELETE FROM link_inbatch WHERE id = %s", key)
    waiting = [
        (state.peer_id, hash_, leaf.encode()) for hash_, leaf in arrived.items() if not stored.issuperset(leaf.items)
    ]
    sql.run_many("INSERT INTO link_inbatch (peer_id, leaf_hash, leaf) VALUES (%s, %s, %s)", waiting)


def _known_rows(state: LinkState, hashes: Sequence[bytes]) -> dict[bytes, InItem]:
    if not hashes:
        return {}
    query = f"SELECT {_ITEM} FROM link_initem i WHERE i.peer_id = %s AND i.leaf_hash IN ({sql.places(hashes)})"  # noqa: S608
    rows = [_ITEM.instance(row) for row in sql.rows(query, state.peer_id, *hashes)]
    return {bytes(row.leaf_hash): row for row in rows}


def _inserted(rows: Iterable[InItem]) -> list[list[object]]:
    return [[row.peer_id, *(getattr(row, name) for name in _PLAIN), _moment(row), row.applied] for row in rows]


def _updated(row: InItem) -> list[object]:
    values = [row.state, row.refusal, row.ciphertext, row.wrapped_key, row.authority, _moment(row)]
    return [*values, row.receipt_index, row.pk]


def _moment(row: InItem) -> object:
    return None if row.stored_at is None else sql.moment(row.stored_at)


def _store_item(station: Station, row: InItem, item: Opened, *, at: int) -> bool:
    """Re-wrap the item's key under its authority's own key; return whether nothing of it is missing."""
    assert item.text is not None
    row.authority = station.compartment(item.text.authority)
    kek = station.provider.key_encryption_key(row.authority)
    row.wrapped_key = sealing.rewrap(kek, item.key, item.leaf.identity)
    row.ciphertext, row.refusal = item.ciphertext, ""
    if item.text.blobs and row.pk is None:
        row.save()  # its attachments refer to it
    waiting = [blob for blob in item.text.blobs if not chunks.expect(station, row, blob)]
    row.state = InItem.CHUNKS if waiting else InItem.STORED
    row.stored_at = None if waiting else clock.instant(at)
    return not waiting


def finish_blobs(complete: Sequence[Blob], *, at: int) -> list[bytes]:
    """Mark attachments complete; return the leaf hashes of items that lack nothing any more."""
    finished = []
    for blob in complete:
        Blob.objects.filter(pk=blob.pk).update(complete=True)
        item = InItem.objects.select_for_update().get(blob=blob)
        if item.state == InItem.CHUNKS and not Blob.objects.filter(item=item, complete=False).exists():
            item.state, item.stored_at = InItem.STORED, clock.instant(at)
            item.save(update_fields=("state", "stored_at"))
            finished.append(bytes(item.leaf_hash))
    return finished
