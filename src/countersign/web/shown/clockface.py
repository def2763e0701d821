"""An answer clock as a person sees it: a ring that empties, a word, and the due instant in each place's time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from countersign.exchange import clocks, queries
from countersign.exchange.models import ExchangeItem
from countersign.web.shown import times

_RING: Final = 100
_SOON: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Face:
    """`level`: calm, soon, late, paused, done or none; never told by colour alone. `filled`: percent of the ring."""

    level: str
    words: str
    filled: int
    due_at: datetime | None


def of(item: ExchangeItem) -> Face:
    """The face of an item's clock; the item's pauses should be prefetched in lists."""
    clock = queries.clock_of(item)
    if item.state in (ExchangeItem.PROPOSED, ExchangeItem.HELD):
        return Face("none", _("not sent yet"), 0, None)
    return Face(_level(clock), _words(clock), _filled(clock, item), clock.due_at)


def urgency(item: ExchangeItem) -> tuple[int, float]:
    """For sorting: what is late first, then by what is left; what has no clock last."""
    clock = queries.clock_of(item)
    if clock.left is None or clock.state == clocks.ANSWERED:
        return (1, -item.created_at.timestamp())
    return (0, clock.left.total_seconds())


def _level(clock: clocks.Clock) -> str:
    if clock.state == clocks.OVERDUE:
        return "late"
    if clock.state == clocks.PAUSED:
        return "paused"
    if clock.state == clocks.RUNNING:
        return "soon" if clock.left is not None and clock.left < _SOON else "calm"
    return "done" if clock.state == clocks.ANSWERED else "none"


def _words(clock: clocks.Clock) -> str:
    if clock.state == clocks.NONE:
        return _("no answer is due")
    if clock.state == clocks.ANSWERED:
        return _("answered")
    if clock.state == clocks.PAUSED and clock.resumes_at:
        return _("paused by notice until %(day)s") % {"day": times.day(clock.resumes_at)}
    left = times.span(clock.left or timedelta())
    if clock.state == clocks.RUNNING:
        return _("due in %(span)s") % {"span": left}
    return _("silence: overdue by %(span)s") % {"span": left}


def _filled(clock: clocks.Clock, item: ExchangeItem) -> int:
    """How much of the allowed time is left, as a share of the ring."""
    if clock.left is None or clock.due_at is None or clock.state == clocks.OVERDUE:
        return 0
    whole = max(clock.due_at - (item.started_at or item.created_at), timedelta(seconds=1))
    return max(0, min(_RING, round(_RING * (clock.left / whole))))
