"""Working-day calendars, from the `holidays` package, for one or several offices at once.

Two traps of that package are closed here: India's data end in a known year (after it the package would only warn and
find no holidays), and Canada's federal holidays need the category `government` besides `public`.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import holidays

from countersign.kernel.errors import InvalidInput

MAX_WORKING_DAYS: Final = 1_000
_SATURDAY: Final = 5


class CalendarExhausted(InvalidInput):
    """A date beyond what the calendar's data cover."""

    code = "CALENDAR_EXHAUSTED"
    remedy = "Use a nearer date, or update the `holidays` package."


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The days on which an office works. `country` is ISO 3166-1 alpha-2, `subdivision` as in `holidays`."""

    country: str
    subdivision: str = ""
    categories: tuple[str, ...] = ("public",)

    def holidays_in(self, year: int) -> frozenset[date]:
        return _holidays(self.country, self.subdivision, self.categories, year)

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in self.holidays_in(day.year)


@lru_cache(maxsize=256)
def _holidays(country: str, subdivision: str, categories: tuple[str, ...], year: int) -> frozenset[date]:
    kind = getattr(holidays, country)
    if not kind.start_year <= year <= kind.end_year:
        raise CalendarExhausted(
            f"the calendar of {country} covers {kind.start_year} to {kind.end_year}, not {year}.",
            field="date",
        )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = holidays.country_holidays(country, subdiv=subdivision or None, categories=categories, years=year)
        except Warning as warning:
            raise CalendarExhausted(
                f"the calendar of {country} is incomplete for {year}: {warning}", field="date"
            ) from None
    return frozenset(found)


def add_working_days(start: date, count: int, calendars: Sequence[WorkingCalendar]) -> date:
    """The day on which `count` working days after `start` are over; a day counts only if all `calendars` work on it."""
    if not 0 <= count <= MAX_WORKING_DAYS:
        raise InvalidInput(f"between 0 and {MAX_WORKING_DAYS} working days.", field="count")
    day = start
    while count:
        day += timedelta(days=1)
        if all(calendar.is_working_day(day) for calendar in calendars):
            count -= 1
    return day
