"""The way out: items get their identity and leaf in the releasing transaction; `batches` delivers their keys.

Lock order, always: decisions log (the caller's), exchange log, channel.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.db import transaction

from countersign.charter import peering, validity
from countersign.charter.models import Peer
from countersign.charter.peering import PEER, parts_of
from countersign.kernel import clock
from countersign.ledger import services as ledger
from countersign.ledger import sql
from countersign.ledger.core import leaves, statements
from countersign.ledger.core.leaves import Identity, ItemLeaf, Leaf, VoidLeaf
from countersign.ledger.core.merkle import leaf_hash
from countersign.ledger.core.names import exchange_origin
from countersign.ledger.models import Log
from countersign.link import ownkeys, sealing
from countersign.link.errors import PeerUnreachable, SigningStopped
from countersign.link.keymemory import CHANGES
from countersign.link.models import Blob, LinkState, OutChannel, OutItem
from countersign.link.sealing import BlobRef, SealedText
from countersign.link.station import OUTBOX_KEY, Station

MAX_REKEYS = 5
SIGN_EVERY = 1_024
"""A log never grows by more leaves than this without a signed checkpoint, so that a slice is always small."""
UNSIGNED: Final = """
    SELECT 1 FROM ledger_log l WHERE l.id = %s AND l.size > 0
    AND NOT EXISTS (SELECT 1 FROM ledger_signedcheckpoint c WHERE c.log_id = l.id AND c.size = l.size)
"""
"""Leaves of a log stand above its newest checkpoint."""
_STATE, _LOG, _MIRROR = sql.Columns(LinkState, "s"), sql.Columns(Log, "l"), sql.Columns(Log, "m")
_LINK = """
    SELECT {state}, {peer}, {log}, {mirror}, {changes} FROM link_linkstate s JOIN charter_peer p ON p.id = s.peer_id
    JOIN ledger_log l ON l.id = s.log_id JOIN ledger_log m ON m.id = s.mirror_id WHERE {which} = %s ORDER BY p.id
"""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What `enqueue` seals: the named parts, the attachments, the addressee's authority, expiry (POSIX s, 0: never).

    `salt` (32 fresh bytes) is the caller's, who keeps it: without it the own content could not be opened in evidence.
    """

    authority: str
    parts: Mapping[str, bytes]
    salt: bytes
    blobs: Sequence[BlobRef] = ()
    expires: int = 0
    purpose: str = "normal"


def open_link(station: Station, peer: Peer) -> LinkState:
    """The link to a peer: its two logs, made empty if they are new."""
    if (row := sql.one(_links("s.peer_id"), peer.pk)) is not None:
        return _link_of(station, row)
    return LinkState.objects.create(
        peer=peer,
        log=ledger.open_log(exchange_origin(station.node, peer.node), kind=Log.EXCHANGE),
        mirror=ledger.open_log(exchange_origin(peer.node, station.node), kind=Log.MIRROR),
    )


def link_with(station: Station, node: str) -> LinkState:
    """The link to the node of this name. Raises PeerUnknown, PeerNotActive or PeerSuspended where it may not be spoken with."""
    if (row := sql.one(_links("p.node"), node)) is None:
        return open_link(station, peering.find_active(node))
    state = _link_of(station, row)
    peering.insist_active(state.peer)
    return state


def active_links(station: Station) -> list[LinkState]:
    """The links to all peers that may be spoken with; each was opened when its ceremony ended."""
    return [_link_of(station, row) for row in sql.rows(_links("p.status"), Peer.ACTIVE)]


@lru_cache(maxsize=4)
def _links(which: str) -> str:
    return _LINK.format(state=_STATE, peer=PEER, log=_LOG, mirror=_MIRROR, changes=CHANGES, which=which)


def _link_of(station: Station, row: sql.Row) -> LinkState:
    peer, log = len(_STATE), len(_STATE) + len(PEER)
    mirror, end = log + len(_LOG), log + 2 * len(_LOG)
    state = _STATE.instance(row[:peer])
    state.peer = PEER.instance(row[peer:log])
    state.log, state.mirror = _LOG.instance(row[log:mirror]), _MIRROR.instance(row[mirror:end])
    station.key_memory.give(state, row[end:])
    return state


def enqueue(station: Station, peer: Peer, outgoing: Outgoing, *, decision_leaf_hash: bytes) -> OutItem:
    """Give the item its identity, seal it and append its leaf, inside the releasing transaction of the caller."""
    station.wake()  # it takes the courier as long to get up as this takes to be committed
    state = open_link(station, peer)
    log = lock_log(state)
    channel = _lock_channel(peer, outgoing.purpose)
    identity: Identity = (station.node, bytes(channel.channel), channel.epoch, channel.next_sequence)
    text = SealedText(identity, peer.node, outgoing.authority, outgoing.salt, outgoing.parts, tuple(outgoing.blobs))
    sealed = sealing.seal_item(text)
    leaf = _item_leaf(text, sealed, outgoing.expires, decision_leaf_hash)
    index = add_leaf(station, state, log, leaf)
    channel.next_sequence += 1
    channel.save(update_fields=("next_sequence",))
    kek = station.provider.key_encryption_key(OUTBOX_KEY)
    item = OutItem.objects.create(
        peer=peer,
        channel=identity[1],
        epoch=identity[2],
        sequence=identity[3],
        leaf_index=index,
        leaf_hash=leaf_hash(leaf.encode()),
        commitment=leaf.commitment,
        ciphertext=sealed.ciphertext,
        wrapped_key=sealing.rewrap(kek, sealed.key, identity),
        urgent=outgoing.purpose == "urgent",
        released_at=clock.now(),
    )
    transaction.on_commit(station.wake, robust=True)
    return _release_blobs(item, outgoing.blobs)


