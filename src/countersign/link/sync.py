"""One symmetric exchange of bodies (CS-PR-02): built from what the peer does not hold yet, answered in the same call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from countersign.charter import alarms, peering, validity
from countersign.kernel import cbor
from countersign.ledger import queries, sql
from countersign.ledger.core import checkpoints, statements
from countersign.ledger.models import Log, SignedCheckpoint
from countersign.link import batching, bodies, chunks, inbox, mirror, outbox, ownkeys, receipts
from countersign.link.bodies import BatchKeys, Body, Chunk, Cursors, Restore, Slice
from countersign.link.errors import WrongRecipient
from countersign.link.models import Blob, LinkState, OutItem
from countersign.link.position import Position, position_of
from countersign.link.station import Station

MAX_CHUNKS: Final = 4
MAX_WANTED: Final = 8
_BATCHES: Final = (
    "SELECT id FROM link_outbatch WHERE peer_id = %s AND leaf_index >= %s AND leaf_index < %s ORDER BY leaf_index"
)
_BATCH: Final = "SELECT leaf_hash, items, sealed_key, wraps FROM link_outbatch WHERE id = %s"
_FITTING: Final = "SELECT id, body FROM link_quarantine WHERE peer_id = %s AND start <= %s ORDER BY start, id LIMIT 1"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a body carries of the own log, for a peer that holds it up to the slice's beginning; and where the pair stands."""

    position: Position
    slice: Slice | None
    batches: tuple[BatchKeys, ...]
    ciphertexts: dict[bytes, bytes]


def prepare_from(station: Station, state: LinkState, begin: int) -> Prepared | None:
    """Leaves from `begin` with their deliveries, read while the peer still works on what comes before them."""
    part = next_slice(state, begin)
    if part is None:
        return None
    batches, ciphertexts = next(all_deliveries(state, part.end, since=begin), ((), {}))
    return Prepared(position_of(station, state), part, batches, ciphertexts)


def prepare(station: Station, state: LinkState) -> tuple[Prepared, bool]:
    """Cut a batch of what waits, or sign what else there is; what a body carries then, and whether a batch was cut."""
    position, cut = position_of(station, state), False
    if not state.restoring and (position.waiting or position.unsigned):
        cut = position.waiting and batching.cut_batch(station, state)
        if not cut:
            outbox.sign_head(station, state)
        position = position_of(station, state)
    return _now(state, position), cut


def _now(state: LinkState, position: Position) -> Prepared:
    """What the peer does not hold at this moment. Of a log that is being restored nothing is sent before it is whole."""
    if state.restoring:
        return Prepared(position, None, (), {})
    part = next_slice(state, state.peer_has)
    if not position.delivering:
        return Prepared(position, part, (), {})
    return Prepared(position, part, *deliveries(state, part.end if part else state.peer_has))


def build(
    station: Station,
    state: LinkState,
    *,
    fresh: bytes = b"",
    reply_fresh: bytes = b"",
    wanted: Cursors | None = None,
    restore_from: int | None = None,
    calling: bool = False,
    prepared: Prepared | None = None,
) -> Body:
    """What the peer does not hold yet, as far as one body takes it. `wanted`: the peer's cursors, for its chunks.
    `prepared`: what this body carries of the own log, where that was read before; the caller minds that the peer holds
    what comes before it.

    `calling`: a call of this node asks for chunks from the end, an answer from the beginning. Where both nodes call at
    once no chunk comes twice but those in the middle, where the two meet.
    """
    prepared = prepared or _now(state, position_of(station, state))
    position = prepared.position
    untold = position.cosigned_here > state.peer_cosigned
    return Body(
        sender=station.node,
        receiver=state.peer.node,
        fresh=fresh,
        reply_fresh=reply_fresh,
        slice=prepared.slice,
        batches=prepared.batches,
        ciphertexts=prepared.ciphertexts,
        chunks=tuple(_wanted_chunks(station, state, wanted)) if wanted else (),
        cosignature=mirror.own_cosignature(station, state) if untold else None,
        cursors=cursors(station, state, position, calling=calling),
        restore=Restore(state.log.size) if state.restoring else None,
        returned=returned_slice(state, restore_from) if restore_from is not None else None,
    )


def next_slice(state: LinkState, begin: int) -> Slice | None:
    """Leaves of the own log from `begin` to a signed checkpoint, at most MAX_LEAVES; None where there are none."""
    end = queries.newest_checkpoint(state.log, at_most=begin + bodies.MAX_LEAVES)
    if end is None or end.size <= begin:
        end = queries.next_checkpoint(state.log, above=begin)
    if end is None:
        return None
    return _slice(state.log, begin, end)


def deliveries(state: LinkState, below: int) -> tuple[tuple[BatchKeys, ...], dict[bytes, bytes]]:
    """Keys and ciphertexts of batches whose leaves the peer holds after this body, up to MAX_CONTENT_BYTES."""
    return next(all_deliveries(state, below), ((), {}))


def all_deliveries(
    state: LinkState, below: int, *, since: int = 0
) -> Iterator[tuple[tuple[BatchKeys, ...], dict[bytes, bytes]]]:
    """The same in as many portions as it takes, oldest first."""
    chosen: list[BatchKeys] = []
    ciphertexts: dict[bytes, bytes] = {}
    for (batch,) in sql.rows(_BATCHES, state.peer_id, since, below):
        row = sql.one(_BATCH, batch)
        if row is None:
            continue  # a receipt that came another way settled it just now
        leaf, items, sealed_key, wraps = (bytes(value) for value in row)
        chosen.append(BatchKeys(leaf, sealed_key, tuple(cbor.decode(wraps))))
        ciphertexts |= _waiting(state, receipts.split_hashes(items))
        if sum(map(len, ciphertexts.values())) >= bodies.MAX_CONTENT_BYTES:
            yield tuple(chosen), ciphertexts
            chosen, ciphertexts = [], {}
    if chosen:
        yield tuple(chosen), ciphertexts


