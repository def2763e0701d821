"""From a seizure back to the manufacturer: the incident, what was asked about it, and the links that were told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from countersign.exchange import contents
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem
from countersign.streams.precursors.models import Trace
from countersign.streams.precursors.services import suspects


@dataclass(frozen=True, slots=True)
class Link:
    """A firm of the chain, nearest to the seizure first."""

    name: str
    address: str
    licence: str


@dataclass(frozen=True, slots=True)
class Branch:
    """One request to trace back: what was asked, whether it waits, what was found."""

    request: ExchangeItem
    asked: tuple[str, ...]
    marks: tuple[str, ...]
    finding: str
    links: tuple[Link, ...]

    @property
    def waits(self) -> bool:
        return not self.finding


NOT_SENT: Final = (ExchangeItem.PROPOSED, ExchangeItem.HELD, ExchangeItem.REFUSED)
"""States of an own item that the other side does not have."""


def incident_of(item: ExchangeItem, content: dict[str, Any]) -> ExchangeItem | None:
    """The incident that an item names, where its authority has that."""
    rows = ExchangeItem.objects.filter(authority=item.authority, kind__startswith="incident.")
    return rows.filter(id=content["incident"]).first()


def answer_to(item: ExchangeItem, kind: str) -> ExchangeItem | None:
    """The first answer of the side that was asked, once it was sent."""
    rows = ExchangeItem.objects.filter(kind=kind, authority=item.authority, answers=item.id)
    sent = rows.exclude(direction=item.direction).exclude(state__in=NOT_SENT)
    return sent.select_related("released").order_by("created_at").first()


def on_request(house: House, item: ExchangeItem, content: dict[str, Any]) -> None:
    """A request has left or arrived: it hangs on its incident, where the authority has that, and its marks are compared."""
    Trace.objects.get_or_create(item=item, defaults={"incident": incident_of(item, content)})
    if item.direction == ExchangeItem.IN:
        suspects.on_incident(house, item, content)


def branches(house: House, incident: ExchangeItem) -> list[Branch]:
    """Every request about the incident, the oldest first, with its answer. The caller has checked who asks."""
    rows = Trace.objects.filter(incident=incident).select_related("item", "item__peer").order_by("item__created_at")
    return [_branch(house, row.item) for row in rows]


def _branch(house: House, request: ExchangeItem) -> Branch:
    asked = contents.whole(house, request)
    answer = answer_to(request, "reply.backtrack")
    told: dict[str, Any] = contents.whole(house, answer) if answer is not None else {"links": (), "finding": ""}
    return Branch(
        request, tuple(asked["asked"]), tuple(asked["marks"]), told["finding"],
        tuple(Link(one["name"], one["address"], one.get("licence") or "") for one in told["links"]),
    )  # fmt: skip
