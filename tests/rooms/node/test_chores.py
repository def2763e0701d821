"""The courier's other work comes in slices so small that a release is never waited with, and little of it while items cross."""

from __future__ import annotations

import pytest

from countersign.node import courier_process
from countersign.node.courier_process import FEW, MANY, SLICE, Chores


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
