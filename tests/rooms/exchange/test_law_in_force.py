"""Nothing is decided under a law that two people have not signed, nor in a workstream that counsel has not opened."""

from __future__ import annotations

import dataclasses

import pytest
from support import officers_of

from countersign.charter import packs
from countersign.charter.errors import FourEyesRequired, RoleRequired
from countersign.charter.models import Alarm
from countersign.exchange import gate, in_force, replay
from countersign.exchange.errors import ApprovalRefused, GateRefused
from countersign.exchange.models import ExchangeItem, GateDecision, LawAdoption, PolicyVersion
from countersign.law import beside, opening


@pytest.fixture
def unsigned(pair):
    """Canada's node as after an update: the law on its disk is signed by nobody."""
    with pair.ca.active():
        LawAdoption.objects.all().delete()
    return pair.ca


def _adopt(node, login, role, *, signer=None):
    signature = officers_of.sign(node, signer or login, in_force.message(node.house, role))
    return in_force.adopt(node.house, officers_of.find(login), role=role, signature=signature)


def _propose(node):
    return gate.propose(node.house, officers_of.find("drafter"), officers_of.request(node))


def _refused(node):
    with pytest.raises(GateRefused) as refused:
        _propose(node)
    return [rule["rule"] for rule in refused.value.diagnostics()["rules"]]


def test_a_law_signed_by_nobody_or_by_one_decides_nothing_and_says_so(unsigned):
    with unsigned.active():
        assert beside.NOT_ADOPTED.id in _refused(unsigned)
        assert _adopt(unsigned, "legal", "legal") is False
        assert beside.NOT_ADOPTED.id in _refused(unsigned)
        assert Alarm.objects.filter(code=in_force.ALARM, closed_at=None).exists()
        assert _adopt(unsigned, "executive", "executive") is True
        assert not Alarm.objects.filter(code=in_force.ALARM, closed_at=None).exists()
        assert _propose(unsigned).item.state == ExchangeItem.PROPOSED


def test_both_signatures_are_on_record_with_the_texts_they_adopt(unsigned):
    with unsigned.active():
        _adopt(unsigned, "legal", "legal")
        _adopt(unsigned, "executive", "executive")
        assert GateDecision.objects.filter(action="law.adopt").count() >= 2
        assert PolicyVersion.objects.filter(version=unsigned.house.policies.version).exists()


def test_one_person_in_both_roles_is_refused(unsigned):
    with unsigned.active():
        officers_of.give("legal", "executive")
        _adopt(unsigned, "legal", "legal")
        with pytest.raises(FourEyesRequired):
            _adopt(unsigned, "legal", "executive")


def test_a_role_that_does_not_adopt_one_not_held_or_a_signature_of_another_is_refused(unsigned):
    with unsigned.active():
        with pytest.raises(ApprovalRefused):
            _adopt(unsigned, "releaser", "releaser")
        with pytest.raises(RoleRequired):
            _adopt(unsigned, "releaser", "legal")
        with pytest.raises(ApprovalRefused):
            _adopt(unsigned, "legal", "legal", signer="executive")


def test_a_changed_pack_is_another_version_and_waits_again(pair, monkeypatch):
    with pair.ca.active():
        assert in_force.is_adopted(pair.ca.house)
        monkeypatch.setattr(packs, "digest", lambda: "0" * 64)
        assert beside.NOT_ADOPTED.id in _refused(pair.ca)


def test_a_change_of_any_file_of_any_pack_changes_the_digest(tmp_path):
    folder = tmp_path / "packs" / "xx"
    folder.mkdir(parents=True)
    (folder / "state.toml").write_text("code = 1")
    before = packs.digest_of((tmp_path,))
    packs.digest_of.cache_clear()
    (folder / "state.toml").write_text("code = 2")
    assert packs.digest_of((tmp_path,)) != before


def test_outside_a_demonstration_a_workstream_is_closed_until_every_rule_that_bears_on_it_is_confirmed(
    pair, monkeypatch
):
    with pair.ca.active():
        real = dataclasses.replace(pair.ca.house, demonstration=False)
        pair.ca.house, demonstration = real, pair.ca.house
        try:
            assert beside.NOT_CONFIRMED.id in _refused(pair.ca)
            monkeypatch.setattr(opening, "unconfirmed", lambda _policies, **_asked: ())
            assert _propose(pair.ca).item.state == ExchangeItem.PROPOSED
        finally:
            pair.ca.house = demonstration


def test_a_signature_that_no_longer_verifies_counts_for_nothing(pair):
    with pair.ca.active():
        LawAdoption.objects.filter(role="legal").update(signature=b"\0" * 64)
        assert beside.NOT_ADOPTED.id in _refused(pair.ca)


def test_a_no_of_the_node_itself_is_replayed_as_that(unsigned):
    with unsigned.active():
        _refused(unsigned)
        row = GateDecision.objects.filter(action="Ask").latest("leaf_index")
        found = replay.replay(unsigned.house, officers_of.find("reviewer"), row.id)
        assert found.record["fired"][0]["id"] == beside.NOT_ADOPTED.id
        assert beside.NOT_ADOPTED.id not in [rule.id for rule in found.again.fired]
