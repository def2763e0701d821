"""Fault F20: random interleavings of release, delivery, loss, replay, files, cuts and key rotation, against a small model."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from support import nodes, wire

from countersign.charter import keyring
from countersign.kernel.errors import CountersignError
from countersign.ledger.core import statements
from countersign.link import arrivals, carried, housekeeping
from countersign.link.models import InItem

sides = st.sampled_from(["CA", "IN"])
_ready: dict[str, Path] = {}


class TwoNodes(RuleBasedStateMachine):
    """The model: what each side released, and what the other applied, in order. Nothing else may ever be seen."""

    @initialize()
    def make(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="model-", dir=nodes.SCRATCH))
        shutil.copytree(_ready["pair"], self.folder / "p")
        made = []
        for name, state in (("ca.example", "CA"), ("in.example", "IN")):
            made.append(nodes.reopen_node(name, state, self.folder / "p"))
        self.pair = nodes.Pair(*made)
        self.by_state = {"CA": made[0], "IN": made[1]}
        self.released = {"CA": 0, "IN": 0}
        self.applied: dict[str, list[int]] = {"CA": [], "IN": []}
        self.in_flight: list[tuple[str, bytes]] = []
        self.answers: list[tuple[str, bytes]] = []
        self.files: list[tuple[str, Path]] = []

    def teardown(self) -> None:
        if hasattr(self, "pair"):
            for _ in range(2):
                wire.settle(self.pair, self.pair.ca)
                wire.settle(self.pair, self.pair.in_)
            for state in ("CA", "IN"):
                self.apply(state)
                other = self.other(state)
                assert self.applied[state] == list(range(1, self.released[other] + 1)), "all, once, in order"
            for node in self.by_state.values():
                node.connection.close()
            shutil.rmtree(self.folder)

    def other(self, state: str) -> str:
        return "IN" if state == "CA" else "CA"

    @rule(side=sides, count=st.integers(1, 3))
    def release(self, side: str, count: int) -> None:
        wire.release(self.pair, self.by_state[side], count, size=10)
        self.released[side] += count

    @rule(side=sides)
    def send(self, side: str) -> None:
        self.in_flight.append((side, wire.request(self.pair, self.by_state[side])[0]))

    @rule(data=st.data())
    def deliver(self, data: Any) -> None:
        """Any request ever sent may arrive now, again, or late."""
        if self.in_flight:
            side, body = data.draw(st.sampled_from(self.in_flight))
            self.answers.append((side, wire.deliver(self.pair, self.by_state[self.other(side)], body)))

    @rule(data=st.data())
    def answer(self, data: Any) -> None:
        """Any answer ever given may arrive now, again, or never."""
        if self.answers:
            side, body = data.draw(st.sampled_from(self.answers))
            wire.accept(self.pair, self.by_state[side], body)

    @rule(side=sides)
    def export(self, side: str) -> None:
        path = self.folder / f"file-{len(self.files)}"
        node = self.by_state[side]
        with node.active():
            carried.export(node.house.station, self.pair.peer_of(node), path)
        self.files.append((side, path))

    @rule(data=st.data())
    def carry(self, data: Any) -> None:
        if self.files:
            side, path = data.draw(st.sampled_from(self.files))
            node = self.by_state[self.other(side)]
            with node.active():
                carried.import_(node.house.station, path)

    @rule(data=st.data(), place=st.integers(0, 5_000))
    def damage(self, data: Any, place: int) -> None:
        """A damaged body is refused and changes nothing."""
        if self.in_flight:
            side, body = data.draw(st.sampled_from(self.in_flight))
            spoiled = bytearray(body)
            spoiled[place % len(body)] ^= 1
            with pytest.raises(CountersignError):
                wire.deliver(self.pair, self.by_state[self.other(side)], bytes(spoiled))

    @rule(side=sides, role=st.sampled_from(statements.ONLINE_ROLES))
    def rotate(self, side: str, role: str) -> None:
        node = self.by_state[side]
        with node.active(), transaction.atomic():
            key = keyring.enrol(node.house.station.provider, node.root, node=node.name, role=role)
            housekeeping.announce(node.house.station, keyring.statement_of(key), key)

    @rule(side=sides)
    def apply(self, side: str) -> None:
        node = self.by_state[side]
        with node.active():
            while waiting := arrivals.waiting():
                for item in waiting:
                    arrivals.open_text(node.house.station, item)
                    arrivals.mark_applied(item)
                    self.applied[side].append(item.sequence)

    @invariant()
    def nothing_is_seen_twice_or_unreleased(self) -> None:
        if not hasattr(self, "pair"):
            return
        for state, node in self.by_state.items():
            with node.active():
                seen = list(InItem.objects.values_list("sequence", flat=True))
            assert len(seen) == len(set(seen))
            assert max(seen, default=0) <= self.released[self.other(state)]
            assert self.applied[state] == list(range(1, len(self.applied[state]) + 1))


@pytest.fixture
def engine():
    return "sqlite"


def _run(pair, examples):
    for node in (pair.ca, pair.in_):
        node.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        node.connection.close()
    _ready["pair"] = pair.ca.home.parent
    quick = settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
        database=None,
    )
    TwoNodes.TestCase.settings = quick
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(TwoNodes, settings=quick)


def test_two_hundred_random_histories_agree_with_the_model(pair):
    _run(pair, 200)


@pytest.mark.full
def test_two_thousand_random_histories_agree_with_the_model(pair):
    _run(pair, 2_000)
