"""The decisions log as a reviewer counts it: one entry a decision or act, opened with the reviewer's own key.

Counts come from what was logged, never from tables that could be changed without a leaf. What does not open is counted too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from countersign.exchange import decisions
from countersign.exchange.house import House
from countersign.exchange.models import GateDecision
from countersign.kernel.errors import CountersignError

GATE = ("Ask", "Release", "Use", "Route")


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days of the own state's calendar, both included."""

    first: date
    last: date

    def bounds(self, zone: str) -> tuple[datetime, datetime]:
        here = ZoneInfo(zone)
        begin, end = (datetime.combine(day, time(), here) for day in (self.first, self.last + timedelta(days=1)))
        return begin, end


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log. `record` is empty where it does not open."""

    at: datetime
    action: str
    allowed: bool
    version: str
    item: str
    kind: str
    authority: str
    inbound: bool
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Any]:
        """The law's facts of a decision; of an act the record itself."""
        found: dict[str, Any] = self.record.get("facts", self.record)
        return found

    @property
    def fired(self) -> list[str]:
        return [rule["id"] for rule in self.record.get("fired", ())]

    @property
    def beside(self) -> dict[str, Any]:
        found: dict[str, Any] = self.record.get("beside", {})
        return found


def read(house: House, span: Span, *, authority: str = "") -> Iterator[Entry]:
    """Entries of a span in the order of the log, of all authorities or of one."""
    begin, end = span.bounds(house.pack.time_zone)
    rows = GateDecision.objects.filter(at__gte=begin, at__lt=end).select_related("item").order_by("leaf_index")
    rows = rows.filter(item__authority=authority) if authority else rows
    for row in rows.iterator(chunk_size=500):
        yield _entry(house, row)


def _entry(house: House, row: GateDecision) -> Entry:
    try:
        record = decisions.read_record(house, row)
    except (CountersignError, ValueError):
        record = {}
    item = row.item
    return Entry(
        at=row.at, action=row.action, allowed=row.allowed, version=row.version, item=item.id if item else "",
        kind=item.kind if item else "", authority=item.authority if item else "",
        inbound=bool(item and item.direction == "in"), record=record,
    )  # fmt: skip
