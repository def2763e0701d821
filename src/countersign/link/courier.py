"""The courier: carries what waits to each peer, and only then sleeps. The only bulk writer of the node.

It yields between batches (an officer's save must not wait behind a drain) and backs off with jitter from a peer that
does not answer; peers and channels do not block each other.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from django.db import OperationalError, close_old_connections

from countersign.charter import alarms, peering
from countersign.charter.models import Peer
from countersign.kernel import clock, failpoints
from countersign.kernel.errors import CountersignError
from countersign.ledger import queries, sql
from countersign.ledger.models import SignedCheckpoint
from countersign.link import batching, mirror, outbox, restore, sync
from countersign.link.bodies import FRESH_BYTES, Body, Cursors
from countersign.link.client import PeerClient
from countersign.link.errors import WrongRecipient
from countersign.link.models import LinkState, OutItem
from countersign.link.server import database_fault
from countersign.link.station import Station

YIELD_SECONDS: Final = 0.002
GRACE_SECONDS: Final = 1.0
"""After a contact, what is no item waits this long: a peer that is delivering would be told it in its next answer."""
HEARTBEAT: Final = timedelta(days=1)
MAX_BACKOFF_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 1.0
UNREACHABLE_AFTER: Final = 3
COSIGNING_OVERDUE: Final = timedelta(minutes=10)
AGE_ALARMS: Final = (
    (timedelta(minutes=1), "OUTBOX_1_MINUTE"),
    (timedelta(minutes=10), "OUTBOX_10_MINUTES"),
    (timedelta(hours=1), "OUTBOX_1_HOUR"),
)

_UNTOLD_COSIGNATURE: Final = """
    SELECT 1 FROM ledger_signedcheckpoint c JOIN ledger_cosignature g ON g.checkpoint_id = c.id
    WHERE c.log_id = %s AND g.witness LIKE %s AND c.size > %s LIMIT 1
