"""Using what was received and passing it on at home: each rule with a yes and a no."""

from __future__ import annotations

import pytest
from rooms.law.harmless import OTHER, SETS, STATES, WORDS, decide, everything, facts_of, given, ids
from rooms.law.tables_common import Case
from rooms.law.tables_use import ROUTE, USE

BOTH = pytest.mark.parametrize("state", STATES)
HOME = pytest.mark.parametrize("action", ["Use", "Route"])
ROWS = [
    pytest.param(state, action, case, id=f"{state}-{place}-{case.rule}")
    for state in STATES
    for action, cases in (("Use", USE), ("Route", ROUTE))
    for place, case in enumerate(cases)
]


@pytest.mark.parametrize(("state", "action", "case"), ROWS)
def test_the_rule_denies_what_it_is_for_and_allows_what_it_leaves_free(state: str, action: str, case: Case) -> None:
    rule = SETS[state].rules[case.rule]
    facts = facts_of(state, action, **case.fires)
    denied = decide(state, facts, action)
    assert not denied.allowed
    if rule.effect == "gateway":
        assert ids(denied) == {"NO-GATEWAY"}
        assert rule.id in denied.fired[0].citation
    else:
        assert case.rule in ids(denied)
        assert not rule.curable or denied.missing("approvals") >= rule.cures["approvals"] - set(facts["approvals"])
        given_all = everything(facts) | {"caveats": facts["caveats"]}
        assert (case.rule in ids(decide(state, given_all, action))) is not rule.curable
    free = facts_of(state, action, **case.fires | case.instead)
    assert decide(state, free if case.instead else given(facts, rule.cures), action).allowed


@BOTH
@HOME
def test_the_own_harmless_item_may_be_used_and_routed(state: str, action: str) -> None:
    decision = decide(state, facts_of(state, action), action)
    assert (decision.allowed, ids(decision)) == (True, {"USE-GW-OWN" if action == "Use" else "ROUTE-GW"})


@BOTH
@HOME
def test_no_approval_condition_or_redaction_thaws_a_recalled_item(state: str, action: str) -> None:
    for use in WORDS.enums["use"]:
        facts = everything(facts_of(state, action, frozen=True, use=use, permissions=list(WORDS.sets["permissions"])))
        assert not decide(state, facts | {"caveats": []}, action).allowed


@BOTH
@HOME
def test_an_item_of_another_authority_or_state_is_neither_used_nor_routed(state: str, action: str) -> None:
    for change in ({"own_item": False}, {"recipient": OTHER[state]}, {"releasing": OTHER[state]}):
        facts = facts_of(state, action) | change
        assert ids(decide(state, everything(facts) | {"caveats": []}, action)) == {"NO-GATEWAY"}


@BOTH
def test_reading_needs_no_permission_whatever_the_caveats_except_for_another_purpose(state: str) -> None:
    every = list(WORDS.sets["caveats"])
    facts = facts_of(state, "Use", caveats=every, handling="H3", tlp="red", tainted="likely", max_penalty="death")
    assert decide(state, facts, "Use").allowed
    assert ids(decide(state, facts | {"same_purpose": False}, "Use")) == {"USE-PURPOSE"}


@BOTH
@pytest.mark.parametrize("use", ["onward_agency", "onward_state", "private_body"])
def test_leave_to_pass_on_is_no_leave_for_a_court_and_the_other_way_round(state: str, use: str) -> None:
    onward = facts_of(state, "Use", caveats=["C_ORCON", "C_NOEVID"], use=use)
    court = onward | {"use": "court"}
    for permission, allowed in (("onward", (True, False)), ("court_use", (False, True)), ("purpose", (False, False))):
        given_leave = {"permissions": [permission]}
        outcome = tuple(decide(state, facts | given_leave, "Use").allowed for facts in (onward, court))
        assert outcome == allowed


@BOTH
@pytest.mark.parametrize("use", WORDS.enums["use"])
def test_tainted_information_serves_beyond_reading_with_both_who_decide_and_in_a_court_never(
    state: str, use: str
) -> None:
    facts = facts_of(state, "Use", tainted="likely", use=use)
    outcomes = [
        decide(state, facts | {"approvals": approvals}, "Use").allowed
        for approvals in (["deputy_head", "legal_adviser"], ["deputy_head"], ["legal_adviser"], [])
    ]
    both, fewer = use not in ("none", "court"), use == "read"
    assert outcomes == [both, fewer, fewer, fewer]
    decision = decide(state, facts, "Use")
    assert decision.waits_for_people is (both and not fewer)


@BOTH
@pytest.mark.parametrize("penalty", WORDS.enums["max_penalty"])
@pytest.mark.parametrize("use", ["court", "enforcement"])
def test_no_assurance_approval_or_permission_lets_a_no_death_item_serve_where_death_is_possible(
    state: str, use: str, penalty: str
) -> None:
    facts = facts_of(state, "Use", use=use, max_penalty=penalty, permissions=list(WORDS.sets["permissions"]))
    decision = decide(state, everything(facts) | {"caveats": ["C_NODEATH"]}, "Use")
    possible = penalty in ("death", "unknown")
    assert (decision.allowed, decision.hopeless) == (not possible, possible)
    assert not possible or ids(decision) == {"USE-DEATH"}


@BOTH
def test_nobody_at_home_stands_in_for_the_permission_of_the_originator(state: str) -> None:
    """What another's permission opens is no approval: all of the own side's approvals leave it shut."""
    for action, change, rule in (
        ("Use", {"caveats": ["C_YOUTH"], "use": "onward_agency"}, "USE-YOUTH"),
        ("Use", {"caveats": ["C_NOTNR"], "use": "onward_state"}, "USE-NO-THIRD"),
        ("Route", {"caveats": ["C_FIU"]}, "ROUTE-CAVEATS"),
        ("Route", {"handling": "H3"}, "ROUTE-CAVEATS"),
    ):
        facts = facts_of(state, action, **change)
        for permission, allowed in (("onward", True), ("court_use", False), ("purpose", False)):
            asked = everything(facts) | {"caveats": facts["caveats"], "permissions": [permission]}
            decision = decide(state, asked, action)
            assert (decision.allowed, rule in ids(decision)) == (allowed, not allowed)


@BOTH
@HOME
def test_rules_on_release_do_not_reach_into_use_and_route_nor_the_other_way(state: str, action: str) -> None:
    own = {"Use": "USE-", "Route": "ROUTE-"}[action]
    facts = everything(
        facts_of(state, action, frozen=True, tlp="red", agency="fiu", use="court", political="confirmed")
    )
    assert all(name.startswith(own) for name in ids(decide(state, facts, action)))
    for other in ("Ask", "Release"):
        assert not any(name.startswith(("USE-", "ROUTE-")) for name in ids(decide(state, facts, other)))
