"""An assurance is an object with dates: it meets its condition in its case while it is in date and unbroken, and no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support import flow, officers_of

from countersign.charter.errors import RoleRequired
from countersign.exchange import gate, queries, records
from countersign.exchange.errors import AlreadyDecided
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput, NotFound
from countersign.oversight import assurances, risk
from countersign.oversight.models import LateLook

find = officers_of.find
NEED = "condition:assurance_no_mistreatment"


@pytest.fixture
def waiting(pair):
    """An item of Canada about a person at substantial risk, which waits for an assurance."""
    with pair.ca.active():
        draft = officers_of.request(pair.ca, evaluation={"source": "B", "information": "2"})
        item = gate.propose(pair.ca.house, find("drafter"), draft).item
        level = "substantial_mitigable"
        risk.assess(pair.ca.house, find("risk"), item.id, bare=level, mitigated=level, mitigation=["assurance"])
        assert NEED in queries.find(item.id).needs
    return item


def _register(node, **changes):
    today = clock.now().date()
    given = {
        "code": "assurance_no_mistreatment", "case_ref": "TEST-0001", "given_by": "NIA", "document": "Note 12 (invented)",
        "given_on": today, "valid_until": today + timedelta(days=30),
    } | changes  # fmt: skip
    return assurances.register(node.house, find("legal"), **given)


def _needed(item):
    return NEED in queries.find(item.id).needs


def test_it_meets_its_condition_in_its_case_and_in_no_other(pair, waiting):
    with pair.ca.active():
        other = gate.propose(pair.ca.house, find("drafter"), officers_of.request(pair.ca, case_ref="TEST-0002")).item
        _register(pair.ca, case_ref=other.case.reference)
        assert _needed(waiting)
        _register(pair.ca, code="assurance_no_onward")
        assert _needed(waiting)
        _register(pair.ca)
        assert not _needed(waiting)


def test_out_of_date_it_meets_nothing(pair, waiting):
    with pair.ca.active():
        _register(pair.ca)
        with flow.at(clock.now() + timedelta(days=31)):
            assert "assurance_no_mistreatment" in gate.standing(pair.ca.house, waiting).missing("conditions")


def test_broken_or_in_doubt_it_meets_nothing_at_once_and_what_left_is_looked_at(pair, waiting):
    with pair.ca.active():
        row = _register(pair.ca)
        assurances.breach(pair.ca.house, find("risk"), row.id, finding="in_doubt")
        assert _needed(waiting)
        assert LateLook.objects.filter(cause="assurance", done_at=None).exists()
        with pytest.raises(AlreadyDecided):
            assurances.breach(pair.ca.house, find("risk"), row.id, finding="broken")


def test_it_is_not_put_on_record_as_a_bare_word(pair, waiting):
    with pair.ca.active(), pytest.raises(InvalidInput):
        records.put(pair.ca.house, find("legal"), waiting.id, code="assurance_no_mistreatment", reference="Note 12")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "assurance_of_love"}, "code"), ({"given_by": "RCMP"}, "given_by"), ({"document": " "}, "document"),
        ({"document": "x" * 201}, "document"), ({"valid_until": clock.now().date() - timedelta(days=1)}, "valid_until"),
        ({"given_on": clock.now().date() + timedelta(days=2)}, "valid_until"),
        ({"valid_until": clock.now().date() + timedelta(days=9_999)}, "valid_until"),
    ],
)  # fmt: skip
def test_what_cannot_be_names_the_field(pair, waiting, changes, field):
    with pair.ca.active(), pytest.raises(InvalidInput) as refused:
        _register(pair.ca, **changes)
    assert refused.value.diagnostics()["field"] == field


def test_a_case_of_nobody_and_a_person_who_is_no_legal_adviser_are_refused(pair, waiting):
    today = clock.now().date()
    with pair.ca.active():
        with pytest.raises(NotFound):
            _register(pair.ca, case_ref="NO-SUCH-CASE")
        row = _register(pair.ca)
        with pytest.raises(RoleRequired):
            assurances.breach(pair.ca.house, find("releaser"), row.id, finding="broken")
        with pytest.raises(RoleRequired):
            assurances.register(
                pair.ca.house, find("releaser"), code="assurance_no_onward", case_ref="TEST-0001", given_by="NIA",
                document="x", given_on=today, valid_until=today + timedelta(days=1),
            )  # fmt: skip


def test_its_breach_is_told_in_codes_that_two_people_release(pair, waiting):
    with pair.ca.active():
        header = {name: value for name, value in officers_of.request(pair.ca).items()
                  if name in ("version", "case_ref", "from_authority", "to_state", "to_authority", "purpose")}  # fmt: skip
        draft = header | {"kind": "assurance.breach", "assurance": "assurance_no_mistreatment", "given_on": "2026-03-01",
                          "finding": "broken", "learned_on": "2026-03-02"}  # fmt: skip
        assert officers_of.release(pair.ca, draft).state == "released"
