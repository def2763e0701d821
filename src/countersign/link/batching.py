"""Batches: the keys of waiting items, sealed together to the peer and announced by one leaf (protocol section 3)."""

from __future__ import annotations

import secrets
from typing import Final, NamedTuple

from django.db import transaction

from countersign.charter.models import Peer
from countersign.kernel import cbor, failpoints
from countersign.kernel.errors import CountersignError
from countersign.ledger import sql
from countersign.ledger.core.leaves import BatchLeaf
from countersign.ledger.core.merkle import leaf_hash
from countersign.link import outbox, sealing
from countersign.link.models import LinkState, OutItem
from countersign.link.station import OUTBOX_KEY, Station

BATCH = 512
UNDER_WAY: Final = "SELECT 1 FROM link_outbatch WHERE peer_id = %s LIMIT 1"
WAITING: Final = "SELECT 1 FROM link_outitem WHERE peer_id = %s AND state = %s LIMIT 1"
_STORE = """
    INSERT INTO link_outbatch (peer_id, leaf_index, leaf_hash, items, sealed_key, wraps, waiting)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


def cut_batch(station: Station, state: LinkState, *, limit: int = BATCH) -> bool:
    """Deliver the keys of the oldest waiting items (urgent ones first): one HPKE seal, one batch leaf, one checkpoint.

    Returns whether a batch was cut.
    """
    items = _next_items(state, limit)
    if not items:
        return False
    hpke_key, public = outbox.recipient_key(state.peer)
    hashes = [bytes(item.leaf_hash) for item in items]
    wrapping_key = secrets.token_bytes(sealing.KEY_BYTES)
    wraps = _wraps(station, items, wrapping_key)
    sealed_key = sealing.seal_batch_key(
        public,
        wrapping_key,
        origin=state.log.origin,
        peer_origin=state.mirror.origin,
        hpke_key=hpke_key,
        items=hashes,
    )
    leaf = BatchLeaf(
        sender=station.node,
        receiver=state.peer.node,
        hpke_key=hpke_key,
        items=tuple(hashes),
        digest=sealing.batch_digest(sealed_key, wraps),
    )
    return _store_batch(station, state, items, leaf, sealed_key, wraps)


def cut_if_idle(station: Station, peer: Peer) -> bool:
    """Deliver an item that was just released with the batch of its own, where nothing is under way to the peer.

    Inside the releasing transaction, which holds the log already: one commit and one checkpoint less than if the courier
    did it, and nothing left to do before the call. Where a batch is under way the item joins the next one, so a stream of
    releases is still sent in large batches (the rule of RFC 896). What hinders a batch never hinders the release.
    """
    state = outbox.open_link(station, peer)
    if state.restoring or under_way(state):
        return False
    try:
        return cut_batch(station, state)
    except CountersignError:
        return False  # the courier will try again, and it says what is wrong


def under_way(state: LinkState) -> bool:
    """Whether a batch waits for receipts."""
    return sql.one(UNDER_WAY, state.peer_id) is not None


def cut_all(station: Station, state: LinkState) -> None:
    """Cut batches until nothing waits for one."""
    while waits_for_batch(state):
        cut_batch(station, state)


def waits_for_batch(state: LinkState) -> bool:
    """Whether an item waits for its key to be delivered by a batch."""
    return sql.one(WAITING, state.peer_id, OutItem.RELEASED) is not None


class _Waiting(NamedTuple):
    """What a batch needs of a waiting item; its ciphertext is read when the body is built."""

    pk: int
    channel: bytes
    epoch: int
    sequence: int
    leaf_hash: bytes
    commitment: bytes
    wrapped_key: bytes


def _next_items(state: LinkState, limit: int) -> list[_Waiting]:
    query = """
        SELECT id, channel, epoch, sequence, leaf_hash, commitment, wrapped_key FROM link_outitem
        WHERE peer_id = %s AND state = %s ORDER BY urgent DESC, id LIMIT %s
    """
    return [_Waiting(*row) for row in sql.rows(query, state.peer_id, OutItem.RELEASED, limit)]


@transaction.atomic
def _store_batch(
    station: Station, state: LinkState, items: list[_Waiting], leaf: BatchLeaf, sealed_key: bytes, wraps: list[bytes]
) -> bool:
    log = outbox.lock_log(state)
    chosen = [item.pk for item in items]
    batched = f"UPDATE link_outitem SET state = %s WHERE id IN ({sql.places(chosen)}) AND state = %s"  # noqa: S608
    if sql.run(batched, OutItem.BATCHED, *chosen, OutItem.RELEASED) != len(items):
        # Another courier took some of them, or one was voided: try again with what is left.
        transaction.set_rollback(True)
        return False
    index = outbox.add_leaf(station, state, log, leaf)
    outbox.sign(station, state, log)
    hash_ = leaf_hash(leaf.encode())
    sql.run(_STORE, state.peer_id, index, hash_, b"".join(leaf.items), sealed_key, cbor.encode(wraps), len(items))
    failpoints.reach("batch.before_commit")
    transaction.on_commit(lambda: failpoints.reach("batch.after_commit"))
    return True


def _wraps(station: Station, items: list[_Waiting], wrapping_key: bytes) -> list[bytes]:
    kek = station.provider.key_encryption_key(OUTBOX_KEY)
    wraps = []
    for item in items:
        identity = (station.node, bytes(item.channel), item.epoch, item.sequence)
        key = sealing.unwrap_at_rest(kek, bytes(item.wrapped_key), identity)
        wraps.append(sealing.wrap(wrapping_key, key, identity, bytes(item.commitment)))
    return wraps
