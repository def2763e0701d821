"""A notice that nobody answers goes up: at half of its time, and again at four fifths, on both sides.

At the side that must reply the senior officer is called, then the executive. At the side that waits the desk is called to ask,
then the liaison officer who is posted there, or the executive where none is posted. No call stops or moves a clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from countersign.charter.models import Officer
from countersign.exchange import decisions
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem
from countersign.exchange.queries import clock_of
from countersign.exchange.streams import Due
from countersign.kernel import clock
from countersign.streams.precursors.models import Notice, NoticeCall
from countersign.streams.precursors.services import notices

LEVELS: Final = ((1, 0.5), (2, 0.8))
"""Level, and the part of the reply time after which it is reached."""
REPLIES: Final = {1: "senior_officer", 2: "executive"}
WAITS: Final = {1: "desk", 2: "liaison_officer"}


def call(house: House) -> int:
    """Call whom the clocks of open notices ask for; each level once. Returns how many were called."""
    called = 0
    for row in _open().select_related("item", "item__peer").prefetch_related("item__pauses", "calls"):
        for level in _due_levels(row):
            with transaction.atomic():
                role = _role(row.item, level)
                _, new = NoticeCall.objects.get_or_create(
                    notice=row, level=level, defaults={"role": role, "at": clock.now()}
                )
                if new:
                    decisions.record_act(house, row.item, act="pen.call", facts={"level": level, "role": role})
                    called += 1
    return called


def due(_house: House, officer: Officer) -> Iterator[Due]:
    """What was called for at the officer's authority, the highest level of each open notice."""
    rows = NoticeCall.objects.filter(notice__in=_open(), notice__item__authority=officer.authority)
    rows = rows.select_related("notice__item", "notice__item__peer", "notice__item__case").order_by("level")
    highest = {row.notice_id: row for row in rows if notices.state_of(row.notice) in notices.OPEN}
    for row in highest.values():
        yield Due(_words(row), row.role, row.notice.item, "precursors_notice")


def _open() -> QuerySet[Notice]:
    return Notice.objects.filter(state__in=notices.OPEN, item__due_at__isnull=False, item__answered_at=None)


def _due_levels(row: Notice) -> list[int]:
    """Levels that are reached and not called yet; none while the clock rests or has run out."""
    if notices.state_of(row) not in ("received", "under_check"):
        return []
    item = row.item
    start, end = item.started_at or item.created_at, clock_of(item).due_at
    assert end is not None
    whole = max(end - start, timedelta(seconds=1))
    done = {one.level for one in row.calls.all()}
    return [level for level, part in LEVELS if clock.now() - start >= whole * part and level not in done]


def _role(item: ExchangeItem, level: int) -> str:
    role = (REPLIES if item.direction == ExchangeItem.IN else WAITS)[level]
    if role == "liaison_officer" and not _is_posted(item.authority):
        return "executive"
    return role


def _is_posted(authority: str) -> bool:
    """Whether the authority has a liaison officer now."""
    return any("liaison_officer" in one.roles for one in Officer.objects.filter(authority=authority, active=True))


def _words(row: NoticeCall) -> str:
    if row.notice.item.direction == ExchangeItem.IN:
        return _("See that the notice %(number)s is answered") % {"number": row.notice.pen_no}
    if row.role == "liaison_officer":
        return _("Ask there, on the spot, for the reply to %(number)s") % {"number": row.notice.pen_no}
    return _("Ask for the reply to %(number)s") % {"number": row.notice.pen_no}
