"""The threat-to-life lane: only by officers on duty, two at least, called one after the other, and looked at again by two."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support import flow, nodes, officers_of

from countersign.charter import arrangements
from countersign.charter.errors import RoleRequired
from countersign.charter.models import Alarm, Arrangement
from countersign.exchange import approvals, duty, flash, gate, intake, queries
from countersign.exchange.errors import AlreadyDecided, ApprovalRefused, ContentInvalid, GateRefused, NotOnDuty
from countersign.exchange.models import DutyPage, DutyTurn, ExchangeItem, GateDecision, LifeLane
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput
from countersign.law import beside

COVERING = (
    nodes.ARRANGEMENT.replace("TEST-ARR-1", "TEST-ARR-2")
    .replace('"note", ', '"note", "flash.threat_to_life", ')
    .replace('"investigation", ', '"investigation", "victim_protection", ')
)
SEVEN = ("threatened", "threat", "place", "expected", "evaluation", "necessity", "call_back")


def draft(node, **changes):
    base = officers_of.request(node)
    kept = (
        "version",
        "case_ref",
        "from_authority",
        "to_state",
        "to_authority",
        "home",
        "legal_basis",
        "subjects",
        "attachments",
    )
    return {name: base[name] for name in kept} | {
        "kind": "flash.threat_to_life", "purpose": "victim_protection", "act": "ask", "threatened": "An invented shopkeeper",
        "threat": "A caller says that he will be shot.", "place": "Brampton, Ontario", "expected": "tonight",
        "evaluation": {"source": "B", "information": "2"}, "necessity": "The calls come from a handset abroad.",
        "call_back": "Test drafter, +1 555 0100",
        "offence": {"label": "homicide", "category": "homicide", "in_law": {"CA": "CC s.229", "IN": "BNS s.103"}},
    } | changes  # fmt: skip


def on_duty(node, *logins, stands_for=(), hours=8):
    now = clock.now()
    for place, login in enumerate(logins, 1):
        duty.set_turn(
            node.house, officers_of.find("executive"), officers_of.find(login), place=place, begins=now,
            ends=now + timedelta(hours=hours), stands_for=stands_for,
        )  # fmt: skip


@pytest.fixture
def ready(pair):
    """Arrangements that cover the flash on both sides, and Canada's drafter, releaser and second officer on duty."""
    for node in (pair.ca, pair.in_):
        with node.active():
            arrangements.register(COVERING, by=officers_of.find("legal"))
            for login in ("legal", "executive"):
                arrangements.confirm("TEST-ARR-2", by=officers_of.find(login))
    with pair.ca.active():
        on_duty(pair.ca, "drafter", "releaser", "second")
    return pair


def _propose(node, **changes):
    item = gate.propose(node.house, officers_of.find("drafter"), draft(node, **changes)).item
    officers_of.assess(node, item)
    return item


def test_an_item_is_a_threat_to_life_to_the_law_and_leaves_with_two_on_duty(ready):
    with ready.ca.active():
        item = _propose(ready.ca)
        decision = gate.standing(ready.ca.house, item)
        assert decision.facts["urgency"] == "threat_to_life"
        flow.approve(ready.ca, item, "releaser", "releaser")
        assert flow.approve(ready.ca, item, "second", "second_officer").item.state == ExchangeItem.RELEASED
        assert LifeLane.objects.get(item=item).review_due_at - clock.now() <= flash.REVIEW


def test_nobody_off_duty_opens_the_lane(ready):
    with ready.ca.active(), pytest.raises(NotOnDuty):
        gate.propose(ready.ca.house, officers_of.find("desk"), draft(ready.ca))


def test_without_a_second_officer_on_duty_it_waits_for_one_whoever_else_approves(ready):
    with ready.ca.active():
        item = _propose(ready.ca)
        DutyTurn.objects.exclude(officer__login="drafter").update(ends=clock.now() - timedelta(minutes=1))
        flow.approve(ready.ca, item, "releaser", "releaser")
        outcome = flow.approve(ready.ca, item, "second", "second_officer")
        assert outcome.item.state == ExchangeItem.PROPOSED
        assert [rule.id for rule in outcome.decision.fired] == [beside.SECOND_ON_DUTY.id]
        assert queries.find(item.id).needs == ["approval:on_duty"]


