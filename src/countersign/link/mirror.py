"""The mirror of a peer's log: extended by slices, compared root for root, cosigned, and quarantined above a gap."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from countersign.charter import alarms, peering, validity
from countersign.charter.models import PeerKey
from countersign.kernel import clock, failpoints, hashing
from countersign.kernel.errors import CountersignError
from countersign.ledger import queries, sql
from countersign.ledger import services as ledger
from countersign.ledger.core import checkpoints, merkle, notes, statements
from countersign.ledger.core.checkpoints import Checkpoint
from countersign.ledger.core.keys import HybridPublicKey
from countersign.ledger.core.leaves import KeyLeaf, Leaf
from countersign.ledger.core.names import witness_name
from countersign.ledger.core.notes import SignedNote
from countersign.ledger.errors import SignatureInvalid
from countersign.ledger.models import Log
from countersign.link import forks, ownkeys
from countersign.link.bodies import Body, Slice
from countersign.link.errors import BodyMalformed, QuarantineFull, WrongLog
from countersign.link.models import LinkState, Quarantine
from countersign.link.station import Station

MAX_QUARANTINED = 64
MAX_QUARANTINED_BYTES = 256 << 20
_NEWEST_COSIGNED = """
    SELECT c.size, g.lines FROM ledger_signedcheckpoint c JOIN ledger_cosignature g ON g.checkpoint_id = c.id
    WHERE c.log_id = %s AND g.witness = %s AND c.size > %s ORDER BY c.size DESC LIMIT 1
"""


def size_of(state: LinkState) -> int:
    return queries.size_of(state.mirror_id)


def extend(state: LinkState, log: Log, part: Slice, parsed: Sequence[Leaf]) -> tuple[int, list[tuple[bytes, Leaf]]]:
    """Append a slice to the locked mirror; return the index of the first new leaf and the new (hash, leaf) pairs.

    A slice at or below the mirror's size is checked against it. Raises ForkFound where the signed truths differ.
    """
    note = notes.parse(part.note)
    checkpoint = _verify(state, note, parsed)
    if checkpoint.size != part.end:
        raise BodyMalformed("the checkpoint is not at the end of the slice.", field="slice")
    hashes = [merkle.leaf_hash(data) for data in part.leaves]
    overlap = min(log.size, part.end) - part.start
    held = _held_hashes(log, part.start, part.start + overlap)
    if held != hashes[:overlap]:
        place = next(i for i, (a, b) in enumerate(zip(held, hashes, strict=False)) if a != b)
        raise forks.two_leaves(state, log, part.start + place, part, hashes, note)
    if part.end <= log.size:
        if queries.root_at(log, part.end) != checkpoint.root:
            raise forks.two_roots(state, log, checkpoint, note)
        ledger.keep_checkpoint(log, checkpoint, note)
        return log.size, []
    fresh = list(zip(hashes[overlap:], parsed[overlap:], strict=True))
    first = ledger.extend_mirror(log, part.leaves[overlap:], checkpoint, note)
    return first, fresh


def waits_for(state: LinkState, body: Body) -> int | None:
    """The mirror size that must be reached before this body can be applied; None where it can be now.

    Deliveries without a slice (later frames of a carried file) wait behind the slices that are already in quarantine.
    """
    if body.slice is not None and body.slice.start <= state.mirror.size:
        return None  # a mirror never shrinks
    size = size_of(state)
    if body.slice is not None:
        return body.slice.start if body.slice.start > size else None
    pending = max((end for _, end in quarantined_ranges(state)), default=0)
    return pending if pending > size and (body.batches or body.chunks) else None


def quarantine(state: LinkState, body: Body, *, start: int) -> None:
    """Keep a body above a gap, whole and unapplied. Raises QuarantineFull beyond the stated bounds."""
    if body.slice is not None:
        _verify(state, notes.parse(body.slice.note), ())
    data = body.encode()
    rows = Quarantine.objects.filter(peer=state.peer)
    held = sum(len(row.body) for row in rows.only("body"))
    if rows.count() >= MAX_QUARANTINED or held + len(data) > MAX_QUARANTINED_BYTES:
        raise QuarantineFull("the quarantine of this peer is full.", field="slice")
    Quarantine.objects.get_or_create(
        peer=state.peer,
        digest=hashing.sha256(data),
        defaults={
            "start": start,
            "end": body.slice.end if body.slice is not None else start,
            "body": data,
            "at": clock.now(),
        },
    )
    alarms.raise_alarm("GAP_IN_MIRROR", state.peer.node)


def quarantined_ranges(state: LinkState) -> tuple[tuple[int, int], ...]:
    query = 'SELECT DISTINCT start, "end" FROM link_quarantine WHERE peer_id = %s ORDER BY start, "end"'
    return tuple((begin, end) for begin, end in sql.rows(query, state.peer_id))


def cosign(station: Station, state: LinkState) -> bool:
    """Cosign the newest checkpoint of the mirror if it carries no cosignature of ours; return whether one was made."""
    newest = queries.newest_checkpoint(state.mirror)
    if newest is None or newest.size <= _newest_cosigned(state.mirror_id, witness_name(station.node)):
        return False
    return _cosign(station, state)


@transaction.atomic
def _cosign(station: Station, state: LinkState) -> bool:
    ledger.lock(state.mirror)
    newest = queries.newest_checkpoint(state.mirror)
    if newest is None:
        raise AssertionError("a mirror always ends in a signed checkpoint")
    name = witness_name(station.node)
    key = ownkeys.usable(statements.WITNESS, state)
    signer = station.provider.signer(statements.WITNESS, bytes(key.key_id))
    checkpoint = Checkpoint(state.mirror.origin, newest.size, bytes(newest.root))
    lines = checkpoints.cosign(checkpoint, signer, name=name, timestamp=clock.unix_now())
    ledger.keep_cosignature(newest, witness=name, lines=lines)
    failpoints.reach("cosign.before_commit")
    return True


def own_cosignature(station: Station, state: LinkState) -> tuple[int, str] | None:
    """The newest cosignature of ours under the mirror, if the peer has not said that it holds it."""
    row = sql.one(_NEWEST_COSIGNED, state.mirror_id, witness_name(station.node), state.peer_cosigned)
    return None if row is None else (row[0], row[1])


def newest_cosigned(state: LinkState) -> int:
    """The newest size of our own log for which we hold the peer's cosignature."""
    return _newest_cosigned(state.log_id, witness_name(state.peer.node))


