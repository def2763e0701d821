"""Marks of own suspect shipments, and whether an incident of the other state bears one: a hit that a person settles in 48 hours.

The set stays here: it is compared here, under the authority's key; of a hit the other state learns what officers release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.db import transaction

from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import decisions, walls
from countersign.exchange.errors import AlreadyDecided
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput, NotFound
from countersign.streams.precursors.models import Hit, Suspect
from countersign.streams.precursors.screening.text import fold

OPEN: Final = "open"
CONFIRMED, REJECTED = "confirmed", "rejected"
SETTLED: Final = (CONFIRMED, REJECTED)
WITHIN: Final = timedelta(hours=48)
SHORTEST: Final = 5
"""Letters and digits of a mark: a shorter one would meet by chance."""


def add(house: House, officer: Officer, mark: str) -> Suspect:
    """Raises InvalidInput for a mark that is too short to say anything."""
    require_role(officer, "analyst", "desk")
    if len(plain(mark)) < SHORTEST or len(mark) > 200:
        raise InvalidInput(
            f"a mark has {SHORTEST} letters or digits or more, and 200 characters or less.",
            field="mark",
            remedy="Give the whole batch number, container number or label.",
        )
    with transaction.atomic():
        row = Suspect.objects.create(authority=officer.authority, officer=officer, at=clock.now())
        row.locked = walls.lock(
            house.station, authority=row.authority, item=_name(row), content=" ".join(mark.split()).encode()
        )
        row.save(update_fields=("locked",))
        decisions.record_act(house, None, act="precursors.suspect", facts={"officer": officer.id, "suspect": row.pk})
    return row


@transaction.atomic
def end(house: House, officer: Officer, key: int) -> None:
    """It is not looked for any more; what it hit stays."""
    require_role(officer, "analyst", "desk")
    row = Suspect.objects.select_for_update().filter(authority=officer.authority, pk=key, ended_at=None).first()
    if row is None:
        raise NotFound("no such mark.", field="mark")
    row.ended_at = clock.now()
    row.save(update_fields=("ended_at",))
    decisions.record_act(house, None, act="precursors.suspect", facts={"officer": officer.id, "suspect": row.pk})


def mark_of(house: House, row: Suspect) -> str:
    return walls.unlock(house.station, authority=row.authority, item=_name(row), locked=bytes(row.locked)).decode()


def on_incident(house: House, item: ExchangeItem, content: dict[str, Any]) -> None:
    """An incident or a request to trace back has arrived: its marks beside the own ones."""
    told, now = [plain(mark) for mark in _marks(content)], clock.now()
    for row in Suspect.objects.filter(authority=item.authority, ended_at=None):
        own = plain(mark_of(house, row))
        if any(own in mark or (len(mark) >= SHORTEST and mark in own) for mark in told):
            Hit.objects.get_or_create(item=item, suspect=row, defaults={"at": now, "due_at": now + WITHIN})


@transaction.atomic
def settle(house: House, officer: Officer, key: int, state: str) -> Hit:
    """A person looked at both: it is the same, or it is not."""
    require_role(officer, "analyst", "desk")
    row = Hit.objects.select_for_update().filter(suspect__authority=officer.authority, pk=key).first()
    if row is None:
        raise NotFound("no such hit.", field="hit")
    if state not in SETTLED:
        raise InvalidInput(f"one of {', '.join(SETTLED)}.", field="state")
    if row.state != OPEN:
        raise AlreadyDecided("the hit was settled.", field="hit")
    row.state, row.decided_by = state, officer
    row.save(update_fields=("state", "decided_by"))
    decisions.record_act(house, row.item, act="precursors.hit", facts={"officer": officer.id, "finding": state})
    return row


def plain(mark: str) -> str:
    """Letters and digits alone, in one form: T-77/04 and t77 04 are one mark."""
    return re.sub(r"[\W_]+", "", fold(mark))


def _marks(content: dict[str, Any]) -> Iterator[str]:
    yield from content.get("marks", ())
    for name in ("container", "laboratory"):
        if content.get(name):
            yield content[name]
    for line in content.get("lines", ()):
        if line.get("packing"):
            yield line["packing"]


def _name(row: Suspect) -> str:
    return f"suspect-{row.pk}"
