"""From a seizure back to the manufacturer: the incident, what was asked about it, and the links that were told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from countersign.exchange import contents, kinds
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


def on_request(house: House, item: ExchangeItem, content: dict[str, Any]) -> None:
    """A request has left or arrived: it hangs on its incident, where the authority has that, and its marks are compared."""
    incident = ExchangeItem.objects.filter(
        id=content["incident"], authority=item.authority, kind__startswith="incident."
    ).first()
    Trace.objects.get_or_create(item=item, defaults={"incident": incident})
    if item.direction == ExchangeItem.IN:
        suspects.on_incident(house, item, content)


def branches(house: House, incident: ExchangeItem) -> list[Branch]:
    """Every request about the incident, the oldest first, with its answer. The caller has checked who asks."""
    rows = Trace.objects.filter(incident=incident).select_related("item", "item__peer").order_by("item__created_at")
    return [_branch(house, row.item) for row in rows]


def _branch(house: House, request: ExchangeItem) -> Branch:
    asked = kinds.whole(contents.read(house, request).content)
    answer = (
        ExchangeItem.objects.filter(kind="reply.backtrack", authority=request.authority, answers=request.id)
        .exclude(direction=request.direction)
        .exclude(state__in=(ExchangeItem.PROPOSED, ExchangeItem.HELD, ExchangeItem.REFUSED))
        .order_by("-created_at")
        .first()
    )
    told: dict[str, Any] = (
        kinds.whole(contents.read(house, answer).content) if answer is not None else {"links": (), "finding": ""}
    )
    return Branch(
        request, tuple(asked["asked"]), tuple(asked["marks"]), told["finding"],
        tuple(Link(one["name"], one["address"], one.get("licence") or "") for one in told["links"]),
    )  # fmt: skip