def _waiting(state: LinkState, members: list[bytes]) -> dict[bytes, bytes]:
    """The ciphertexts of those items of a batch that have no receipt yet."""
    query = (
        "SELECT leaf_hash, ciphertext FROM link_outitem"  # noqa: S608
        f" WHERE peer_id = %s AND leaf_hash IN ({sql.places(members)}) AND state = %s"
    )
    rows = sql.rows(query, state.peer_id, *members, OutItem.BATCHED)
    return {bytes(hash_): bytes(ciphertext) for hash_, ciphertext in rows}


def cursors(station: Station, state: LinkState, position: Position, *, calling: bool = False) -> Cursors:
    """What this node holds of the peer's log, and what it wants."""
    return Cursors(
        mirror=state.mirror.size,
        cosigned=position.cosigned_there,
        quarantined=mirror.quarantined_ranges(state) if position.quarantined else (),
        wants=tuple(_wants(station, state, calling=calling)) if position.lacks_chunks else (),
    )


def returned_slice(state: LinkState, begin: int) -> Slice | None:
    """For a peer that restores: its own leaves as we mirrored them, from `begin` to its newest checkpoint we hold."""
    newest = queries.newest_checkpoint(state.mirror)
    if newest is None or newest.size < begin:
        return None
    end = queries.newest_checkpoint(state.mirror, at_most=begin + bodies.MAX_LEAVES)
    if end is None or end.size <= begin:
        end = queries.next_checkpoint(state.mirror, above=begin) or newest
    return _slice(state.mirror, min(begin, end.size), end)


def seal(station: Station, state: LinkState, body: Body) -> bytes:
    """Sign with the contact key and seal to the peer; the mark is raised before the checkpoint can leave."""
    if body.slice is not None:
        root = checkpoints.of_own_note(body.slice.note).root
        station.marks.advance(state.log.origin, body.slice.end, root, held=lambda: queries.size_of(state.log_id))
    sign = station.provider.contact(bytes(ownkeys.usable(statements.CONTACT, state).key_id))
    recipient = outbox.recipient_key(state.peer)
    return bodies.seal(body.encode(), sign=sign, recipient=recipient, info_to=state.peer.node)


def open_(station: Station, wire: bytes, *, at: datetime | None = None) -> tuple[LinkState, Body]:
    """Open, parse and authenticate a wire body; return the link to who said it. Suspended peers and ended keys are refused here.

    `at`: when it was signed, for a carried file; on line that is now.
    """
    body_bytes, signature = bodies.open_(wire, own=station.node, open_seal=station.provider.open_seal)
    body = bodies.parse(body_bytes)
    if body.sender == station.node:
        raise WrongRecipient("this node's own body came back to it.", field="from")
    state = outbox.link_with(station, body.sender)
    peer = state.peer
    contact = {peering.parts_of(key)[0]: key for key in validity.unrevoked(peer, statements.CONTACT)}
    signer = bodies.authenticate(body, body_bytes, signature, own=station.node, peer=peer.node, contact_keys=contact)
    validity.insist(contact[signer], at=at)
    return state, body


def answer(station: Station, state: LinkState, body: Body, *, next_fresh: bytes = b"") -> bytes:
    """Apply a request and give the sealed answer: receipts, whatever else waits, cursors, and the value for the next call."""
    apply(station, state, body, role="receive")
    prepared, _ = prepare(station, state)
    reply = build(
        station,
        state,
        fresh=body.reply_fresh,
        reply_fresh=next_fresh,
        wanted=body.cursors,
        restore_from=body.restore.size if body.restore else None,
        prepared=prepared,
    )
    return seal(station, state, reply)


def apply(station: Station, state: LinkState, body: Body, *, role: str) -> inbox.Outcome:
    """Apply a body, then whatever the quarantine holds that fits now."""
    outcome = inbox.receive(station, state, body, role=role)
    if not outcome.quarantined:
        for waiting in _ready(state):
            inbox.receive(station, state, waiting, role=role)
    return outcome


def _ready(state: LinkState) -> Iterator[Body]:
    while row := sql.one(_FITTING, state.peer_id, state.mirror.size):
        yield bodies.parse(bytes(row[1]))
        sql.run("DELETE FROM link_quarantine WHERE id = %s", row[0])
        if not mirror.quarantined_ranges(state):
            alarms.close_alarm("GAP_IN_MIRROR", state.peer.node)


def _slice(log: Log, begin: int, end: SignedCheckpoint) -> Slice:
    return Slice(begin, tuple(queries.leaves(log, begin, end.size)), bytes(end.note))


def _wants(station: Station, state: LinkState, *, calling: bool) -> Iterator[tuple[bytes, tuple[int, ...]]]:
    for blob in Blob.objects.filter(direction="in", peer=state.peer, complete=False).order_by("id")[:MAX_WANTED]:
        yield bytes(blob.root), tuple(chunks.missing(station, blob, MAX_WANTED, last_first=calling))


def _wanted_chunks(station: Station, state: LinkState, wanted: Cursors) -> Iterator[Chunk]:
    """Chunks the peer asks for, of attachments that were released to it."""
    given = 0
    for root, indexes in wanted.wants:
        if not released_to(state, root):
            continue
        for index in indexes:
            data = chunks.read_out(station, root, index) if given < MAX_CHUNKS else None
            if data is not None:
                given += 1
                yield Chunk(root, index, data)


def released_to(state: LinkState, root: bytes) -> bool:
    return Blob.objects.filter(direction="out", root=root, peer=state.peer).exists()