def test_one_person_alone_never_releases_even_with_both_roles_lent(ready):
    with ready.ca.active():
        on_duty(ready.ca, "senior", stands_for=("releaser", "second_officer"))
        item = _propose(ready.ca)
        flow.approve(ready.ca, item, "senior", "releaser")
        with pytest.raises(ApprovalRefused):
            flow.approve(ready.ca, item, "senior", "second_officer")
        assert queries.find(item.id).state == ExchangeItem.PROPOSED


def test_a_lent_role_counts_in_the_lane_alone_and_for_the_turn_alone(ready):
    with ready.ca.active():
        on_duty(ready.ca, "senior", stands_for=("releaser",), hours=1)
        item = _propose(ready.ca)
        ordinary = gate.propose(ready.ca.house, officers_of.find("drafter"), officers_of.request(ready.ca)).item
        officers_of.assess(ready.ca, ordinary)
        with pytest.raises(RoleRequired):
            flow.approve(ready.ca, ordinary, "senior", "releaser")
        flow.approve(ready.ca, item, "senior", "releaser")
        with flow.at(clock.now() + timedelta(hours=2)):
            assert "releaser" not in [role for _, role in approvals.valid(queries.find(item.id))]


@pytest.mark.parametrize("field", SEVEN)
def test_none_of_the_seven_fields_may_be_missing(ready, field):
    content = draft(ready.ca)
    del content[field]
    with ready.ca.active(), pytest.raises(ContentInvalid) as refused:
        gate.propose(ready.ca.house, officers_of.find("drafter"), content)
    assert refused.value.diagnostics()["field"] == field


def test_the_next_on_the_roster_is_called_every_three_minutes_until_somebody_acts(ready):
    with ready.ca.active():
        on_duty(ready.ca, "senior")
        begun, rung = clock.now(), []
        duty.register_pager(lambda officer, item: rung.append((officer.login, item.id)) or True)
        try:
            with flow.at(begun):
                item = _propose(ready.ca)
                assert flash.look_after(ready.ca.house) == 2
                assert flash.look_after(ready.ca.house) == 0
            with flow.at(begun + timedelta(minutes=2, seconds=59)):
                assert flash.look_after(ready.ca.house) == 0
            with flow.at(begun + timedelta(minutes=3)):
                assert flash.look_after(ready.ca.house) == 1
            with flow.at(begun + timedelta(minutes=6)):
                assert flash.look_after(ready.ca.house) == 1
        finally:
            duty.register_pager(None)
        called = list(DutyPage.objects.filter(item=item).order_by("at", "pk").values_list("officer__login", flat=True))
        assert set(called[:3]) == {"releaser", "second", "senior"}
        assert called[3] in called[:3]
        assert "drafter" not in called
        assert [login for login, _ in rung] == called


def test_a_pager_that_fails_and_an_empty_roster_are_alarms(ready):
    with ready.ca.active():
        _propose(ready.ca)
        duty.register_pager(lambda _officer, _item: False)
        try:
            flash.look_after(ready.ca.house)
        finally:
            duty.register_pager(None)
        assert Alarm.objects.filter(code="PAGER_FAILED", closed_at=None).exists()
        with flow.at(clock.now() + timedelta(hours=9)):
            flash.look_after(ready.ca.house)
        assert {"FLASH_NOBODY_ON_DUTY", "FLASH_LATE"} <= set(
            Alarm.objects.filter(closed_at=None).values_list("code", flat=True)
        )


def _delivered(pair):
    with pair.in_.active():
        on_duty(pair.in_, "desk")
    with pair.ca.active():
        item = _propose(pair.ca)
        flow.approve(pair.ca, item, "releaser", "releaser")
        item = flow.approve(pair.ca, item, "second", "second_officer").item
    flow.arrive(pair, pair.ca)
    return item


