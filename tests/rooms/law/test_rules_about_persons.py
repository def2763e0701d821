"""Rules about children, detainees and death: what asks more, and what no word of an item opens."""

from __future__ import annotations

import pytest
from rooms.law.harmless import GATE, SETS, STATES, WORDS, cured, decide, everything, facts_of, ids
from rooms.law.tables_common import EVIDENCE, LIFE

BOTH = pytest.mark.parametrize("state", STATES)
ACTIONS = pytest.mark.parametrize("action", GATE)


@ACTIONS
@pytest.mark.parametrize(
    ("risk", "asked"),
    [
        ("not_assessed", {"conditions": {"risk_assessed"}}),
        ("none_identified", {}),
        ("low", {}),
        (
            "substantial_mitigable",
            {
                "conditions": {"mitigation_documented", "accuracy_characterised", "assurance_no_mistreatment"},
                "approvals": {"senior_officer"},
            },
        ),
        (
            "undetermined",
            {
                "conditions": {"mitigation_documented", "accuracy_characterised"},
                "approvals": {"deputy_head", "legal_adviser"},
            },
        ),
    ],
)
def test_canada_asks_more_the_less_sure_it_is_of_the_risk(action: str, risk: str, asked: dict) -> None:
    decision = decide("CA", facts_of("CA", mistreatment_risk=risk), action)
    missing = {name: set(decision.missing(name)) for name in ("approvals", "conditions", "caveats", "redactions")}
    assert {name: values for name, values in missing.items() if values} == asked
    assert decision.allowed is (not asked)


@ACTIONS
@pytest.mark.parametrize("penalty", WORDS.enums["max_penalty"])
def test_india_has_no_rule_on_the_penalty_and_canada_asks_only_where_death_is_possible(
    action: str, penalty: str
) -> None:
    for change in ({}, EVIDENCE):
        facts = {state: facts_of(state, max_penalty=penalty, **change) for state in STATES}
        assert "death_penalty" not in {rule.family for rule in decide("IN", facts["IN"], action).fired}
        families = {rule.family for rule in decide("CA", facts["CA"], action).fired}
        assert ("death_penalty" in families) is (penalty in ("death", "unknown"))


@ACTIONS
def test_capital_evidence_needs_both_the_assurance_and_the_minister(action: str) -> None:
    facts = cured("CA", facts_of("CA", **EVIDENCE | {"max_penalty": "death"}), action)
    assert decide("CA", facts, action).allowed
    for name, value in (("approvals", "minister"), ("conditions", "assurance_no_death_penalty")):
        lacking = facts | {name: [kept for kept in facts[name] if kept != value]}
        assert "INTL-DEATH-PROCEEDING" in ids(decide("CA", lacking, action))


@ACTIONS
def test_a_threat_to_life_takes_a_capital_lead_out_of_the_approval_and_never_out_of_the_caveat(action: str) -> None:
    facts = facts_of("CA", max_penalty="death", urgency="threat_to_life")
    assert ids(decide("CA", facts, action)) == {"INTL-DEATH-CAVEAT"}


@BOTH
@ACTIONS
def test_the_emergency_way_is_shut_without_the_deputy_head(state: str, action: str) -> None:
    facts = cured(state, facts_of(state, **LIFE), action)
    assert decide(state, facts, action).allowed
    facts["approvals"] = [kept for kept in facts["approvals"] if kept != "deputy_head"]
    assert not decide(state, facts, action).allowed


@BOTH
@ACTIONS
@pytest.mark.parametrize("purpose", WORDS.enums["purpose"])
def test_the_identity_of_a_child_victim_goes_out_only_to_protect_or_find_the_child(
    state: str, action: str, purpose: str
) -> None:
    fired = ids(decide(state, facts_of(state, subjects=["minor_victim"], purpose=purpose), action))
    protecting = purpose in ("victim_protection", "humanitarian")
    assert ("INTL-MINOR" in fired, "INTL-MINOR-APPROVAL" in fired) == (not protecting, protecting)
    assert "INTL-MINOR-CAVEAT" in fired


