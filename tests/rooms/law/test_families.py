"""Every rule about asking and releasing: it stands in the way of what it is for, and ends with what it asks for."""

from __future__ import annotations

import re
from functools import cache

import pytest
from rooms.law.harmless import GATE, SETS, STATES, WORDS, cured, decide, everything, facts_of, given, ids
from rooms.law.tables import (
    CONSULAR,
    CSIRT,
    EVIDENCE,
    FAMILIES,
    GATEWAYS,
    IMPERSONAL,
    LIFE,
    MLAT,
    PROTECTING,
    ROUTE,
    USE,
    YOUNG,
    Case,
    Gateway,
)  # fmt: skip

from countersign.charter import packs
from countersign.law import decide as law
from countersign.law import grammar, policies
from countersign.law.policies import PolicySet

BOTH = pytest.mark.parametrize("state", STATES)
ACTIONS = pytest.mark.parametrize("action", GATE)
ROWS = [
    pytest.param(state, action, case, id=f"{state}-{action}-{family}-{place}-{case.rule}")
    for state in STATES
    for family, cases in FAMILIES[state].items()
    for place, case in enumerate(cases)
    for action in case.actions
]
OPENINGS = [pytest.param(state, way, id=f"{state}-{way.rule}") for state in STATES for way in GATEWAYS[state]]


@BOTH
@ACTIONS
def test_the_harmless_item_crosses_by_one_gateway_only(state: str, action: str) -> None:
    decision = decide(state, facts_of(state), action)
    assert (decision.allowed, ids(decision)) == (True, {"CA": {"CA-GW-PRIV-8-2-F"}, "IN": {"IN-GW-POLICE"}}[state])


@pytest.mark.parametrize(("state", "action", "case"), ROWS)
def test_the_rule_denies_what_it_is_for_and_ends_with_what_it_asks_for(state: str, action: str, case: Case) -> None:
    facts = facts_of(state, **case.fires)
    denied = decide(state, facts, action)
    assert not denied.allowed
    assert case.rule in ids(denied)
    rule = SETS[state].rules[case.rule]
    if rule.cures:
        assert not case.instead, "a curable rule is cured, not avoided"
        assert case.rule not in ids(decide(state, given(facts, rule.cures), action))
        _each_part_is_needed(state, action, facts, case)
    else:
        assert case.rule in ids(decide(state, everything(facts), action))
        other = facts_of(state, **case.fires | case.instead)
        assert case.rule not in ids(decide(state, other, action))
        facts = other
    assert decide(state, cured(state, facts, action), action).allowed


def _each_part_is_needed(state: str, action: str, facts: dict, case: Case) -> None:
    """All cures of everything but one value this rule asks for: it still stands in the way."""
    for name, values in SETS[state].rules[case.rule].cures.items():
        for value in values:
            lacking = everything(facts)
            lacking[name] = [kept for kept in lacking[name] if kept != value]
            assert case.rule in ids(decide(state, lacking, action)), value


def _only(state: str, effect: str) -> PolicySet:
    """The state's policies of one effect, compiled alone."""
    files = [*packs.common_law_files(), *packs.state(state).law_files()]
    texts = [part for path in files for part in re.split(r"(?m)^(?=@id\()", path.read_text("utf-8"))]
    return policies.compile_texts([text for text in texts if f'@effect("{effect}")' in text], WORDS)


@cache
def gateways_of(state: str) -> PolicySet:
    return _only(state, "gateway")


def opened(state: str, facts: dict, action: str) -> set[str]:
    """The gateways that open, whatever else stands in the way."""
    decision = law.decide(gateways_of(state), action=action, principal="P", resource="R", facts=facts)
    return ids(decision) if decision.allowed else set()


@ACTIONS
@pytest.mark.parametrize(("state", "way"), OPENINGS)
def test_a_gateway_opens_alone_and_is_cited(state: str, way: Gateway, action: str) -> None:
    facts = facts_of(state, **way.opens)
    decision = decide(state, cured(state, facts, action), action)
    assert (decision.allowed, ids(decision)) == (True, {way.rule})