def test_at_the_other_side_it_is_due_within_the_hour_and_their_duty_officer_is_called_until_it_is_in_hand(ready):
    item = _delivered(ready)
    with ready.in_.active():
        received = queries.find(item.id)
        assert received.due_at - received.created_at == timedelta(hours=1)
        assert flash.look_after(ready.in_.house) == 1
        with flow.at(clock.now() + timedelta(minutes=16)):
            flash.look_after(ready.in_.house)
            assert Alarm.objects.filter(code="FLASH_LATE", scope=item.id, closed_at=None).exists()
        intake.take(ready.in_.house, officers_of.find("desk"), item.id)
        assert flash.look_after(ready.in_.house) == 0
        assert not Alarm.objects.filter(code="FLASH_LATE", scope=item.id, closed_at=None).exists()


def test_downgraded_before_it_left_it_goes_by_the_ordinary_rules_and_its_review_is_due(ready):
    with ready.ca.active():
        item = _propose(ready.ca)
        flash.downgrade(ready.ca.house, officers_of.find("desk"), item.id)
        assert gate.standing(ready.ca.house, queries.find(item.id)).facts["urgency"] == "urgent"
        assert [lane.item_id for lane in flash.open_reviews("RCMP")] == [item.id]
        with pytest.raises(AlreadyDecided):
            flash.downgrade(ready.ca.house, officers_of.find("desk"), item.id)


def test_downgraded_by_the_receiver_it_has_the_ordinary_clock(ready):
    item = _delivered(ready)
    with ready.in_.active():
        flash.downgrade(ready.in_.house, officers_of.find("desk"), item.id)
        received = queries.find(item.id)
        assert received.due_at - received.created_at == timedelta(days=7)


def test_without_an_arrangement_only_the_lane_opens_a_way_and_only_with_the_deputy_head(ready):
    with ready.ca.active():
        Arrangement.objects.update(suspended=True)
        with pytest.raises(GateRefused) as refused:
            gate.propose(ready.ca.house, officers_of.find("drafter"), officers_of.request(ready.ca))
        assert "NO-GATEWAY" in [rule["rule"] for rule in refused.value.diagnostics()["rules"]]
        item = _propose(ready.ca)
        assert "approval:deputy_head" in queries.find(item.id).needs


def test_what_left_is_reviewed_by_a_legal_adviser_and_a_reviewer_within_72_hours_and_both_find_the_same(ready):
    item = _delivered(ready)
    with ready.ca.active():
        house, legal, reviewer = ready.ca.house, officers_of.find("legal"), officers_of.find("reviewer")
        flash.review(house, legal, item.id, finding="in_order")
        with pytest.raises(AlreadyDecided):
            flash.review(house, legal, item.id, finding="in_order")
        with pytest.raises(InvalidInput):
            flash.review(house, reviewer, item.id, finding="not_a_threat")
        with flow.at(clock.now() + timedelta(hours=73)):
            flash.look_after(house)
            assert Alarm.objects.filter(code="FLASH_NOT_REVIEWED", closed_at=None).exists()
        lane = flash.review(house, reviewer, item.id, finding="in_order")
        assert lane.closed_at is not None
        assert not Alarm.objects.filter(code="FLASH_NOT_REVIEWED", closed_at=None).exists()
        acts = set(GateDecision.objects.filter(item=item).values_list("action", flat=True))
        assert {"flash.open", "flash.review"} <= acts


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"place": 0}, "place"), ({"stands_for": ["head"]}, "stands_for"), ({"days": 8}, "ends"), ({"days": -1}, "ends")],
)
def test_a_turn_that_cannot_be_names_the_field(pair, changes, field):
    given = {"place": 1, "stands_for": [], "days": 1} | changes
    now = clock.now()
    ends = now + timedelta(days=given.pop("days"))
    with pair.ca.active():
        by, officer = officers_of.find("executive"), officers_of.find("desk")
        with pytest.raises(InvalidInput) as refused:
            duty.set_turn(pair.ca.house, by, officer, begins=now, ends=ends, **given)
    assert refused.value.diagnostics()["field"] == field


def test_only_the_executive_sets_the_roster(pair):
    with pair.ca.active():
        by, officer, now = officers_of.find("releaser"), officers_of.find("desk"), clock.now()
        with pytest.raises(RoleRequired):
            duty.set_turn(pair.ca.house, by, officer, place=1, begins=now, ends=now + timedelta(hours=1), stands_for=())
