"""Pre-export notices from the notice to its end, the same on both sides.

received, under_check, more_information, then exactly one of no_objection, objected, withdrawn or expired_without_reply; after it
shipped, arrived, stopped. Silence is recorded as silence and never as consent: an officer of the exporting side decides by name.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from countersign.charter import packs
from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import decisions, walls
from countersign.exchange.errors import AlreadyDecided
from countersign.exchange.house import House
from countersign.exchange.models import ClockPause, ExchangeItem
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput, NotFound
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
    found = listing.identify(content)
    Notice.objects.create(
        item=item, pen_no=content["pen_no"], substances=sorted(filter(None, {one["substance"] for one in found})),
        screened={"lines": found}, state=RECEIVED, notified=[line["kilograms"] for line in content["lines"]], at=clock.now(),
    )  # fmt: skip


def on_follow_up(house: House, item: ExchangeItem, content: dict[str, Any]) -> None:
    """A reply, a question or a status about a notice of the same peer. One by an authority not designated changes nothing."""
    name = content.get("answers") or content.get("notice")
    row = (
        Notice.objects.select_for_update(of=("self",))
        .select_related("item")
        .filter(item_id=name, item__peer=item.peer)
        .first()
    )
    if row is None or not _competent(house, item, content):
        return
    {"pen.reply": _replied, "pen.question": _asked, "pen.status": _told}[item.kind](row, item, content)


@transaction.atomic
def decide_export(house: House, officer: Officer, item_id: str, *, go: bool) -> Notice:
    """After silence the exporting side decides by name; silence itself lets nothing go. Raises AlreadyDecided, RoleRequired."""
    require_role(officer, "desk", "releaser", "executive")
    row = find(item_id, lock=True)
    walls.require_member(officer, row.item.authority)
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
    if item.due_at is not None and item.answered_at is None and clock.now() >= _due(item):
        return EXPIRED
    if row.state == MORE and not _paused(item):
        return "under_check"
    return "under_check" if row.state == RECEIVED and item.state == ExchangeItem.ACCEPTED else row.state


def differences(row: Notice) -> list[tuple[int, Decimal, Decimal]]:
    """Lines (from 0) of which more or less arrived than was notified, with both weights in kilograms."""
    pairs = zip(map(Decimal, row.notified), map(Decimal, row.arrived), strict=False)
    return [(place, told, came) for place, (told, came) in enumerate(pairs) if abs(told - came) > told * TOLERANCE]


def _competent(house: House, item: ExchangeItem, content: dict[str, Any]) -> bool:
    """Of a reply or question: by the authority designated for precursors of the state that sends it."""
    if item.kind == "pen.status":
        return True
    pack = house.pack if item.direction == ExchangeItem.OUT else packs.state(item.peer.state_code)
    authority = pack.authorities.get(content["from_authority"])
    return authority is not None and "precursors" in authority.designated_for


def _replied(row: Notice, _item: ExchangeItem, content: dict[str, Any]) -> None:
    if state_of(row) in OPEN:
        row.state, row.reasons = content["outcome"], content["reasons"]
        row.save(update_fields=("state", "reasons"))


def _asked(row: Notice, item: ExchangeItem, content: dict[str, Any]) -> None:
    """The clock stops until the end of the day named, on both sides alike."""
    if state_of(row) not in OPEN:
        return
    until = datetime.fromisoformat(content["until"]).replace(tzinfo=UTC) + timedelta(days=1)
    begin = item.created_at if item.direction == ExchangeItem.IN else clock.now()
    if until <= begin:
        raise InvalidInput("the day has passed.", field="until")
    ClockPause.objects.create(item=row.item, notice=item, begin=begin, until=until)
    row.state = MORE
    row.save(update_fields=("state",))


def _told(row: Notice, _item: ExchangeItem, content: dict[str, Any]) -> None:
    status = content["status"]
    if status == "withdrawn" and state_of(row) not in OPEN:
        return
    row.state = status
    if status in ("shipped", "arrived"):
        setattr(row, status, content["kilograms"])
    row.save(update_fields=("state", "shipped", "arrived"))


def _due(item: ExchangeItem) -> datetime:
    from countersign.exchange import queries

    due = queries.clock_of(item).due_at
    assert due is not None
    return due


def _paused(item: ExchangeItem) -> bool:
    now = clock.now()
    return item.pauses.filter(begin__lte=now, until__gt=now).exists()