@ACTIONS
@pytest.mark.parametrize(("state", "way"), OPENINGS)
def test_a_gateway_is_open_for_the_values_it_names_and_for_no_other(state: str, way: Gateway, action: str) -> None:
    facts = facts_of(state, **way.opens)
    for name, values in way.needs.items():
        for value in (True, False) if name in WORDS.booleans else WORDS.enums[name]:
            assert (way.rule in opened(state, facts | {name: value}, action)) is (value in values), (name, value)
    for change in way.shuts:
        assert way.rule not in opened(state, facts | change, action), change


@ACTIONS
@pytest.mark.parametrize(("state", "way"), OPENINGS)
def test_closed_by_one_condition_the_gateway_leaves_a_denial_or_another_gateway(
    state: str, way: Gateway, action: str
) -> None:
    for name, values in way.needs.items():
        off = next(v for v in ((True, False) if name in WORDS.booleans else WORDS.enums[name]) if v not in values)
        facts = facts_of(state, **way.opens | {name: off})
        decision = decide(state, cured(state, facts, action), action)
        assert way.rule not in ids(decision)
        closed = [rule.citation for rule in decision.fired if rule.id == "NO-GATEWAY"]
        assert decision.allowed or any(way.rule in citation for citation in closed) or name == "personal"


@pytest.mark.parametrize(("state", "way"), OPENINGS)
def test_a_gateway_looks_at_nothing_that_the_table_leaves_out(state: str, way: Gateway) -> None:
    """Any other attribute may have any value: the gateway is as open as before."""
    named = {*way.needs, "releasing", *(name for change in way.shuts for name in change)}
    facts = facts_of(state, **way.opens)
    for name, values in WORDS.enums.items():
        for value in () if name in named else values:
            assert way.rule in opened(state, facts | {name: value}, "Release"), (name, value)
    for name in set(WORDS.booleans) - named:
        assert way.rule in opened(state, facts | {name: not facts[name]}, "Release"), name
    for name in set(WORDS.sets) - named:
        for values in ([], list(WORDS.sets[name])):
            assert way.rule in opened(state, facts | {name: values}, "Release"), name


@BOTH
@ACTIONS
def test_no_national_gateway_opens_for_the_other_state(state: str, action: str) -> None:
    for way in GATEWAYS[state]:
        facts = facts_of(state, **way.opens) | {"releasing": "IN" if state == "CA" else "CA"}
        assert opened(state, facts, action) <= {"INTL-GW-CONSULAR"}


@BOTH
@ACTIONS
@pytest.mark.parametrize("origin", ["OWN", "OTHER", "other", "unknown"])
@pytest.mark.parametrize("subject", ["asylum_claimant", "protected_person"])
@pytest.mark.parametrize("item_type", ["lead", "hit_confirmation", "coded_answer", "watch_notice"])
def test_a_protection_seeker_never_crosses_to_the_origin_not_even_as_a_hit(
    state: str, action: str, origin: str, subject: str, item_type: str
) -> None:
    facts = facts_of(state, subjects=[subject, "suspect"], origin_state=origin, item_type=item_type)
    assert decide(state, everything(facts), action).allowed is (origin in ("OWN", "other"))
    assert not decide(state, facts, action).allowed


@BOTH
@ACTIONS
@pytest.mark.parametrize("check", WORDS.enums["protection_check"])
@pytest.mark.parametrize("personal", [True, False])
def test_a_protection_check_that_is_not_clear_holds_every_personal_item(
    state: str, action: str, check: str, personal: bool
) -> None:
    change = {} if personal else IMPERSONAL
    decision = decide(state, facts_of(state, protection_check=check, **change), action)
    held = personal and check != "clear"
    assert (decision.allowed, decision.held) == (not held, held)
    assert not held or ids(decision) == {"GATE-PROTECTION-CHECK"}


@BOTH
@ACTIONS
def test_a_hold_is_neither_hopeless_nor_waiting_for_people(state: str, action: str) -> None:
    held = decide(state, facts_of(state, protection_check="hit"), action)
    assert (held.held, held.hopeless, held.waits_for_people) == (True, False, False)
    more = decide(state, facts_of(state, protection_check="hit", approvals=[]), action)
    assert (more.held, more.hopeless, more.waits_for_people) == (False, False, False)
    never = decide(state, facts_of(state, protection_check="hit", bulk=True), action)
    assert (never.held, never.hopeless, never.waits_for_people) == (False, True, False)


