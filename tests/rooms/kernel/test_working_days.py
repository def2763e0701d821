"""Working days of two capitals at once, and the two traps of the `holidays` package."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from countersign.charter import packs
from countersign.kernel.calendars import MAX_WORKING_DAYS, CalendarExhausted, WorkingCalendar, add_working_days
from countersign.kernel.errors import InvalidInput

CA = WorkingCalendar("CA", "", ("public", "government"))
IN = WorkingCalendar("IN", "", ("public", "government"))
BOTH = (CA, IN)
starts = st.dates(date(2024, 1, 1), date(2033, 1, 1))


def test_thanksgiving_is_no_working_day_in_ottawa() -> None:
    assert not CA.is_working_day(date(2026, 10, 12))
    assert CA.is_working_day(date(2026, 10, 13))


def test_without_the_government_category_thanksgiving_would_be_missed() -> None:
    """The trap itself: this is why the pack names both categories."""
    assert WorkingCalendar("CA").is_working_day(date(2026, 10, 12))


def test_the_shipped_packs_name_the_government_category() -> None:
    assert "government" in packs.state("CA").calendar.categories
    assert not packs.state("CA").calendar.is_working_day(date(2026, 10, 12))


@pytest.mark.parametrize("day", [date(2026, 1, 26), date(2026, 8, 15), date(2026, 10, 2)])
def test_national_days_are_no_working_days_in_new_delhi(day: date) -> None:
    assert not IN.is_working_day(day)


@pytest.mark.parametrize("calendar", BOTH, ids=["CA", "IN"])
def test_saturday_and_sunday_are_no_working_days(calendar: WorkingCalendar) -> None:
    assert not calendar.is_working_day(date(2026, 11, 21))
    assert not calendar.is_working_day(date(2026, 11, 22))
    assert calendar.is_working_day(date(2026, 11, 25))


@pytest.mark.parametrize("year", [2036, 2050, 2101, 1900])
def test_india_outside_its_data_is_exhausted_and_not_without_holidays(year: int) -> None:
    with pytest.raises(CalendarExhausted) as refusal:
        IN.holidays_in(year)
    assert refusal.value.diagnostics()["code"] == "CALENDAR_EXHAUSTED"


def test_india_in_its_last_covered_year_is_answered() -> None:
    assert not IN.is_working_day(date(2035, 1, 26))


def test_counting_into_a_year_without_data_is_exhausted() -> None:
    with pytest.raises(CalendarExhausted):
        add_working_days(date(2035, 12, 1), 60, BOTH)


@examples(60)
@given(starts, st.integers(1, 60))
def test_the_last_day_of_a_period_is_a_working_day_of_every_calendar(start: date, count: int) -> None:
    end = add_working_days(start, count, BOTH)
    assert all(calendar.is_working_day(end) for calendar in BOTH)
    between = [start + timedelta(days=step) for step in range(1, (end - start).days + 1)]
    assert sum(all(calendar.is_working_day(day) for calendar in BOTH) for day in between) == count


@examples(60)
@given(starts, st.integers(0, 40), st.integers(0, 5), st.integers(0, 10))
def test_a_later_start_or_a_longer_period_never_ends_earlier(start: date, count: int, more: int, later: int) -> None:
    assert add_working_days(start, count, BOTH) <= add_working_days(start, count + more, BOTH)
    assert add_working_days(start, count, BOTH) <= add_working_days(start + timedelta(days=later), count, BOTH)
    assert add_working_days(start, count, [CA]) <= add_working_days(start, count, BOTH)


@examples(40)
@given(starts, st.integers(0, 20), st.integers(0, 20))
def test_two_periods_in_a_row_end_where_their_sum_ends(start: date, one: int, other: int) -> None:
    assert add_working_days(add_working_days(start, one, BOTH), other, BOTH) == add_working_days(
        start, one + other, BOTH
    )


def test_no_working_days_end_on_the_start_itself() -> None:
    assert add_working_days(date(2026, 11, 22), 0, BOTH) == date(2026, 11, 22)


@pytest.mark.parametrize("count", [-1, MAX_WORKING_DAYS + 1])
def test_a_count_outside_the_stated_range_is_refused(count: int) -> None:
    with pytest.raises(InvalidInput, match="between 0 and 1000"):
        add_working_days(date(2026, 1, 1), count, BOTH)
