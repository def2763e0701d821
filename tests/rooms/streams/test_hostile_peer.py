"""What the other side says neither answers for this one, nor undoes an end, nor holds the channel."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, IntegrityError, transaction
from support import flow, officers_of, precursors_of

from countersign.charter.models import Alarm
from countersign.exchange import kinds
from countersign.exchange.intake import _tell_stream
from countersign.exchange.models import ExchangeItem, GateDecision
from countersign.exchange.prefill import prefilled
from countersign.exchange.streams import Stream, _do
from countersign.kernel import clock
from countersign.kernel.errors import Unavailable
from countersign.kernel.ids import new_id
from countersign.streams.precursors.models import ListChange
from countersign.streams.precursors.services import following, listing, notices
from countersign.streams.precursors.services.following import OutOfPlace

head, notice = precursors_of.head, precursors_of.notice


@pytest.fixture
def told(pair):
    """India's notice, delivered in Canada."""
    for node in (pair.ca, pair.in_):
        with node.active():
            precursors_of.enrol(node)
    with pair.in_.active():
        item = precursors_of.release(pair.in_, notice(pair.in_))
    flow.arrive(pair, pair.in_)
    return item


def _arrived(node, told, content):
    """An item as a hostile node may send it: it passed no gate of its own. Inside `node.active()`."""
    own = ExchangeItem.objects.get(id=told.id)
    with transaction.atomic():
        return _filed(node, own, content)


def _filed(node, own, content):
    item = ExchangeItem.objects.create(
        id=new_id("itm"), direction=ExchangeItem.IN, state=ExchangeItem.RECEIVED, case=own.case, peer=own.peer,
        authority=content.pop("authority", own.authority), kind=content["kind"], content=b"", digest=b"0" * 32,
        answers=content.get("answers") or "", created_at=clock.now(),
    )  # fmt: skip
    following.on_follow_up(node.house, item, kinds.whole(content))
    return item


def _state(node, told):
    return notices.state_of(notices.find(told.id))


def _from(node, kind, **more):
    """Content that the other side of `node` wrote."""
    other = {"CA": "IN", "IN": "CA"}[node.state]
    ours, theirs = precursors_of.DESIGNATED[node.state], precursors_of.DESIGNATED[other]
    return head(node) | {"from_authority": theirs, "to_authority": ours, "to_state": node.state, "kind": kind} | more


@pytest.mark.parametrize(
    "forged",
    [
        {"kind": "pen.reply", "outcome": "no_objection", "reasons": []},
        {"kind": "pen.question", "about_what": ["end_use"], "until": "2026-12-01"},
    ],
)
def test_the_exporter_does_not_answer_its_own_notice(pair, told, forged):
    with pair.ca.active():
        _arrived(pair.ca, told, _from(pair.ca, answers=told.id, **forged))
        assert _state(pair.ca, told) == "received"
        assert GateDecision.objects.filter(action="pen.out_of_place").exists()


@pytest.mark.parametrize("status", ["withdrawn", "shipped"])
def test_the_importer_does_not_say_what_the_exporter_says(pair, told, status):
    more = {"kilograms": ["25.0"] if status == "shipped" else []}
    with pair.in_.active():
        _arrived(pair.in_, told, _from(pair.in_, "pen.status", notice=told.id, status=status, on="2026-12-01", **more))
        assert _state(pair.in_, told) == "received"


def test_another_authority_does_not_touch_the_notice(pair, told):
    status = {"notice": told.id, "status": "withdrawn", "on": "2026-12-01", "kilograms": []}
    with pair.ca.active():
        _arrived(pair.ca, told, _from(pair.ca, "pen.status", **status) | {"from_authority": "NIA"})
        _arrived(pair.ca, told, _from(pair.ca, "pen.status", **status) | {"authority": "RCMP"})
        assert _state(pair.ca, told) == "received"


def test_shipped_before_an_answer_drops_no_objection(pair, told):
    status = {"notice": told.id, "status": "shipped", "on": "2026-12-01", "kilograms": ["25.0"]}
    with pair.ca.active():
        _arrived(pair.ca, told, _from(pair.ca, "pen.status", **status))
        assert _state(pair.ca, told) == "received"
        objection = head(pair.ca) | {
            "kind": "pen.reply",
            "answers": told.id,
            "outcome": "objected",
            "reasons": ["site_not_found"],
        }
        precursors_of.release(pair.ca, objection)
        assert _state(pair.ca, told) == "objected"
        _arrived(pair.ca, told, _from(pair.ca, "pen.status", **status))
        assert _state(pair.ca, told) == "objected"


