"""What is learned late: open items are decided anew, what left freezes at home, and a recall goes in the weekly batch like any other."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples
from support import flow, officers_of

from countersign.charter import officers
from countersign.charter.errors import RoleRequired
from countersign.charter.models import Alarm
from countersign.exchange import checks, contents, gate, queries, recalls, use
from countersign.exchange.errors import AlreadyDecided, GateRefused
from countersign.exchange.models import ExchangeItem, GateDecision, RecallDue
from countersign.kernel import clock
from countersign.link.models import OutItem
from countersign.oversight import late, protection, risk
from countersign.oversight.models import LateFlag

find = officers_of.find


@pytest.fixture
def given_to_india(pair):
    """Canada has sent a request about a person; nothing is known of him yet."""
    item = flow.send(pair, pair.ca, officers_of.request(pair.ca))
    with pair.ca.active():
        public = officers.create_key_file(pair.ca.home / "officers" / "protect.key")
        officers.enrol(pair.ca.house.pack, login="protect", name="Test protect", authority="IRCC",
                       roles=["protection_officer"], public_key=public)  # fmt: skip
        late.look_on(pair.ca.house)
        assert not LateFlag.objects.exists()
    return item


def _learn(node):
    """The immigration authority's register names the person from now on."""
    with flow.at(clock.now() + timedelta(seconds=1)):
        protection.load_register(b"k" * 32, [officers_of.person()])
    with flow.at(clock.now() + timedelta(seconds=2)):
        late.look_on(node.house)


def test_what_left_freezes_at_home_hidden_and_nothing_is_sent_by_itself(pair, given_to_india):
    with pair.ca.active():
        sent = OutItem.objects.count()
        _learn(pair.ca)
        flag = LateFlag.objects.get()
        assert (flag.item_id, flag.hidden, flag.settled_at) == (given_to_india.id, True, None)
        assert checks.frozen(given_to_india.id)
        assert OutItem.objects.count() == sent
        assert not RecallDue.objects.exists()
        assert queries.find(given_to_india.id).state == ExchangeItem.RELEASED


def test_nobody_who_reads_the_item_learns_that_something_was_found_late(pair, given_to_india):
    """The item's history, which its readers see, is the same before the find, after it, and after it was settled."""
    with pair.ca.active():
        before = list(GateDecision.objects.filter(item_id=given_to_india.id).values_list("id", flat=True))
        _learn(pair.ca)
        late.settle(pair.ca.house, find("protect"), given_to_india.id, recall=False)
        assert list(GateDecision.objects.filter(item_id=given_to_india.id).values_list("id", flat=True)) == before


def test_what_was_let_be_is_found_again_where_a_hidden_ground_comes_later(pair, given_to_india):
    with pair.ca.active():
        LateFlag.objects.create(
            item_id=given_to_india.id,
            hidden=False,
            found_at=clock.now(),
            officer=find("protect"),
            recall=False,
            settled_at=clock.now(),
        )
        assert not checks.frozen(given_to_india.id)
        _learn(pair.ca)
        assert checks.frozen(given_to_india.id)
        assert LateFlag.objects.get().settled_at is None


def test_a_recall_that_the_desk_asked_for_does_not_hinder_the_settlement(pair, given_to_india):
    with pair.ca.active():
        with transaction.atomic():
            recalls.queue(pair.ca.house, find("desk"), recalls.gate_item(given_to_india.id))
        _learn(pair.ca)
        assert late.settle(pair.ca.house, find("protect"), given_to_india.id, recall=True).recall


def test_what_is_open_is_decided_anew_and_shows_nothing_but_the_neutral_status(pair):
    with pair.ca.active():
        item = gate.propose(pair.ca.house, find("drafter"), officers_of.request(pair.ca)).item
        officers_of.assess(pair.ca, item)
        late.look_on(pair.ca.house)
        assert queries.find(item.id).state == ExchangeItem.PROPOSED
        _learn(pair.ca)
        assert queries.find(item.id).state in (ExchangeItem.HELD, ExchangeItem.PROPOSED)
        for login, role in (("releaser", "releaser"), ("second", "second_officer")):
            with contextlib.suppress(GateRefused):
                flow.approve(pair.ca, item, login, role)
        assert queries.find(item.id).state == ExchangeItem.HELD
        assert not OutItem.objects.exists()


