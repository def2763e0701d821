"""Receipts as leaves: given by the receiver in the transaction that stores, taken by the sender from the mirror."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from countersign.charter import alarms
from countersign.kernel import clock
from countersign.ledger import sql
from countersign.ledger.core import leaves
from countersign.ledger.core.leaves import MAX_ITEMS_PER_LEAF, ReceiptLeaf
from countersign.link import outbox
from countersign.link.models import LinkState, OutItem
from countersign.link.station import Station

RETRIABLE = frozenset({"CANNOT_OPEN"})
"""Refusals that a new batch (re-keying to the present HPKE key) can cure."""


class _Answered(NamedTuple):
    """What a receipt needs to know of an item it names."""

    pk: int
    leaf_hash: bytes
    state: str
    rekeys: int


def give(
    station: Station, state: LinkState, *, receipt: str, outcome: str, items: Sequence[bytes], at: int | None = None
) -> dict[bytes, int]:
    """Append receipt leaves for the items, as many as it takes (a leaf names 1024 at most, and a peer refuses a log with one
    that names more); the index of each item's. The caller has locked the state's log, and holds the state they speak of."""
    when = clock.unix_now() if at is None else at
    given: dict[bytes, int] = {}
    for begin in range(0, len(items), MAX_ITEMS_PER_LEAF):
        named = tuple(items[begin : begin + MAX_ITEMS_PER_LEAF])
        leaf = ReceiptLeaf(
            sender=station.node, receiver=state.peer.node, state=receipt, outcome=outcome, at=when, items=named
        )
        given |= dict.fromkeys(named, outbox.add_leaf(station, state, state.log, leaf))
    return given


def take(state: LinkState, leaf: ReceiptLeaf, index: int) -> None:
    """Apply a peer's receipt to the outbox. A repetition changes nothing."""
    query = (
        "SELECT id, leaf_hash, state, rekeys FROM link_outitem"  # noqa: S608
        f" WHERE peer_id = %s AND leaf_hash IN ({sql.places(leaf.items)})"
    )
    items = [_Answered(*row) for row in sql.rows(query, state.peer_id, *leaf.items)]
    if len(items) != len(leaf.items):
        alarms.raise_alarm("RECEIPT_FOR_UNKNOWN_ITEM", state.peer.node)
    if leaf.state == leaves.STORED:
        _stored(state, items, index, at=leaf.at)
    elif leaf.state == leaves.HANDLED:
        _update("handled = %s, handled_index = %s", [leaf.outcome, index], items)
    else:
        _refused(state, items, leaf.outcome)


def _stored(state: LinkState, items: list[_Answered], index: int, *, at: int) -> None:
    """Delivered, at the instant that the receipt names: the ciphertext and its key are destroyed here; the exchange room
    keeps the own content."""
    _update(
        "state = %s, stored_index = %s, stored_at = %s, ciphertext = %s, wrapped_key = %s, refusal = %s",
        [OutItem.STORED, index, sql.moment(clock.instant(at)), b"", b"", ""],
        [item for item in items if item.state != OutItem.STORED],
    )
    _settle_batches(state, items)


def _refused(state: LinkState, items: list[_Answered], outcome: str) -> None:
    open_items = [item for item in items if item.state == OutItem.BATCHED]
    again = [item for item in open_items if outcome in RETRIABLE and item.rekeys < outbox.MAX_REKEYS]
    _update("state = %s, refusal = %s, rekeys = rekeys + 1", [OutItem.RELEASED, outcome], again)
    given_up = [item for item in open_items if item not in again]
    _update("state = %s, refusal = %s", [OutItem.REFUSED, outcome], given_up)
    if given_up:
        alarms.raise_alarm("ITEM_REFUSED_BY_PEER", state.peer.node)
    _settle_batches(state, open_items)


def _update(assignments: str, values: list[object], items: Sequence[_Answered]) -> None:
    if items:
        keys = [item.pk for item in items]
        sql.run(f"UPDATE link_outitem SET {assignments} WHERE id IN ({sql.places(keys)})", *values, *keys)  # noqa: S608


def _settle_batches(state: LinkState, items: list[_Answered]) -> None:
    """Forget the sealed keys of batches whose items are all answered or carried by a newer batch."""
    touched = {bytes(item.leaf_hash) for item in items}
    for key, joined in sql.rows("SELECT id, items FROM link_outbatch WHERE peer_id = %s", state.peer_id):
        members = split_hashes(bytes(joined))
        if touched.isdisjoint(members):
            continue
        waiting = _count_batched(state, [member for member in members if member not in touched])
        if waiting:
            sql.run("UPDATE link_outbatch SET waiting = %s WHERE id = %s", waiting, key)
        else:
            sql.run("DELETE FROM link_outbatch WHERE id = %s", key)


def _count_batched(state: LinkState, hashes: list[bytes]) -> int:
    if not hashes:
        return 0
    query = (
        "SELECT count(*) FROM link_outitem"  # noqa: S608
        f" WHERE peer_id = %s AND state = %s AND leaf_hash IN ({sql.places(hashes)})"
    )
    row = sql.one(query, state.peer_id, OutItem.BATCHED, *hashes)
    return row[0] if row else 0


def split_hashes(joined: bytes) -> list[bytes]:
    return [joined[at : at + 32] for at in range(0, len(joined), 32)]
