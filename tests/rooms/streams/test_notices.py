"""Pre-export notices between two nodes: each ends in exactly one way, silence is silence, and only the designated authority answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support import flow, officers_of, precursors_of

from countersign.charter.errors import RoleRequired
from countersign.exchange import clockwork, gate, queries
from countersign.exchange.errors import AlreadyDecided, ContentInvalid
from countersign.exchange.models import ExchangeItem
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput
from countersign.streams.precursors.models import Notice
from countersign.streams.precursors.queries import answered_in_time, stopped
from countersign.streams.precursors.services import listing, notices
from countersign.streams.precursors.services.following import OutOfPlace

head, notice = precursors_of.head, precursors_of.notice


@pytest.fixture
def told(ready):
    """India's notice, delivered in Canada."""
    with ready.in_.active():
        item = precursors_of.release(ready.in_, notice(ready.in_))
    flow.arrive(ready, ready.in_)
    return item


def _state(node, item):
    with node.active():
        return notices.state_of(notices.find(item.id))


def _both(pair, item):
    return _state(pair.in_, item), _state(pair.ca, item)


def reply(node, item, outcome="no_objection", reasons=()):
    return head(node) | {"kind": "pen.reply", "answers": item.id, "outcome": outcome, "reasons": list(reasons)}


def test_a_notice_is_screened_under_every_law_on_both_sides(ready, told):
    for node in (ready.in_, ready.ca):
        with node.active():
            row = notices.find(told.id)
            line = row.screened["lines"][0]
            assert (line["verdict"], line["un"], line["ca"], line["in"]) == ("listed", "I", "A", "BC")
            assert row.substances == ["4-Piperidone"]
    assert _both(ready, told) == ("received", "received")


def test_its_clock_counts_working_days_of_both_states_and_shows_the_same_on_both_sides(ready, told):
    due = []
    for node in (ready.in_, ready.ca):
        with node.active():
            item = queries.find(told.id)
            due.append(queries.clock_of(item).due_at)
    assert abs(due[0] - due[1]) < timedelta(hours=24)
    assert due[0] - clock.now() > timedelta(days=13)


@pytest.mark.parametrize(("outcome", "reasons"), [("no_objection", ()), ("objected", ("licence_does_not_cover",))])
def test_the_designated_authority_answers_and_both_sides_show_the_same_end(ready, told, outcome, reasons):
    precursors_of.send(ready, ready.ca, reply(ready.ca, told, outcome, reasons))
    assert _both(ready, told) == (outcome, outcome)
    today = clock.now().date()
    with ready.ca.active():
        assert answered_in_time("HEALTH-CANADA", today, today) == 1
    with ready.in_.active():
        assert stopped("CBN", today, today) == (outcome == "objected")


def test_an_authority_that_is_not_designated_is_told_so_and_changes_nothing(ready, told):
    with ready.ca.active():
        precursors_of.enrol(ready.ca, "CBSA", "x-")
        content = reply(ready.ca, told) | {"from_authority": "CBSA"}
        with pytest.raises(InvalidInput) as refused:
            gate.propose(ready.ca.house, officers_of.find("x-p-drafter"), content)
    assert "NOT_COMPETENT" in refused.value.diagnostics()["remedy"]
    assert _both(ready, told) == ("received", "received")


def test_silence_is_recorded_as_silence_and_an_officer_decides_by_name(ready, told):
    later = clock.now() + timedelta(days=40)
    with ready.in_.active(), flow.at(later):
        clockwork.record_silence(ready.in_.house)
        assert queries.find(told.id).silent_at is not None
        assert notices.state_of(notices.find(told.id)) == "expired_without_reply"
        with pytest.raises(RoleRequired):
            notices.decide_export(ready.in_.house, officers_of.find("p-drafter"), told.id, go=True)
        row = notices.decide_export(ready.in_.house, officers_of.find("p-desk"), told.id, go=False)
        assert (row.state, row.decision, row.decided_by.login) == ("expired_without_reply", "stop", "p-desk")
        with pytest.raises(AlreadyDecided):
            notices.decide_export(ready.in_.house, officers_of.find("p-desk"), told.id, go=True)
    with ready.ca.active(), flow.at(later):
        assert notices.state_of(notices.find(told.id)) == "expired_without_reply"