def test_after_silence_nothing_ships_before_an_officer_lets_it_go_by_name(pair, told):
    status = head(pair.in_) | {
        "kind": "pen.status",
        "notice": told.id,
        "status": "shipped",
        "on": "2027-02-01",
        "kilograms": ["25.0"],
    }
    with pair.in_.active(), flow.at(clock.now() + timedelta(days=60)):
        with pytest.raises(OutOfPlace):
            precursors_of.release(pair.in_, status)
        notices.decide_export(pair.in_.house, officers_of.find("p-desk"), told.id, go=True)
        precursors_of.release(pair.in_, status)
        assert _state(pair.in_, told) == "shipped"


@pytest.mark.parametrize("until", ["2200-01-01", "9999-12-31", "2020-01-01"])
def test_a_question_never_stops_the_clock_for_ever_nor_breaks_it(pair, told, until):
    with pair.in_.active():
        _arrived(pair.in_, told, _from(pair.in_, "pen.question", answers=told.id, about_what=["end_use"], until=until))
        assert not notices.find(told.id).item.pauses.exists()


def test_a_question_is_asked_a_few_times_and_no_more(pair, told):
    until = (clock.now() + timedelta(days=9)).date().isoformat()
    with pair.in_.active():
        for _ in range(following.MOST_QUESTIONS + 2):
            _arrived(
                pair.in_, told, _from(pair.in_, "pen.question", answers=told.id, about_what=["end_use"], until=until)
            )
        assert notices.find(told.id).item.pauses.count() == following.MOST_QUESTIONS


def test_content_without_what_a_schema_fills_in_is_read_with_it(pair, told):
    bare = prefilled(pair.in_.house.pack, notice(pair.in_) | {"lines": [{"name": "toluene", "kilograms": "1"}]})
    line = kinds.whole(bare)["lines"][0]
    assert (line["cas"], line["hs"]) == ("", "")


@pytest.mark.parametrize("fault", [ZeroDivisionError, DataError, IntegrityError])
def test_a_stream_that_fails_holds_neither_the_item_nor_the_channel(pair, told, fault):
    def broken(*_):
        raise fault

    with pair.ca.active():
        item = ExchangeItem.objects.get(id=told.id)
        _tell_stream(
            pair.ca.house, dataclasses.replace(kinds.find("pen.notice"), arrived=broken), item, {"kind": "pen.notice"}
        )
        assert Alarm.objects.filter(code="STREAM_NOT_TOLD").exists()


def test_a_chore_that_fails_raises_an_alarm_and_ends_it_when_it_works_again(pair, told, monkeypatch):
    from countersign.exchange import streams

    works = []

    def chore(_):
        if not works:
            raise Unavailable("not installed.")

    monkeypatch.setattr(streams, "loaded", lambda _: chore)
    with pair.ca.active():
        one = next(iter(streams.installed()))
        assert isinstance(one, Stream)
        _do(pair.ca.house, one, "x:y")
        assert Alarm.objects.filter(code="STREAM_CHORE_FAILED", closed_at=None).exists()
        works.append(1)
        _do(pair.ca.house, one, "x:y")
        assert not Alarm.objects.filter(code="STREAM_CHORE_FAILED", closed_at=None).exists()


def _update(node, told, *rows, frm=""):
    item = ExchangeItem.objects.get(id=told.id)
    content = _from(node, "controllist.update", rows=list(rows)) | ({"from_authority": frm} if frm else {})
    arrived = ExchangeItem(id=item.id, direction=ExchangeItem.IN, peer=item.peer, authority=item.authority)
    with transaction.atomic():
        listing.on_update(node.house, arrived, content)


ROW = {"substance": "Toluene", "instrument": "invented", "type": "A", "effective": "2026-01-01", "source": "invented"}


def test_the_newest_change_of_a_list_counts_and_one_can_take_a_substance_away(pair, told):
    day = datetime.now(UTC).date()
    with pair.ca.active():
        for kind in ("A", "BC", "none"):
            _update(pair.ca, told, ROW | {"type": kind})
            held = listing.current().status("Toluene", day)["IN"]
            assert (held.kind if held else "none") == kind


def test_a_change_by_another_authority_or_of_an_unknown_substance_changes_nothing(pair, told):
    with pair.ca.active():
        _update(pair.ca, told, ROW, frm="NIA")
        _update(pair.ca, told, ROW | {"substance": "Unheardofium"})
        assert not ListChange.objects.exists()