def _newest_cosigned(log: int, witness: str) -> int:
    row = sql.one(_NEWEST_COSIGNED, log, witness, 0)
    return 0 if row is None else int(row[0])


def take_cosignature(state: LinkState, body: Body) -> None:
    """Verify and keep the peer's cosignature under our log. A wrong one is an alarm; it never stops the exchange."""
    if body.cosignature is None:
        return
    size, text = body.cosignature
    row = queries.newest_checkpoint(state.log, at_most=size)
    if row is None or row.size != size:
        alarms.raise_alarm("COSIGNATURE_OF_UNKNOWN_CHECKPOINT", state.peer.node)
        return
    checkpoint = Checkpoint(state.log.origin, size, bytes(row.root))
    name = witness_name(state.peer.node)
    try:
        lines = tuple(notes.parse_line(line) for line in text.removesuffix("\n").split("\n"))
        _any_witness(state, checkpoint, lines, name)
    except CountersignError:
        alarms.raise_alarm("COSIGNATURE_INVALID", state.peer.node)
        return
    ledger.keep_cosignature(row, witness=name, lines=lines)


def log_keys(state: LinkState, parsed: Sequence[Leaf] = ()) -> list[PeerKey]:
    """Keys that may sign the peer's log now: those not revoked, and those its root enrols in the leaves that arrive."""
    for leaf in parsed:
        if isinstance(leaf, KeyLeaf):
            _learn_early(state, leaf)
    return validity.unrevoked(state.peer, statements.LOG)


def _verify(state: LinkState, note: SignedNote, parsed: Sequence[Leaf]) -> Checkpoint:
    origin = checkpoints.parse_text(note.text).origin
    if origin != state.mirror.origin:
        raise WrongLog(f"a checkpoint of {origin} came where {state.mirror.origin} was due.", field="slice")
    for key in log_keys(state, parsed):
        public = _public(key)
        if note.lines_of(origin, notes.key_id(origin, notes.ED25519, public.ed25519)):
            checkpoint = checkpoints.verify(note, public, origin=origin)
            if not validity.may_have_signed(key) and checkpoint.size > size_of(state):
                raise validity.refusal(key)
            return checkpoint
    raise SignatureInvalid("the checkpoint is signed by no key that the peer's root vouches for.", field="slice")


def _learn_early(state: LinkState, leaf: KeyLeaf) -> None:
    signed = statements.from_leaf(leaf)
    try:
        if statements.read(signed.body)["action"] == "enrol":
            peering.learn_statement(state.peer, signed)
    except CountersignError:
        # Reported where the leaf itself is applied.
        return


def _any_witness(state: LinkState, checkpoint: Checkpoint, lines: tuple[notes.SignatureLine, ...], name: str) -> None:
    for key in filter(validity.may_have_signed, validity.unrevoked(state.peer, statements.WITNESS)):
        public = _public(key)
        if any(line.key_id == notes.key_id(name, notes.MLDSA44, public.mldsa) for line in lines):
            checkpoints.verify_cosignature(checkpoint, lines, public, name=name)
            return
    raise SignatureInvalid("a cosignature of an unknown witness key.")


def _public(key: PeerKey) -> HybridPublicKey:
    return statements.hybrid(peering.parts_of(key))


def _held_hashes(log: Log, begin: int, end: int) -> list[bytes]:
    return queries.fetch(log, [(0, index) for index in range(begin, end)]) if end > begin else []
