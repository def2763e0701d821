"""Each rule of the gate with an allow and a deny, for both states; and what no facts may ever bring about."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.charter import packs
from countersign.law import decide as law
from countersign.law import policies, vocabulary
from countersign.law.errors import PolicyInvalid
from countersign.node.house import policies_of

SETS = {code: policies_of(packs.state(code)) for code in ("CA", "IN")}
OTHER = {"CA": "IN", "IN": "CA"}
WORDS = SETS["CA"].vocabulary
BOTH = pytest.mark.parametrize("state", ["CA", "IN"])


def facts(state, **changes):
    return {
        "personal": True,
        "arrangement": True,
        "necessity": True,
        "releasing": state,
        "recipient": OTHER[state],
        "agency": "police",
        "recipient_agency": "police",
        "purpose": "investigation",
        "channel": "police",
        "protection_check": "clear",
        "approvals": ["releasing_officer", "second_officer"],
    } | changes


def decide(state, action="Release", **changes):
    given_facts = facts(state, **changes)
    return law.decide_with_prospect(SETS[state], action=action, principal="P", resource="R", facts=given_facts)


def fired(decision):
    return {rule.id for rule in decision.fired}


@BOTH
@pytest.mark.parametrize("action", ["Ask", "Release"])
def test_all_in_order_is_allowed_and_cites_the_gateway(state, action):
    decision = decide(state, action)
    assert decision.allowed
    assert all(rule.effect == "gateway" and rule.citation for rule in decision.fired)


@BOTH
@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"approvals": ["releasing_officer"]}, "GATE-4EYES"),
        ({"approvals": ["second_officer"]}, "GATE-4EYES"),
        ({"necessity": False}, "GATE-NECESSITY"),
        ({"protection_check": "hit"}, "GATE-PROTECTION-CHECK"),
        ({"protection_check": "doubt"}, "GATE-PROTECTION-CHECK"),
        ({"protection_check": "not_run"}, "GATE-PROTECTION-CHECK"),
        ({"protection_check": "unavailable"}, "GATE-PROTECTION-CHECK"),
        ({"purpose": "prosecution_evidence"}, "INTL-EVIDENCE-MLAT"),
        ({"purpose": "extradition"}, "INTL-EVIDENCE-MLAT"),
        ({"channel": "mlat", "agency": "central_authority"}, "INTL-CENTRAL"),
        ({"arrangement": False}, "NO-GATEWAY"),
        ({"agency": "fiu"}, "NO-GATEWAY"),
    ],
)
def test_each_rule_denies_what_it_is_for(state, changes, rule):
    decision = decide(state, **changes)
    assert not decision.allowed
    if rule == "INTL-CENTRAL":
        assert decision.waits_for_people
    assert rule in fired(decision)


@BOTH
def test_nothing_is_released_to_oneself(state):
    decision = decide(state, recipient=state)
    assert (decision.allowed, "GATE-SIDES" in fired(decision)) == (False, True)


@BOTH
def test_evidence_crosses_through_the_central_authority_with_its_approval(state):
    approvals = ["releasing_officer", "second_officer", "central_authority"]
    assert decide(
        state, purpose="prosecution_evidence", channel="mlat", agency="central_authority", approvals=approvals
    ).allowed


@BOTH
def test_what_is_not_personal_needs_neither_arrangement_nor_check(state):
    assert decide(state, personal=False, arrangement=False, protection_check="not_run", necessity=False).allowed


@BOTH
def test_missing_approvals_do_not_hide_a_missing_gateway(state):
    assert fired(decide(state, arrangement=False, approvals=[])) == {"NO-GATEWAY"}


@BOTH
@pytest.mark.parametrize(
    "changes", [{"purpose": "fishing"}, {"personal": "yes"}, {"approvals": "all"}, {"more": 1}, {"agency": None}]
)
def test_an_unknown_or_ill_typed_attribute_is_an_error_and_an_error_is_a_no(state, changes):
    decision = decide(state, **changes)
    assert (decision.allowed, fired(decision)) == (False, {"ENGINE-ERROR"})
    missing = {name: value for name, value in facts(state).items() if name != "personal"}
    assert not law.decide(SETS[state], action="Release", principal="P", resource="R", facts=missing).allowed


@BOTH
def test_actions_no_rule_opens_are_denied(state):
    for action in ("Use", "Route", "Nonsense"):
        assert not decide(state, action).allowed


any_facts = st.fixed_dictionaries(
    {name: st.booleans() for name in WORDS.booleans}
    | {name: st.sampled_from(values) for name, values in WORDS.enums.items()}
    | {name: st.lists(st.sampled_from(values), unique=True) for name, values in WORDS.sets.items()}
)


@settings(max_examples=300, deadline=None)
@given(given_facts=any_facts, state=st.sampled_from(["CA", "IN"]), action=st.sampled_from(["Ask", "Release"]))
def test_no_facts_open_what_must_stay_shut(given_facts, state, action):
    decision = law.decide(SETS[state], action=action, principal="P", resource="R", facts=given_facts)
    if not decision.allowed:
        return
    assert {"releasing_officer", "second_officer"} <= set(given_facts["approvals"])
    assert given_facts["releasing"] == state != given_facts["recipient"]
    if given_facts["personal"]:
        assert given_facts["protection_check"] == "clear"
        assert given_facts["necessity"]
    if given_facts["purpose"] in ("prosecution_evidence", "extradition"):
        assert given_facts["channel"] in ("mlat", "extradition")
        assert "central_authority" in given_facts["approvals"]


@settings(max_examples=60, deadline=None)
@given(junk=st.dictionaries(st.text(max_size=8), st.none() | st.integers() | st.text(max_size=4), max_size=4))
def test_deciding_never_raises_and_never_allows_junk(junk):
    assert not law.decide(SETS["CA"], action="Release", principal="P", resource="R", facts=junk).allowed


RULE = """@id("{id}") @citation("c") @family("f") @effect("{effect}") @statement("s") @remedy("r")
@confidence("{confidence}") @status("proposed") {verb} (principal, action, resource);"""


@pytest.mark.parametrize(
    "text",
    [
        RULE.format(id="A", effect="gateway", confidence="high", verb="permit") * 2,
        RULE.format(id="A", effect="gateway", confidence="low", verb="permit"),
        RULE.format(id="A", effect="gateway", confidence="high", verb="forbid"),
        RULE.format(id="A", effect="forbid", confidence="sure", verb="forbid"),
        RULE.format(id="A", effect="forbid", confidence="high", verb="forbid").replace("@family", "@famly"),
        "permit (principal, action, resource) when { context.misspelt };",
        "permit (principal,",
    ],
)
def test_a_policy_text_that_is_wrong_is_refused_whole(text):
    with pytest.raises(PolicyInvalid):
        policies.compile_texts([text], WORDS)


def test_an_invented_third_state_needs_a_folder_and_no_code(tmp_path):
    folder = tmp_path / "zz"
    (folder / "law").mkdir(parents=True)
    (folder / "state.toml").write_text(
        'code = "ZZ"\ncapital = "Nowhere"\ntime_zone = "UTC"\n[names]\nen = "Zedland"\n[calendar]\ncountry = "CA"\n'
        'categories = ["public"]\n[legal_bases]\n"ZZ-1" = "Invented Act"\n[authorities.ZPOL]\nfunction = "police"\n'
        'spoc = true\nnames = { en = "Zed Police" }\n'
    )
    gateway = (packs.state("CA").folder / "law" / "gateways.cedar").read_text()
    (folder / "law" / "gateways.cedar").write_text(gateway.replace('"CA', '"ZZ'))
    loaded = packs.load_all((*packs.folders(), tmp_path))
    assert set(loaded) == {"CA", "IN", "ZZ"}
    attributes = packs.folders()[0] / "common" / "law" / "attributes.toml"
    words = vocabulary.load(attributes, states=tuple(sorted(loaded)))
    compiled = policies.compile_files([*packs.common_law_files(), *loaded["ZZ"].law_files()], words)
    changed = facts("CA", releasing="ZZ", recipient="IN")
    assert law.decide(compiled, action="Release", principal="P", resource="R", facts=changed).allowed
