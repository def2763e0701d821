"""Answer clocks: hours and working days of both states, midnight and daylight saving, pauses by notice, silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import flow, officers_of

from countersign.charter import packs
from countersign.exchange import clocks, clockwork, queries
from countersign.exchange.clocks import Pause, Period
from countersign.exchange.models import ExchangeItem, GateDecision

CA, IN = packs.state("CA"), packs.state("IN")
START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_hours_are_hours_across_midnight_and_daylight_saving():
    spring = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)  # Ottawa's clocks go forward at 07:00 UTC
    assert clocks.due(spring, Period(hours=72), answering=CA, asking=IN) == spring + timedelta(hours=72)


def test_working_days_count_only_where_both_offices_work_and_end_with_the_day_of_the_one_that_answers():
    # 25 and 26 January 2027: a Monday, and Republic Day in India.
    friday = datetime(2027, 1, 22, 12, 0, tzinfo=UTC)
    assert clocks.due(friday, Period(working_days=2), answering=IN, asking=CA) == datetime(
        2027, 1, 27, 18, 30, tzinfo=UTC
    )
    # 1 July: Canada Day; the day ends in Ottawa four hours behind UTC.
    eve = datetime(2027, 6, 30, 12, 0, tzinfo=UTC)
    assert clocks.due(eve, Period(working_days=1), answering=CA, asking=IN) == datetime(2027, 7, 3, 4, 0, tzinfo=UTC)


def test_a_working_day_period_begins_on_the_answering_states_day_even_when_it_is_yesterday_elsewhere():
    late = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)  # already the 25th in New Delhi, which works
    early = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    one = Period(working_days=1)
    assert clocks.due(late, one, answering=IN, asking=CA) == clocks.due(
        early, one, answering=IN, asking=CA
    ) + timedelta(days=1)


@pytest.mark.parametrize(
    ("after", "state"),
    [(timedelta(hours=1), "running"), (timedelta(hours=71, minutes=59), "running"), (timedelta(hours=72), "overdue")],
)
def test_a_clock_runs_until_the_instant_it_names(after, state):
    assert clocks.read(START + timedelta(hours=72), [], None, START + after).state == state


def test_only_a_notice_pauses_and_it_moves_the_end_by_what_it_lasted():
    due = START + timedelta(hours=72)
    pause = Pause(START + timedelta(hours=10), START + timedelta(hours=34))
    during = clocks.read(due, [pause], None, START + timedelta(hours=20))
    assert (during.state, during.due_at, during.resumes_at) == ("paused", due + timedelta(hours=24), pause.until)
    assert clocks.read(due, [pause], None, START + timedelta(hours=80)).state == "running"
    assert clocks.read(due, [pause], None, START + timedelta(hours=96)).state == "overdue"
    assert clocks.read(due, [pause], START + timedelta(hours=50), START + timedelta(hours=99)).state == "answered"


def test_a_notice_after_the_end_pauses_nothing():
    due = START + timedelta(hours=72)
    late = Pause(due + timedelta(hours=1), due + timedelta(hours=99))
    assert clocks.read(due, [late], None, due + timedelta(hours=2)).due_at == due


hours = st.integers(min_value=0, max_value=300)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(hours, hours), max_size=4))
def test_overlapping_notices_count_once_and_their_order_does_not_matter(spans):
    due = START + timedelta(hours=72)
    pauses = [Pause(START + timedelta(hours=begin), START + timedelta(hours=begin + length)) for begin, length in spans]
    one = clocks.read(due, pauses, None, START).due_at
    assert one == clocks.read(due, pauses[::-1], None, START).due_at
    assert due <= one <= due + sum((p.until - p.begin for p in pauses), timedelta())


def _interim(pair, request, **changes):
    header = officers_of.reply(pair.in_, request)
    names = ("version", "case_ref", "from_authority", "to_state", "to_authority", "purpose", "answers", "about")
    return (
        {name: header[name] for name in names}
        | {"kind": "reply.interim", "reason": "in_hand", "expected_on": "2030-01-01"}
        | changes
    )


def test_a_holding_answer_moves_no_clock_and_the_notice_of_a_judge_does_on_both_sides(pair):
    request = flow.send(pair, pair.ca, officers_of.request(pair.ca))
    flow.send(pair, pair.in_, _interim(pair, request.id))
    for node in (pair.ca, pair.in_):
        with node.active():
            assert queries.clock_of(queries.find(request.id)).state == "running"
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    notice = {"reason": "needs_judicial_authority", "judicial_authority": "SESSIONS-COURT", "expected_on": tomorrow}
    flow.send(pair, pair.in_, _interim(pair, request.id, **notice))
    seen = []
    for node in (pair.ca, pair.in_):
        with node.active():
            clock = queries.clock_of(queries.find(request.id))
            seen.append((clock.state, clock.resumes_at))
    assert seen[0] == seen[1]
    assert seen[0][0] == "paused"


def test_silence_is_recorded_once_as_silence(pair, clock_at):
    request = flow.send(pair, pair.ca, officers_of.request(pair.ca, urgency="urgent"))
    with pair.ca.active():
        assert clockwork.record_silence(pair.ca.house) == 0
        clock_at.advance(73 * 3600)
        assert clockwork.record_silence(pair.ca.house) == 1
        assert clockwork.record_silence(pair.ca.house) == 0
        item = ExchangeItem.objects.get(id=request.id)
        assert item.silent_at is not None
        assert "silence" in queries.clock_of(item).words()
        assert GateDecision.objects.filter(action="silence", item=item).count() == 1


def test_both_nodes_show_the_same_clock(pair):
    """Invariant I5: clock state is equal on both nodes after sync."""
    request = flow.send(pair, pair.ca, officers_of.request(pair.ca))
    due = []
    for node in (pair.ca, pair.in_):
        with node.active():
            due.append(queries.clock_of(queries.find(request.id)).due_at)
    assert due[0] == due[1]
