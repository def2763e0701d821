"""How things are shown: times without ambiguity, names in their script, clocks, pictures."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from countersign.web.shown import names, pictures, qr, times


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "7 February 2026"), ("fr", "7 février 2026"), ("hi", "7 फ़रवरी 2026"), ("pa", "7 ਫ਼ਰਵਰੀ 2026")],
)
def test_the_month_is_written_out_for_no_two_states_read_7_2_alike(language, shown):
    with translation.override(language):
        assert times.day(date(2026, 2, 7)) == shown


def test_an_instant_is_shown_where_it_is_in_each_place():
    instant = datetime(2026, 11, 25, 20, 52, tzinfo=UTC)
    with translation.override("en"):
        assert times.moment(instant, "America/Toronto") == "25 November 2026, 15:52"
        assert times.moment(instant, "Asia/Kolkata") == "26 November 2026, 02:22"


def test_numbers_are_grouped_as_the_reader_is_used_to():
    for language, shown in (("en", "12,345,678"), ("hi", "1,23,45,678"), ("pa", "1,23,45,678")):
        with translation.override(language):
            assert times.number(12_345_678) == shown


@pytest.mark.parametrize(
    ("span", "shown"),
    [(timedelta(days=3), "3 days"), (timedelta(hours=30), "30 hours"), (timedelta(minutes=90), "90 minutes"),
     (-timedelta(days=9), "9 days")],
)  # fmt: skip
def test_a_span_is_told_in_one_unit(span, shown):
    with translation.override("en"):
        assert times.span(span) == shown


def test_a_post_of_another_zone_gets_its_own_clock_and_one_of_a_capital_does_not():
    assert [place.name for place in times.places("America/Vancouver") if place.post] == ["Vancouver"]
    assert not any(place.post for place in times.places("Asia/Kolkata"))


def test_each_script_is_marked_with_its_language():
    assert names.marked("A ਗੁਰਨਾਮ / गुरनाम") == 'A <span lang="pa">ਗੁਰਨਾਮ</span> / <span lang="hi">गुरनाम</span>'


@given(st.text(max_size=200))
def test_marking_scripts_loses_no_letter_and_lets_no_markup_through(text):
    shown = names.marked(text)
    bare = re.sub(r'<span lang="(?:hi|pa|ur)">|</span>', "", shown)
    import html

    assert html.unescape(bare) == text.replace("\r", "\r")
    assert "<" not in bare


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz")), max_size=60))
def test_who_waits_on_whom_counts_every_pair_once(pairs):
    drawn = pictures.waits(pairs)
    assert sum(line.count for line in drawn.lines) == len(pairs)
    assert sum(box.count for box in drawn.waiting) == sum(box.count for box in drawn.awaited) == len(pairs)
    assert len(drawn.lines) == len(set(pairs))
    assert all(box.y + 38 <= drawn.height for box in (*drawn.waiting, *drawn.awaited))


@given(st.lists(st.integers(0, 10_000), max_size=20))
def test_bars_are_as_long_as_their_share_of_the_largest(values):
    drawn = pictures.chart((str(value), value) for value in values)
    assert all(0 <= bar.width <= 240 for bar in drawn.bars)
    if values and max(values):
        assert max(bar.width for bar in drawn.bars) == 240


def test_a_fingerprint_fits_a_code_that_a_camera_reads():
    picture = qr.picture(" ".join(["12345"] * 12))
    assert picture.size >= 33
    assert set(re.sub(r"M\d+ \d+h1v1h-1z", "", picture.path)) == set()
