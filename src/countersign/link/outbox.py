"""The way out: items get their identity and leaf in the releasing transaction, then their keys by batch leaves.

Lock order, always: decisions log (the caller's), exchange log, channel.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from countersign.charter import validity
from countersign.charter.models import Peer, PeerKey
from countersign.charter.peering import parts_of
from countersign.kernel import cbor, clock, failpoints
from countersign.ledger import services as ledger
from countersign.ledger.core import leaves, statements
from countersign.ledger.core.leaves import BatchLeaf, Identity, ItemLeaf, Leaf, VoidLeaf
from countersign.ledger.core.merkle import leaf_hash
from countersign.ledger.core.names import exchange_origin
from countersign.ledger.models import Log, SignedCheckpoint
from countersign.link import ownkeys, sealing
from countersign.link.errors import PeerUnreachable, SigningStopped
from countersign.link.models import Blob, LinkState, OutBatch, OutChannel, OutItem
from countersign.link.sealing import BlobRef, SealedText
from countersign.link.station import OUTBOX_KEY, Station

BATCH = 512
MAX_REKEYS = 5
SIGN_EVERY = 1_024
"""A log never grows by more leaves than this without a signed checkpoint, so that a slice is always small."""


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
    state = LinkState.objects.select_related("log", "mirror", "peer").filter(peer=peer).first()
    if state is None:
        state = LinkState.objects.create(
            peer=peer,
            log=ledger.open_log(exchange_origin(station.node, peer.node), kind=Log.EXCHANGE),
            mirror=ledger.open_log(exchange_origin(peer.node, station.node), kind=Log.MIRROR),
        )
    return state


def enqueue(station: Station, peer: Peer, outgoing: Outgoing, *, decision_leaf_hash: bytes) -> OutItem:
    """Give the item its identity, seal it and append its leaf, inside the releasing transaction of the caller."""
    state = open_link(station, peer)
    log = _lock_log(state)
    channel = _lock_channel(peer, outgoing.purpose)
    identity: Identity = (station.node, bytes(channel.channel), channel.epoch, channel.next_sequence)
    text = SealedText(identity, peer.node, outgoing.authority, outgoing.salt, outgoing.parts, tuple(outgoing.blobs))
    sealed = sealing.seal_item(text)
    leaf = _item_leaf(text, sealed, outgoing.expires, decision_leaf_hash)
    index = _append(station, state, log, leaf)
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
    log = _lock_log(state)
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
        _append(station, state, log, leaf)
    return bool(changed)


def append_leaf(station: Station, state: LinkState, leaf: Leaf) -> int:
    """Append a key, anchor or receipt leaf to the log toward a peer, in the caller's transaction."""
    return _append(station, state, _lock_log(state), leaf)


def cut_batch(station: Station, state: LinkState, *, limit: int = BATCH) -> OutBatch | None:
    """Deliver the keys of the oldest waiting items (urgent ones first): one HPKE seal, one batch leaf, one checkpoint."""
    items = _next_items(state, limit)
    if not items:
        return None
    hpke_key = recipient_key(state.peer)
    hashes = [bytes(item.leaf_hash) for item in items]
    wrapping_key = secrets.token_bytes(sealing.KEY_BYTES)
    wraps = _wraps(station, items, wrapping_key)
    sealed_key = sealing.seal_batch_key(
        parts_of(hpke_key)[0],
        wrapping_key,
        origin=state.log.origin,
        peer_origin=state.mirror.origin,
        hpke_key=bytes(hpke_key.key_id),
        items=hashes,
    )
    leaf = BatchLeaf(
        sender=station.node,
        receiver=state.peer.node,
        hpke_key=bytes(hpke_key.key_id),
        items=tuple(hashes),
        digest=sealing.batch_digest(sealed_key, wraps),
    )
    return _store_batch(station, state, items, leaf, sealed_key, wraps)


