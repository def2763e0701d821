"""What must be in order before people approve: the risk assessed by a third person, conditions on record, caveats attached."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support import flow, officers_of

from countersign.charter import packs
from countersign.charter.errors import RoleRequired
from countersign.exchange import contents, gate, judging, queries, records
from countersign.exchange.errors import ApprovalRefused, ContentInvalid, GateRefused
from countersign.exchange.models import Approval, ExchangeItem
from countersign.kernel import clock
from countersign.kernel.errors import Conflict, InvalidInput, NotFound
from countersign.law.errors import MarkingRefused
from countersign.oversight import assurances, risk
from countersign.oversight.models import RiskAssessment, RiskProfile

find, request = officers_of.find, officers_of.request


@pytest.fixture
def engine():
    """Rules of the room, not of the database: SQLite is enough."""
    return "sqlite"


def _propose(node, **changes):
    return gate.propose(node.house, find("drafter"), request(node, **changes))


def test_canada_asks_for_an_assessment_with_citation_and_remedy_and_nobody_can_approve_before(pair):
    with pair.ca.active():
        outcome = _propose(pair.ca)
        rule = outcome.decision.fired[0]
        assert (rule.id, "ACMFEA" in rule.citation, "risk officer" in rule.remedy) == (
            "CA-ACMFEA-UNASSESSED",
            True,
            True,
        )
        with pytest.raises(GateRefused):
            flow.approve(pair.ca, outcome.item, "releaser", "releaser")
        assert not Approval.objects.exists()
        officers_of.assess(pair.ca, outcome.item)
        flow.approve(pair.ca, outcome.item, "releaser", "releaser")
        assert flow.approve(pair.ca, outcome.item, "second", "second_officer").item.state == ExchangeItem.RELEASED


def test_the_drafter_does_not_assess_the_own_draft(pair):
    with pair.ca.active():
        officers_of.give("drafter", "risk_officer")
        item = _propose(pair.ca).item
        with pytest.raises(ApprovalRefused):
            risk.assess(pair.ca.house, find("drafter"), item.id, bare="low", mitigated="low", mitigation=[])


def test_an_assessment_counts_for_exactly_the_persons_it_was_made_for(pair):
    with pair.ca.active():
        item = _propose(pair.ca).item
        officers_of.assess(pair.ca, item)
        content = contents.read(pair.ca.house, item).content
        assert risk.finding(item.id, content, "IN").level == "low"
        other = content | {"subjects": [content["subjects"][0] | {"born_on": "1991-01-01"}]}
        assert risk.finding(item.id, other, "IN").level == "not_assessed"


@pytest.mark.parametrize(
    ("bare", "mitigated", "mitigation", "field"),
    [
        ("substantial_mitigable", "low", [], "mitigation"),
        ("low", "undetermined", ["caveat"], "mitigated"),
        ("substantial_unmitigable", "low", ["assurance"], "mitigated"),
        ("low", "low", ["prayer"], "mitigation"),
        ("dire", "low", [], "bare"),
        ("none_identified", "none_identified", [], "bare"),
    ],
)
def test_an_assessment_that_does_not_hold_together_names_the_field(pair, bare, mitigated, mitigation, field):
    with pair.ca.active():
        item = _propose(pair.ca).item
        with pytest.raises(InvalidInput) as refused:
            risk.assess(pair.ca.house, find("risk"), item.id, bare=bare, mitigated=mitigated, mitigation=mitigation)
        assert refused.value.field == field
        assert not RiskAssessment.objects.exists()


def test_bare_and_mitigated_risk_are_kept_apart_and_substantial_risk_asks_for_what_the_directions_ask(pair):
    with pair.ca.active():
        item = _propose(pair.ca, evaluation={"source": "B", "information": "2"}).item
        row = risk.assess(
            pair.ca.house, find("risk"), item.id, bare="substantial_mitigable", mitigated="substantial_mitigable",
            mitigation=["caveat", "assurance"],
        )  # fmt: skip
        assert (row.bare, row.mitigated, row.mitigation) == (
            "substantial_mitigable",
            "substantial_mitigable",
            ["assurance", "caveat"],
        )
        decision = gate.standing(pair.ca.house, item)
        assert decision.missing("conditions") == {"assurance_no_mistreatment"}
        assert "senior_officer" in decision.missing("approvals")
        today = clock.now().date()
        assurances.register(
            pair.ca.house, find("legal"), code="assurance_no_mistreatment", case_ref=item.case.reference, given_by="NIA",
            document="Note 12 (invented)", given_on=today, valid_until=today + timedelta(days=365),
        )  # fmt: skip
        for login, role in (("releaser", "releaser"), ("second", "second_officer"), ("senior", "senior_officer")):
            outcome = flow.approve(pair.ca, item, login, role)
        assert outcome.item.state == ExchangeItem.RELEASED


def test_risk_that_cannot_be_mitigated_ends_it(pair):
    with pair.ca.active():
        item = _propose(pair.ca).item
        officers_of.assess(pair.ca, item, level="substantial_unmitigable")
        with pytest.raises(GateRefused) as refused:
            flow.approve(pair.ca, item, "releaser", "releaser")
        assert refused.value.diagnostics()["rules"][0]["rule"] == "INTL-TORTURE-UNMITIGABLE"


def test_without_a_profile_in_date_nothing_can_be_assessed(pair):
    with pair.ca.active():
        RiskProfile.objects.all().delete()
        item = _propose(pair.ca).item
        with pytest.raises(NotFound):
            officers_of.assess(pair.ca, item)


def test_a_profile_is_dated_by_a_risk_officer_and_for_another_state(pair):
    from countersign.kernel import clock

    today = clock.now().date()
    good = {"state": "IN", "authority": "NIA", "level": "low", "sources": "invented", "dated": today}
    wrong = [
        ({"authority": "RCMP", "state": "CA"}, "authority"),
        ({"authority": "NOBODY"}, "authority"),
        ({"level": "fine"}, "level"),
        ({"sources": " "}, "sources"),
        ({"dated": today.replace(year=today.year - 2)}, "dated"),
        ({"dated": today.replace(year=today.year + 1)}, "dated"),
    ]
    with pair.ca.active():
        for change, field in wrong:
            with pytest.raises(InvalidInput) as refused:
                risk.profile(pair.ca.house, find("risk"), **good | change)
            assert refused.value.field == field
        with pytest.raises(RoleRequired):
            risk.profile(pair.ca.house, find("legal"), **good)


def test_a_legal_adviser_records_conditions_once_with_a_document_and_never_for_the_own_draft(pair):
    with pair.ca.active():
        item = _propose(pair.ca).item
        put = {"code": "consent", "reference": "Form 3 (invented)"}
        records.put(pair.ca.house, find("legal"), item.id, **put)
        with pytest.raises(Conflict):
            records.put(pair.ca.house, find("legal"), item.id, **put)
        with pytest.raises(InvalidInput, match="code"):
            records.put(pair.ca.house, find("legal"), item.id, code="risk_assessed", reference="x")
        with pytest.raises(InvalidInput, match="reference"):
            records.put(pair.ca.house, find("legal"), item.id, code="opc_notified", reference=" ")
        with pytest.raises(RoleRequired):
            records.put(pair.ca.house, find("releaser"), item.id, code="opc_notified", reference="x")
        officers_of.give("drafter", "legal")
        with pytest.raises(ApprovalRefused):
            records.put(pair.ca.house, find("drafter"), item.id, code="opc_notified", reference="x")


def test_another_states_information_waits_for_its_owner(pair):
    with pair.ca.active():
        sheet = {"origin": "third_state", "owner": "Invented Republic", "political": "none", "tainted": "none"}
        item = _propose(pair.ca, home=sheet).item
        officers_of.assess(pair.ca, item)
        assert "originator" in gate.standing(pair.ca.house, item).missing("approvals")
        records.put(pair.ca.house, find("legal"), item.id, code="originator_consent", reference="Letter 4 (invented)")
        assert "originator" not in gate.standing(pair.ca.house, item).missing("approvals")


def test_caveats_are_attached_by_the_node_with_their_text_and_nobody_may_bring_own_ones(pair):
    with pair.ca.active():
        item = _propose(pair.ca).item
        caveats = {c["code"]: c["text"] for c in contents.read(pair.ca.house, item).content["caveats"]}
        assert {"C_ORCON", "C_PURPOSE", "C_CORRECT", "C_NOEVID", "C_NOMISTREAT"} <= set(caveats)
        assert all(packs.caveat_texts()[code] == text for code, text in caveats.items())
        with pytest.raises(InvalidInput, match="caveats"):
            _propose(pair.ca, caveats=[{"code": "C_ORCON", "text": "Do as you like."}])


def test_a_caveat_whose_text_was_changed_counts_for_nothing(pair):
    with pair.ca.active():
        item = _propose(pair.ca).item
        officers_of.assess(pair.ca, item)
        kept = contents.read(pair.ca.house, item)
        weaker = [c | {"text": "Do as you like."} if c["code"] == "C_ORCON" else c for c in kept.content["caveats"]]
        kept = contents.Kept(kept.content | {"caveats": weaker}, kept.salt, kept.blobs, kept.sheet)
        assert "C_ORCON" in judging.judge(pair.ca.house, item, kept, ()).missing("caveats")


def test_a_minor_and_an_unknown_age_are_seen_from_the_date_of_birth(pair):
    with pair.ca.active():
        child = officers_of.person() | {"born_on": "2015-05-05"}
        item = _propose(pair.ca, subjects=[child], purpose="investigation").item
        caveats = {c["code"] for c in contents.read(pair.ca.house, item).content["caveats"]}
        assert "C_YOUTH" in caveats
        nobody = {name: value for name, value in officers_of.person().items() if name != "born_on"}
        unknown = _propose(pair.ca, subjects=[nobody])
        assert "legal_adviser" in unknown.decision.missing("approvals")


@pytest.mark.parametrize("level", ["SECRET", "TOP SECRET", "CONFIDENTIAL", "PROTECTED C"])
def test_a_classified_marking_is_refused_in_code(pair, level):
    with pair.ca.active(), pytest.raises(MarkingRefused):
        _propose(pair.ca, marking={"level": level})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"home": None}, "home"),
        ({"home": {"origin": "own", "political": "none"}}, "home.tainted"),
        ({"home": {"origin": "own", "political": "none", "tainted": "none", "persons": ["wizard"]}}, "home.persons"),
        ({"home": {"origin": "own", "political": "none", "tainted": "none", "data": ["gossip"]}}, "home.data"),
        ({"home": {"origin": "mine", "political": "none", "tainted": "none"}}, "home.origin"),
        ({"to_authority": "NOBODY"}, "to_authority"),
        ({"marking": {"level": "SECRETISH"}}, "marking.level"),
        ({"purpose": "fishing"}, "purpose"),
    ],
)
def test_what_is_missing_or_misspelt_is_named(pair, changes, field):
    with pair.ca.active():
        with pytest.raises((ContentInvalid, InvalidInput)) as refused:
            _propose(pair.ca, **changes)
        assert refused.value.field == field
        assert not ExchangeItem.objects.exists()


def test_the_home_sheet_never_leaves(pair):
    sheet = {
        "origin": "third_agency",
        "owner": "Owner Canary (invented)",
        "political": "none",
        "tainted": "none",
        "note": "Note Canary",
    }
    with pair.ca.active():
        item = _propose(pair.ca, home=sheet).item
        officers_of.assess(pair.ca, item)
        records.put(pair.ca.house, find("legal"), item.id, code="originator_consent", reference="Letter 5")
        for login, role in (("releaser", "releaser"), ("second", "second_officer")):
            flow.approve(pair.ca, item, login, role)
    flow.arrive(pair, pair.ca)
    with pair.in_.active():
        assert "Canary" not in str(contents.read(pair.in_.house, queries.find(item.id)))