@BOTH
@ACTIONS
def test_what_cannot_be_cured_stands_first_and_approvals_last(state: str, action: str) -> None:
    facts = facts_of(state, bulk=True, approvals=[], caveats=[], tainted="likely")
    fired = decide(state, facts, action).fired
    order = [(rule.curable, rule.effect in ("require_approval", "escalate")) for rule in fired]
    assert order == sorted(order)
    assert set(order) == {(False, False), (True, False), (True, True)}


@BOTH
@ACTIONS
def test_missing_approvals_are_named_and_no_others(state: str, action: str) -> None:
    facts = facts_of(state, approvals=["second_officer"], origin="third_state")
    decision = decide(state, facts, action)
    assert decision.waits_for_people
    assert decision.missing("approvals") == {"releasing_officer", "originator"}
    assert not decision.missing("caveats") | decision.missing("conditions") | decision.missing("redactions")


@BOTH
@ACTIONS
def test_no_gateway_is_a_final_no_that_cites_the_ways_closest_to_opening(state: str, action: str) -> None:
    near = {"CA": ("channel", "csirt", "CA-GW-CSE"), "IN": ("channel", "csirt", "IN-GW-CERT")}[state]
    facts = facts_of(state, agency="cyber", purpose="cyber_defence", workstream="fraud", **{near[0]: near[1]})
    (rule,) = decide(state, cured(state, facts | {"arrangement": False}, action), action).fired
    assert (rule.id, rule.curable) == ("NO-GATEWAY", False)
    assert near[2] in rule.citation
    assert near[2] in rule.remedy
    assert "INTL-GW-CONSULAR" not in rule.citation


@BOTH
@ACTIONS
@pytest.mark.parametrize("name", [*WORDS.sets["subjects"], *WORDS.sets["data"]])
def test_what_speaks_of_a_person_is_never_declared_non_personal(state: str, action: str, name: str) -> None:
    impersonal = {
        "company", "tax", "fiu_intelligence", "document_number_only", "trade_declaration", "business_confidential",
        "method", "cyber_victim", "ip_indicator", "vulnerability_detail", "privileged", "sealed_court",
        "cabinet_or_state_secret", "sigint_product", "licence_status", "lab_chemistry",
    }  # fmt: skip
    kind = "subjects" if name in WORDS.sets["subjects"] else "data"
    fired = ids(decide(state, facts_of(state, **IMPERSONAL | {kind: [name]}), action))
    assert ("GATE-CONSISTENT" in fired) is (name not in impersonal)


@BOTH
@ACTIONS
@pytest.mark.parametrize("tlp", WORDS.enums["tlp"])
def test_only_public_and_non_personal_material_goes_without_originator_control(
    state: str, action: str, tlp: str
) -> None:
    for personal in (True, False):
        facts = facts_of(state, **IMPERSONAL | {"personal": personal, "tlp": tlp, "caveats": []})
        fired = ids(decide(state, facts, action))
        assert ("GATE-ORCON" in fired) is (personal or tlp != "clear")


@BOTH
@ACTIONS
@pytest.mark.parametrize("purpose", ["prosecution_evidence", "extradition"])
@pytest.mark.parametrize("channel", WORDS.enums["channel"])
def test_evidence_leaves_by_mutual_legal_assistance_or_extradition_only(
    state: str, action: str, purpose: str, channel: str
) -> None:
    facts = everything(facts_of(state, agency="central_authority", purpose=purpose, channel=channel))
    assert decide(state, facts, action).allowed is (channel in ("mlat", "extradition"))
    facts["approvals"].remove("central_authority")
    assert not decide(state, facts, action).allowed


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


