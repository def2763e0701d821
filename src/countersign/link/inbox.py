"""The way in: a peer's leaves go to the mirror, its items are opened and checked, and receipts are leaves of our own log.

Everything that a body brings becomes durable in one transaction, receipts and their checkpoint included.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from countersign.charter import alarms, peering
from countersign.kernel import clock, failpoints
from countersign.kernel.errors import CountersignError
from countersign.ledger import queries, sql
from countersign.ledger import services as ledger
from countersign.ledger.core import leaves
from countersign.ledger.core.leaves import BatchLeaf, ItemLeaf, KeyLeaf, Leaf, ReceiptLeaf, UnknownLeaf, VoidLeaf
from countersign.ledger.core.statements import from_leaf
from countersign.ledger.models import Log
from countersign.link import chunks, forks, mirror, outbox, receipts, storing
from countersign.link.bodies import Body
from countersign.link.errors import AttachmentInvalid, SigningStopped
from countersign.link.models import Blob, ClosedEpoch, InChannel, InItem, LinkState
from countersign.link.opening import Opened, open_batches
from countersign.link.station import Station
from countersign.link.storing import Arrivals, finish_blobs, store_items

_CHANNEL = sql.Columns(InChannel, "c")
_PLACES = """
    SELECT sequence, leaf_index FROM link_initem
    WHERE peer_id = %s AND channel = %s AND epoch = %s AND sequence BETWEEN %s AND %s