@BOTH
@ACTIONS
@pytest.mark.parametrize("age", WORDS.enums["age_status"])
def test_the_age_of_a_person_asks_for_the_caveat_or_the_adviser(state: str, action: str, age: str) -> None:
    fired = ids(decide(state, facts_of(state, age_status=age), action))
    expected = {
        "unknown": {"INTL-AGE-UNKNOWN"},
        "no_person": {"INTL-AGE-UNKNOWN"},
        "minor": {"INTL-MINOR-STATUS", {"CA": "CA-YCJA-AGE", "IN": "IN-JJ-AGE"}[state]},
    }
    assert {rule for rule in fired if SETS[state].rules[rule].family == "minor"} == expected.get(age, set())


@ACTIONS
@pytest.mark.parametrize("person", ["suspect", "detainee"])
@pytest.mark.parametrize("channel", WORDS.enums["channel"])
def test_canada_lets_a_minor_suspect_out_by_the_central_authority_alone_whatever_the_item_calls_the_person(
    action: str, channel: str, person: str
) -> None:
    for agency in ("central_authority", "prosecution", "police"):
        for age in ("minor", "adult"):
            facts = everything(facts_of("CA", subjects=[person], age_status=age, agency=agency, channel=channel))
            by_treaty = agency == "central_authority" and channel in ("mlat", "extradition")
            fired = ids(decide("CA", facts, action))
            assert ("CA-YCJA-AGE" in fired) is (age == "minor" and not by_treaty)
            assert "CA-YCJA" not in fired


@ACTIONS
@pytest.mark.parametrize("person", ["suspect", "detainee"])
def test_india_lets_a_minor_suspect_out_with_the_court_alone_whatever_the_item_calls_the_person(
    action: str, person: str
) -> None:
    facts = facts_of("IN", subjects=[person], age_status="minor")
    assert {"court", "legal_adviser"} <= decide("IN", facts, action).missing("approvals")
    assert decide("IN", cured("IN", facts, action), action).allowed
    for approval in ("court", "legal_adviser"):
        lacking = everything(facts)
        lacking["approvals"].remove(approval)
        assert ids(decide("IN", lacking, action)) == {"IN-JJ-AGE"}


@BOTH
@ACTIONS
@pytest.mark.parametrize("purpose", WORDS.enums["purpose"])
def test_the_identity_of_a_minor_who_is_no_suspect_is_taken_out_whatever_the_item_calls_the_child(
    state: str, action: str, purpose: str
) -> None:
    protecting = purpose in ("victim_protection", "humanitarian")
    for subjects in ([], ["victim"], ["minor_victim"], ["account_holder", "recipient_national"]):
        facts = facts_of(state, subjects=subjects, age_status="minor", purpose=purpose)
        decision = decide(state, facts, action)
        assert ("INTL-MINOR-AGE" in ids(decision)) is not protecting
        assert ("minor_identity" in decision.missing("redactions")) is not protecting
        assert "C_YOUTH" in decision.missing("caveats")
        assert "INTL-MINOR-AGE" not in ids(decide(state, facts | {"age_status": "adult"}, action))
    for person in ("suspect", "detainee", "minor_offender"):
        facts = facts_of(state, subjects=["victim", person], age_status="minor", purpose=purpose)
        assert "INTL-MINOR-AGE" not in ids(decide(state, facts, action))


@BOTH
@ACTIONS
@pytest.mark.parametrize(
    ("subjects", "age", "allowed"),
    [
        (["victim"], "adult", True),
        (["victim"], "minor", False),
        (["victim"], "unknown", False),
        (["victim"], "no_person", False),
        (["minor_victim"], "adult", False),
        (["minor_victim"], "minor", False),
        (["victim", "minor_other"], "adult", False),
        (["minor_offender"], "minor", False),
        (["detainee"], "adult", False),
    ],
)
def test_the_consent_of_a_child_a_detainee_or_a_person_of_unknown_age_opens_nothing(
    state: str, action: str, subjects: list[str], age: str, allowed: bool
) -> None:
    """Nothing but the consent could open a way here; every approval, caveat and redaction there is changes nothing."""
    facts = everything(facts_of(state, subjects=subjects, age_status=age, consent=True, arrangement=False))
    decision = decide(state, facts, action)
    assert (decision.allowed, "NO-GATEWAY" in ids(decision)) == (allowed, not allowed)
    assert not allowed or ids(decision) == {f"{state}-GW-CONSENT"}
