"""The edges of the gate: facts of any shape, holds, prospects, and packs that are not packs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import cbor_values, examples, facts_over

from countersign import packs as packs_package
from countersign.charter import packs
from countersign.charter.errors import PackInvalid
from countersign.law import decide as law
from countersign.law import policies, sets
from countersign.law.decide import Decision
from countersign.law.errors import PolicyInvalid

ATTRIBUTES = Path(packs_package.__path__[0]) / "common" / "law" / "attributes.toml"
BOTH = pytest.mark.parametrize("state", ["CA", "IN"])


def set_of(state: str) -> policies.PolicySet:
    return sets.compiled(
        tuple(packs.common_law_files()), tuple(packs.state(state).law_files()), ("CA", "IN"), ATTRIBUTES
    )


WORDS = set_of("CA").vocabulary
GOOD: dict[str, Any] = {
    "personal": True, "arrangement": True, "necessity": True, "agency": "police", "recipient_agency": "police",
    "purpose": "investigation", "channel": "police", "protection_check": "clear",
    "approvals": ["releasing_officer", "second_officer"],
}  # fmt: skip


def facts_of(state: str, **changed: Any) -> dict[str, Any]:
    return GOOD | {"releasing": state, "recipient": {"CA": "IN", "IN": "CA"}[state]} | changed


def ask(state: str, facts: Any, *, prospect: bool = False, action: str = "Release", who: Any = "P") -> Decision:
    act = law.decide_with_prospect if prospect else law.decide
    return act(set_of(state), action=action, principal=who, resource="R", facts=facts)


def ids(decision: Decision) -> set[str]:
    return {rule.id for rule in decision.fired}


@BOTH
@pytest.mark.parametrize("name", sorted({*WORDS.booleans, *WORDS.enums, *WORDS.sets}))
def test_each_missing_attribute_is_an_error_and_an_error_is_a_no(state: str, name: str) -> None:
    facts = facts_of(state)
    assert ask(state, facts).allowed
    del facts[name]
    decision = ask(state, facts)
    assert (decision.allowed, ids(decision)) == (False, {"ENGINE-ERROR"})
    assert name in decision.errors[0]


junk = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.binary(max_size=3)
    | st.lists(st.none() | st.integers() | st.text(max_size=3), max_size=3)
)


@examples(250)
@given(st.sampled_from(sorted(facts_of("CA"))), junk | cbor_values)
def test_a_value_of_any_shape_in_one_attribute_never_raises(name: str, value: Any) -> None:
    decision = ask("CA", facts_of("CA", **{name: value}))
    assert decision.allowed in (True, False)
    if decision.allowed:
        assert type(value) in (bool, str, list, dict, tuple)


@pytest.mark.parametrize(
    "approvals",
    [
        ["releasing_officer", None],
        [1, "releasing_officer"],
        [["releasing_officer"], {}],
        [{}, {}],
        [b"x", "x"],
        [None, 1],
    ],
    ids=repr,
)
def test_a_set_of_mixed_values_is_denied_and_not_a_crash(approvals: Any) -> None:
    decision = ask("CA", facts_of("CA", approvals=approvals))
    assert (decision.allowed, ids(decision)) == (False, {"ENGINE-ERROR"})


def test_facts_with_names_that_are_no_text_are_denied_and_not_a_crash() -> None:
    decision = ask("CA", facts_of("CA") | {1: True, None: True})  # type: ignore[dict-item]
    assert (decision.allowed, ids(decision)) == (False, {"ENGINE-ERROR"})


@pytest.mark.parametrize("who", ["", 'x"', "\\", "\u202e", "\ud800", "a\nb", "Ünï"], ids=repr)
def test_no_name_of_an_authority_changes_the_decision_or_breaks_it(who: str) -> None:
    assert ask("CA", facts_of("CA"), who=who).allowed is (who != "\ud800")
    assert not ask("CA", facts_of("CA", necessity=False), who=who).allowed


@examples(200)
@given(
    facts_over(WORDS.booleans, WORDS.enums, WORDS.sets),
    st.sampled_from(["CA", "IN"]),
    st.sampled_from(["Ask", "Release", "Use", "Route"]),
)
def test_a_denial_always_says_which_rule_and_why(facts: dict[str, Any], state: str, action: str) -> None:
    for prospect in (False, True):
        decision = ask(state, facts, prospect=prospect, action=action)
        assert decision.allowed or (
            decision.fired and all(rule.statement and rule.remedy and rule.citation for rule in decision.fired)
        )


@examples(150)
@given(facts_over(WORDS.booleans, WORDS.enums, WORDS.sets), st.sampled_from(["CA", "IN"]))
def test_a_prospect_never_allows_what_the_rules_deny(facts: dict[str, Any], state: str) -> None:
    plain, prospect = ask(state, facts), ask(state, facts, prospect=True)
    assert plain.allowed == prospect.allowed
    assert prospect.facts == facts or not prospect.allowed


@examples(150)
@given(facts_over(WORDS.booleans, WORDS.enums, WORDS.sets), st.sampled_from(["CA", "IN"]))
def test_what_waits_for_people_or_a_check_is_allowed_once_they_agree(facts: dict[str, Any], state: str) -> None:
    decision = ask(state, facts, prospect=True)
    if decision.held or decision.waits_for_people:
        cured = facts | {"approvals": list(WORDS.sets["approvals"]), "protection_check": "clear"}
        assert ask(state, cured).allowed


@BOTH
@pytest.mark.parametrize("check", ["hit", "doubt", "not_run", "unavailable"])
def test_an_item_under_protection_check_is_held_and_all_four_look_alike(state: str, check: str) -> None:
    """protocol section 7 and design section 5: one neutral status."""
    decision = ask(state, facts_of(state, protection_check=check), prospect=True)
    assert decision.held
    assert not decision.waits_for_people
    assert ids(decision) == {"GATE-PROTECTION-CHECK"}


@BOTH
def test_held_means_nothing_but_holds(state: str) -> None:
    assert not ask(state, facts_of(state)).held
    assert not ask(state, facts_of(state, protection_check="hit", necessity=False)).held
    assert not ask(state, facts_of(state, protection_check="hit", approvals=[])).held
    assert not ask(state, facts_of(state, necessity="?")).held


@BOTH
def test_waiting_for_people_means_nothing_but_missing_approvals(state: str) -> None:
    assert ask(state, facts_of(state, approvals=[])).waits_for_people
    assert not ask(state, facts_of(state, approvals=[], necessity=False)).waits_for_people
    assert not ask(state, facts_of(state)).waits_for_people


@BOTH
def test_the_missing_gateway_cites_those_of_the_releasing_state(state: str) -> None:
    decision = ask(state, facts_of(state, agency="policy", approvals=[]), prospect=True)
    (rule,) = decision.fired
    assert rule.id == "NO-GATEWAY"
    assert f"{state}-GW-" in rule.citation


@BOTH
def test_the_other_states_gateways_open_nothing_here(state: str) -> None:
    other = {"CA": "IN", "IN": "CA"}[state]
    assert ids(ask(state, facts_of(other))) == {"NO-GATEWAY"}


def test_a_decision_is_recorded_as_json_with_version_and_citations() -> None:
    record = json.loads(json.dumps(ask("CA", facts_of("CA", necessity=False)).as_record()))
    assert record["allowed"] is False
    assert record["version"] == set_of("CA").version
    assert [rule["id"] for rule in record["fired"]] == ["GATE-NECESSITY"]
    assert all(rule["citation"] for rule in record["fired"])


def test_the_version_changes_with_any_rule_and_not_with_the_order_of_files() -> None:
    texts = [path.read_text("utf-8") for path in [*packs.common_law_files(), *packs.state("CA").law_files()]]
    version = policies.compile_texts(texts, WORDS).version
    assert policies.compile_texts(texts[::-1], WORDS).version == version
    assert policies.compile_texts([texts[0] + "\n", *texts[1:]], WORDS).version != version
    assert policies.compile_texts(texts[:1], WORDS).version != version


RULE = '@id("A") @citation("c") @family("f") @effect("forbid") @statement("s") @remedy("r") @confidence("high") @status("proposed")'
BODY = "forbid (principal, action, resource);"


def test_the_rule_that_the_flaws_below_are_made_of_is_good() -> None:
    assert set(policies.compile_texts([f"{RULE} {BODY}"], WORDS).rules) == {"A"}


@pytest.mark.parametrize(
    "text",
    [
        BODY, f"{RULE.replace('@family', '@famliy')} {BODY}", f'{RULE} @more("x") {BODY}', RULE.replace('"c"', '""') + BODY,
        f"{RULE.replace('forbid', 'deny')} {BODY}", f"{RULE.replace('forbid', 'gateway')} {BODY}", f"{RULE.replace('proposed', 'final')} {BODY}",
        f"{RULE.replace('high', 'certain')} {BODY}", f"{RULE} {BODY} {RULE} {BODY}", f"{RULE} forbid (principal == ?principal, action, resource);",
        f"{RULE} forbid (principal, action, resource) when {{ context.nothing }};",
        f'{RULE} forbid (principal, action, resource) when {{ context.purpose == PurposeV::"fishing" }};',
        f"{RULE} forbid (principal, action, resource) when {{ context.personal == 1 }};",
        f"{RULE} permit (principal, action, resource);",
    ],
    ids=["no-annotations", "misspelt", "one-more", "empty", "effect", "gateway-forbids", "status", "confidence", "doubled", "template",
         "attribute", "value", "type", "forbid-permits"],
)  # fmt: skip
def test_a_rule_with_a_flaw_is_refused_and_no_set_is_made(text: str) -> None:
    with pytest.raises(PolicyInvalid):
        policies.compile_texts([text], WORDS)


@pytest.mark.parametrize(
    "path",
    sorted(path for place in packs.folders() for path in place.rglob("*.cedar")),
    ids=lambda path: f"{path.parts[-3]}-{path.stem}",
)
def test_no_shipped_rule_is_confirmed_without_a_state_having_said_so(path: Path) -> None:
    assert '@status("confirmed")' not in path.read_text("utf-8")


MANIFEST = """code = "ZZ"
capital = "Nowhere"
time_zone = "UTC"
[names]
en = "Zedland"
[calendar]
country = "CA"
categories = ["public"]
[legal_bases]
[authorities.ZPOL]
function = "police"
spoc = true
names = { en = "Zed Police" }
"""


def pack_at(folder: Path, text: str | bytes) -> tuple[Path]:
    (folder / "zz").mkdir(parents=True, exist_ok=True)
    (folder / "zz" / "state.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    return (folder,)


def test_a_pack_is_read_as_data(tmp_path: Path) -> None:
    pack = packs.load_all(pack_at(tmp_path, MANIFEST))["ZZ"]
    assert (pack.spoc().code, pack.capital, pack.law_files()) == ("ZPOL", "Nowhere", [])


@pytest.mark.parametrize(
    "text",
    [
        "", "code =", MANIFEST.replace('code = "ZZ"\n', ""), MANIFEST.replace("spoc = true", "spoc = false"),
        MANIFEST.replace("[authorities.ZPOL]", "[[authorities]]"), MANIFEST.replace('[names]\nen = "Zedland"', 'names = "Zedland"'),
        MANIFEST + '[authorities.ZTWO]\nfunction = "customs"\nspoc = true\nnames = { en = "Two" }\n',
        MANIFEST.replace('names = { en = "Zed Police" }', 'names = "Zed Police"'), MANIFEST.encode() + b"# \xff\n",
    ],
    ids=["empty", "not-toml", "no-code", "no-spoc", "authorities-list", "names-text", "two-spocs", "authority-names-text", "not-utf8"],
)  # fmt: skip
def test_a_malformed_pack_is_a_named_refusal(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(PackInvalid):
        packs.load_all(pack_at(tmp_path, text))


def test_two_packs_of_one_state_are_refused(tmp_path: Path) -> None:
    pack_at(tmp_path / "a", MANIFEST)
    pack_at(tmp_path / "b", MANIFEST)
    with pytest.raises(PackInvalid, match="two packs describe the state ZZ"):
        packs.load_all((tmp_path / "a", tmp_path / "b"))


def test_a_state_without_a_pack_is_a_named_refusal() -> None:
    with pytest.raises(PackInvalid, match="no pack describes"):
        packs.state("QQ")
