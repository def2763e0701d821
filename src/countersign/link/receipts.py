"""Receipts as leaves: given by the receiver in the transaction that stores, taken by the sender from the mirror."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F

from countersign.charter import alarms
from countersign.kernel import clock
from countersign.ledger.core import leaves
from countersign.ledger.core.leaves import ReceiptLeaf
from countersign.link import outbox
from countersign.link.models import LinkState, OutBatch, OutItem
from countersign.link.station import Station

RETRIABLE = frozenset({"CANNOT_OPEN"})
"""Refusals that a new batch (re-keying to the present HPKE key) can cure."""


def give(station: Station, state: LinkState, *, receipt: str, outcome: str, items: Sequence[bytes]) -> int:
    """Append one receipt leaf for the items; return its index. The caller's transaction holds the state it speaks of."""
    leaf = ReceiptLeaf(
        sender=station.node,
        receiver=state.peer.node,
        state=receipt,
        outcome=outcome,
        at=clock.unix_now(),
        items=tuple(items),
    )
    return outbox.append_leaf(station, state, leaf)


def take(state: LinkState, leaf: ReceiptLeaf, index: int) -> None:
    """Apply a peer's receipt to the outbox. A repetition changes nothing."""
    items = list(OutItem.objects.filter(peer=state.peer, leaf_hash__in=leaf.items).defer("ciphertext"))
    if len(items) != len(leaf.items):
        alarms.raise_alarm("RECEIPT_FOR_UNKNOWN_ITEM", state.peer.node)
    if leaf.state == leaves.STORED:
        _stored(state, items, index)
    elif leaf.state == leaves.HANDLED:
        keys = [item.pk for item in items]
        OutItem.objects.filter(pk__in=keys).update(handled=leaf.outcome, handled_index=index)
    else:
        _refused(state, items, leaf.outcome)


def _stored(state: LinkState, items: list[OutItem], index: int) -> None:
    """Delivered: the ciphertext and its key are destroyed here; the exchange room keeps the own content."""
    fresh = [item.pk for item in items if item.state != OutItem.STORED]
    OutItem.objects.filter(pk__in=fresh).update(
        state=OutItem.STORED, stored_index=index, stored_at=clock.now(), ciphertext=b"", wrapped_key=b"", refusal=""
    )
    _settle_batches(state, items)


def _refused(state: LinkState, items: list[OutItem], outcome: str) -> None:
    open_items = [item for item in items if item.state == OutItem.BATCHED]
    again = [item.pk for item in open_items if outcome in RETRIABLE and item.rekeys < outbox.MAX_REKEYS]
    OutItem.objects.filter(pk__in=again).update(state=OutItem.RELEASED, refusal=outcome, rekeys=F("rekeys") + 1)
    given_up = [item.pk for item in open_items if item.pk not in again]
    OutItem.objects.filter(pk__in=given_up).update(state=OutItem.REFUSED, refusal=outcome)
    if given_up:
        alarms.raise_alarm("ITEM_REFUSED_BY_PEER", state.peer.node)
    _settle_batches(state, open_items)


def _settle_batches(state: LinkState, items: list[OutItem]) -> None:
    """Forget the sealed keys of batches whose items are all answered or carried by a newer batch."""
    touched = {bytes(item.leaf_hash) for item in items}
    for batch in OutBatch.objects.filter(peer=state.peer):
        members = split_hashes(bytes(batch.items))
        if touched & set(members):
            waiting = OutItem.objects.filter(peer=state.peer, leaf_hash__in=members, state=OutItem.BATCHED).count()
            if waiting:
                OutBatch.objects.filter(pk=batch.pk).update(waiting=waiting)
            else:
                batch.delete()


def split_hashes(joined: bytes) -> list[bytes]:
    return [joined[at : at + 32] for at in range(0, len(joined), 32)]
