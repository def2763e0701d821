"""The release gate as officers meet it: refused with reasons, approved by different people on exact bytes, released once."""

from __future__ import annotations

import pytest
from support import gate_of, nodes, officers_of, wire

from countersign.charter.errors import RoleRequired
from countersign.exchange import approvals, decisions, evidence, gate, intake, queries
from countersign.exchange.errors import AlreadyDecided, ApprovalRefused, ContentInvalid, GateRefused, NotYours
from countersign.exchange.models import Approval, ExchangeItem, GateDecision
from countersign.kernel.errors import CountersignError, InvalidInput
from countersign.link.models import OutItem
from countersign.oversight import admission

request = officers_of.request


@pytest.mark.parametrize("side", ["ca", "in_"])
def test_two_other_people_release_and_nobody_less(pair, side):
    node = getattr(pair, side)
    item = gate_of.propose(node)
    assert item.state == ExchangeItem.PROPOSED
    assert gate_of.approve(node, item, "releaser", "releaser").item.state == ExchangeItem.PROPOSED
    with node.active():
        assert not OutItem.objects.exists()
    assert gate_of.approve(node, item, "second", "second_officer").item.state == ExchangeItem.RELEASED
    with node.active():
        assert OutItem.objects.count() == 1


def test_the_drafter_cannot_approve(pair):
    item = gate_of.propose(pair.ca)
    with pair.ca.active():
        officers_of.give("drafter", "releaser")
    with pytest.raises(ApprovalRefused):
        gate_of.approve(pair.ca, item, "drafter", "releaser")


def test_one_person_with_both_roles_counts_once(pair):

    item = gate_of.propose(pair.ca)
    with pair.ca.active():
        officers_of.give("releaser", "second_officer")
    gate_of.approve(pair.ca, item, "releaser", "releaser")
    with pytest.raises(ApprovalRefused):
        gate_of.approve(pair.ca, item, "releaser", "second_officer")


def test_a_role_not_held_is_refused(pair):
    item = gate_of.propose(pair.ca)
    with pytest.raises(RoleRequired):
        gate_of.approve(pair.ca, item, "desk", "releaser")


def test_a_signature_by_another_key_is_refused(pair):
    item = gate_of.propose(pair.ca)
    with pair.ca.active():
        wrong = officers_of.sign(pair.ca, "second", approvals.message(item, "releaser"))
        officer = officers_of.find("releaser")
    with pair.ca.active(), pytest.raises(ApprovalRefused):
        gate.approve(pair.ca.house, officer, item.id, role="releaser", signature=wrong)


def test_an_approval_written_into_the_database_without_a_signature_releases_nothing(pair):
    item = gate_of.propose(pair.ca)
    with pair.ca.active():
        Approval.objects.create(
            item=item, officer=officers_of.find("second"), role="second_officer", digest=item.digest,
            signature=b"\0" * 64, at=item.created_at,
        )  # fmt: skip
    assert gate_of.approve(pair.ca, item, "releaser", "releaser").item.state == ExchangeItem.PROPOSED


def test_a_change_of_the_content_voids_what_was_approved(pair):
    item = gate_of.propose(pair.ca)
    gate_of.approve(pair.ca, item, "releaser", "releaser")
    with pair.ca.active():
        ExchangeItem.objects.filter(id=item.id).update(digest=b"o" * 32)
        item.refresh_from_db()
        assert approvals.valid(item) == []
    with pytest.raises(CountersignError):
        gate_of.approve(pair.ca, item, "second", "second_officer")
    with pair.ca.active():
        assert not OutItem.objects.exists()


def test_without_an_arrangement_the_refusal_names_rule_citation_and_remedy(unpeered):
    nodes.peer_up(unpeered, in_force=False)
    with pytest.raises(GateRefused) as refused:
        gate_of.propose(unpeered.ca)
    told = refused.value.diagnostics()
    assert told["rules"][0]["rule"] == "NO-GATEWAY"
    assert "Privacy Act" in told["rules"][0]["citation"]
    assert "arrangement" in told["rules"][0]["remedy"]
    with unpeered.ca.active():
        assert ExchangeItem.objects.get().state == ExchangeItem.REFUSED
        assert GateDecision.objects.get(action="Ask").allowed is False