"""


@dataclass(slots=True)
class Outcome:
    """What a body brought: new leaves mirrored, items stored, refused."""

    leaves: int = 0
    stored: int = 0
    refused: int = 0
    quarantined: bool = False


def receive(station: Station, state: LinkState, body: Body, *, role: str = "receive") -> Outcome:
    """Apply a peer's authenticated body. The same for a request, an answer and a carried file.

    Raises LogFork (after keeping the evidence) or another IntegrityFault; then nothing of the body was applied.
    """
    _stop_if_behind(state, body)
    if (place := mirror.waits_for(state, body)) is not None:
        mirror.quarantine(state, body, start=place)
        _learn_cursors(state, body)
        return Outcome(quarantined=True)
    parsed = [leaves.parse(data) for data in body.slice.leaves] if body.slice else []
    # While the own log is being restored nothing can be receipted, so nothing is stored: the peer sends it again.
    opened = [] if state.restoring else open_batches(station, state, body, parsed)
    complete = [] if state.restoring else _take_chunks(station, state, body)
    failpoints.reach(f"{role}.opened")
    try:
        with transaction.atomic():
            outcome = _commit(station, state, body, parsed, opened, complete)
            failpoints.reach(f"{role}.before_commit")
    except forks.ForkFound as found:
        forks.keep(state, found)
        raise found.fault from None
    failpoints.reach(f"{role}.after_commit")
    return outcome


def _commit(
    station: Station,
    state: LinkState,
    body: Body,
    parsed: Sequence[Leaf],
    opened: Sequence[Opened],
    complete: Sequence[Blob],
) -> Outcome:
    state.log, state.mirror = ledger.lock_both(state.log, state.mirror)
    log = state.mirror
    first, fresh = mirror.extend(state, log, body.slice, parsed) if body.slice else (log.size, [])
    arrivals = Arrivals()
    _apply_leaves(station, state, log, arrivals, enumerate(fresh, first))
    store_items(station, state, opened, arrivals)
    finished = finish_blobs(complete, at=arrivals.at)
    arrivals.stored += finished
    _give_receipts(station, state, arrivals, finished)
    mirror.take_cosignature(state, body)
    state.contact_at = clock.now()
    _learn_cursors(state, body)
    return Outcome(len(fresh), len(arrivals.stored), sum(map(len, arrivals.refused.values())))


def _take_chunks(station: Station, state: LinkState, body: Body) -> list[Blob]:
    complete = []
    for chunk in body.chunks:
        try:
            blob = chunks.take(station, root=chunk.root, index=chunk.index, data=chunk.data)
        except AttachmentInvalid:
            alarms.raise_alarm("CHUNK_INVALID", state.peer.node)
            continue
        if blob is not None:
            complete.append(blob)
    return complete


def _apply_leaves(
    station: Station, state: LinkState, log: Log, arrivals: Arrivals, fresh: Iterable[tuple[int, tuple[bytes, Leaf]]]
) -> None:
    announced: list[tuple[int, bytes, ItemLeaf]] = []
    for index, (hash_, leaf) in fresh:
        if isinstance(leaf, ItemLeaf):
            announced.append((index, hash_, leaf))
            continue
        _announce(station, state, log, arrivals, announced)
        announced = []
        if isinstance(leaf, BatchLeaf):
            arrivals.batches[hash_] = leaf
        elif isinstance(leaf, ReceiptLeaf):
            receipts.take(state, leaf, index)
        elif isinstance(leaf, VoidLeaf):
            _apply_void(state, arrivals, leaf)
        elif isinstance(leaf, KeyLeaf):
            _apply_statement(state, leaf)
        elif isinstance(leaf, UnknownLeaf):
            alarms.raise_alarm("UNKNOWN_LEAF_TYPE", state.peer.node)
    _announce(station, state, log, arrivals, announced)


def _announce(
    station: Station, state: LinkState, log: Log, arrivals: Arrivals, announced: Sequence[tuple[int, bytes, ItemLeaf]]
) -> None:
    """Make a row for each announced item; a second leaf with a known identity stops the channel, with evidence."""
    if not announced:
        return
    by_channel: dict[bytes, InChannel] = {}
    rows: list[InItem] = []
    known = _known_places(state, arrivals, [leaf for _, _, leaf in announced])
    for index, hash_, leaf in announced:
        if leaf.channel not in by_channel:
            by_channel[leaf.channel] = in_channel(state, leaf.channel)
        place = (leaf.channel, leaf.epoch, leaf.sequence)
        if place in known:
            forks.equivocation(state, log, known[place], index)
            InChannel.objects.filter(peer=state.peer, channel=leaf.channel).update(stopped=True)
            continue
        known[place] = index
        rows.append(_row(state, index, hash_, leaf, by_channel[leaf.channel]))
    arrivals.announced |= {bytes(row.leaf_hash): row for row in rows}
    closed = [bytes(row.leaf_hash) for row in rows if row.state == InItem.REFUSED]
    if closed and not state.restoring:
        receipts.give(station, state, receipt=leaves.REFUSED, outcome="EPOCH_CLOSED", items=closed)


def _known_places(
    state: LinkState, arrivals: Arrivals, announced: Sequence[ItemLeaf]
) -> dict[tuple[bytes, int, int], int]:
    """Identities already announced, in the ranges in question, with their leaf index."""
    places = {(bytes(row.channel), row.epoch, row.sequence): row.leaf_index for row in arrivals.announced.values()}
    for channel, epoch in {(leaf.channel, leaf.epoch) for leaf in announced}:
        wanted = [leaf.sequence for leaf in announced if (leaf.channel, leaf.epoch) == (channel, epoch)]
        for sequence, index in sql.rows(_PLACES, state.peer_id, channel, epoch, min(wanted), max(wanted)):
            places[channel, epoch, sequence] = index
    return places


def _row(state: LinkState, index: int, hash_: bytes, leaf: ItemLeaf, channel: InChannel) -> InItem:
    closed = not _epoch_open(state, leaf, channel)
    return InItem(
        peer=state.peer,
        channel=leaf.channel,
        epoch=leaf.epoch,
        sequence=leaf.sequence,
        leaf_index=index,
        leaf_hash=hash_,
        expires=leaf.expires,
        state=InItem.REFUSED if closed else InItem.ANNOUNCED,
        refusal="EPOCH_CLOSED" if closed else "",
    )


def _epoch_open(state: LinkState, leaf: ItemLeaf, channel: InChannel) -> bool:
    if leaf.epoch == channel.epoch:
        return True
    closed = ClosedEpoch.objects.filter(peer=state.peer, channel=leaf.channel, epoch=leaf.epoch).first()
    return closed is not None and leaf.sequence <= closed.mark


def in_channel(state: LinkState, channel: bytes) -> InChannel:
    query = f"SELECT {_CHANNEL} FROM link_inchannel c WHERE c.peer_id = %s AND c.channel = %s"  # noqa: S608
    found = sql.one(query, state.peer_id, channel)
    if found is not None:
        return _CHANNEL.instance(found)
    return InChannel.objects.create(peer=state.peer, channel=channel)


def _apply_void(state: LinkState, arrivals: Arrivals, leaf: VoidLeaf) -> None:
    row = arrivals.announced.get(leaf.item)
    if row is not None and row.state == InItem.ANNOUNCED:
        row.state = InItem.VOID
    InItem.objects.filter(peer=state.peer, leaf_hash=leaf.item, state=InItem.ANNOUNCED).update(state=InItem.VOID)


def _apply_statement(state: LinkState, leaf: KeyLeaf) -> None:
    try:
        fields = peering.learn_statement(state.peer, from_leaf(leaf))
    except CountersignError:
        # A statement its root did not sign changes nothing here; the leaf stays in the mirror as evidence of it.
        alarms.raise_alarm("KEY_STATEMENT_INVALID", state.peer.node)
        return
    if fields["action"] == "epoch":
        channel = in_channel(state, fields["channel"])
        if fields["epoch"] == channel.epoch + 1:
            ClosedEpoch.objects.create(
                peer=state.peer, channel=fields["channel"], epoch=channel.epoch, mark=fields["old_mark"]
            )
            InChannel.objects.filter(pk=channel.pk).update(epoch=fields["epoch"], applied=0)


def _give_receipts(station: Station, state: LinkState, arrivals: Arrivals, finished: list[bytes]) -> None:
    """Receipts for what the body brought, and with them its rows. `finished`: earlier items that now lack nothing."""
    given = receipts.give(station, state, receipt=leaves.STORED, outcome="", items=arrivals.stored, at=arrivals.at)
    for hash_ in finished:
        InItem.objects.filter(peer=state.peer, leaf_hash=hash_).update(receipt_index=given[hash_])
    storing.write(state, arrivals, receipts=given)
    for outcome, items in sorted(arrivals.refused.items()):
        receipts.give(station, state, receipt=leaves.REFUSED, outcome=outcome, items=items)
        alarms.raise_alarm("ITEM_REFUSED_HERE", f"{state.peer.node} {outcome}")
    if arrivals.stored or arrivals.refused:
        outbox.sign(station, state, state.log)
    elif not state.restoring:
        outbox.sign_head(station, state)


def _stop_if_behind(state: LinkState, body: Body) -> None:
    """A peer that holds more of this node's log than the node itself: the database is an old copy. Sign nothing more."""
    told = body.cursors.mirror
    if state.restoring or told <= state.log.size or told <= queries.size_of(state.log_id):
        return
    LinkState.objects.filter(pk=state.pk).update(restoring=True)
    alarms.raise_alarm("OWN_LOG_BEHIND_PEER", state.peer.node)
    raise SigningStopped(f"{state.peer.node} holds more of this node's log than the node does.", field="cursors")


def _learn_cursors(state: LinkState, body: Body) -> None:
    """Believe what the peer says it holds of our log, as far as that log goes."""
    if body.cursors.mirror <= state.log.size:
        state.peer_has = body.cursors.mirror
        state.peer_cosigned = min(body.cursors.cosigned, state.mirror.size)
    met = None if state.contact_at is None else sql.moment(state.contact_at)
    query = "UPDATE link_linkstate SET peer_has = %s, peer_cosigned = %s, contact_at = %s WHERE peer_id = %s"
    sql.run(query, state.peer_has, state.peer_cosigned, met, state.pk)
