"""The clock, injected. Nothing else in the project asks the operating system for the time."""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """A source of time. `now` is aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock, moved by COUNTERSIGN_CLOCK_OFFSET seconds (fault tests only; a system check refuses it
    outside them)."""

    def __init__(self) -> None:
        self._offset = timedelta(seconds=float(os.environ.get("COUNTERSIGN_CLOCK_OFFSET", "0")))

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset


class FixedClock:
    """A clock that moves only when told."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


_current: Clock = SystemClock()


def install(clock: Clock) -> Clock:
    """Make `clock` the process's clock and return the one it replaces."""
    global _current
    replaced, _current = _current, clock
    return replaced


def now() -> datetime:
    """The present, aware, UTC."""
    return _current.now()


def unix_now() -> int:
    """The present in whole POSIX seconds."""
    return int(now().timestamp())


def instant(seconds: int) -> datetime:
    """The instant of a whole POSIX second, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def end_of_day(day: date) -> datetime:
    """The first instant after a day, in UTC."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)


def monotonic() -> float:
    """Seconds that never run backwards; for waiting, never for ordering what two nodes did."""
    return time.monotonic()
