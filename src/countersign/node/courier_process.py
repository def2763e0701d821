"""The courier's process: carries what waits, lets arrivals take effect, keeps keys and pins in order."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable
from typing import Any

import structlog
from django.db import OperationalError
from django.db.models import Max

from countersign.charter import validity
from countersign.charter.models import Peer
from countersign.exchange import clockwork, flash, gate, intake, neutral, recalls, search, streams
from countersign.exchange.house import House
from countersign.kernel import clock
from countersign.kernel.errors import CountersignError
from countersign.ledger.core import statements
from countersign.link import housekeeping, outbox, ownkeys
from countersign.link.client import PeerClient
from countersign.link.courier import Courier
from countersign.link.models import LinkState
from countersign.node import pins
from countersign.node.home import Home
from countersign.node.waking import Waker
from countersign.oversight import late

HOUSEKEEPING_SECONDS = 5.0
QUIET_SECONDS = 0.5
APPLY_SECONDS = 1.0
BURST_SECONDS = 10.0
REST = 4
"""Long work rests for four times as long as it took, so that four in five moments belong to what people wait for."""
MANY, FEW, SLICE = 100, 4, 2
Piece = Callable[[], object]
log = structlog.get_logger("courier")


def connector(house: House) -> Any:
    """A function that makes the client for a peer, with the certificates valid now."""

    def connect(peer: Peer) -> PeerClient:
        state = outbox.open_link(house.station, peer)
        validity.newest(peer, statements.MTLS)  # without a valid certificate of the peer there is nothing to connect to
        key = ownkeys.usable(statements.MTLS, state)
        return PeerClient(
            house.station,
            node=peer.node,
            endpoint=peer.endpoint,
            certificate=house.station.provider.certificate_files(bytes(key.key_id)),
            pins=pins.pins_of(peer),
        )

    return connect


class Chores:
    """What the courier's process does besides carrying."""

    def __init__(self, home: Home, house: House) -> None:
        self._home, self._house = home, house
        self._next = 0.0
        self._worked_at = 0.0
        self._caught_at = 0.0
        self._busy_since: float | None = None
        self._rests_until = 0.0
        self._pieces: deque[Piece] = deque()
        self._long: deque[Piece] = deque()

    def __call__(self) -> bool:
        """Apply arrivals, answer what is due, catch up; now and then keep house. Returns whether more may be left."""
        try:
            done = neutral.send_due(self._house)
            done += self._work(self._portion())
            done += self._keep_house()
        except (CountersignError, OperationalError) as error:
            log.warning("courier.chores", code=getattr(error, "instance_code", type(error).__name__))
            return False
        return done > 0

    def _work(self, portion: int) -> int:
        """The desk's share: arrivals first, then clocks and the index of what has come and gone."""
        if not portion:
            return 0
        done = intake.apply_arrivals(self._house, limit=portion)
        return done + self._catch_up() if done < portion else done

    def _catch_up(self) -> int:
        """Clocks and the index, in slices so small that a release is never waited with; while items cross, a few a second.
        Nobody misses the index meanwhile: a search catches up for its own authority first."""
        if self._busy_since is not None:
            if clock.monotonic() - self._caught_at > APPLY_SECONDS:
                self._caught_at = clock.monotonic()
                clockwork.align(self._house, limit=intake.PORTION)
                search.catch_up(self._house, limit=FEW)
            return 0
        return clockwork.align(self._house, limit=SLICE) + search.catch_up(self._house, limit=SLICE)

    def _portion(self) -> int:
        """How many arrivals may take effect now: many when the line is quiet. While items cross and need the write lock and
        this process, a few a second; but whoever never pauses is not waited for."""
        newest = LinkState.objects.aggregate(newest=Max("contact_at"))["newest"]
        now = clock.monotonic()
        if newest is None or abs((clock.now() - newest).total_seconds()) > QUIET_SECONDS:
            self._busy_since = None
            return MANY
        if self._busy_since is None:
            self._busy_since = self._worked_at = now
        if now - self._busy_since > BURST_SECONDS:
            return MANY
        if now - self._worked_at > APPLY_SECONDS:
            self._worked_at = now
            return FEW
        return 0

    def _keep_house(self) -> bool:
        """One piece of what keeps the house, so that no release waits for all of it; returns whether another waits.
        While items cross it waits as well, but whoever never pauses is not waited for."""
        now = clock.monotonic()
        if self._busy_since is not None and now - self._busy_since <= BURST_SECONDS:
            return False
        if now >= self._next and not self._pieces:
            self._next = now + HOUSEKEEPING_SECONDS
            self._pieces.extend(self._short())
            self._long = self._long or deque(self._long_ones())
        if self._pieces:
            self._pieces.popleft()()
            return bool(self._pieces)
        if self._long and now >= self._rests_until:
            self._go_on_with(self._long.popleft(), now)
        return False

    def _go_on_with(self, piece: Piece, begun: float) -> None:
        """Long work goes on a portion at a time, while it says that there is more."""
        if piece():
            self._long.append(piece)
            self._rests_until = clock.monotonic() + REST * (clock.monotonic() - begun)

    def _short(self) -> tuple[Piece, ...]:
        house, station = self._house, self._house.station
        return (
            lambda: flash.look_after(house),
            lambda: housekeeping.watch_keys(station),
            housekeeping.watch_peer_keys,
            lambda: pins.refresh(self._home, station),
            lambda: housekeeping.anchor_daily(station),
            lambda: recalls.send_due(house),
            lambda: gate.release_held(house),
            lambda: clockwork.record_silence(house),
        )

    def _long_ones(self) -> tuple[Piece, ...]:
        """Streams come last, so that a fault of theirs holds up nothing of the node's own."""
        return lambda: late.look_on(self._house), *streams.chores(self._house)


def run(home: Home, house: House) -> None:
    """Run until SIGTERM."""
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    waker = Waker(home)
    courier = Courier(house.station, connect=connector(house), wait=waker.wait, also=Chores(home, house))
    courier.run(until=lambda: stopping)
    waker.close()
