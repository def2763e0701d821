"""Fault F1, invariant I7: kill -9 at each named step, on either node; afterwards every item is there once and both logs agree."""

from __future__ import annotations

import pytest

from countersign.kernel import failpoints
from countersign.node.demo import checker

pytestmark = pytest.mark.journey

BATCHING = ("batch.before_commit", "batch.after_commit")
RELEASING = ("release.before_commit", "release.after_commit", *BATCHING)
"""Steps that the releasing process reaches: a release cuts its own batch where nothing is under way."""


@pytest.mark.parametrize("side", ["CA", "IN"])
@pytest.mark.parametrize("step", [step for step in failpoints.STEPS if step not in RELEASING])
def test_a_node_killed_at_this_step_loses_and_doubles_nothing(journey, step, side):
    before = {state: checker.count_stored(journey.home(state)) for state in ("CA", "IN")}
    armed = journey.arm(side, step)
    # Traffic both ways, so that each side sends, receives, answers, cosigns and applies.
    assert journey.bulk("CA", 2, f"A{step[:3]}") == 0
    assert journey.bulk("IN", 2, f"B{step[:3]}") == 0
    journey.wait(lambda: not armed.exists(), 40, f"{side} to reach {step}")
    journey.settle()
    assert checker.count_stored(journey.home("IN")) == before["IN"] + 2
    assert checker.count_stored(journey.home("CA")) == before["CA"] + 2


@pytest.mark.parametrize("side", ["CA", "IN"])
@pytest.mark.parametrize("step", BATCHING)
def test_a_courier_killed_around_its_batch_loses_and_doubles_nothing(journey, step, side):
    other = {"CA": "IN", "IN": "CA"}[side]
    before = checker.count_stored(journey.home(other))
    journey.kill(other)
    # The first release cuts its own batch, which waits for the silent peer; so the courier has the next two to batch.
    assert journey.bulk(side, 1, f"C{step[6:9]}") == 0
    armed = journey.arm(side, step)
    assert journey.bulk(side, 2, f"D{step[6:9]}") == 0
    journey.start(other)
    journey.wait(lambda: not armed.exists(), 40, f"{side}'s courier to reach {step}")
    journey.settle()
    assert checker.count_stored(journey.home(other)) == before + 3


@pytest.mark.parametrize("step", RELEASING)
def test_a_release_killed_around_its_commit_is_whole_or_not_at_all(journey, step):
    before = checker.count_stored(journey.home("IN"))
    journey.arm("CA", step)
    assert journey.bulk("CA", 2, "KILLED") != 0
    journey.settle()
    released = checker.count_stored(journey.home("IN")) - before
    assert released == (1 if step.endswith("after_commit") else 0)
