"""A deputy who disagrees with a "no" brings it before the head, who releases nothing: the gate and its approvers decide."""

from __future__ import annotations

import pytest
from support import flow, officers_of

from countersign.charter.errors import RoleRequired
from countersign.exchange import escalation, gate, queries
from countersign.exchange.errors import AlreadyDecided, ApprovalRefused
from countersign.exchange.models import Approval, ExchangeItem, GateDecision
from countersign.kernel.errors import NotFound


@pytest.fixture
def declined(pair):
    """An item of Canada to which the second officer said no, after the releaser had approved it. A head is enrolled."""
    with pair.ca.active():
        officers_of.give("senior", "head")
        item = gate.propose(pair.ca.house, officers_of.find("drafter"), officers_of.request(pair.ca)).item
        officers_of.assess(pair.ca, item)
        flow.approve(pair.ca, item, "releaser", "releaser")
        second = officers_of.find("second")
        return gate.decline(pair.ca.house, second, item.id, role="second_officer", ground="MISTREATMENT_RISK")


def _disagree(node, item, login="executive"):
    return escalation.disagree(node.house, officers_of.find(login), item.id)


def _decide(node, item, login="senior", *, reopen):
    return escalation.decide(node.house, officers_of.find(login), item.id, reopen=reopen)


def test_until_the_head_decides_nothing_leaves_and_the_question_waits(pair, declined):
    with pair.ca.active():
        _disagree(pair.ca, declined)
        assert queries.find(declined.id).state == ExchangeItem.REFUSED
        assert [row.item_id for row in escalation.waiting("RCMP")] == [declined.id]
        with pytest.raises(AlreadyDecided):
            flow.approve(pair.ca, declined, "releaser", "releaser")


def test_a_head_who_reopens_voids_every_approval_and_all_are_needed_again(pair, declined):
    with pair.ca.active():
        _disagree(pair.ca, declined)
        _decide(pair.ca, declined, reopen=True)
        assert queries.find(declined.id).state == ExchangeItem.PROPOSED
        assert not Approval.objects.filter(item=declined).exists()
        flow.approve(pair.ca, declined, "releaser", "releaser")
        assert flow.approve(pair.ca, declined, "second", "second_officer").item.state == ExchangeItem.RELEASED


def test_a_head_who_upholds_leaves_it_at_no(pair, declined):
    with pair.ca.active():
        _disagree(pair.ca, declined)
        row = _decide(pair.ca, declined, reopen=False)
        assert row.reopened is False
        assert queries.find(declined.id).state == ExchangeItem.REFUSED
        assert escalation.waiting("RCMP") == []
        with pytest.raises(AlreadyDecided):
            _decide(pair.ca, declined, reopen=True)
        with pytest.raises(AlreadyDecided):
            _disagree(pair.ca, declined)
        acts = list(GateDecision.objects.filter(item=declined).order_by("leaf_index").values_list("action", flat=True))
        assert acts[-3:] == ["decline", "escalate", "escalate.decide"]


def test_what_the_law_forbids_by_now_is_not_reopened(pair, declined):
    from countersign.oversight import risk

    with pair.ca.active():
        _disagree(pair.ca, declined)
        risk.RiskAssessment.objects.update(mitigated="substantial_unmitigable")
        _decide(pair.ca, declined, reopen=True)
        assert queries.find(declined.id).state == ExchangeItem.REFUSED


def test_only_a_deputy_disagrees_only_a_head_decides_and_neither_in_an_own_matter(pair, declined):
    with pair.ca.active():
        with pytest.raises(RoleRequired):
            _disagree(pair.ca, declined, "releaser")
        officers_of.give("second", "executive", "head")
        with pytest.raises(ApprovalRefused):
            _disagree(pair.ca, declined, "second")
        officers_of.give("executive", "head")
        _disagree(pair.ca, declined)
        with pytest.raises(RoleRequired):
            _decide(pair.ca, declined, "releaser", reopen=True)
        for login in ("second", "executive"):
            with pytest.raises(ApprovalRefused):
                _decide(pair.ca, declined, login, reopen=True)


def test_what_the_gate_refused_or_nobody_declined_has_no_escalation(pair):
    with pair.ca.active():
        item = gate.propose(pair.ca.house, officers_of.find("drafter"), officers_of.request(pair.ca)).item
        with pytest.raises(NotFound):
            _disagree(pair.ca, item)