@pytest.mark.parametrize("side", ["ca", "in_"])
def test_evidence_for_a_court_is_refused_with_the_way_of_mutual_legal_assistance(pair, side):
    with pytest.raises(GateRefused) as refused:
        gate_of.propose(getattr(pair, side), purpose="prosecution_evidence")
    assert "mutual legal assistance" in str(refused.value.diagnostics()["rules"])


def test_a_person_under_protection_is_held_and_the_two_states_of_the_check_look_alike(pair):
    from countersign.oversight import protection

    with pair.ca.active():
        protection.load_register(b"k" * 32, [officers_of.person()])
    hit = gate_of.propose(pair.ca)
    gate_of.approve(pair.ca, hit, "releaser", "releaser")
    held = gate_of.approve(pair.ca, hit, "second", "second_officer")
    with pair.ca.active():
        protection.ProtectionRegister.objects.all().delete()
    other = gate_of.propose(pair.ca)
    gate_of.approve(pair.ca, other, "releaser", "releaser")
    unavailable = gate_of.approve(pair.ca, other, "second", "second_officer")
    assert held.item.state == unavailable.item.state == ExchangeItem.HELD
    assert [rule.id for rule in held.decision.fired] == [rule.id for rule in unavailable.decision.fired]
    with pair.ca.active():
        assert not OutItem.objects.exists()


def test_a_held_item_goes_on_when_the_check_is_clear_again(pair):
    from countersign.oversight import protection

    with pair.ca.active():
        protection.ProtectionRegister.objects.all().delete()
    item = gate_of.propose(pair.ca)
    gate_of.approve(pair.ca, item, "releaser", "releaser")
    gate_of.approve(pair.ca, item, "second", "second_officer")
    with pair.ca.active():
        protection.load_register(b"k" * 32, [])
        assert gate.release_held(pair.ca.house) == 1
        assert OutItem.objects.count() == 1


def test_every_decision_is_stored_and_stands_in_the_decisions_log_under_its_commitment(pair):
    from countersign.kernel import cbor
    from countersign.ledger import queries as ledger
    from countersign.ledger.core.names import decisions_origin
    from countersign.ledger.models import Log

    gate_of.release(pair.ca)
    with pair.ca.active():
        rows = list(GateDecision.objects.filter(item__isnull=False, action="Ask").order_by("leaf_index"))
        assert [row.allowed for row in rows] == [False, False, True]
        log = Log.objects.get(origin=decisions_origin("ca.example"))
        for row in rows:
            record = decisions.read_record(pair.ca.house, row)
            leaf = cbor.decode(ledger.leaf(log, row.leaf_index))
            assert leaf[-1] == decisions.decision_commitment(bytes(row.salt), record)
            assert record["version"] == pair.ca.house.policies.version
            assert record["facts"]["releasing"] == "CA"


def test_a_decision_replayed_from_its_record_gives_the_same_answer(pair):
    from countersign.law import decide as law

    gate_of.release(pair.ca)
    with pair.ca.active():
        for row in GateDecision.objects.filter(action="Ask"):
            record = decisions.read_record(pair.ca.house, row)
            again = law.decide(
                pair.ca.house.policies, action=record["action"], principal="x", resource="y", facts=record["facts"]
            )
            assert again.allowed == row.allowed
            assert [rule.id for rule in again.fired] == [rule["id"] for rule in record["fired"]]


def test_a_request_is_delivered_with_its_clock_taken_and_answered(pair):
    item = gate_of.release(pair.ca)
    wire.settle(pair, pair.ca)
    with pair.in_.active():
        assert intake.apply_arrivals(pair.in_.house) == 1
        desk = officers_of.find("desk")
        received, kept = queries.read(pair.in_.house, desk, item.id)
        assert kept.content["question"] == request(pair.ca)["question"]
        assert queries.clock_of(received).words() == "due in 6 d 23 h"
        intake.take(pair.in_.house, desk, item.id)
        admission.admit(pair.in_.house, desk, item.id, found=admission.QUESTIONS)
    reply = officers_of.reply(pair.in_, item.id)
    with pair.in_.active():
        answer = gate.propose(pair.in_.house, officers_of.find("drafter"), reply).item
    gate_of.approve(pair.in_, answer, "releaser", "releaser")
    gate_of.approve(pair.in_, answer, "second", "second_officer")
    wire.settle(pair, pair.in_)
    with pair.ca.active():
        intake.apply_arrivals(pair.ca.house)
        assert queries.clock_of(queries.find(item.id)).state == "answered"
        assert OutItem.objects.get().handled == "accepted"


