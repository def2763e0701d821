"""Readers of the exchange, scoped to an officer's authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from countersign.charter.models import Officer
from countersign.exchange import contents, walls
from countersign.exchange.contents import Kept
from countersign.exchange.errors import ItemUnknown
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem
from countersign.kernel import clock


@dataclass(frozen=True, slots=True)
class Clock:
    """An answer clock: time left (negative when overdue), or answered."""

    left: timedelta | None
    answered: bool

    def words(self) -> str:
        if self.answered:
            return "answered"
        if self.left is None:
            return "no answer is due"
        hours = abs(int(self.left.total_seconds())) // 3600
        span = f"{hours // 24} d {hours % 24} h"
        return f"due in {span}" if self.left > timedelta(0) else f"overdue by {span}"


def inbox(officer: Officer) -> QuerySet[ExchangeItem]:
    """What came for the officer's authority, what is due first."""
    rows = ExchangeItem.objects.filter(direction=ExchangeItem.IN, authority=officer.authority)
    return rows.select_related("case", "peer").order_by("answered_at", "due_at", "created_at")


def outgoing(officer: Officer) -> QuerySet[ExchangeItem]:
    """What the officer's authority proposed or sent."""
    rows = ExchangeItem.objects.filter(direction=ExchangeItem.OUT, authority=officer.authority)
    return rows.select_related("case", "peer", "released").order_by("-created_at")


def find(item_id: str) -> ExchangeItem:
    rows = ExchangeItem.objects.select_related("peer", "case", "released", "arrived", "arrived__peer")
    item = rows.filter(id=item_id).first()
    if item is None:
        raise ItemUnknown("no item has this reference.", field="item")
    return item


def read(house: House, officer: Officer, item_id: str) -> tuple[ExchangeItem, Kept]:
    """An item with its content, for an officer of the authority that owns it. Raises NotYours."""
    item = find(item_id)
    walls.require_member(officer, item.authority)
    return item, contents.read(house, item)


def clock_of(item: ExchangeItem) -> Clock:
    if item.due_at is None:
        return Clock(None, answered=item.answered_at is not None)
    return Clock(item.due_at - clock.now(), answered=item.answered_at is not None)
