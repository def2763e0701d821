"""The line to one peer: bodies leave one after the other, each once the answer to the one before is here.

While the peer works on a body, the next one is cut, read and sealed here. It leaves as soon as the answer shows that the
peer holds what comes before it, and the answer is applied while the peer works again. Everything a line remembers may be lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from countersign.kernel import clock, failpoints
from countersign.link import batching, fresh, restore, sync
from countersign.link.bodies import FRESH_BYTES, Body, Cursors
from countersign.link.client import PeerClient
from countersign.link.errors import WrongRecipient
from countersign.link.models import LinkState
from countersign.link.station import Station

FRESH_SECONDS = fresh.LIFETIME_SECONDS / 2
"""How long a value that came with an answer is relied on: an item after a long silence must not meet a refusal first."""


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A body that is ready to leave, and the fresh value that opens its call."""

    body: Body
    wire: bytes


@dataclass(frozen=True, slots=True)
class _Call:
    """A body that has left, and where its answer will be."""

    body: Body
    answer: Callable[[], bytes]


class Line:
    """`connect` makes a client with the certificates and pins that are valid now."""

    def __init__(self, station: Station, connect: Callable[[], PeerClient]) -> None:
        self._station, self._connect = station, connect
        self._client: PeerClient | None = None
        self._fresh: list[tuple[bytes, float]] = []
        self._wanted: Cursors | None = None
        self._under_way: _Call | None = None

    @property
    def busy(self) -> bool:
        """Whether a body is under way."""
        return self._under_way is not None

    def drop(self) -> None:
        """After a failure: forget what was under way and what the peer wanted, it will say so anew; connect anew."""
        if self._client is not None:
            self._client.close()
        self._client, self._wanted, self._under_way = None, None, None
        self._fresh.clear()

    def exchange(self, state: LinkState) -> bool:
        """Send a body, unless one is under way, take its answer and apply it. Returns whether anything moved or is moving."""
        before = state.peer_has, state.mirror.size
        call, self._under_way = self._under_way or self._send_first(state), None
        ahead = self._next(state, call.body)
        reply = self._answer(state, call)
        if ahead is not None and ahead.body.slice is not None and reply.cursors.mirror == ahead.body.slice.start:
            self._under_way = self._send_aside(ahead)
        outcome = sync.apply(self._station, state, reply, role="reply")
        if reply.returned is not None and state.restoring:
            restore.take_back(state, reply.returned)
            state.refresh_from_db(fields=("peer_has",))
        told = outcome.leaves or outcome.stored or call.body.chunks or reply.chunks or self._wanted or self.busy
        return bool(told) or (state.peer_has, state.mirror.size) != before

    def _send_first(self, state: LinkState) -> _Call:
        """Cut a batch, or sign what else there is, and send it. One batch a body: larger ones would leave this side idle for
        longer while the other works."""
        prepared, cut = sync.prepare(self._station, state)
        sealed = self._seal(state, prepared)
        return self._send_aside(sealed) if cut and prepared.position.waiting else self._send(sealed)

    def _next(self, state: LinkState, before: Body) -> _Sealed | None:
        """The body that follows, sealed while the peer works; None where there is no next batch, or where the answer must be
        read first: it says which chunks are wanted, or gives the own log back."""
        if state.restoring or before.slice is None or self._wanted is not None:
            return None
        if not batching.waits_for_batch(state) or not batching.cut_batch(self._station, state):
            return None
        return self._seal(state, sync.prepare_from(self._station, state, before.slice.end))

    def _seal(self, state: LinkState, prepared: sync.Prepared | None) -> _Sealed:
        opening, mine = self._fresh_value(), secrets.token_bytes(FRESH_BYTES)
        body = sync.build(
            self._station,
            state,
            fresh=opening,
            reply_fresh=mine,
            wanted=self._wanted,
            calling=True,
            prepared=prepared,
        )
        return _Sealed(body, sync.seal(self._station, state, body))

    def _send(self, sealed: _Sealed) -> _Call:
        """Nothing else is to be done meanwhile: wait for the answer here."""
        failpoints.reach("send.before")
        answer = self._open_client().sync(sealed.wire, sealed.body.fresh)
        return _Call(sealed.body, lambda: answer)

    def _send_aside(self, sealed: _Sealed) -> _Call:
        """Send it from a thread that does nothing else."""
        failpoints.reach("send.before")
        caller = ThreadPoolExecutor(max_workers=1)
        answer = caller.submit(self._open_client().sync, sealed.wire, sealed.body.fresh)
        caller.shutdown(wait=False)
        return _Call(sealed.body, answer.result)

    def _answer(self, state: LinkState, call: _Call) -> Body:
        """Wait for the answer and open it. Raises WrongRecipient for one that is not to this call."""
        answer = call.answer()
        failpoints.reach("send.after")
        said_by, reply = sync.open_(self._station, answer)
        if said_by.peer_id != state.peer_id or reply.fresh != call.body.reply_fresh:
            raise WrongRecipient("the answer is not the answer to this call.", field="fresh")
        if len(reply.reply_fresh) == FRESH_BYTES:
            self._fresh.append((reply.reply_fresh, clock.monotonic() + FRESH_SECONDS))
        self._wanted = reply.cursors if reply.cursors.wants else None
        return reply

    def _fresh_value(self) -> bytes:
        """A value for the next call: one that came with an answer, or one that is asked for. Each is good once."""
        while self._fresh:
            value, until = self._fresh.pop()
            if clock.monotonic() < until:
                return value
        return self._open_client().hello()

    def _open_client(self) -> PeerClient:
        if self._client is None:
            self._client = self._connect()
        return self._client