def cut_all(station: Station, state: LinkState) -> None:
    """Cut batches until nothing waits for one."""
    while OutItem.objects.filter(peer=state.peer, state=OutItem.RELEASED).exists():
        cut_batch(station, state)


def sign_head(station: Station, state: LinkState) -> None:
    """Sign the head of the log to the peer if leaves stand above its newest checkpoint."""
    size = Log.objects.only("size").get(pk=state.log_id).size
    if not size or SignedCheckpoint.objects.filter(log=state.log, size=size).exists():
        return
    with transaction.atomic():
        _sign(station, state, _lock_log(state))


def recipient_key(peer: Peer) -> PeerKey:
    """The peer's newest HPKE key that is valid. Raises KeyEnded where none is any more."""
    if (key := validity.newest(peer, statements.HPKE)) is not None:
        return key
    raise PeerUnreachable(f"{peer.node} has no valid HPKE key.", field="peer")


def out_channel(peer: Peer, purpose: str) -> OutChannel:
    """The channel for a purpose, made with an opaque id if it is new."""
    channel, _ = OutChannel.objects.get_or_create(
        peer=peer, purpose=purpose, defaults={"channel": secrets.token_bytes(16)}
    )
    return channel


def _next_items(state: LinkState, limit: int) -> list[OutItem]:
    """The next items for a batch, without their ciphertexts: those are read when the body is built."""
    waiting = OutItem.objects.filter(peer=state.peer, state=OutItem.RELEASED).order_by("-urgent", "id")
    chosen = list(waiting.values_list("pk", flat=True)[:limit])
    return list(OutItem.objects.filter(pk__in=chosen).defer("ciphertext").order_by("-urgent", "id"))


@transaction.atomic
def _store_batch(
    station: Station, state: LinkState, items: list[OutItem], leaf: BatchLeaf, sealed_key: bytes, wraps: list[bytes]
) -> OutBatch | None:
    log = _lock_log(state)
    changed = OutItem.objects.filter(pk__in=[item.pk for item in items], state=OutItem.RELEASED).update(
        state=OutItem.BATCHED
    )
    if changed != len(items):
        # Another courier took some of them, or one was voided: try again with what is left.
        transaction.set_rollback(True)
        return None
    index = _append(station, state, log, leaf)
    _sign(station, state, log)
    batch = OutBatch.objects.create(
        peer=state.peer,
        leaf_index=index,
        leaf_hash=leaf_hash(leaf.encode()),
        items=b"".join(leaf.items),
        sealed_key=sealed_key,
        wraps=cbor.encode(wraps),
        waiting=len(items),
    )
    failpoints.reach("batch.before_commit")
    transaction.on_commit(lambda: failpoints.reach("batch.after_commit"))
    return batch


def _wraps(station: Station, items: list[OutItem], wrapping_key: bytes) -> list[bytes]:
    kek = station.provider.key_encryption_key(OUTBOX_KEY)
    wraps = []
    for item in items:
        identity = identity_of(station, item)
        key = sealing.unwrap_at_rest(kek, bytes(item.wrapped_key), identity)
        wraps.append(sealing.wrap(wrapping_key, key, identity, bytes(item.commitment)))
    return wraps


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


def _lock_log(state: LinkState) -> Log:
    if state.restoring:
        raise SigningStopped(f"the log to {state.peer.node} is being restored.", field="peer")
    return ledger.lock(state.log)


def _lock_channel(peer: Peer, purpose: str) -> OutChannel:
    channel = out_channel(peer, purpose)
    return OutChannel.objects.select_for_update().get(pk=channel.pk)


def _append(station: Station, state: LinkState, log: Log, leaf: Leaf) -> int:
    index = ledger.append(log, [leaf.encode()])
    if log.size % SIGN_EVERY == 0:
        _sign(station, state, log)
    return index


def _sign(station: Station, state: LinkState, log: Log) -> None:
    signer = station.provider.signer(statements.LOG, bytes(ownkeys.usable(statements.LOG, state).key_id))
    ledger.sign_checkpoint(log, signer, station.marks, at=clock.now())
