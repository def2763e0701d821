"""The courier's other work comes in slices so small that a release is never waited with, and little of it while items cross."""

from __future__ import annotations

import itertools

import pytest

from countersign.kernel.errors import Unavailable
from countersign.node import courier_process
from countersign.node.courier_process import BURST_SECONDS, FEW, HOUSEKEEPING_SECONDS, MANY, SLICE, Chores


@pytest.fixture
def asked(monkeypatch):
    """What clocks and the index were asked to catch up with, and a clock that the test moves."""
    told = {"clocks": [], "index": [], "now": 100.0}

    def align(_house, *, limit):
        told["clocks"].append(limit)
        return limit

    def catch_up(_house, *, limit):
        told["index"].append(limit)
        return limit

    monkeypatch.setattr(courier_process.clockwork, "align", align)
    monkeypatch.setattr(courier_process.search, "catch_up", catch_up)
    monkeypatch.setattr(courier_process.intake, "apply_arrivals", lambda _house, **_given: 0)
    monkeypatch.setattr(courier_process.clock, "monotonic", lambda: told["now"])
    return told


def test_on_a_quiet_line_it_catches_up_slice_by_slice_and_asks_to_go_on(asked):
    chores = Chores(None, None)
    assert chores._work(MANY) == 2 * SLICE
    assert asked["index"] == [SLICE]


def test_while_items_cross_it_catches_up_with_a_few_a_second_and_never_asks_to_go_on(asked):
    chores = Chores(None, None)
    chores._busy_since = 90.0
    for _ in range(50):
        assert chores._work(MANY) == 0
        asked["now"] += 0.05
    assert len(asked["index"]) == 3
    assert set(asked["index"]) == {FEW}


def test_arrivals_come_before_clocks_and_index(asked, monkeypatch):
    monkeypatch.setattr(courier_process.intake, "apply_arrivals", lambda _house, *, limit: limit)
    assert Chores(None, None)._work(MANY) == MANY
    assert asked["index"] == []


def _pieces(monkeypatch, chores, *, short=(), long=()):
    monkeypatch.setattr(chores, "_short", lambda: short)
    monkeypatch.setattr(chores, "_long_ones", lambda: long)


def test_the_house_is_kept_piece_by_piece_and_asks_to_go_on(asked, monkeypatch):
    chores, done = Chores(None, None), []
    _pieces(monkeypatch, chores, short=(lambda: done.append("a"), lambda: done.append("b")))
    assert [chores._keep_house() for _ in range(3)] == [True, False, False]
    assert done == ["a", "b"]
    asked["now"] += HOUSEKEEPING_SECONDS
    chores._keep_house()
    assert done == ["a", "b", "a"]


def test_long_work_rests_four_times_as_long_as_it_took_and_holds_up_no_short_piece(asked, monkeypatch):
    chores, done, short = Chores(None, None), [], []

    def long():
        done.append(asked["now"])
        asked["now"] += 0.1
        return True

    _pieces(monkeypatch, chores, short=(lambda: short.append(1),), long=(long,))
    while asked["now"] < 100 + 3 * HOUSEKEEPING_SECONDS:
        chores._keep_house()
        asked["now"] += 0.01
    assert min(after - before for before, after in itertools.pairwise(done)) >= 0.5
    assert len(done) >= 20
    assert len(short) == 3


def test_long_work_that_has_no_more_to_do_comes_again_with_the_next_round(asked, monkeypatch):
    chores, left = Chores(None, None), [1, 1, 0, 0]
    _pieces(monkeypatch, chores, long=(lambda: left.pop(0),))
    for _ in range(50):
        chores._keep_house()
    assert left == [0]
    asked["now"] += HOUSEKEEPING_SECONDS
    chores._keep_house()
    assert left == []


def test_while_items_cross_the_house_waits_but_not_for_ever(asked, monkeypatch):
    chores, done = Chores(None, None), []
    _pieces(monkeypatch, chores, short=(lambda: done.append("a"),))
    chores._busy_since = asked["now"]
    assert not chores._keep_house()
    assert done == []
    chores._busy_since -= BURST_SECONDS + 1
    chores._keep_house()
    assert done == ["a"]


def test_a_piece_that_fails_holds_up_no_other(asked, monkeypatch):
    chores, done = Chores(None, None), []

    def broken():
        raise Unavailable("invented.")

    _pieces(monkeypatch, chores, short=(broken, lambda: done.append("b")))
    with pytest.raises(Unavailable):
        chores._keep_house()
    chores._keep_house()
    assert done == ["b"]
