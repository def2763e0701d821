"""The line to a peer: the next body is ready before the answer, leaves only where it fits, and a failure loses nothing."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial

import pytest
from support import wire

from countersign.link import batching, line, outbox, sync
from countersign.link.courier import has_items
from countersign.link.errors import PeerUnreachable
from countersign.link.line import Line
from countersign.link.models import OutItem


class Aside:
    """An executor that does at once what it is given: each node's database belongs to this thread."""

    def __init__(self, max_workers):
        assert max_workers == 1

    def submit(self, act, *given):
        done = Future()
        try:
            done.set_result(act(*given))
        except PeerUnreachable as fault:
            done.set_exception(fault)
        return done

    def shutdown(self, *, wait):
        assert not wait


class Peer:
    """The other node as a client sees it. `acts` say what becomes of each call; then every call is taken."""

    def __init__(self, pair, acts=()):
        self.pair, self.acts = pair, list(acts)
        self.greeted, self.bodies, self.stored_then = 0, [], []

    def hello(self):
        self.greeted += 1
        return bytes([self.greeted]) * 48

    def sync(self, data, fresh):
        pair = self.pair
        with pair.ca.active():
            self.stored_then.append(OutItem.objects.filter(state=OutItem.STORED).count())
        with pair.in_.active():
            station = pair.in_.house.station
            state, body = sync.open_(station, data)
            assert body.fresh == fresh
            self.bodies.append(body)
            act = self.acts.pop(0) if self.acts else "take"
            if act == "down":
                raise PeerUnreachable("in.example cannot be reached.")
            if act == "lost":
                sync.answer(station, state, body, next_fresh=b"n" * 48)
                raise PeerUnreachable("in.example cannot be reached.")
            if act == "ignore":
                answer = sync.build(station, state, fresh=body.reply_fresh, reply_fresh=b"n" * 48)
                return sync.seal(station, state, answer)
            return sync.answer(station, state, body, next_fresh=bytes([100 + len(self.bodies)]) * 48)

    def close(self):
        """Nothing is open."""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(line, "ThreadPoolExecutor", Aside)
    cut = batching.cut_batch
    monkeypatch.setattr(batching, "cut_batch", lambda station, state: cut(station, state, limit=2))


def _line(pair, *acts):
    peer = Peer(pair, acts)
    return Line(pair.ca.house.station, lambda: peer), peer


def _answer_with(answer, value, *given, next_fresh):
    assert next_fresh != value
    return answer(*given, next_fresh=value)


def _exchange(pair, own):
    with pair.ca.active():
        return own.exchange(wire.state_of(pair, pair.ca))


def _run(pair, own, rounds=20):
    for _ in range(rounds):
        with pair.ca.active():
            if not own.busy and not has_items(wire.state_of(pair, pair.ca)):
                return
        _exchange(pair, own)
    raise AssertionError("the line does not become quiet")


def test_the_next_body_leaves_before_the_answer_to_the_one_before_is_applied(pair):
    wire.release(pair, pair.ca, 6)
    own, peer = _line(pair)
    assert _exchange(pair, own)
    assert own.busy
    assert len(peer.bodies) == 2
    assert peer.stored_then == [0, 0], "the second left while no receipt had been applied"
    _run(pair, own)
    assert [len(body.ciphertexts) for body in peer.bodies][:3] == [2, 2, 2]
    assert wire.stored(pair, pair.in_) == [(1, number) for number in range(1, 7)]
    assert wire.delivered(pair, pair.ca) == 6


def test_each_body_begins_where_the_one_before_it_ended(pair):
    wire.release(pair, pair.ca, 6)
    own, peer = _line(pair)
    _run(pair, own)
    slices = [body.slice for body in peer.bodies if body.slice is not None]
    assert [after.start for after in slices[1:3]] == [before.end for before in slices[:2]]


def test_nothing_is_sealed_ahead_where_nothing_waits_for_a_batch(pair):
    wire.release(pair, pair.ca, 2)
    own, peer = _line(pair)
    assert _exchange(pair, own)
    assert not own.busy
    assert len(peer.bodies) == 1
    assert wire.delivered(pair, pair.ca) == 2


