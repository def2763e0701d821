"""Answer clocks: when an answer is due, paused by nothing but a notice, and silence recorded as silence.

A clock is computed from instants that both nodes hold alike (the request's receipt, the notices' and answers' receipts),
so that both show the same. Instants are UTC; a working day is one on which both states' offices work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from countersign.charter.packs import StatePack
from countersign.kernel import calendars

RUNNING, PAUSED, OVERDUE, ANSWERED, NONE = "running", "paused", "overdue", "answered", "none"
_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Period:
    """How long an answer may take: hours of the clock, or working days of both states' calendars."""

    hours: int = 0
    working_days: int = 0


@dataclass(frozen=True, slots=True)
class Pause:
    """A notice that a judge must authorise: it stops the clock from its receipt to the end of the day it names."""

    begin: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock as a person reads it."""

    state: str
    due_at: datetime | None = None
    left: timedelta | None = None
    resumes_at: datetime | None = None

    def words(self) -> str:
        if self.state == NONE:
            return "no answer is due"
        if self.state == ANSWERED:
            return "answered"
        if self.state == PAUSED and self.resumes_at:
            return f"paused by notice until {self.resumes_at:%d %b %Y}"
        assert self.left is not None
        hours = abs(int(self.left.total_seconds())) // _HOUR
        span = f"{hours // 24} d {hours % 24} h"
        return f"due in {span}" if self.state == RUNNING else f"silence: overdue by {span}"


def due(start: datetime, period: Period, answering: StatePack, asking: StatePack) -> datetime:
    """When the answer is due. Working days end with the day in the answering state's time zone (daylight saving and
    midnight there count); hours are hours."""
    if not period.working_days:
        return start + timedelta(hours=period.hours)
    zone = ZoneInfo(answering.time_zone)
    first = start.astimezone(zone).date()
    last = calendars.add_working_days(first, period.working_days, (answering.calendar, asking.calendar))
    return end_of_day(last, zone)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant after `day` in `zone`, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(ZoneInfo("UTC"))


def read(due_at: datetime | None, pauses: Sequence[Pause], answered_at: datetime | None, now: datetime) -> Clock:
    """The clock at `now`. Pauses that overlap count once; each moves the due instant by what it lasted."""
    if due_at is None:
        return Clock(ANSWERED if answered_at else NONE)
    moved = _moved(due_at, pauses)
    if answered_at is not None:
        return Clock(ANSWERED, due_at=moved)
    for pause in pauses:
        if pause.begin <= now < pause.until:
            return Clock(PAUSED, due_at=moved, left=moved - now, resumes_at=pause.until)
    left = moved - now
    return Clock(RUNNING if left > timedelta(0) else OVERDUE, due_at=moved, left=left)


def _moved(due_at: datetime, pauses: Sequence[Pause]) -> datetime:
    """A notice received after the answer was due pauses nothing."""
    moved, covered_until = due_at, None
    for pause in sorted(pauses, key=lambda item: item.begin):
        begin = max(pause.begin, covered_until) if covered_until else pause.begin
        if begin < moved and pause.until > begin:
            moved += pause.until - begin
            covered_until = pause.until
    return moved
