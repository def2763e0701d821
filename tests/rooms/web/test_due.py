"""What is due, and who waits on whom: each role sees its own work first, and nothing that is not its authority's."""

from __future__ import annotations

import pytest
from support import flow, officers_of, web_of
from support.desk_of import Visitor, text

from countersign.exchange import gate
from countersign.web.desk import due


@pytest.fixture
def ca(pair):
    with web_of.serving(pair.ca):
        yield pair.ca


def _due(node, login):
    return [(row.what, row.who, row.whom, row.mine, row.page) for row in due.rows(node.house, officers_of.find(login))]


def test_a_received_request_waits_on_the_desk_step_by_step(pair, ca):
    item = flow.send(pair, pair.in_, officers_of.request(pair.in_))
    assert _due(ca, "desk") == [("Take in hand", "India", "Desk (single point of contact)", True, "item")]
    assert _due(ca, "releaser") == [("Take in hand", "India", "Desk (single point of contact)", False, "item")]
    flow.take(ca, item.id)
    assert _due(ca, "desk")[0][::4] == ("Find in order before any search", "admit")
    assert _due(ca, "legal")[0][3] is True
    assert _due(ca, "drafter")[0][3] is False
    with ca.active():
        from countersign.oversight import admission

        admission.admit(ca.house, officers_of.find("desk"), item.id, found=admission.QUESTIONS)
    assert _due(ca, "drafter")[0][::4] == ("Answer", "answer")


def test_a_proposal_waits_first_on_the_risk_officer_then_on_two_approvers(ca):
    item = gate.propose(ca.house, officers_of.find("drafter"), officers_of.request(ca)).item
    assert [row[2:4] for row in _due(ca, "risk")] == [("Risk officer", True)]
    assert [row[3] for row in _due(ca, "releaser")] == [False]
    officers_of.assess(ca, item)
    assert {row[2] for row in _due(ca, "releaser")} == {"Releasing officer", "Second officer"}
    assert [row[2] for row in _due(ca, "releaser") if row[3]] == ["Releasing officer"]
    flow.approve(ca, item, "releaser", "releaser")
    assert [row[2:4] for row in _due(ca, "releaser")] == [("Second officer", False)]
    flow.approve(ca, item, "second", "second_officer")
    assert [row[0] for row in _due(ca, "drafter")] == ["Answer to us"]


def test_a_held_item_waits_and_nothing_says_on_whom(ca):
    from countersign.oversight import protection

    protection.load_register(b"k" * 32, [officers_of.person()])
    item = gate.propose(ca.house, officers_of.find("drafter"), officers_of.request(ca)).item
    officers_of.assess(ca, item)
    for login, role in (("releaser", "releaser"), ("second", "second_officer")):
        flow.approve(ca, item, login, role)
    for login in ("drafter", "releaser", "risk", "legal"):
        assert [row[:4] for row in _due(ca, login)] == [
            ("Held; it goes on by itself", "Drafting officer", "the hold", False)
        ]


def test_an_administrator_sees_alarms_and_no_item(pair, ca):
    flow.send(pair, pair.in_, officers_of.request(pair.in_))
    from countersign.charter import alarms

    alarms.raise_alarm("OUTBOX_OLD", "in.example")
    assert [row[4] for row in _due(ca, "admin1")] == ["health"]
    assert "Take in hand" not in text(Visitor(ca, "admin1").get("/"))


def test_the_live_part_is_asked_without_the_frame(ca):
    part = Visitor(ca, "desk").get("/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "Nothing is due" in part


def test_many_open_cases_cost_few_queries(pair, ca):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost():
        with CaptureQueriesContext(connection) as seen:
            due.rows(ca.house, officers_of.find("desk"))
        return len(seen)

    flow.send(pair, pair.in_, officers_of.request(pair.in_, case_ref="MANY-0001"))
    few = cost()
    for number in range(2, 6):
        flow.send(pair, pair.in_, officers_of.request(pair.in_, case_ref=f"MANY-{number:04d}"))
    assert cost() == few
