"""A controlled delivery is agreed only when both authorisations are there in time; silence and lateness are a no."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from support import flow, precursors_of, web_of
from support.desk_of import Visitor

from countersign.exchange import contents
from countersign.exchange.errors import ContentInvalid
from countersign.exchange.models import ExchangeItem
from countersign.kernel import clock
from countersign.streams.precursors.services import deliveries

head, incident = precursors_of.head, precursors_of.incident


AUTHORISED = {"provision": "NDPS Act s.50A", "reference": "TEST-AUTH-8", "dated": "2026-11-01"}


def _proposal(node, incident, days=30):
    begins = clock.now().date() + timedelta(days=days)
    return head(node) | {
        "kind": "delivery.proposal", "incident": incident.id, "begins_on": begins.isoformat(), "ends_on": begins.isoformat(),
        "transporter": "Invented Carriers (fictional)", "call_back": "desk",
        "authorisation": {"authority": "HEALTH-CANADA"} | AUTHORISED,
    }  # fmt: skip


def _states(pair, incident):
    found = []
    for node in (pair.ca, pair.in_):
        with node.active():
            found += [one.state for one in deliveries.of(node.house, ExchangeItem.objects.get(id=incident.id))]
    return found


def _answer(node, item, **told):
    return head(node) | {"kind": "delivery.answer", "answers": item.id, "call_back": "desk"} | told


def test_a_delivery_is_agreed_when_both_authorisations_are_there_in_time(ready, seized):
    asked = precursors_of.send(ready, ready.ca, _proposal(ready.ca, seized))
    assert _states(ready, seized) == ["open", "open"]
    precursors_of.send(
        ready, ready.in_, _answer(ready.in_, asked, outcome="agreed", authorisation={"authority": "CBN"} | AUTHORISED)
    )
    assert _states(ready, seized) == ["agreed", "agreed"]


def test_an_agreement_that_waits_at_home_until_too_late_is_not_agreed_there_either(ready, seized):
    """What counts is when it reached the other side, on both sides."""
    asked = precursors_of.send(ready, ready.ca, _proposal(ready.ca, seized, days=3))
    with ready.in_.active():
        precursors_of.release(
            ready.in_, _answer(ready.in_, asked, outcome="agreed", authorisation={"authority": "CBN"} | AUTHORISED)
        )
    with flow.at(clock.now() + timedelta(days=2, hours=12)):
        flow.arrive(ready, ready.in_)
        assert _states(ready, seized) == ["not_agreed", "not_agreed"]


def test_without_the_other_authorisation_a_day_before_it_is_not_agreed_by_itself(ready, seized):
    precursors_of.send(ready, ready.ca, _proposal(ready.ca, seized))
    begins = datetime.combine(clock.now().date() + timedelta(days=30), time(), UTC)
    with flow.at(begins - timedelta(hours=24, seconds=1)):
        assert _states(ready, seized) == ["open", "open"]
    with flow.at(begins - timedelta(hours=24)):
        assert _states(ready, seized) == ["not_agreed", "not_agreed"]


def test_a_refusal_or_an_agreement_that_came_late_is_not_agreed(ready, seized):
    asked = precursors_of.send(ready, ready.ca, _proposal(ready.ca, seized, days=1))
    precursors_of.send(
        ready, ready.in_, _answer(ready.in_, asked, outcome="agreed", authorisation={"authority": "CBN"} | AUTHORISED)
    )
    assert _states(ready, seized) == ["not_agreed", "not_agreed"]


@pytest.mark.parametrize(
    "told", [{"outcome": "agreed"}, {"outcome": "not_agreed", "authorisation": {"authority": "CBN"} | AUTHORISED}]
)
def test_an_agreement_without_its_authorisation_is_refused_at_entry(ready, seized, told):
    asked = precursors_of.send(ready, ready.ca, _proposal(ready.ca, seized))
    with ready.in_.active(), pytest.raises(ContentInvalid):
        precursors_of.release(ready.in_, _answer(ready.in_, asked, **told))


def test_a_delivery_is_proposed_on_the_incidents_page(ready, seized):
    begins = (clock.now().date() + timedelta(days=30)).isoformat()
    form = AUTHORISED | {
        "act": "deliver",
        "begins_on": begins,
        "ends_on": begins,
        "transporter": "Invented",
        "call_back": "desk",
    }
    address = f"/streams/precursors/incidents/{seized.id}"
    with web_of.serving(ready.ca):
        visitor = Visitor(ready.ca, "p-drafter")
        assert visitor.post(address, form | {"reference": ""}).status_code == 400
        assert visitor.post(address, form).status_code == 302
        item = ExchangeItem.objects.get(kind="delivery.proposal")
        assert contents.read(ready.ca.house, item).content["authorisation"]["authority"] == "HEALTH-CANADA"
