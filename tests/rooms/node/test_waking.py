"""The courier sleeps until something waits: whoever releases wakes it, and then the lines come first."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from countersign.link import courier as couriers
from countersign.link.courier import IDLE_SECONDS, YIELD_SECONDS, Courier
from countersign.node import waking
from countersign.node.waking import Waker


@pytest.fixture
def home(tmp_path):
    return SimpleNamespace(run=tmp_path / "run")


def test_who_is_woken_knows_it_and_who_slept_through_does_not(home):
    waker = Waker(home)
    assert waker.wait(0.001) is False
    waking.wake(home)
    waking.wake(home)
    assert waker.wait(5.0) is True
    assert waker.wait(0.001) is False, "two calls are one awakening"
    waker.close()


def test_waking_nobody_is_no_fault(home):
    waking.wake(home)


def test_a_release_never_fails_of_waking_nobody(home, monkeypatch):
    def none_left(*_given):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(waking.socket, "socket", none_left)
    waking.wake(home)


class Loop:
    """A courier without peers whose sleeps end as the test says, and a clock that moves with them."""

    def __init__(self, monkeypatch, endings):
        self.endings, self.slept, self.worked, self.now = list(endings), [], [], 100.0
        monkeypatch.setattr(couriers.outbox, "active_links", lambda _: [])
        monkeypatch.setattr(couriers, "close_old_connections", lambda: None)
        monkeypatch.setattr(couriers.clock, "monotonic", lambda: self.now)

    def wait(self, seconds):
        self.slept.append(seconds)
        woken, took = self.endings.pop(0)
        self.now += took
        return woken

    def also(self):
        self.worked.append(self.now)
        return False

    def run(self):
        Courier(None, connect=None, wait=self.wait, also=self.also).run(until=lambda: not self.endings)
        return self


def test_who_was_woken_looks_at_the_lines_alone(monkeypatch):
    loop = Loop(monkeypatch, [(True, 0.2), (False, 1.0), (False, 1.0)]).run()
    assert loop.worked == [100.0, 101.2]
    assert loop.slept == [IDLE_SECONDS] * 3


def test_who_is_woken_all_the_time_does_the_other_work_once_a_second_all_the_same(monkeypatch):
    loop = Loop(monkeypatch, [(True, 0.3)] * 20).run()
    assert 4 <= len(loop.worked) <= 6
    assert max(after - before for before, after in zip(loop.worked, loop.worked[1:], strict=False)) < 2 * IDLE_SECONDS


def test_other_work_that_is_not_done_goes_on_though_it_woke_the_courier_itself(monkeypatch):
    """What the courier releases by itself wakes it: the rest of that work must not wait a second for each item."""
    left = [True, True, True, False]
    loop = Loop(monkeypatch, [(True, 0.0)] * 5)
    loop.also = lambda: loop.worked.append(loop.now) or left.pop(0)
    loop.run()
    assert left == []
    assert len(loop.worked) == 4


def test_other_work_that_says_there_is_more_lets_the_courier_rest_but_a_moment(monkeypatch):
    loop = Loop(monkeypatch, [(False, 0.002)] * 3)
    loop.also = lambda: True
    assert loop.run().slept == [YIELD_SECONDS] * 3
