"""Controlled deliveries: agreed when both authorisations are there 24 hours before it begins; in any other case not agreed, and
the goods are seized."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from countersign.exchange import contents
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem
from countersign.kernel import clock
from countersign.streams.precursors.models import Delivery
from countersign.streams.precursors.services import tracing

BEFORE: Final = timedelta(hours=24)
OPEN, AGREED, NOT_AGREED = "open", "agreed", "not_agreed"


@dataclass(frozen=True, slots=True)
class Planned:
    """A proposal with what both sides have authorised. `decides_at`: when it is not agreed by itself."""

    item: ExchangeItem
    content: dict[str, Any]
    answer: dict[str, Any] | None
    state: str
    decides_at: datetime


def on_proposal(_house: House, item: ExchangeItem, content: dict[str, Any]) -> None:
    """It hangs on its incident, where the authority has that."""
    Delivery.objects.get_or_create(item=item, defaults={"incident": tracing.incident_of(item, content)})


def of(house: House, incident: ExchangeItem) -> list[Planned]:
    """The proposals about an incident, the oldest first. The caller has checked who asks."""
    rows = Delivery.objects.filter(incident=incident).select_related("item", "item__peer").order_by("item__created_at")
    return [_planned(house, row.item) for row in rows]


def _planned(house: House, item: ExchangeItem) -> Planned:
    content = contents.whole(house, item)
    begins = datetime.fromisoformat(content["begins_on"]).replace(tzinfo=UTC)
    row = tracing.answer_to(item, "delivery.answer")
    answer = contents.whole(house, row) if row is not None else None
    in_time = row is not None and _reached(row) < begins - BEFORE
    return Planned(item, content, answer, _state(answer, begins, in_time=in_time), begins - BEFORE)


def _reached(row: ExchangeItem) -> datetime:
    """When the answer was at the proposing side: the instant of the receipt on both sides, and now while there is none."""
    if row.direction == ExchangeItem.IN:
        return row.created_at
    stored = row.released.stored_at if row.released is not None else None
    return stored or clock.now()


def _state(answer: dict[str, Any] | None, begins: datetime, *, in_time: bool) -> str:
    if answer is not None and in_time:
        return AGREED if answer["outcome"] == AGREED else NOT_AGREED
    return NOT_AGREED if answer is not None or clock.now() >= begins - BEFORE else OPEN