@pytest.mark.parametrize("acts", [("ignore",), ("take", "ignore"), ("ignore", "ignore", "take")])
def test_a_body_ahead_stays_here_where_the_peer_does_not_hold_what_comes_before(pair, acts):
    wire.release(pair, pair.ca, 6)
    own, peer = _line(pair, *acts)
    _exchange(pair, own)
    ignored = acts[0] == "ignore"
    assert own.busy is not ignored
    assert len(peer.bodies) == (1 if ignored else 2)
    _run(pair, own)
    assert wire.delivered(pair, pair.ca) == 6
    assert len(wire.stored(pair, pair.in_)) == 6


@pytest.mark.parametrize("acts", [("down",), ("lost",), ("take", "down"), ("take", "lost"), ("take", "take", "lost")])
def test_a_line_that_fails_at_any_call_is_dropped_and_every_item_arrives_once(pair, acts):
    wire.release(pair, pair.ca, 6)
    own, _ = _line(pair, *acts)
    failures = 0
    for _ in range(8):
        try:
            _exchange(pair, own)
        except PeerUnreachable:
            own.drop()
            failures += 1
    assert failures == 1
    assert not own.busy
    assert wire.stored(pair, pair.in_) == [(1, number) for number in range(1, 7)]
    assert wire.delivered(pair, pair.ca) == 6


def test_a_value_that_came_with_an_answer_opens_the_next_call_while_it_is_young(pair, clock_at):
    own, peer = _line(pair)
    wire.release(pair, pair.ca, 1)
    _exchange(pair, own)
    wire.release(pair, pair.ca, 1)
    _exchange(pair, own)
    assert peer.greeted == 1
    assert peer.bodies[1].fresh == bytes([101]) * 48


@pytest.mark.parametrize("value", [b"", b"n", b"n" * 47, b"n" * 4096])
def test_a_value_that_is_none_is_not_tried(pair, value, monkeypatch):
    own, peer = _line(pair)
    monkeypatch.setattr(sync, "answer", partial(_answer_with, sync.answer, value))
    for _ in range(2):
        wire.release(pair, pair.ca, 1)
        _exchange(pair, own)
    assert peer.greeted == 2
    assert wire.delivered(pair, pair.ca) == 2


def test_a_value_that_has_grown_old_is_not_tried(pair, monkeypatch):
    """After a long silence the first item must not meet NOT_FRESH and a pause."""
    own, peer = _line(pair)
    wire.release(pair, pair.ca, 1)
    _exchange(pair, own)
    monotonic = line.clock.monotonic
    monkeypatch.setattr(line.clock, "monotonic", lambda: monotonic() + line.FRESH_SECONDS + 1)
    wire.release(pair, pair.ca, 1)
    _exchange(pair, own)
    assert peer.greeted == 2


def test_where_chunks_are_wanted_the_next_body_waits_for_the_answer(pair):
    """The answer says which chunks: a body sealed before it could not carry them, and they would wait for the whole drain."""
    from countersign.link.bodies import Cursors

    wire.release(pair, pair.ca, 6)
    own, peer = _line(pair)
    own._wanted = Cursors(wants=((b"r" * 32, (0,)),))
    _exchange(pair, own)
    assert not own.busy
    assert len(peer.bodies) == 1
    _run(pair, own)
    assert wire.delivered(pair, pair.ca) == 6


def test_a_release_wakes_the_courier_when_it_begins_and_once_it_is_committed(pair, monkeypatch):
    from dataclasses import replace

    from django.db import connection, transaction

    woken = []
    with pair.ca.active():
        station = replace(pair.ca.house.station, wake=lambda: woken.append(connection.in_atomic_block))
        outgoing = outbox.Outgoing(authority="NIA", parts={"id": b"n"}, salt=b"s" * 32)
        with transaction.atomic():
            outbox.enqueue(station, pair.peer_of(pair.ca), outgoing, decision_leaf_hash=b"d" * 32)
            assert woken == [True]
        assert woken == [True, False]
        with transaction.atomic():
            outbox.enqueue(station, pair.peer_of(pair.ca), outgoing, decision_leaf_hash=b"d" * 32)
            transaction.set_rollback(True)
    assert woken == [True, False, True], "what was rolled back is not announced as committed"
