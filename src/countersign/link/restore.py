"""After a restore from an old copy: take back from the peer's mirror what this node signed and lost (protocol section 6).

The same log goes on. Channels get a new epoch by a root-signed statement; what never left the node is lost, and what was
received and lost is listed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction

from countersign.charter import alarms, keyring
from countersign.charter.models import OwnKey, Peer
from countersign.kernel import clock
from countersign.ledger import services as ledger
from countersign.ledger.core import checkpoints, leaves, notes, statements
from countersign.ledger.core.keys import HybridPublicKey, HybridSigner
from countersign.ledger.core.leaves import ItemLeaf, ReceiptLeaf
from countersign.ledger.core.merkle import leaf_hash
from countersign.ledger.errors import SignatureInvalid
from countersign.ledger.models import Log
from countersign.link import outbox
from countersign.link.bodies import Slice
from countersign.link.errors import NotRestoring
from countersign.link.models import InItem, LinkState, OutBatch, OutChannel, OutItem
from countersign.link.station import Station

MAX_ROUNDS = 10_000


@dataclass(slots=True)
class Report:
    """What a restore took back and what it found lost, by log and channel; no content."""

    taken_back: int = 0
    never_left: list[str] = field(default_factory=list)
    received_and_lost: list[str] = field(default_factory=list)
    signed_beyond_peer: int = 0


def begin(station: Station) -> list[Peer]:
    """Stop signing toward every peer until its mirror was asked. Returns the peers to be asked."""
    peers = list(Peer.objects.filter(status=Peer.ACTIVE))
    for peer in peers:
        state = outbox.open_link(station, peer)
        LinkState.objects.filter(pk=state.pk).update(restoring=True)
    return peers


def fetch(station: Station, peer: Peer, exchange: Callable[[Peer], bool]) -> int:
    """Exchange with the peer until it returns nothing more of this node's log; return how many leaves came back."""
    before = outbox.open_link(station, peer).log.size
    for _ in range(MAX_ROUNDS):
        size = Log.objects.get(pk=outbox.open_link(station, peer).log_id).size
        exchange(peer)
        if Log.objects.get(pk=outbox.open_link(station, peer).log_id).size == size:
            break
    return Log.objects.get(pk=outbox.open_link(station, peer).log_id).size - before


@transaction.atomic
def take_back(state: LinkState, part: Slice) -> int:
    """Append own leaves that the peer returned, after checking that this node signed them. Returns how many."""
    log = ledger.lock(state.log)
    note = notes.parse(part.note)
    checkpoint = checkpoints.verify(note, _own_log_key(note, log.origin), origin=log.origin)
    skip = log.size - part.start
    if part.end <= log.size or skip < 0:
        return 0
    fresh = part.leaves[skip:]
    ledger.extend_mirror(log, fresh, checkpoint, note)
    _rebuild(state, log.size - len(fresh), fresh)
    LinkState.objects.filter(pk=state.pk).update(peer_has=max(state.peer_has, log.size))
    return len(fresh)


@transaction.atomic
def finish(station: Station, peer: Peer, root: HybridSigner) -> Report:
    """Start a new epoch on every channel, release the stop on signing, and say what is lost."""
    state = outbox.open_link(station, peer)
    if not state.restoring:
        raise NotRestoring(f"the log to {peer.node} is not being restored.", field="peer")
    report = Report(taken_back=0)
    log = ledger.lock(state.log)
    report.signed_beyond_peer = max(0, station.marks.read(log.origin).size - log.size)
    station.marks.force(log.origin, log.size, ledger.frontier_of(log).root())
    LinkState.objects.filter(pk=state.pk).update(restoring=False)
    state.restoring = False
    _list_losses(state, report)
    for channel in OutChannel.objects.filter(peer=peer):
        _new_epoch(station, state, channel, root)
    alarms.close_alarm("OWN_LOG_BEHIND_PEER", peer.node)
    return report


def _own_log_key(note: notes.SignedNote, origin: str) -> HybridPublicKey:
    for key in OwnKey.objects.filter(role=statements.LOG):
        public = statements.hybrid(keyring.parts_of(key))
        if note.lines_of(origin, notes.key_id(origin, notes.ED25519, public.ed25519)):
            return public
    raise SignatureInvalid("the returned checkpoint was not signed by a log key of this node.", field="returned")


def _rebuild(state: LinkState, first: int, fresh: tuple[bytes, ...]) -> None:
    """Rows for what the lost leaves said: items that were released, receipts that were given."""
    for index, data in enumerate(fresh, first):
        leaf = leaves.parse(data)
        if isinstance(leaf, ItemLeaf):
            _rebuild_item(state, index, data, leaf)
        elif isinstance(leaf, ReceiptLeaf) and leaf.state == leaves.STORED:
            InItem.objects.filter(peer=state.peer, leaf_hash__in=leaf.items).exclude(state=InItem.STORED).update(
                state=InItem.LOST, receipt_index=index
            )


def _rebuild_item(state: LinkState, index: int, data: bytes, leaf: ItemLeaf) -> None:
    """The item's content is with the peer only; it counts as gone out."""
    stale = OutItem.objects.filter(channel=leaf.channel, epoch=leaf.epoch, sequence=leaf.sequence).first()
    if stale is not None:
        return
    OutItem.objects.create(
        peer=state.peer,
        channel=leaf.channel,
        epoch=leaf.epoch,
        sequence=leaf.sequence,
        leaf_index=index,
        leaf_hash=leaf_hash(data),
        commitment=leaf.commitment,
        state=OutItem.STORED,
        released_at=clock.now(),
    )
    OutChannel.objects.filter(channel=leaf.channel, next_sequence__lte=leaf.sequence).update(
        next_sequence=leaf.sequence + 1
    )


def _list_losses(state: LinkState, report: Report) -> None:
    log = Log.objects.get(pk=state.log_id)
    for item in OutItem.objects.filter(peer=state.peer, leaf_index__gte=log.size):
        report.never_left.append(f"epoch {item.epoch} sequence {item.sequence}")
        item.delete()
    OutBatch.objects.filter(peer=state.peer, leaf_index__gte=log.size).delete()
    for lost in InItem.objects.filter(peer=state.peer, state=InItem.LOST):
        report.received_and_lost.append(f"epoch {lost.epoch} sequence {lost.sequence}")


def _new_epoch(station: Station, state: LinkState, channel: OutChannel, root: HybridSigner) -> None:
    mark = channel.next_sequence - 1
    signed = keyring.new_epoch(
        root, node=station.node, channel=bytes(channel.channel), epoch=channel.epoch + 1, old_mark=mark
    )
    outbox.append_leaf(station, state, signed.as_leaf())
    channel.epoch, channel.next_sequence = channel.epoch + 1, 1
    channel.save(update_fields=("epoch", "next_sequence"))
