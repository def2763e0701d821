"""What follows a notice: a reply, a question, a status. Each counts from the side and the authority whose it is, in its order.

Out of place at home, it is refused before it leaves. Out of place from elsewhere, it changes nothing and is noted as such: what
the other side says must neither answer for this one nor undo an end.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from countersign.charter import packs
from countersign.exchange import contents, decisions
from countersign.exchange.house import House
from countersign.exchange.models import ClockPause, ExchangeItem
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput
from countersign.streams.precursors.models import Notice
from countersign.streams.precursors.services import notices
from countersign.streams.precursors.services.notices import AFTER, EXPIRED, OPEN

LONGEST_REST: Final = timedelta(days=91)
MOST_QUESTIONS: Final = 5
FROM: Final = {
    "withdrawn": OPEN,
    "stopped": ("no_objection", "objected", "withdrawn", EXPIRED, "shipped"),
    "shipped": ("no_objection", EXPIRED),
    "arrived": ("no_objection", EXPIRED, "shipped"),
}
"""States after which a status may be told."""
EXPORTER: Final = frozenset({"withdrawn", "shipped"})
IMPORTER: Final = frozenset({"arrived"})


class OutOfPlace(InvalidInput):
    """Not from this side, not by this authority, or not now."""

    code = "OUT_OF_PLACE"
    remedy = "Look at the notice: whose turn it is, and what has been told."


def on_follow_up(house: House, item: ExchangeItem, content: dict[str, Any]) -> None:
    """Raises OutOfPlace for an own item, in the transaction that would release it."""
    name = content.get("answers") or content.get("notice")
    rows = Notice.objects.select_for_update(of=("self",)).select_related("item", "item__peer")
    row = rows.filter(item_id=name, item__peer=item.peer, item__authority=item.authority).first()
    try:
        if row is None:
            raise OutOfPlace("no notice of this authority has this reference.", field="notice")
        _check_sender(house, row, item, content)
        {"pen.reply": _replied, "pen.question": _asked, "pen.status": _told}[item.kind](row, item, content)
    except OutOfPlace as fault:
        if item.direction == ExchangeItem.OUT:
            raise
        facts = {"kind": item.kind, "of": str(name), "field": str(fault.diagnostics().get("field", ""))}
        decisions.record_act(house, item, act="pen.out_of_place", facts=facts)


def _check_sender(house: House, row: Notice, item: ExchangeItem, content: Mapping[str, Any]) -> None:
    """A reply and a question come from the side that was asked, by its designated authority; a status from a party."""
    exporting = item.direction == row.item.direction
    if item.kind != "pen.status":
        pack = house.pack if item.direction == ExchangeItem.OUT else packs.state(item.peer.state_code)
        authority = pack.authorities.get(content["from_authority"])
        if exporting or authority is None or "precursors" not in authority.designated_for:
            raise OutOfPlace("only the designated authority of the importing side answers.", field="from_authority")
        return
    told = contents.whole(house, row.item)
    if content["from_authority"] != told["from_authority" if exporting else "to_authority"]:
        raise OutOfPlace("only an authority that is party to the notice tells its status.", field="from_authority")
    if content["status"] in (IMPORTER if exporting else EXPORTER):
        raise OutOfPlace("the other side tells that.", field="status")


def _replied(row: Notice, _item: ExchangeItem, content: dict[str, Any]) -> None:
    """A reply that comes after silence ends nothing, but it is sent, shown, and read by whoever decides."""
    now = notices.state_of(row)
    if now == EXPIRED:
        return
    if now not in OPEN or content.get("about") is not None:
        raise OutOfPlace("the notice has ended.", field="answers")
    row.state, row.reasons = content["outcome"], content["reasons"]
    row.save(update_fields=("state", "reasons"))


def _asked(row: Notice, item: ExchangeItem, content: dict[str, Any]) -> None:
    """The clock stops until the end of the day named, on both sides alike; not for ever, and not again and again."""
    begin = item.created_at if item.direction == ExchangeItem.IN else clock.now()
    last = begin.date() + LONGEST_REST
    day = datetime.fromisoformat(content["until"]).date()
    if notices.state_of(row) not in OPEN:
        raise OutOfPlace("the notice has ended.", field="answers")
    if not begin.date() <= day <= last:
        raise OutOfPlace(f"the clock rests until a day from {begin.date()} to {last}.", field="until")
    if row.item.pauses.count() >= MOST_QUESTIONS:
        raise OutOfPlace(f"it was asked about {MOST_QUESTIONS} times.", field="until")
    until = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    ClockPause.objects.create(item=row.item, notice=item, begin=begin, until=until)
    row.state = notices.MORE
    row.save(update_fields=("state",))


def _told(row: Notice, _item: ExchangeItem, content: dict[str, Any]) -> None:
    status, now = content["status"], notices.state_of(row)
    if now not in FROM[status]:
        raise OutOfPlace(f"the notice is {now}.", field="status")
    own_silence = now == EXPIRED and row.item.direction == ExchangeItem.OUT
    if status in AFTER and status != "stopped" and own_silence and row.decision != "go":
        raise OutOfPlace("after silence an officer of this side lets it go by name first.", field="status")
    if status in ("shipped", "arrived"):
        if len(content["kilograms"]) != len(row.notified):
            raise OutOfPlace(f"the notice has {len(row.notified)} lines.", field="kilograms")
        setattr(row, status, content["kilograms"])
    row.state = status
    row.save(update_fields=("state", "shipped", "arrived"))
