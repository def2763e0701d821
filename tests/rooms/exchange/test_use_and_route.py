"""What may be done with a received item, and passing it on at home: the caveats are enforced, and the originator is asked."""

from __future__ import annotations

import pytest
from support import flow, officers_of

from countersign.charter import officers
from countersign.charter.errors import RoleRequired
from countersign.exchange import contents, decisions, queries, routing, use
from countersign.exchange.errors import ApprovalRefused, GateRefused, NotYours
from countersign.exchange.models import ExchangeItem, GateDecision, Permission
from countersign.exchange.use import Purpose
from countersign.kernel.errors import Conflict, InvalidInput

find = officers_of.find


@pytest.fixture
def given(pair):
    """A reply that Canada holds: under originator control, for leads only."""
    request = flow.send(pair, pair.ca, officers_of.request(pair.ca))
    flow.take(pair.in_, request.id, admit=True)
    return flow.send(pair, pair.in_, officers_of.reply(pair.in_, request.id)).id


def _use(pair, name, **meant):
    return use.require(pair.ca.house, find("desk"), queries.find(name), Purpose(**meant))


def test_reading_and_exporting_for_the_items_purpose_is_allowed_and_logged(pair, given):
    with pair.ca.active():
        for kind in ("read", "export"):
            assert _use(pair, given, use=kind).allowed
        assert GateDecision.objects.filter(action="Use", allowed=True, item_id=given).count() == 2


@pytest.mark.parametrize(
    ("meant", "rule"),
    [
        ({"use": "onward_agency", "recipient": "CBSA"}, "USE-ORCON"),
        ({"use": "onward_state", "recipient": "Third State (invented)"}, "USE-ORCON"),
        ({"use": "private_body", "recipient": "Example Bank"}, "USE-ORCON"),
        ({"use": "court"}, "USE-NOEVID"),
        ({"use": "export", "purpose": "immigration_removal"}, "USE-PURPOSE"),
    ],
)
def test_a_use_beyond_the_caveats_is_refused_with_the_message_to_send(pair, given, meant, rule):
    with pair.ca.active():
        with pytest.raises(GateRefused) as refused:
            _use(pair, given, **meant)
        told = {row["rule"]: row["remedy"] for row in refused.value.diagnostics()["rules"]}
        assert "permission." in told[rule]
        assert GateDecision.objects.filter(action="Use", allowed=False, item_id=given).count() == 1


def _permission(pair, given, kind, **members):
    header = officers_of.request(pair.ca)
    names = ("version", "case_ref", "from_authority", "to_state", "to_authority", "purpose", "necessity", "home")
    asked = flow.send(
        pair, pair.ca, {n: header[n] for n in names} | {"kind": kind, "act": "ask", "item": given} | members
    )
    header = officers_of.request(pair.in_)
    grant = {n: header[n] for n in names if n not in ("necessity", "home")}
    sheet = {"home": header["home"], "necessity": "Invented."} if members.get("recipient") else {}
    flow.send(
        pair, pair.in_, grant | {"kind": kind, "act": "grant", "item": given, "answers": asked.id} | members | sheet
    )
    return asked


def test_court_use_is_asked_granted_and_then_allowed(pair, given):
    asked = _permission(pair, given, "permission.court_use")
    with pair.ca.active():
        assert _use(pair, given, use="court").allowed
        assert queries.clock_of(queries.find(asked.id)).state == "answered"


def test_a_grant_covers_the_recipient_it_names_and_nobody_else(pair, given):
    _permission(pair, given, "permission.onward", recipient="CBSA")
    with pair.ca.active():
        assert _use(pair, given, use="onward_agency", recipient="CBSA").allowed
        for other in ("FINTRAC", "cbsa", "CBSA and others"):
            with pytest.raises(GateRefused):
                _use(pair, given, use="onward_agency", recipient=other)


