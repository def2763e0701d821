"""The fifteen counts come from the decisions log, the published ones hide small cells, and the yearly report is filled from them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples
from support import flow, officers_of

from countersign.charter.errors import RoleRequired
from countersign.exchange import gate, use
from countersign.exchange.errors import ApprovalRefused, GateRefused
from countersign.exchange.models import GateDecision
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput, NotFound
from countersign.oversight import annual, entries, statistics
from countersign.oversight.entries import Span

find = officers_of.find


def _span():
    today = clock.now().date()
    return Span(today - timedelta(days=1), today + timedelta(days=1))


def _counts(node, **given_):
    return {count.key: dict(count.cells) for count in annual.counts(node.house, find("reviewer"), _span(), **given_)}


@pytest.fixture
def history(pair):
    """Canada: one item released, one declined, one refused for its political character, a drafter who would approve. India: one use
    that a caveat stopped."""
    item = flow.send(pair, pair.ca, officers_of.request(pair.ca))
    with pair.ca.active():
        house = pair.ca.house
        second = gate.propose(house, find("drafter"), officers_of.request(pair.ca, case_ref="TEST-0002")).item
        officers_of.assess(pair.ca, second)
        officers_of.give("drafter", "releaser")
        with pytest.raises(ApprovalRefused):
            flow.approve(pair.ca, second, "drafter", "releaser")
        gate.decline(house, find("second"), second.id, role="second_officer", ground="DISPROPORTIONATE")
        with pytest.raises(GateRefused):
            gate.propose(house, find("drafter"), officers_of.request(
                pair.ca, case_ref="TEST-0003", home={"origin": "own", "political": "confirmed", "tainted": "none"}
            ))  # fmt: skip
    with pair.in_.active():
        from countersign.exchange import queries

        with pytest.raises(GateRefused):
            use.require(pair.in_.house, find("desk"), queries.find(item.id), use.Purpose("onward_state", recipient="Z"))
    return pair


def test_every_count_is_there_in_its_order(history):
    with history.ca.active():
        found = annual.counts(history.ca.house, find("reviewer"), _span())
        assert [count.number for count in found] == list(range(1, 16))


def test_items_rules_assessments_and_conflicts_are_counted_once_each(history):
    with history.ca.active():
        found = _counts(history.ca)
        assert found["items"]["proposed"] == 3
        assert found["items"]["released"] == 1
        assert found["items"]["released_with_caveats"] == 1
        assert found["items"]["declined"] == 1
        assert found["items"]["ground:DISPROPORTIONATE"] == 1
        assert found["bars"]["rule:INTL-POLITICAL"] == 1
        assert found["bars"]["family:political"] == 1
        assert found["mistreatment"]["assessed"] == 2
        assert found["mistreatment"]["bare:low"] == 2
        assert found["mistreatment"]["requests"] == 1
        assert found["conflicts"] == {"APPROVAL_REFUSED": 1}
        assert found["law"] == {"adoptions": 2, "overrides": 0, "versions": 1}
        assert found["errors"] == {"disagreements": 0, "errors": 0}
        assert found["unreadable"] == {"unreadable": 0}


def test_uses_that_a_caveat_stopped_are_counted_where_they_were_tried(history):
    with history.in_.active():
        assert _counts(history.in_)["caveats"]["uses_stopped"] == 1


def test_one_authoritys_counts_hold_nothing_of_anothers(history):
    with history.ca.active():
        assert _counts(history.ca, authority="RCMP")["items"]["proposed"] == 3
        assert _counts(history.ca, authority="CBSA")["items"].get("proposed", 0) == 0
        with pytest.raises(InvalidInput):
            _counts(history.ca, authority="NIA")


def test_days_outside_the_span_are_not_counted(history):
    with history.ca.active():
        today = clock.now().date()
        past = Span(today - timedelta(days=400), today - timedelta(days=300))
        found = annual.counts(history.ca.house, find("reviewer"), past)
        assert not any(value for count in found for value in count.cells.values())


def test_what_a_reviewer_cannot_read_is_counted_as_that(history):
    with history.ca.active():
        GateDecision.objects.filter(action="risk.assess").update(record=b"changed")
        assert _counts(history.ca)["unreadable"] == {"unreadable": 2}


def test_only_a_reviewer_counts(history):
    with history.ca.active(), pytest.raises(RoleRequired):
        annual.counts(history.ca.house, find("executive"), _span())


def test_what_is_published_holds_no_bar_and_no_small_number(history):
    with history.ca.active():
        told = statistics.published(annual.counts(history.ca.house, find("reviewer"), _span()))
        assert not {"bars", "conflicts"} & {count["key"] for count in told}
        cells = [value for count in told for name, value in count["cells"].items() if not name.startswith("minutes_")]
        assert all(value in (0, statistics.LEFT_OUT) or value >= 5 for value in cells)


@examples(200)
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 30), max_size=8))
def test_no_small_cell_is_published_nor_told_by_what_is_left(cells):
    told = statistics.suppressed(cells)
    hidden = [name for name, value in told.items() if value == statistics.LEFT_OUT]
    assert all(told[name] == value for name, value in cells.items() if name not in hidden)
    assert not [name for name, value in cells.items() if 0 < value < 5 and name not in hidden]
    if len(hidden) == 1:
        assert all(value in (0, cells[hidden[0]]) for value in cells.values() if value < 5 or value == cells[hidden[0]])
        assert not [value for name, value in cells.items() if name != hidden[0] and value >= 5]


def test_the_yearly_report_of_canada_is_filled_for_an_authority_and_india_has_none(history):
    year = clock.now().year
    with history.ca.active():
        made = annual.report(history.ca.house, find("reviewer"), authority="RCMP", year=year)
        cells = {name: value for _, part in made.sections for name, value in part}
        assert cells["mistreatment/assessed"] == 2
        assert cells["mistreatment/requests"] == 1
        assert "c.13" in made.form.citation
        with pytest.raises(InvalidInput):
            annual.report(history.ca.house, find("reviewer"), authority="RCMP", year=year + 1)
    with history.in_.active(), pytest.raises(NotFound):
        annual.report(history.in_.house, find("reviewer"), authority="NIA", year=year)


def test_every_cell_of_the_report_is_one_that_some_count_can_have():
    from pathlib import Path

    from countersign.charter import packs

    text = Path(statistics.__file__).read_text("utf-8")
    form = annual.form_of(packs.state("CA"))
    for name in [cell for _, cells in form.sections for cell in cells]:
        key, _, cell = name.partition("/")
        assert f'"{key}"' in text
        assert f'"{cell}"' in text or f'f"{cell.partition(":")[0]}:' in text, name


def test_an_entry_that_is_an_act_has_its_own_facts(history):
    with history.ca.active():
        found = [entry for entry in entries.read(history.ca.house, _span()) if entry.action == "decline"]
        assert found[0].facts["ground"] == "DISPROPORTIONATE"
