"""Pre-export notices from the notice to its end, the same on both sides.

received, under_check, more_information, then exactly one of no_objection, objected, withdrawn or expired_without_reply; after it
shipped, arrived, stopped. Silence is recorded as silence and never as consent: an officer of the exporting side decides by name.
"""

from __future__ import annotations

import itertools
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import decisions, walls
from countersign.exchange.errors import AlreadyDecided
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem
from countersign.kernel import clock
from countersign.kernel.errors import NotFound, Unavailable
from countersign.streams.precursors.models import Notice
from countersign.streams.precursors.services import listing

RECEIVED: Final = "received"
MORE: Final = "more_information"
EXPIRED: Final = "expired_without_reply"
ENDS: Final = ("no_objection", "objected", "withdrawn", EXPIRED)
OPEN: Final = (RECEIVED, "under_check", MORE)
AFTER: Final = ("stopped", "shipped", "arrived")
TOLERANCE: Final = Decimal("0.01")
"""A kilogram weighed is a kilogram notified within one in a hundred."""


def on_notice(_house: House, item: ExchangeItem, content: dict[str, Any]) -> None:
    """A notice has left or has arrived: it stands on the board, screened as of the day of dispatch."""
    try:
        found = {"lines": listing.identify(content)}
    except Unavailable:
        found = {}  # screened by the chore, when the packages are there
    Notice.objects.create(
        item=item, pen_no=content["pen_no"], substances=listing.substances(found.get("lines", [])), screened=found,
        state=RECEIVED, notified=[line["kilograms"] for line in content["lines"]], at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def decide_export(house: House, officer: Officer, item_id: str, *, go: bool) -> Notice:
    """After silence the exporting side decides by name; silence itself lets nothing go. Raises AlreadyDecided, RoleRequired."""
    require_role(officer, "desk", "releaser", "executive")
    row = find(item_id, lock=True)
    walls.require_item(officer, row.item)
    if row.item.direction != ExchangeItem.OUT or state_of(row) != EXPIRED or row.decided_by_id is not None:
        raise AlreadyDecided("only a notice that ran out without a reply waits for this.", field="item")
    row.state, row.decided_by, row.decision = EXPIRED, officer, "go" if go else "stop"
    row.save(update_fields=("state", "decided_by", "decision"))
    decisions.record_act(house, row.item, act="pen.decide", facts={"officer": officer.id, "decision": row.decision})
    return row


def find(item_id: str, *, lock: bool = False) -> Notice:
    rows = Notice.objects.select_related("item", "item__peer", "item__case", "decided_by")
    row = (rows.select_for_update(of=("self",)) if lock else rows).filter(item_id=item_id).first()
    if row is None:
        raise NotFound("no notice has this reference.", field="item")
    return row


def state_of(row: Notice) -> str:
    """Where it stands now: what was told, but that a clock which ran out ends an open notice as silence."""
    if row.state not in OPEN:
        return row.state
    item = row.item
    if item.due_at is not None and (item.answered_at or clock.now()) >= _due(item):
        return EXPIRED
    if row.state == MORE and not _paused(item):
        return "under_check"
    return "under_check" if row.state == RECEIVED and item.state == ExchangeItem.ACCEPTED else row.state


def differences(row: Notice) -> list[tuple[int, Decimal, Decimal]]:
    """Lines (from 0) of which more or less arrived than was notified, with both weights in kilograms."""
    if not row.arrived:
        return []
    pairs = itertools.zip_longest(map(Decimal, row.notified), map(Decimal, row.arrived), fillvalue=Decimal(0))
    return [(place, told, came) for place, (told, came) in enumerate(pairs) if abs(told - came) > told * TOLERANCE]


def _due(item: ExchangeItem) -> datetime:
    from countersign.exchange import queries

    due = queries.clock_of(item).due_at
    assert due is not None
    return due


def _paused(item: ExchangeItem) -> bool:
    now = clock.now()
    return item.pauses.filter(begin__lte=now, until__gt=now).exists()