def test_a_reply_after_silence_is_sent_and_shown_and_undoes_no_silence(ready, told):
    from support import web_of
    from support.desk_of import Visitor

    with flow.at(clock.now() + timedelta(days=25)):
        precursors_of.send(ready, ready.ca, reply(ready.ca, told, "objected", ("site_not_found",)))
        assert _both(ready, told) == ("expired_without_reply", "expired_without_reply")
        with ready.in_.active():
            assert answered_in_time("CBN", clock.now().date(), clock.now().date()) == 0
        with web_of.serving(ready.in_):
            page = Visitor(ready.in_, "p-desk").get(f"/streams/precursors/notices/{told.id}").content.decode()
            assert "A reply came after the clock had run out" in page
            assert "objected" in page


def test_an_answer_within_a_rested_clock_counts_as_in_time(ready, told):
    """The clock rested for ten days; the answer after the first due day is in time on both sides."""
    today = clock.now().date()
    question = head(ready.ca) | {
        "kind": "pen.question", "answers": told.id, "about_what": ["end_use"], "until": (today + timedelta(days=10)).isoformat(),
    }  # fmt: skip
    precursors_of.send(ready, ready.ca, question)
    with flow.at(clock.now() + timedelta(days=20)):
        precursors_of.send(ready, ready.ca, reply(ready.ca, told))
        assert _both(ready, told) == ("no_objection", "no_objection")
        with ready.ca.active():
            row = queries.find(told.id)
            assert row.answered_at > row.due_at
            assert answered_in_time("HEALTH-CANADA", today, today) == 1


def test_before_the_clock_has_run_out_nobody_decides_on_silence(ready, told):
    with ready.in_.active(), pytest.raises(AlreadyDecided):
        notices.decide_export(ready.in_.house, officers_of.find("p-desk"), told.id, go=True)


def test_a_question_rests_the_clock_visibly_on_both_sides_and_its_end_lets_it_run_again(ready, told):
    until = (clock.now() + timedelta(days=5)).date()
    with ready.in_.active():
        before = queries.clock_of(queries.find(told.id)).due_at
    question = head(ready.ca) | {
        "kind": "pen.question",
        "answers": told.id,
        "about_what": ["end_use"],
        "until": until.isoformat(),
    }
    precursors_of.send(ready, ready.ca, question)
    assert _both(ready, told) == ("more_information", "more_information")
    for node in (ready.in_, ready.ca):
        with node.active():
            assert queries.clock_of(queries.find(told.id)).state == "paused"
            assert queries.clock_of(queries.find(told.id)).due_at > before
            with flow.at(datetime.combine(until + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=1)):
                assert notices.state_of(notices.find(told.id)) == "under_check"


def test_withdrawn_before_its_answer_it_has_ended_and_a_late_answer_changes_nothing(ready, told):
    status = head(ready.in_) | {
        "kind": "pen.status",
        "notice": told.id,
        "status": "withdrawn",
        "on": "2026-12-01",
        "kilograms": [],
    }
    precursors_of.send(ready, ready.in_, status)
    assert _both(ready, told) == ("withdrawn", "withdrawn")
    with ready.ca.active(), pytest.raises(OutOfPlace):
        precursors_of.release(ready.ca, reply(ready.ca, told))
    assert _both(ready, told) == ("withdrawn", "withdrawn")


@pytest.mark.parametrize(("came", "differ"), [("25.0", False), ("25.2", False), ("26.0", True), ("20", True)])
def test_what_arrived_is_reconciled_with_what_was_notified(ready, told, came, differ):
    precursors_of.send(ready, ready.ca, reply(ready.ca, told))
    status = head(ready.ca) | {
        "kind": "pen.status",
        "notice": told.id,
        "status": "arrived",
        "on": "2027-01-20",
        "kilograms": [came],
    }
    precursors_of.send(ready, ready.ca, status)
    for node in (ready.in_, ready.ca):
        with node.active():
            row = notices.find(told.id)
            assert notices.state_of(row) == "arrived"
            assert bool(notices.differences(row)) is differ


