"""Every rule about asking and releasing: it stands in the way of what it is for, and ends with what it asks for."""

from __future__ import annotations

import re
from functools import cache

import pytest
from rooms.law.harmless import GATE, SETS, STATES, WORDS, cured, decide, everything, facts_of, given, ids
from rooms.law.tables import FAMILIES
from rooms.law.tables_common import CONSULAR, CSIRT, IMPERSONAL, MLAT, PROTECTING, YOUNG, Case
from rooms.law.tables_gateways import GATEWAYS, Gateway
from rooms.law.tables_use import ROUTE, USE

from countersign.charter import packs
from countersign.law import decide as law
from countersign.law import policies
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
