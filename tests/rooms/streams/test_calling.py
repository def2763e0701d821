"""An unanswered notice goes up on both sides, each level once, and nobody is called where nothing is waited for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support import flow, officers_of, precursors_of

from countersign.exchange import queries
from countersign.kernel import clock
from countersign.streams.precursors.services import calling, notices
from countersign.web.desk import due


@pytest.fixture
def told(ready):
    """India's notice, delivered in Canada."""
    with ready.in_.active():
        item = precursors_of.release(ready.in_, precursors_of.notice(ready.in_))
    flow.arrive(ready, ready.in_)
    return item


def _part(node, item, part):
    """The instant at which that part of the notice's time has gone."""
    with node.active():
        row = queries.find(item.id)
        start = row.started_at or row.created_at
        return start + (queries.clock_of(row).due_at - start) * part


def _called(pair, item, part):
    """Both nodes look at their notices then; who was called on each side."""
    found = []
    for node in (pair.in_, pair.ca):
        with flow.at(_part(node, item, part) + timedelta(minutes=1)), node.active():
            calling.call(node.house)
            calling.call(node.house)
            found.append([row.role for row in notices.find(item.id).calls.order_by("level")])
    return found


@pytest.mark.parametrize(
    ("part", "waits", "replies"),
    [(0.4, [], []), (0.5, ["desk"], ["senior_officer"]), (0.8, ["desk", "executive"], ["senior_officer", "executive"]),
     (1.0, [], [])],
)  # fmt: skip
def test_an_unanswered_notice_goes_up_on_both_sides_each_level_once(ready, told, part, waits, replies):
    assert _called(ready, told, part) == [waits, replies]


def test_the_liaison_officer_is_called_where_one_is_posted(ready, told):
    with ready.in_.active():
        officers_of.give("p-drafter", "liaison_officer")
    assert _called(ready, told, 0.8)[0] == ["desk", "liaison_officer"]
    with flow.at(_part(ready.in_, told, 0.85)), ready.in_.active():
        (one,) = calling.due(ready.in_.house, officers_of.find("p-drafter"))
        assert (one.role, one.item.id, one.page) == ("liaison_officer", told.id, "precursors_notice")
        assert "IN-2026-000311" in one.what
        (row,) = [
            row for row in due.rows(ready.in_.house, officers_of.find("p-drafter")) if row.page == "precursors_notice"
        ]
        assert row.mine


@pytest.mark.parametrize(
    ("said", "rests"),
    [
        ({"kind": "pen.reply", "outcome": "no_objection", "reasons": []}, 0),
        ({"kind": "pen.question", "about_what": ["end_use"]}, 60),
    ],
)
def test_nobody_is_called_after_a_reply_or_while_the_clock_rests(ready, told, said, rests):
    part = _part(ready.in_, told, 0.9)
    more = {"until": (clock.now() + timedelta(days=rests)).date().isoformat()} if rests else {}
    with ready.ca.active():
        precursors_of.release(ready.ca, precursors_of.head(ready.ca) | said | more | {"answers": told.id})
    flow.arrive(ready, ready.ca)
    for node in (ready.in_, ready.ca):
        with flow.at(part), node.active():
            calling.call(node.house)
            assert not notices.find(told.id).calls.exists()