@pytest.mark.parametrize(
    ("line", "field"),
    [({"cas": "40064-34-5"}, "lines.0.cas"), ({"kilograms": "1,85,000.00"}, "lines.0.kilograms"), ({"hs": "29x"}, "lines.0.hs"),
     ({"kilograms": "-1"}, "lines.0.kilograms"), ({"price": "9"}, "lines.0.price")],
)  # fmt: skip
def test_bad_input_is_refused_at_entry_and_names_the_field(ready, line, field):
    content = notice(ready.in_)
    content["lines"][0] |= line
    with ready.in_.active(), pytest.raises(ContentInvalid) as refused:
        gate.propose(ready.in_.house, officers_of.find("p-drafter"), content)
    assert refused.value.diagnostics()["field"] == field


def test_a_word_about_prices_is_a_doubt_that_holds_the_notice(ready):
    with ready.in_.active():
        content = notice(ready.in_, declared_use="see the price list")
        item = gate.propose(ready.in_.house, officers_of.find("p-drafter"), content).item
        assert "condition:doubt_commercial_secret" in queries.find(item.id).needs


def test_a_change_of_canadas_list_is_seen_in_open_notices_and_the_change_is_shown(ready):
    """Variation B: a temporary order, effective today."""
    content = notice(
        ready.in_,
        kind="pen.light",
        lines=[{"name": "propionic anhydride", "cas": "123-62-6", "kilograms": "10", "hs": "2915.90"}],
    )
    item = precursors_of.send(ready, ready.in_, content)
    with ready.ca.active():
        assert notices.find(item.id).screened["lines"][0]["ca"] == "none"
    update = head(ready.ca) | {"kind": "controllist.update", "rows": [
        {"substance": "Propionic anhydride", "instrument": "Invented temporary order", "type": "temp", "effective": "2026-11-26",
         "end": "2027-11-25", "source": "invented for this test"}]}  # fmt: skip
    precursors_of.send(ready, ready.ca, update)
    for node in (ready.ca, ready.in_):
        with node.active():
            assert listing.rescreen(node.house) == 1
            assert listing.rescreen(node.house) == 0
            row = notices.find(item.id)
            assert row.screened["lines"][0]["ca"] == "temp"
            assert row.delta == [{"line": 0, "law": "ca", "was": "none", "is": "temp"}]


def test_a_derivative_that_one_law_alone_means_goes_as_a_voluntary_notice(ready):
    """Variation A: a building block that Canada's class-wide wording may mean, and India's schedules do not."""
    from countersign.streams.precursors.screening import structure

    if structure.missing():
        pytest.skip(f"needs {', '.join(structure.missing())}")
    lines = [{"name": "4-(2-methylanilino)piperidine", "kilograms": "5", "hs": "2933.39"}]
    item = precursors_of.send(ready, ready.in_, notice(ready.in_, kind="pen.light", lines=lines))
    with ready.ca.active():
        line = notices.find(item.id).screened["lines"][0]
        assert (line["verdict"], line["ca"], line["in"], line["un"]) == ("review", "A", "none", "none")


def test_an_incident_and_a_request_to_trace_back_cross_and_the_chain_is_answered(ready):
    incident = head(ready.ca) | {
        "kind": "incident.precursor", "type": "seizure", "happened_on": "2026-11-20", "place": "Vancouver", "declared_as": "pigments",
        "mode": "sea", "wanted": "backtrack", "lines": [{"name": "acetic anhydride", "cas": "108-24-7", "kilograms": "420"}],
    }  # fmt: skip
    seized = precursors_of.send(ready, ready.ca, incident)
    asked = precursors_of.send(ready, ready.ca, head(ready.ca) | {
        "kind": "request.backtrack", "incident": seized.id, "marks": ["batch NFI-22"], "asked": ["manufacturer", "seller"],
    })  # fmt: skip
    answer = head(ready.in_) | {"kind": "reply.backtrack", "answers": asked.id, "finding": "shell",
                                "links": [{"name": "Invented Broker LLP", "address": "Mumbai"}]}  # fmt: skip
    precursors_of.send(ready, ready.in_, answer)
    with ready.ca.active():
        assert queries.find(asked.id).answered_at is not None
        assert ExchangeItem.objects.filter(kind="reply.backtrack", answers=asked.id).count() == 1


def test_a_notice_stands_once_on_each_board(ready, told):
    for node in (ready.in_, ready.ca):
        with node.active():
            assert Notice.objects.count() == 1