def _release_blobs(item: OutItem, blobs: Sequence[BlobRef]) -> OutItem:
    """From now on the peer may ask for these attachments' chunks."""
    if blobs:
        roots = [blob.root for blob in blobs]
        Blob.objects.filter(direction="out", root__in=roots).update(peer=item.peer, released=item)
    return item


@transaction.atomic
def void(station: Station, item: OutItem) -> bool:
    """Withdraw an item that has not left yet: a `void` leaf is delivered in its place. False if its key has left."""
    state = open_link(station, item.peer)
    log = lock_log(state)
    changed = OutItem.objects.filter(pk=item.pk, state=OutItem.RELEASED).update(
        state=OutItem.VOID, ciphertext=b"", wrapped_key=b""
    )
    if changed:
        leaf = VoidLeaf(
            sender=station.node,
            receiver=item.peer.node,
            channel=bytes(item.channel),
            epoch=item.epoch,
            sequence=item.sequence,
            item=bytes(item.leaf_hash),
        )
        add_leaf(station, state, log, leaf)
    return bool(changed)


def append_leaf(station: Station, state: LinkState, leaf: Leaf) -> int:
    """Append a key, anchor or receipt leaf to the log toward a peer, in the caller's transaction."""
    return add_leaf(station, state, lock_log(state), leaf)


def sign_head(station: Station, state: LinkState) -> None:
    """Sign the head of the log to the peer if leaves stand above its newest checkpoint."""
    if sql.one(UNSIGNED, state.log_id) is None:
        return
    with transaction.atomic():
        sign(station, state, lock_log(state))


def recipient_key(peer: Peer) -> tuple[bytes, bytes]:
    """Id and public half of the peer's newest HPKE key that is valid. Raises KeyEnded where none is any more."""
    if (key := validity.newest(peer, statements.HPKE)) is not None:
        return bytes(key.key_id), parts_of(key)[0]
    raise PeerUnreachable(f"{peer.node} has no valid HPKE key.", field="peer")


def out_channel(peer: Peer, purpose: str) -> OutChannel:
    """The channel for a purpose, made with an opaque id if it is new."""
    channel, _ = OutChannel.objects.get_or_create(
        peer=peer, purpose=purpose, defaults={"channel": secrets.token_bytes(16)}
    )
    return channel


def identity_of(station: Station, item: OutItem) -> Identity:
    return (station.node, bytes(item.channel), item.epoch, item.sequence)


def _item_leaf(text: SealedText, sealed: sealing.SealedItem, expires: int, decision_leaf_hash: bytes) -> ItemLeaf:
    sender, channel, epoch, sequence = text.identity
    nonce = leaves.fresh_nonce()
    return ItemLeaf(
        nonce=nonce,
        sender=sender,
        receiver=text.receiver,
        channel=channel,
        epoch=epoch,
        sequence=sequence,
        commitment=text.commitment(),
        digest=sealed.digest,
        bucket=sealed.bucket,
        expires=expires,
        release=leaves.release_commitment(nonce, decision_leaf_hash),
    )


def lock_log(state: LinkState) -> Log:
    """Lock the head of the log to the peer. Raises SigningStopped while that log is being restored."""
    _insist_whole(state)
    state.log = ledger.lock(state.log)
    return state.log


def _insist_whole(state: LinkState) -> None:
    if state.restoring:
        raise SigningStopped(f"the log to {state.peer.node} is being restored.", field="peer")


def _lock_channel(peer: Peer, purpose: str) -> OutChannel:
    channel = out_channel(peer, purpose)
    return OutChannel.objects.select_for_update().get(pk=channel.pk)


def add_leaf(station: Station, state: LinkState, log: Log, leaf: Leaf) -> int:
    """Append a leaf to the locked log; now and then that is also the moment for a checkpoint."""
    _insist_whole(state)
    index = ledger.append(log, [leaf.encode()])
    if log.size % SIGN_EVERY == 0:
        sign(station, state, log)
    return index


def sign(station: Station, state: LinkState, log: Log) -> None:
    """Sign the locked log's head."""
    signer = station.provider.signer(statements.LOG, bytes(ownkeys.usable(statements.LOG, state).key_id))
    ledger.sign_checkpoint(log, signer, station.marks, at=clock.now())