@BOTH
@ACTIONS
def test_where_a_rule_has_an_exception_the_exception_holds(state: str, action: str) -> None:
    for rule, change in (
        ("GATE-GRADING", {"graded": False, "item_type": "note"}),
        ("GATE-NECESSITY", IMPERSONAL | {"necessity": False}),
        ("GATE-BULK", IMPERSONAL | {"bulk": True}),
        ("INTL-THIRD-PARTY", {"origin": "third_state", "originator_consent": True}),
        ("INTL-HEALTH", {"data": ["health"], "urgency": "threat_to_life"}),
        ("INTL-VICTIM-SEXUAL", PROTECTING | {"subjects": ["trafficking_victim"], "consent": True}),
        ("INTL-CYBER-VICTIM", {"data": ["cyber_victim"], "consent": True}),
        ("INTL-CYBER-CAVEAT", CSIRT | {"workstream": "fraud"}),
        ("INTL-DUALCRIM-DOUBT", PROTECTING | {"dual_criminality": "unknown"}),
        ("INTL-VCCR-36", CONSULAR),
        ("INTL-NOEVID", MLAT | {"caveats": []}),
        ("INTL-TNR-APPROVAL", IMPERSONAL | {"subjects": ["journalist"]}),
        ("INTL-AGE-UNKNOWN", {"subjects": ["company"], "age_status": "no_person"}),
        ("INTL-DUALCRIM-DOUBT", {"dual_criminality": "unknown", "purpose": "administrative", "offence": "none"}),
        ("INTL-LOCATION-CONSENT", {"subjects": ["victim"], "data": ["location"], "consent": True}),
        ("INTL-LOCATION-CONSENT", {"subjects": ["victim"], "data": ["location"], "urgency": "threat_to_life"}),
        ("INTL-LOCATION-CONSENT", {"data": ["location"]}),
        ("INTL-LOCATION-CONSENT", PROTECTING | {"subjects": ["victim"], "data": ["location"]}),
        ("INTL-LOCATION-CONSENT", YOUNG | {"subjects": [], "data": ["location"], "item_type": "missing_person"}),
        ("INTL-LOCATION-CONSENT", {"subjects": ["minor_other"], "data": ["location"], "item_type": "missing_person"}),
        ("INTL-OUTSIDE-ENFORCEMENT", {"agency": "intelligence", "recipient_agency": "intelligence"}),
        ("INTL-OUTSIDE-ENFORCEMENT", CONSULAR | {"recipient_agency": "policy"}),
    ):
        assert rule not in ids(decide(state, facts_of(state, **change), action)), rule


@BOTH
def test_a_request_without_a_predicate_is_not_a_release(state: str) -> None:
    facts = facts_of(state, offence="none")
    assert ids(decide(state, facts, "Ask")) == {"ASK-PREDICATE"}
    assert decide(state, facts, "Release").allowed
    assert decide(state, facts | {"purpose": "victim_protection"}, "Ask").allowed


@BOTH
def test_every_rule_of_the_set_has_a_row_that_it_denies_or_a_gateway_that_it_opens(state: str) -> None:
    """Nothing shipped is untried: each row is decided here, so that an id in a table alone proves nothing."""
    tried = {way.rule for way in GATEWAYS[state] if way.rule in opened(state, facts_of(state, **way.opens), "Release")}
    for case in (case for cases in FAMILIES[state].values() for case in cases):
        tried |= {case.rule} & ids(decide(state, facts_of(state, **case.fires), case.actions[0]))
    for action, cases in (("Use", USE), ("Route", ROUTE)):
        for case in cases:
            tried |= {case.rule} & ids(decide(state, facts_of(state, action, **case.fires), action))
        tried |= ids(decide(state, facts_of(state, action), action))
    assert tried == set(SETS[state].rules)


@BOTH
def test_every_curable_rule_names_a_cure_that_the_vocabulary_knows_and_every_other_names_none(state: str) -> None:
    for rule in SETS[state].rules.values():
        assert rule.curable is (bool(rule.cures) or rule.effect == "hold") or rule.effect == "forbid", rule.id
        for name, values in rule.cures.items():
            assert values <= set(WORDS.sets[name]), rule.id


@BOTH
def test_every_policy_text_says_whose_law_it_is(state: str) -> None:
    """A rule of a state's own folder looks at that state alone."""
    for path in packs.state(state).law_files():
        for policy in grammar.parse(path.read_text("utf-8")):
            assert f"Attribute(name='releasing'), right=Value(value=('StateV', '{state}'))" in repr(policy), policy