def test_a_risk_that_turns_out_grave_is_found_as_well_and_is_not_hidden(pair, given_to_india):
    with pair.ca.active():
        risk.RiskAssessment.objects.update(mitigated="substantial_unmitigable")
        late.begin("risk")
        late.look_on(pair.ca.house)
        assert LateFlag.objects.get().hidden is False


def test_only_a_protection_officer_settles_and_once(pair, given_to_india):
    with pair.ca.active():
        _learn(pair.ca)
        with pytest.raises(RoleRequired):
            late.settle(pair.ca.house, find("legal"), given_to_india.id, recall=True)
        late.settle(pair.ca.house, find("protect"), given_to_india.id, recall=False)
        assert not checks.frozen(given_to_india.id)
        with pytest.raises(AlreadyDecided):
            late.settle(pair.ca.house, find("protect"), given_to_india.id, recall=True)


def test_recalls_of_every_reason_leave_in_one_batch_alike_and_freeze_the_item_over_there(pair, given_to_india):
    other = flow.send(pair, pair.ca, officers_of.request(pair.ca, case_ref="TEST-0002", subjects=[]))
    with pair.ca.active():
        flow.authorise(pair.ca, "recall")
        _learn(pair.ca)
        late.settle(pair.ca.house, find("protect"), given_to_india.id, recall=True)
        recalls.ask(pair.ca.house, find("desk"), other.id)
        assert recalls.send_due(pair.ca.house) == 0
        batch = RecallDue.objects.values_list("leaves_at", flat=True)
        assert len(set(batch)) == 1
        with flow.at(batch[0]):
            assert recalls.send_due(pair.ca.house) == 2
            assert recalls.send_due(pair.ca.house) == 0
        told = [contents.read(pair.ca.house, row.sent).content for row in RecallDue.objects.select_related("sent")]
        assert {name for one in told for name in one if len({str(content[name]) for content in told}) > 1} == {
            "item",
            "case_ref",
        }
    flow.arrive(pair, pair.ca)
    with pair.in_.active():
        for name in (given_to_india.id, other.id):
            row = queries.find(name)
            assert row.state == ExchangeItem.FROZEN
            with pytest.raises(GateRefused) as refused:
                use.require(pair.in_.house, find("desk"), row, use.Purpose("export"))
            assert "USE-FROZEN" in [rule["rule"] for rule in refused.value.diagnostics()["rules"]]


def test_a_recall_without_a_standing_authorisation_waits_and_is_an_alarm(pair, given_to_india):
    with pair.ca.active():
        row = recalls.ask(pair.ca.house, find("desk"), given_to_india.id)
        with pytest.raises(AlreadyDecided):
            recalls.ask(pair.ca.house, find("desk"), given_to_india.id)
        with flow.at(row.leaves_at):
            assert recalls.send_due(pair.ca.house) == 0
        assert Alarm.objects.filter(code="RECALL_BLOCKED", closed_at=None).exists()
        flow.authorise(pair.ca, "recall")
        with flow.at(row.leaves_at):
            assert recalls.send_due(pair.ca.house) == 1
        assert not Alarm.objects.filter(code="RECALL_BLOCKED", closed_at=None).exists()


def test_what_has_not_left_is_not_recalled(pair):
    with pair.ca.active():
        item = gate.propose(pair.ca.house, find("drafter"), officers_of.request(pair.ca)).item
        with pytest.raises(AlreadyDecided):
            recalls.ask(pair.ca.house, find("desk"), item.id)


@examples(200)
@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2036, 1, 1), timezones=st.just(UTC)))
def test_the_batch_is_the_next_monday_morning_whenever_it_was_asked(asked):
    leaves = recalls.next_batch(asked)
    assert asked < leaves <= asked + timedelta(days=7)
    assert (leaves.weekday(), leaves.hour, leaves.minute) == (0, 6, 0)