"""

log = structlog.get_logger("link.courier")


@dataclass(slots=True)
class _Line:
    """What the courier remembers of one peer between rounds; all of it may be lost."""

    client: PeerClient
    failures: int = 0
    not_before: float = 0.0
    looked_at: float = 0.0
    wanted: Cursors | None = None
    fresh: bytes = b""
    stale: bool = False
    cut_ahead: bool = False
    prepared: sync.Prepared | None = None
    reached: bool = False


class Courier:
    """Runs rounds for all peers. `connect(peer)` makes a client; `wait(seconds)` sleeps or is woken; `also()` is other
    work of the same process, done once a round."""

    def __init__(
        self,
        station: Station,
        *,
        connect: Callable[[Peer], PeerClient],
        wait: Callable[[float], None] = time.sleep,
        also: Callable[[], bool] = lambda: False,
    ) -> None:
        self._station, self._connect, self._wait, self._also = station, connect, wait, also
        self._lines: dict[int, _Line] = {}

    def run(self, *, until: Callable[[], bool]) -> None:
        """Go round until told to stop. No fault of one peer or one moment ends the loop."""
        while not until():
            close_old_connections()
            busy = False
            for peer in self._active_peers():
                busy = self._visit(peer) or busy
            busy = self._do_also() or busy
            self._wait(YIELD_SECONDS if busy else 1.0)

    def drain(self, peer: Peer, *, rounds: int = 10_000) -> int:
        """Exchange with one peer until nothing is left to say; return the number of rounds. Raises on failure."""
        done = 0
        while done < rounds:
            state = outbox.open_link(self._station, peer)
            mirror.cosign(self._station, state)
            if done and not has_work(state):
                break
            moved = self._round(peer, state)
            done += 1
            if not moved:
                break
        return done

    def once(self, peer: Peer) -> bool:
        """One exchange with a peer, now. Returns whether anything moved; raises on failure."""
        return self._round(peer, outbox.open_link(self._station, peer))

    def _do_also(self) -> bool:
        """The other work; whatever befalls it, the courier goes on carrying."""
        try:
            return self._also()
        except Exception:
            # Outermost loop of a worker, as in `_visit`: one arrival's surprise must not stop what is sent.
            log.exception("courier.also_fault")
            return False

    def _active_peers(self) -> list[Peer]:
        try:
            return peering.all_active()
        except OperationalError as error:
            log.warning("courier.database", code=database_fault(error).instance_code)
            return []

    def _visit(self, peer: Peer) -> bool:
        """One round with a peer if there is work; return whether more is to be done at once."""
        line = self._lines.get(peer.pk)
        if line is not None and clock.monotonic() < line.not_before:
            return False
        progress = self._guarded(peer, self._carry)
        self._guarded(peer, self._look_after)
        return progress

    def _carry(self, peer: Peer) -> bool:
        state = outbox.open_link(self._station, peer)
        return self._due(state) and self._round(peer, state)

    def _guarded(self, peer: Peer, act: Callable[[Peer], bool]) -> bool:
        """Do it; whatever befalls this peer, the others are served, and this one is left alone for a while."""
        try:
            return act(peer)
        except CountersignError as error:
            self._back_off(peer, error)
            return False
        except OperationalError as error:
            self._back_off(peer, database_fault(error))
            return False
        except Exception as error:
            # Outermost loop of a worker: one peer's surprise must not stop the others. The type says enough.
            log.exception("courier.fault", peer=peer.node)
            self._back_off(peer, CountersignError(type(error).__name__))
            return False

    def _round(self, peer: Peer, state: LinkState) -> bool:
        """Cut a batch, send a body, apply the answer. Returns whether anything moved."""
        line = self._line(peer)
        if line.stale:
            line.client, line.stale = self._connect(peer), False
        # One batch a body: larger ones would leave this side idle for longer while the other works.
        if not state.restoring and (line.cut_ahead or not batching.cut_batch(self._station, state)):
            outbox.sign_head(self._station, state)
        line.cut_ahead = False
        before = state.peer_has, state.mirror.size
        answered = self._exchange(state, line)
        if line.failures or not line.reached:
            line.failures, line.reached = 0, True
            alarms.close_alarm("PEER_UNREACHABLE", peer.node)
        return answered or (state.peer_has, state.mirror.size) != before

    def _exchange(self, state: LinkState, line: _Line) -> bool:
        fresh, mine = line.fresh or line.client.hello(), secrets.token_bytes(FRESH_BYTES)
        line.fresh = b""  # good once; a failure of this call asks anew
        ahead, line.prepared = line.prepared, None
        body = sync.build(
            self._station, state, fresh=fresh, reply_fresh=mine, wanted=line.wanted, calling=True, prepared=ahead
        )
        wire = sync.seal(self._station, state, body)
        failpoints.reach("send.before")
        answer = self._call(state, line, wire, body)
        failpoints.reach("send.after")
        peer, reply = sync.open_(self._station, answer)
        if peer.pk != state.peer_id or reply.fresh != mine:
            raise WrongRecipient("the answer is not the answer to this call.", field="fresh")
        line.fresh = reply.reply_fresh
        line.wanted = reply.cursors if reply.cursors.wants else None
        outcome = sync.apply(self._station, state, reply, role="reply")
        if reply.returned is not None and state.restoring:
            restore.take_back(state, reply.returned)
            state.refresh_from_db(fields=("peer_has",))
        return bool(outcome.leaves or outcome.stored or body.chunks or reply.chunks or line.wanted)

    def _call(self, state: LinkState, line: _Line, wire: bytes, body: Body) -> bytes:
        """Send a body and wait for the answer. While the peer works on it, the next batch is cut and its contents are read."""
        if state.restoring or not batching.waits_for_batch(state):
            return line.client.sync(wire, body.fresh)
        with ThreadPoolExecutor(max_workers=1) as caller:
            answer = caller.submit(line.client.sync, wire, body.fresh)
            line.cut_ahead = batching.cut_batch(self._station, state)
            if line.cut_ahead and body.slice is not None:
                line.prepared = sync.prepare(state, body.slice.end)
        return answer.result()

    def _line(self, peer: Peer) -> _Line:
        if peer.pk not in self._lines:
            self._lines[peer.pk] = _Line(self._connect(peer))
        return self._lines[peer.pk]

    def _due(self, state: LinkState) -> bool:
        if state.contact_at is None or clock.now() - state.contact_at > HEARTBEAT or state.restoring:
            return True
        settled = abs((clock.now() - state.contact_at).total_seconds()) > GRACE_SECONDS
        return has_items(state) or (settled and has_work(state))

    def _look_after(self, peer: Peer) -> bool:
        """Cosign, and watch ages, at most once a second: each round it would cost more than the rounds.

        A node that is only ever called must cosign too, so the line is there from the first visit on.
        """
        line = self._line(peer)
        if clock.monotonic() - line.looked_at <= LOOK_SECONDS:
            return False
        line.looked_at = clock.monotonic()
        state = outbox.open_link(self._station, peer)
        mirror.cosign(self._station, state)
        self._watch_age(peer)
        _watch_cosigning(state)
        return False

    def _back_off(self, peer: Peer, error: CountersignError) -> None:
        line = self._lines.get(peer.pk)
        if line is None:
            return
        line.failures += 1
        line.prepared = None
        line.wanted = None  # what was on its way may have come: the peer will say anew
        line.stale = True  # keys and pins may have changed: the next round connects anew
        pause = min(MAX_BACKOFF_SECONDS, 0.5 * 2 ** min(line.failures, 10)) * random.uniform(0.5, 1.0)  # noqa: S311  (jitter)
        line.not_before = clock.monotonic() + pause
        log.warning("courier.backoff", peer=peer.node, code=error.instance_code, seconds=round(pause, 1))
        if line.failures >= UNREACHABLE_AFTER:
            try:
                alarms.raise_alarm("PEER_UNREACHABLE", peer.node)
            except OperationalError as fault:
                # A full disk takes no alarm either; the next failure raises it. The courier must not end of it.
                log.warning("courier.database", code=database_fault(fault).instance_code)

    def _watch_age(self, peer: Peer) -> None:
        """Alarms at a minute, ten minutes and an hour for what waits in the outbox; silence is never a state."""
        oldest = (
            OutItem.objects.filter(peer=peer, state__in=(OutItem.RELEASED, OutItem.BATCHED))
            .order_by("released_at")
            .values_list("released_at", flat=True)
            .first()
        )
        for limit, code in AGE_ALARMS:
            if oldest is not None and clock.now() - oldest > limit:
                alarms.raise_alarm(code, peer.node)
            else:
                alarms.close_alarm(code, peer.node)


def _watch_cosigning(state: LinkState) -> None:
    """Sending never waits for a cosignature, but one that is overdue is an alarm (protocol section 2)."""
    seen = SignedCheckpoint.objects.filter(
        log=state.log, size__lte=state.peer_has, size__gt=mirror.newest_cosigned(state)
    )
    if seen.filter(kept_at__lt=clock.now() - COSIGNING_OVERDUE).exists():
        alarms.raise_alarm("COSIGNING_OVERDUE", state.peer.node)
    else:
        alarms.close_alarm("COSIGNING_OVERDUE", state.peer.node)


def has_items(state: LinkState) -> bool:
    """Items wait for their keys to be delivered, or for their receipt."""
    return batching.waits_for_batch(state) or batching.under_way(state)


def has_work(state: LinkState) -> bool:
    """Anything the peer does not hold yet: leaves, items, a cosignature, or chunks this node waits for."""
    return (
        queries.size_of(state.log_id) > state.peer_has
        or sql.one(sync.MISSING_BLOB, state.peer_id) is not None
        or has_items(state)
        or sql.one(_UNTOLD_COSIGNATURE, state.mirror_id, "%/w", state.peer_cosigned) is not None
    )
