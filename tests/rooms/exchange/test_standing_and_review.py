"""Standing authorisations, replay by a reviewer, and what cannot get round the gate."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support import flow, officers_of

from countersign.charter import alarms, officers
from countersign.charter.errors import FourEyesRequired, RoleRequired
from countersign.charter.models import RoleGrant
from countersign.exchange import contents, decisions, gate, queries, replay, standing
from countersign.exchange.errors import ApprovalRefused, GateRefused, ReplayMismatch, StandingRefused
from countersign.exchange.models import ExchangeItem, GateDecision, PolicyVersion
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput
from countersign.link.models import OutItem

find = officers_of.find


def _interim(pair, request):
    header = officers_of.reply(pair.in_, request)
    names = ("version", "case_ref", "from_authority", "to_state", "to_authority", "purpose", "answers", "about")
    return {name: header[name] for name in names} | {
        "kind": "reply.interim",
        "reason": "in_hand",
        "expected_on": "2030-01-01",
    }


@pytest.fixture
def asked(pair):
    return flow.send(pair, pair.ca, officers_of.request(pair.ca))


def test_two_named_persons_authorise_a_class_and_each_release_names_it(pair, asked):
    with pair.in_.active():
        with pytest.raises(StandingRefused):
            standing.propose(pair.in_.house, find("desk"), _interim(pair, asked.id))
        row = flow.authorise(pair.in_, "reply.interim", a_day=1)
        outcome = standing.propose(pair.in_.house, find("desk"), _interim(pair, asked.id))
        assert (outcome.item.state, outcome.item.standing_id) == (ExchangeItem.RELEASED, row.id)
        record = decisions.read_record(pair.in_.house, GateDecision.objects.filter(item=outcome.item).get())
        assert record["standing"] == row.id
        with pytest.raises(StandingRefused):
            standing.propose(pair.in_.house, find("desk"), _interim(pair, asked.id))


@pytest.mark.parametrize("kind", ["request.information", "reply", "spontaneous", "note", "permission.onward"])
def test_nothing_with_words_or_a_person_is_ever_covered(pair, kind):
    with pair.in_.active(), pytest.raises(StandingRefused):
        standing.prepare(pair.in_.house, find("releaser"), kind=kind, a_day=1, days=1)


def test_one_person_is_not_two_and_an_unsigned_one_counts_for_nothing(pair, asked):
    with pair.in_.active():
        officers_of.give("releaser", "second_officer")
        row = standing.prepare(pair.in_.house, find("releaser"), kind="reply.interim", a_day=5, days=5)
        signature = officers_of.sign(pair.in_, "releaser", standing.message(row, "releaser"))
        standing.sign(pair.in_.house, find("releaser"), row.id, role="releaser", signature=signature)
        again = officers_of.sign(pair.in_, "releaser", standing.message(row, "second_officer"))
        with pytest.raises(FourEyesRequired):
            standing.sign(pair.in_.house, find("releaser"), row.id, role="second_officer", signature=again)
        with pytest.raises(ApprovalRefused):
            standing.sign(pair.in_.house, find("second"), row.id, role="second_officer", signature=signature)
        assert standing.in_force("NIA", "reply.interim") is None


def test_it_ends_with_its_days_by_one_act_and_with_the_roles_of_its_signers(pair, clock_at):
    with pair.in_.active():
        row = flow.authorise(pair.in_, "reply.interim")
        assert standing.in_force("NIA", "reply.interim") == row
        withdrawn = officers.withdraw(find("second"), "second_officer")
        assert (withdrawn, standing.in_force("NIA", "reply.interim")) == (1, None)
        officers_of.give("second", "second_officer")
        assert standing.in_force("NIA", "reply.interim") == row
        clock_at.advance(31 * 86_400)
        assert standing.in_force("NIA", "reply.interim") is None
    with pair.in_.active():
        row = flow.authorise(pair.in_, "feedback.outcome")
        standing.suspend(pair.in_.house, find("reviewer"), row.id)
        assert standing.in_force("NIA", "feedback.outcome") is None
        for wrong in ({"a_day": 0}, {"days": 91}, {"days": 0}):
            with pytest.raises(InvalidInput):
                standing.prepare(pair.in_.house, find("releaser"), **{"kind": "refusal", "a_day": 1, "days": 1} | wrong)


def test_a_role_that_ended_this_minute_approves_nothing_and_a_delegated_one_does_until_its_end(pair, clock_at):
    with pair.ca.active():
        item = gate.propose(pair.ca.house, find("drafter"), officers_of.request(pair.ca)).item
        officers_of.assess(pair.ca, item)
        until = clock.now() + timedelta(days=2)
        officers.delegate("releaser", by=find("releaser"), to=find("desk"), until=until)
        assert flow.approve(pair.ca, item, "desk", "releaser").decision.missing("approvals") == {"second_officer"}
        clock_at.advance(2 * 86_400)
        assert "releaser" not in find("desk").roles
        assert gate.standing(pair.ca.house, item).missing("approvals") == {"releasing_officer", "second_officer"}
        with pytest.raises(RoleRequired):
            flow.approve(pair.ca, item, "desk", "releaser")


def test_what_is_delegated_is_not_passed_on_nor_to_another_authority_nor_for_long(pair):
    with pair.ca.active():
        releaser, desk, legal = find("releaser"), find("desk"), find("legal")
        officers.delegate("releaser", by=releaser, to=desk, until=clock.now() + timedelta(days=1))
        with pytest.raises(RoleRequired):
            officers.delegate("releaser", by=find("desk"), to=legal, until=clock.now() + timedelta(days=1))
        for wrong in ({"until": clock.now() + timedelta(days=31)}, {"until": clock.now()}, {"to": releaser}):
            with pytest.raises(InvalidInput):
                officers.delegate(
                    "releaser", **{"by": releaser, "to": legal, "until": clock.now() + timedelta(days=1)} | wrong
                )
        assert RoleGrant.objects.exclude(delegated_by=None).count() == 1


def test_the_drafter_under_another_role_is_still_the_drafter(pair):
    with pair.ca.active():
        officers_of.give("drafter", "releaser", "second_officer", "legal")
        item = gate.propose(pair.ca.house, find("drafter"), officers_of.request(pair.ca)).item
        officers_of.assess(pair.ca, item)
        for role in ("releaser", "second_officer", "legal"):
            with pytest.raises(ApprovalRefused):
                flow.approve(pair.ca, item, "drafter", role)


def test_a_reviewer_replays_every_decision_and_nobody_else_does(pair, asked):
    with pair.ca.active():
        reviewer = find("reviewer")
        rows = [row for row in replay.of_item(reviewer, asked.id) if row.action == "Ask"]
        assert [row.allowed for row in rows] == [False, False, True]
        for row in rows:
            found = replay.replay(pair.ca.house, reviewer, row.id)
            assert (found.again.allowed, found.again.version) == (row.allowed, row.version)
        for login in ("legal", "admin1", "drafter"):
            with pytest.raises(RoleRequired):
                replay.replay(pair.ca.house, find(login), rows[0].id)
        with pytest.raises(InvalidInput):
            replay.replay(pair.ca.house, reviewer, GateDecision.objects.filter(action="risk.assess").get().id)


def test_a_decision_or_a_policy_text_that_was_changed_does_not_replay(pair, asked):
    with pair.ca.active():
        reviewer = find("reviewer")
        row = GateDecision.objects.filter(item=asked, action="Ask", allowed=True).get()
        GateDecision.objects.filter(pk=row.pk).update(allowed=False)
        with pytest.raises(ReplayMismatch):
            replay.replay(pair.ca.house, reviewer, row.id)
        GateDecision.objects.filter(pk=row.pk).update(allowed=True, salt=b"x" * 32)
        with pytest.raises(ReplayMismatch):
            replay.replay(pair.ca.house, reviewer, row.id)
        GateDecision.objects.filter(pk=row.pk).update(salt=bytes(row.salt))
        kept = PolicyVersion.objects.get(version=row.version)
        PolicyVersion.objects.filter(pk=kept.pk).update(texts=[*kept.texts[:-1], kept.texts[-1] + "\n// later"])
        with pytest.raises(ReplayMismatch):
            replay.replay(pair.ca.house, reviewer, row.id)


def test_evaluators_that_disagree_are_a_no_and_an_alarm(pair, monkeypatch):
    from countersign.law.evaluator import Evaluator, Found

    with pair.ca.active():
        monkeypatch.setattr(Evaluator, "find", lambda *_: Found(frozenset({"CA-GW-CONSENT"}), frozenset()))
        with pytest.raises(GateRefused) as refused:
            gate.propose(pair.ca.house, find("drafter"), officers_of.request(pair.ca))
        assert "ENGINE-ERROR" in str(refused.value)
        assert "GATE_DISAGREEMENT" in {alarm.code for alarm in alarms.open_alarms()}


def test_every_release_has_exactly_one_permit_with_two_people_and_every_refusal_is_on_record(pair):
    """Invariants I1 and I2 (the permit stands in the decisions log; the exchange log carries only its salted link)."""
    from countersign.ledger.core import leaves
    from countersign.ledger.models import Leaf, Log

    with pair.ca.active():
        items = [officers_of.release(pair.ca, officers_of.request(pair.ca)) for _ in range(3)]
        with pytest.raises(GateRefused):
            gate.propose(pair.ca.house, find("drafter"), officers_of.request(pair.ca, purpose="prosecution_evidence"))
        assert GateDecision.objects.filter(item__state=ExchangeItem.REFUSED, allowed=False).count() == 1
        for item in items:
            permit = GateDecision.objects.get(item=item, action="Ask", allowed=True)
            record = decisions.read_record(pair.ca.house, permit)
            assert {"releasing_officer", "second_officer"} <= set(record["facts"]["approvals"])
            assert record["content_digest"] == bytes(queries.find(item.id).digest).hex()
        log = Log.objects.get(origin__startswith="ca.example/x/", kind=Log.EXCHANGE)
        hashes = [bytes(row.leaf_hash) for row in GateDecision.objects.all()]
        for row in Leaf.objects.filter(log=log):
            if isinstance(leaves.parse(bytes(row.data)), leaves.ItemLeaf):
                assert not any(found in bytes(row.data) for found in hashes)


def test_a_stream_that_tries_to_send_by_itself_gets_nothing_out(pair):
    """Hostile: rows written past the gate. What the gate did not release is not sealed, so nothing leaves."""
    with pair.ca.active():
        item = gate.propose(pair.ca.house, find("drafter"), officers_of.request(pair.ca)).item
        ExchangeItem.objects.filter(id=item.id).update(state=ExchangeItem.RELEASED)
    flow.arrive(pair, pair.ca)
    with pair.ca.active():
        assert not OutItem.objects.exists()
    with pair.in_.active():
        assert not ExchangeItem.objects.exists()
    with pair.ca.active():
        assert contents.read(pair.ca.house, queries.find(item.id)).content["kind"] == "request.information"
