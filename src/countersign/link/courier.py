"""The courier: carries what waits to each peer, and only then sleeps. The only bulk writer of the node.

It yields between batches (an officer's save must not wait behind a drain) and backs off with jitter from a peer that
does not answer; peers and channels do not block each other.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from django.db import OperationalError, close_old_connections

from countersign.charter import alarms, peering
from countersign.charter.models import Peer
from countersign.kernel import clock
from countersign.kernel.errors import CountersignError
from countersign.ledger import queries
from countersign.ledger.models import SignedCheckpoint
from countersign.link import batching, mirror, outbox
from countersign.link.client import PeerClient
from countersign.link.line import Line
from countersign.link.models import LinkState, OutItem
from countersign.link.position import position_of
from countersign.link.server import database_fault
from countersign.link.station import Station

YIELD_SECONDS: Final = 0.002
IDLE_SECONDS: Final = 1.0
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

log = structlog.get_logger("link.courier")


@dataclass(slots=True)
class _Known:
    """What the courier remembers of one peer between rounds; all of it may be lost."""

    line: Line
    failures: int = 0
    not_before: float = 0.0
    looked_at: float = 0.0
    reached: bool = False


class Courier:
    """Runs rounds for all peers. `connect(peer)` makes a client; `wait(seconds)` sleeps, or returns true when it is woken;
    `also()` is other work of the same process, done in each round but those for which it was woken."""

    def __init__(
        self,
        station: Station,
        *,
        connect: Callable[[Peer], PeerClient],
        wait: Callable[[float], object] = time.sleep,
        also: Callable[[], bool] = lambda: False,
    ) -> None:
        self._station, self._connect, self._wait, self._also = station, connect, wait, also
        self._peers: dict[int, _Known] = {}
        self._also_at = 0.0

    def run(self, *, until: Callable[[], bool]) -> None:
        """Go round until told to stop. No fault of one peer or one moment ends the loop."""
        woken = more = False
        while not until():
            close_old_connections()
            busy = False
            for place, state in enumerate(self._active()):
                busy = self._visit(state, anew=place > 0) or busy
            # Who is woken looks at the lines alone, and is free again at once: a release is about to be committed. Other work
            # that is not done goes on: it may be what woke the courier.
            if more or not woken or clock.monotonic() - self._also_at > IDLE_SECONDS:
                more = self._do_also()
            woken = bool(self._wait(YIELD_SECONDS if busy or more else IDLE_SECONDS))

    def drain(self, peer: Peer, *, rounds: int = 10_000) -> int:
        """Exchange with one peer until nothing is left to say; return the number of rounds. Raises on failure."""
        done = 0
        while done < rounds:
            state = outbox.open_link(self._station, peer)
            mirror.cosign(self._station, state)
            if done and not has_work(self._station, state):
                break
            moved = self._round(state)
            done += 1
            if not moved:
                break
        return done

    def once(self, peer: Peer) -> bool:
        """One exchange with a peer, now. Returns whether anything moved; raises on failure."""
        return self._round(outbox.open_link(self._station, peer))

    def _do_also(self) -> bool:
        """The other work; whatever befalls it, the courier goes on carrying."""
        self._also_at = clock.monotonic()
        try:
            return self._also()
        except Exception:
            # Outermost loop of a worker, as in `_visit`: one arrival's surprise must not stop what is sent.
            log.exception("courier.also_fault")
            return False

    def _active(self) -> list[LinkState]:
        try:
            return outbox.active_links(self._station)
        except OperationalError as error:
            log.warning("courier.database", code=database_fault(error).instance_code)
            return []

    def _visit(self, state: LinkState, *, anew: bool) -> bool:
        """One round with a peer if there is work; return whether more is to be done at once. `anew`: the state is read again,
        for the peer before may have taken long."""
        peer = state.peer
        if clock.monotonic() < self._known(peer).not_before:
            return False
        progress = self._guarded(
            peer, lambda: self._carry(outbox.link_with(self._station, peer.node) if anew else state)
        )
        self._guarded(peer, lambda: self._look_after(peer))
        return progress

    def _carry(self, state: LinkState) -> bool:
        return (self._known(state.peer).line.busy or self._due(state)) and self._round(state)

    def _guarded(self, peer: Peer, act: Callable[[], bool]) -> bool:
        """Do it; whatever befalls this peer, the others are served, and this one is left alone for a while."""
        try:
            return act()
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

    def _round(self, state: LinkState) -> bool:
        """One exchange on the peer's line. Returns whether anything moved."""
        peer, known = state.peer, self._known(state.peer)
        moved = known.line.exchange(state)
        if known.failures or not known.reached:
            known.failures, known.reached = 0, True
            alarms.close_alarm("PEER_UNREACHABLE", peer.node)
        return moved

    def _known(self, peer: Peer) -> _Known:
        if peer.pk not in self._peers:
            # Whoever connects reads the peer anew: its address and its keys change.
            self._peers[peer.pk] = _Known(Line(self._station, lambda: self._connect(peering.find_active(peer.node))))
        return self._peers[peer.pk]

    def _due(self, state: LinkState) -> bool:
        if state.contact_at is None or clock.now() - state.contact_at > HEARTBEAT or state.restoring:
            return True
        settled = abs((clock.now() - state.contact_at).total_seconds()) > GRACE_SECONDS
        return has_items(state) or (settled and has_work(self._station, state))

    def _look_after(self, peer: Peer) -> bool:
        """Cosign, and watch ages, at most once a second: each round it would cost more than the rounds."""
        known = self._known(peer)
        if clock.monotonic() - known.looked_at <= LOOK_SECONDS:
            return False
        known.looked_at = clock.monotonic()
        state = outbox.open_link(self._station, peer)
        mirror.cosign(self._station, state)
        self._watch_age(peer)
        _watch_cosigning(state)
        return False

    def _back_off(self, peer: Peer, error: CountersignError) -> None:
        known = self._known(peer)
        known.failures += 1
        known.line.drop()
        pause = min(MAX_BACKOFF_SECONDS, 0.5 * 2 ** min(known.failures, 10)) * random.uniform(0.5, 1.0)  # noqa: S311  (jitter)
        known.not_before = clock.monotonic() + pause
        log.warning("courier.backoff", peer=peer.node, code=error.instance_code, seconds=round(pause, 1))
        if known.failures >= UNREACHABLE_AFTER:
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
    """Items wait for their receipt, or for their keys to be delivered."""
    return batching.under_way(state) or batching.waits_for_batch(state)


def has_work(station: Station, state: LinkState) -> bool:
    """Anything the peer does not hold yet: leaves, items, a cosignature, or chunks this node waits for."""
    if queries.size_of(state.log_id) > state.peer_has:
        return True
    position = position_of(station, state)
    untold = position.cosigned_here > state.peer_cosigned
    return position.delivering or position.waiting or position.lacks_chunks or untold
