"""An exchange from the proposal to the desk, for tests of what happens after: everybody and everything is invented."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from countersign.exchange import approvals, clockwork, gate, intake, queries, standing
from countersign.kernel import clock
from countersign.oversight import admission
from support import officers_of, wire


def send(pair: Any, node: Any, draft: dict[str, Any]) -> Any:
    """Release a draft at `node` and let it take effect at the other; the item as the sender keeps it."""
    with node.active():
        item = officers_of.release(node, draft)
    arrive(pair, node)
    return item


def arrive(pair: Any, node: Any) -> None:
    """Carry whatever waits at `node` over, and apply it."""
    wire.settle(pair, node)
    other = pair.other(node)
    with other.active():
        intake.apply_arrivals(other.house)
    with node.active():
        clockwork.align(node.house)


def take(node: Any, item_id: str, *, admit: bool = False) -> None:
    """The desk takes a received request in hand and, if asked, admits it. Outside `node.active()`."""
    with node.active():
        desk = officers_of.find("desk")
        intake.take(node.house, desk, item_id)
        if admit:
            admission.admit(node.house, desk, item_id, found=admission.QUESTIONS)


def authorise(node: Any, kind: str, *, a_day: int = 100) -> Any:
    """A standing authorisation for a kind, signed by both. Inside `node.active()`."""
    row = standing.prepare(node.house, officers_of.find("releaser"), kind=kind, a_day=a_day, days=30)
    for login, role in (("releaser", "releaser"), ("second", "second_officer")):
        signature = officers_of.sign(node, login, standing.message(row, role))
        standing.sign(node.house, officers_of.find(login), row.id, role=role, signature=signature)
    return row


def approve(node: Any, item: Any, login: str, role: str) -> Any:
    """One approval, signed with the officer's own key. Inside `node.active()`."""
    officer = officers_of.find(login)
    fresh = queries.find(item.id)
    signature = officers_of.sign(node, login, approvals.message(fresh, role))
    return gate.approve(node.house, officer, item.id, role=role, signature=signature)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """The process's clock stands at `moment`."""
    before = clock.install(clock.FixedClock(moment))
    try:
        yield
    finally:
        clock.install(before)