def test_an_item_takes_effect_once_however_often_the_inbox_is_applied(pair):
    gate_of.release(pair.ca)
    wire.settle(pair, pair.ca)
    with pair.in_.active():
        assert [intake.apply_arrivals(pair.in_.house) for _ in range(3)] == [1, 0, 0]
        assert ExchangeItem.objects.count() == 1


def test_content_that_fits_no_schema_is_answered_as_defective(pair):
    wire.release(pair, pair.ca, 1)
    wire.settle(pair, pair.ca)
    with pair.in_.active():
        intake.apply_arrivals(pair.in_.house)
        assert ExchangeItem.objects.get().state == ExchangeItem.DEFECTIVE
    wire.settle(pair, pair.in_)
    with pair.ca.active():
        assert OutItem.objects.get().handled == "refused"


def test_another_authority_and_the_administrator_read_nothing(pair):
    from countersign.charter.models import Officer

    item = gate_of.propose(pair.ca)
    with pair.ca.active():
        Officer.objects.filter(login="desk").update(authority="CBSA")
        with pytest.raises(NotYours):
            queries.read(pair.ca.house, officers_of.find("desk"), item.id)
    with pair.ca.active(), pytest.raises(NotYours):
        queries.read(pair.ca.house, officers_of.find("admin1"), item.id)


def test_a_declined_item_never_leaves(pair):
    item = gate_of.propose(pair.ca)
    with pair.ca.active():
        gate.decline(pair.ca.house, officers_of.find("releaser"), item.id, role="releaser", ground="DISPROPORTIONATE")
    with pytest.raises(AlreadyDecided):
        gate_of.approve(pair.ca, item, "second", "second_officer")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "request.everything"}, "kind"),
        ({"urgency": "yesterday"}, "urgency"),
        ({"necessity": ""}, "necessity"),
        ({"extra": 1}, "extra"),
        ({"question": "turned \u202e around"}, "question"),
        ({"from_authority": "CBSA"}, "from_authority"),
        ({"to_state": "ZZ"}, "to"),
    ],
)
def test_bad_input_names_the_field(pair, changes, field):
    with pytest.raises((ContentInvalid, InvalidInput, CountersignError)) as refused:
        gate_of.propose(pair.ca, **changes)
    assert field in refused.value.field
    with pair.ca.active():
        assert not ExchangeItem.objects.exists()


def test_evidence_of_a_delivered_item_verifies_for_both_sides(pair):
    from countersign.ledger.core import evidence as offline
    from countersign.ledger.core.statements import RootKey

    item = gate_of.release(pair.ca)
    wire.settle(pair, pair.ca)
    roots = {node.name: RootKey(node.name, node.root.public) for node in (pair.ca, pair.in_)}
    trusted = [root.fingerprint() for root in roots.values()]
    with pair.in_.active():
        intake.apply_arrivals(pair.in_.house)
    wire.settle(pair, pair.in_)
    for node in (pair.ca, pair.in_):
        with node.active():
            data = evidence.build(node.house, queries.find(item.id), roots[node.name], shown=frozenset({"/question"}))
        verdict = offline.verify(data, trusted=trusted)
        assert [part.name for part in verdict.opened] == ["/question"]
        assert any("STORED" in line for line in verdict.proved)


def test_an_item_that_cannot_be_applied_holds_its_own_channel_and_no_other(pair, monkeypatch):
    from countersign.charter import alarms
    from countersign.exchange import decisions as room

    first, second = gate_of.release(pair.ca), gate_of.release(pair.ca)
    urgent = gate_of.release(pair.ca, urgency="urgent")
    wire.settle(pair, pair.ca)
    right = room.record_act

    def refuse(house, item, *, act, facts):
        if item is not None and item.id == first.id:
            raise InvalidInput("cannot be filed.")
        return right(house, item, act=act, facts=facts)

    monkeypatch.setattr(room, "record_act", refuse)
    with pair.in_.active():
        assert intake.apply_arrivals(pair.in_.house) == 1
        assert [row.id for row in ExchangeItem.objects.all()] == [urgent.id]
        assert "ITEM_NOT_APPLIED" in {alarm.code for alarm in alarms.open_alarms()}
        monkeypatch.undo()
        assert intake.apply_arrivals(pair.in_.house) == 2
        assert {row.id for row in ExchangeItem.objects.all()} == {first.id, second.id, urgent.id}
