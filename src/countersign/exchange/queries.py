"""Readers of the exchange, scoped to an officer's authority."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import clocks, contents, walls
from countersign.exchange.clocks import Clock, Pause
from countersign.exchange.contents import Kept
from countersign.exchange.errors import ItemUnknown
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem
from countersign.kernel import clock


def inbox(officer: Officer) -> QuerySet[ExchangeItem]:
    """What came for the officer's authority, what is due first."""
    rows = ExchangeItem.objects.filter(direction=ExchangeItem.IN, authority=officer.authority)
    return rows.select_related("case", "peer").order_by("answered_at", "due_at", "created_at")


def outgoing(officer: Officer) -> QuerySet[ExchangeItem]:
    """What the officer's authority proposed or sent."""
    rows = ExchangeItem.objects.filter(direction=ExchangeItem.OUT, authority=officer.authority)
    return rows.select_related("case", "peer", "released").order_by("-created_at")


@dataclass(frozen=True, slots=True)
class Header:
    """What the single point of contact sees of another authority's item: no content, no subject, no drafter."""

    id: str
    direction: str
    authority: str
    kind: str
    state: str
    case: str
    clock: str
    at: datetime


def headers_for_spoc(house: House, officer: Officer) -> list[Header]:
    """Headers of the other authorities' items that are copied to the SPOC. Raises RoleRequired, NotYours."""
    require_role(officer, "desk")
    walls.require_member(officer, house.pack.spoc().code)
    rows = ExchangeItem.objects.filter(copy_spoc=True).exclude(authority=officer.authority).exclude(state="held")
    return [_header(row) for row in rows.select_related("case").order_by("-created_at")]


def find(item_id: str) -> ExchangeItem:
    rows = ExchangeItem.objects.select_related("peer", "case", "released", "arrived", "arrived__peer")
    item = rows.filter(id=item_id).first()
    if item is None:
        raise ItemUnknown("no item has this reference.", field="item")
    return item


def find_received(item_id: str) -> ExchangeItem:
    """As `find`, of what another state gave."""
    item = find(item_id)
    if item.direction != ExchangeItem.IN:
        raise ItemUnknown("no received item has this reference.", field="item")
    return item


def read(house: House, officer: Officer, item_id: str) -> tuple[ExchangeItem, Kept]:
    """An item with its content, for an officer of the authority that owns it. Raises NotYours."""
    item = find(item_id)
    walls.require_member(officer, item.authority)
    return item, contents.read(house, item)


def clock_of(item: ExchangeItem) -> Clock:
    """The answer clock of a request, with the pauses that notices gave it."""
    pauses = [Pause(row.begin, row.until) for row in item.pauses.all()] if item.due_at else []
    return clocks.read(item.due_at, pauses, item.answered_at, clock.now())


def overdue(rows: Iterable[ExchangeItem]) -> list[ExchangeItem]:
    """Those whose clock has run out."""
    return [row for row in rows if clock_of(row).state == clocks.OVERDUE]


def _header(row: ExchangeItem) -> Header:
    return Header(
        id=row.id,
        direction=row.direction,
        authority=row.authority,
        kind=row.kind,
        state=row.state,
        case=row.case.reference if row.case else "",
        clock=clock_of(row).words(),
        at=row.created_at,
    )