def test_a_grant_ends_with_its_last_day(pair, given, clock_at):
    from countersign.kernel import clock

    _permission(pair, given, "permission.court_use", until=clock.now().date().isoformat())
    with pair.ca.active():
        assert _use(pair, given, use="court").allowed
        clock_at.advance(86_400)
        with pytest.raises(GateRefused):
            _use(pair, given, use="court")


def test_a_grant_that_answers_no_request_of_ours_gives_nothing(pair, given):
    header = officers_of.request(pair.in_)
    names = ("version", "case_ref", "from_authority", "to_state", "to_authority", "purpose")
    wrong = {n: header[n] for n in names} | {
        "kind": "permission.court_use",
        "act": "grant",
        "item": given,
        "answers": given,
    }
    with pair.in_.active(), pytest.raises(InvalidInput):
        officers_of.release(pair.in_, wrong)
    with pair.ca.active():
        assert not Permission.objects.exists()


def test_a_frozen_item_is_not_used_at_all(pair, given):
    with pair.ca.active():
        ExchangeItem.objects.filter(id=given).update(state=ExchangeItem.FROZEN)
        with pytest.raises(GateRefused) as refused:
            _use(pair, given, use="read")
        assert "USE-FROZEN" in str(refused.value)


@pytest.mark.parametrize("meant", [{"use": "gossip"}, {"use": "none"}, {"use": "onward_agency"}])
def test_a_use_that_is_none_names_the_field(pair, given, meant):
    with pair.ca.active(), pytest.raises(InvalidInput):
        _use(pair, given, **meant)


def _route(pair, name, to, *, login="desk", approver="releaser", signer=None):
    item = queries.find(name)
    signature = officers_of.sign(pair.ca, signer or approver, routing.message(item, to))
    return routing.route(pair.ca.house, find(login), name, to=to, approver=find(approver), signature=signature)


def test_originator_control_keeps_an_item_with_its_agency_until_the_originator_consents(pair, given):
    with pair.ca.active(), pytest.raises(GateRefused) as refused:
        _route(pair, given, "CBSA")
    assert "ROUTE-ORCON" in str(refused.value.diagnostics()["rules"])
    _permission(pair, given, "permission.onward", recipient="CBSA")
    with pair.ca.active():
        copy = _route(pair, given, "CBSA")
        assert (copy.authority, copy.routed_from_id) == ("CBSA", given)
        assert contents.read(pair.ca.house, copy).content["kind"] == "reply"
        with pytest.raises(NotYours):
            queries.read(pair.ca.house, find("desk"), copy.id)
        decision = GateDecision.objects.filter(action="Route", allowed=True).get()
        beside = decisions.read_record(pair.ca.house, decision)["beside"]
        assert (beside["to"], beside["officer"]) == ("CBSA", find("desk").id)


def test_routing_takes_two_people_an_own_authority_and_the_releasers_own_signature(pair, given):
    with pair.ca.active():
        officers_of.give("releaser", "desk")
        with pytest.raises(InvalidInput):
            _route(pair, given, "CBSA", login="releaser")
        with pytest.raises(ApprovalRefused):
            _route(pair, given, "CBSA", signer="second")
        with pytest.raises(RoleRequired):
            _route(pair, given, "CBSA", approver="legal")
        with pytest.raises(InvalidInput):
            _route(pair, given, "NIA")
        with pytest.raises(Conflict):
            _route(pair, given, "RCMP")
        assert not ExchangeItem.objects.exclude(routed_from=None).exists()


def test_an_officer_of_another_authority_asks_for_nothing(pair, given):
    with pair.ca.active():
        key = officers.create_key_file(pair.ca.home / "officers" / "cbsa.key")
        cbsa = officers.enrol(
            pair.ca.house.pack, login="cbsa", name="Invented", authority="CBSA", roles=["desk"], public_key=key
        )
        with pytest.raises(NotYours):
            use.require(pair.ca.house, cbsa, queries.find(given), Purpose("read"))
