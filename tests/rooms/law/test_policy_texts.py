"""A wrong policy text is refused whole, bad facts are a no and never raise, and a new state is a folder and no code."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms.law.harmless import OTHER, SETS, STATES, WORDS, decide, facts_of, ids
from strategies import cbor_values, examples

from countersign.charter import packs
from countersign.charter.errors import PackInvalid
from countersign.law import decide as law
from countersign.law import grammar, markings, policies, types, vocabulary
from countersign.law.errors import PolicyInvalid
from countersign.law.grammar import DEEPEST
from countersign.law.policies import CURABLE
from countersign.node.policies import policies_of

BOTH = pytest.mark.parametrize("state", STATES)
NOTES = {
    "id": "A", "citation": "c", "family": "f", "effect": "forbid", "statement": "s", "remedy": "r", "confidence": "high",
    "status": "proposed",
}  # fmt: skip
BODY = "forbid (principal, action, resource);"
COURT = 'context.approvals.contains(ApprovalsV::"court")'
ASSURED = 'context.conditions.containsAll([ConditionsV::"assurance_no_death_penalty"])'
UNLIKE = {
    "value-of-another": 'context.purpose == OffenceV::"fraud"',
    "not-value-of-another": 'context.purpose != OffenceV::"fraud"',
    "two-attributes": "context.agency == context.recipient_agency",
    "attribute-and-constant": "context.purpose == true",
    "boolean-and-value": "context.personal == context.purpose",
    "two-sets": "context.data == context.subjects",
    "set-and-value": 'context.data == DataV::"tax"',
    "set-of-another": 'context.data.containsAny([SubjectsV::"victim"])',
    "set-in-set": "context.data.contains(context.data)",
    "contains-of-boolean": "context.personal.contains(true)",
    "contains-of-value": 'context.purpose.contains(PurposeV::"humanitarian")',
    "all-of-one": 'context.data.containsAll(DataV::"tax")',
    "empty-set": "context.data.containsAny([])",
    "mixed-set": 'context.data.containsAny([DataV::"tax", SubjectsV::"victim"])',
    "value-as-condition": "context.purpose",
    "value-in-or": "context.personal || context.purpose",
    "value-in-and": "context.purpose && context.personal",
    "negated-value": "!context.purpose",
    "negated-set": "!context.data",
    "unknown-value": 'context.purpose == PurposeV::"fishing"',
    "unknown-value-in-a-set": 'context.data.containsAny([DataV::"tax", DataV::"taxes"])',
    "unknown-state": 'context.releasing == StateV::"ZZ"',
    "unknown-type": 'context.purpose == Purpose::"humanitarian"',
    "unknown-attribute": "context.nothing == context.purpose",
}  # fmt: skip
"""Conditions that compare what can never be alike, or name what is not there."""


def text_of(body: str = BODY, **notes: str | None) -> str:
    """A policy; a note that is None is left out."""
    lines = [f'@{name}("{value}")' for name, value in (NOTES | notes).items() if value is not None]
    return "\n".join([*lines, body])


def forbidding(condition: str, **notes: str) -> str:
    return text_of(f"forbid (principal, action, resource) {condition};", **notes)


GOOD = {
    "forbid": text_of(),
    "hold": text_of(effect="hold"),
    "gateway": text_of("permit (principal, action, resource);", effect="gateway"),
    "low-forbid": text_of(confidence="low"),
    "cured": forbidding(f"unless {{ {COURT} }}", effect="require_approval"),
    "cured-forbid": forbidding(f"unless {{ {COURT} }}"),
    "two-cures": forbidding(f'unless {{ {COURT} && {ASSURED} }}', effect="require_condition"),
    "cures-in-brackets": forbidding(f'unless {{ ({COURT} && {ASSURED}) && {COURT} }}', effect="require_condition"),
    "cured-where-other-things-hold": forbidding(
        f"when {{ context.personal && !context.consent }} unless {{ {COURT} }}", effect="escalate"),
    "forbid-that-a-cure-or-a-fact-ends": forbidding(f"unless {{ {COURT} && context.necessity }}"),
    "states-of-two-attributes": forbidding("when { context.releasing == context.origin_state }"),
    "forty-brackets": forbidding(f"when {{ {'(' * DEEPEST}context.personal{')' * DEEPEST} }}"),
    "many-brackets-beside-one-another": forbidding(f"when {{ {' || '.join(['(context.personal)'] * 60)} }}"),
    "none": "// no rule at all",
}  # fmt: skip
WRONG = {
    "no-annotations": BODY,
    **{f"without-{name}": text_of(**{name: None}) for name in NOTES},
    **{f"empty-{name}": text_of(**{name: ""}) for name in NOTES},
    "one-more-annotation": text_of(more="x"),
    "misspelt-annotation": text_of(family=None, famliy="f"),
    "doubled-annotation": '@id("B")\n' + text_of(),
    "doubled-id": f"{text_of()}\n{text_of()}",
    "doubled-id-in-another-text": f"{text_of()}\n{text_of('permit (principal, action, resource);', effect='gateway')}",
    "unknown-effect": text_of(effect="deny"),
    "unknown-status": text_of(status="final"),
    "unknown-confidence": text_of(confidence="certain"),
    "gateway-that-forbids": text_of(effect="gateway"),
    **{f"{effect}-that-permits": text_of("permit (principal, action, resource);", effect=effect)
       for effect in ("forbid", "hold", "require_approval", "redact")},
    "gateway-of-low-confidence": text_of("permit (principal, action, resource);", effect="gateway", confidence="low"),
    **{f"{effect}-without-cures": forbidding("when { context.personal }", effect=effect)
       for effect in ("require_approval", "escalate", "require_condition", "require_caveat", "redact")},
    "cures-of-what-nobody-can-give": forbidding("unless { context.necessity }", effect="require_condition"),
    "permission-is-no-cure": forbidding(
        'unless { context.permissions.contains(PermissionsV::"onward") }', effect="require_approval"),
    "negated-cure": forbidding(f"unless {{ !{COURT} }}", effect="require_approval"),
    "one-cure-or-another": forbidding(
        f'unless {{ {COURT} || context.approvals.contains(ApprovalsV::"minister") }}', effect="require_approval"),
    "one-cure-or-another-beside-a-third": forbidding(
        f"unless {{ {ASSURED} && ({COURT} || {COURT}) }}", effect="require_approval"),
    "cure-and-a-fact": forbidding(f"unless {{ {COURT} && context.necessity }}", effect="require_approval"),
    "cure-and-a-value": forbidding(
        f'unless {{ {COURT} && context.purpose == PurposeV::"humanitarian" }}', effect="require_approval"),
    "cure-and-a-permission": forbidding(
        f'unless {{ {COURT} && context.permissions.contains(PermissionsV::"onward") }}', effect="require_approval"),
    "cure-and-no-cure": forbidding(
        f'unless {{ {COURT} && !context.approvals.contains(ApprovalsV::"minister") }}', effect="require_approval"),
    "cure-and-a-fact-in-another-unless": forbidding(
        f"unless {{ {COURT} }} unless {{ context.necessity }}", effect="require_approval"),
    "any-of-the-cures": forbidding(
        'unless { context.approvals.containsAny([ApprovalsV::"court"]) }', effect="require_approval"),
    "cures-the-other-way-round": forbidding(
        'unless { [ApprovalsV::"court"].containsAll(context.approvals) }', effect="require_approval"),
    "when-and-unless-on-the-same-approval": forbidding(
        f"when {{ {COURT} }} unless {{ {COURT} }}", effect="require_approval"),
    "when-and-unless-on-approvals": forbidding(
        f'when {{ context.approvals.contains(ApprovalsV::"minister") }} unless {{ {COURT} }}', effect="require_approval"),
    "when-without-the-approval-that-unless-asks-for": forbidding(
        f"when {{ context.personal && (context.bulk || !{COURT}) }} unless {{ {COURT} }}", effect="require_approval"),
    "gateway-with-cures": text_of(f"permit (principal, action, resource) unless {{ {COURT} }};", effect="gateway"),
    "hold-with-cures": forbidding(f"unless {{ {COURT} }}", effect="hold"),
    "unknown-attribute": forbidding("when { context.nothing }"),
    "misspelt-attribute": forbidding("when { context.personnal }"),
    "unknown-value": forbidding('when { context.purpose == PurposeV::"fishing" }'),
    "value-of-another-attribute": forbidding('when { context.purpose == OffenceV::"fraud" }'),
    "value-of-another-attribute-in-a-list": forbidding('when { [OffenceV::"fraud"].contains(context.purpose) }'),
    "value-of-another-attribute-in-a-set": forbidding('when { context.data.contains(SubjectsV::"victim") }'),
    "unknown-action": text_of('forbid (principal, action == Action::"Relese", resource);'),
    "no-action": text_of("forbid (principal, action in [], resource);"),
    "number-for-a-boolean": forbidding("when { context.personal == 1 }"),
    "set-for-a-boolean": forbidding("when { context.approvals }"),
    "template": text_of("forbid (principal == ?principal, action, resource);"),
    "has": forbidding("when { context has personal }"),
    "if": forbidding("when { if context.personal then true else false }"),
    "index": forbidding('when { context["personal"] }'),
    "single-ampersand": forbidding("when { context.personal & context.bulk }"),
    "half-a-policy": "forbid (principal,",
    "no-semicolon": text_of(BODY.removesuffix(";")),
    "typo-in-the-verb": text_of(BODY.replace("forbid", "forbidd")),
    "a-control-character": text_of(statement="a\tb"),
    "a-control-character-in-a-value": forbidding('when { context.purpose == PurposeV::"a\x01" }'),
    **{f"type-{name}": forbidding(f"when {{ {condition} }}") for name, condition in UNLIKE.items()},
    **{f"{kind}-too-deep-by-{more}": forbidding(f"when {{ {opening * (DEEPEST + more)}context.personal{closing * (DEEPEST + more)} }}")
       for kind, opening, closing in (("brackets", "(", ")"), ("negations", "!", ""), ("both", "!(", ")"))
       for more in (1, 500, 20000)},
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_the_texts_that_the_flaws_below_are_made_of_are_good(name: str) -> None:
    assert set(policies.compile_texts([GOOD[name]], WORDS).rules) == ({"A"} if name != "none" else set())


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_text_is_refused_alone_and_among_good_ones(name: str) -> None:
    for texts in ([WRONG[name]], [text_of(id="Z"), WRONG[name]], [WRONG[name], text_of(id="Z")]):
        with pytest.raises(PolicyInvalid):
            policies.compile_texts(texts, WORDS)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        *((f"type-{name}", "the rule A: ") for name in UNLIKE),
        *((name, f"brackets deeper than {DEEPEST}") for name in WRONG if "-too-deep-by-" in name),
        *((name, "control characters") for name in WRONG if name.startswith("a-control-character")),
        *((name, "its `unless` is not just what would cure it") for name in (
            "cure-and-a-fact", "cure-and-a-value", "cure-and-a-permission", "cure-and-no-cure", "any-of-the-cures",
            "cure-and-a-fact-in-another-unless", "one-cure-or-another", "negated-cure", "permission-is-no-cure",
            "when-and-unless-on-the-same-approval", "when-and-unless-on-approvals",
            "when-without-the-approval-that-unless-asks-for",
        )),
        *((name, "says that people could cure it") for name in ("hold-with-cures", "gateway-with-cures")),
    ],
)  # fmt: skip
def test_the_refusal_says_what_is_wrong(name: str, why: str) -> None:
    with pytest.raises(PolicyInvalid, match=why):
        policies.compile_texts([text_of(id="Z"), WRONG[name]], WORDS)


@pytest.mark.parametrize("name", ["value-of-another", "not-value-of-another", "two-attributes"])
def test_unlike_types_are_refused_where_cedar_would_let_them_pass(name: str) -> None:
    """Such a condition is never true, or always: a forbid with it would be dead, and nobody would be told."""
    text = forbidding(f"when {{ {UNLIKE[name]} }}")
    assert cedarpy.validate_policies(text, cedarpy.Schema.from_str(WORDS.schema())).validation_passed
    with pytest.raises(PolicyInvalid, match="the rule A: .* stands where .* is expected"):
        types.check({"A": grammar.parse(text)[0]}, WORDS)


@BOTH
def test_the_types_of_every_shipped_condition_are_checked_and_right(state: str) -> None:
    """Another attribute or value in the place of one that a shipped rule names: refused, whichever rule it is."""
    parsed = {policy.annotations["id"]: policy for text in SETS[state].texts for policy in grammar.parse(text)}
    types.check(parsed, WORDS)
    named = {name for policy in parsed.values() for name in re.findall(r"Attribute\(name='(\w+)'\)", repr(policy))}
    for name in sorted(named):
        kept = WORDS.as_json()
        kept["booleans"] = [kept_name for kept_name in kept["booleans"] if kept_name != name]
        for part in ("enums", "sets"):
            kept[part] = {kept_name: values for kept_name, values in kept[part].items() if kept_name != name}
        with pytest.raises(PolicyInvalid, match=r"the rule [A-Z0-9-]+: "):
            types.check(parsed, vocabulary.from_json(kept))


@pytest.mark.parametrize("place", range(0, 60, 3))
def test_a_shipped_set_with_one_line_cut_out_is_refused_or_another_version(place: int) -> None:
    """A lost line of a policy file is never the same set: it is refused, or its version says that it is another."""
    whole = SETS["CA"]
    lines = whole.texts[0].splitlines(keepends=True)
    cut = "".join(lines[: place % len(lines)] + lines[place % len(lines) + 1 :])
    try:
        changed = policies.compile_texts([cut, *whole.texts[1:]], WORDS)
    except PolicyInvalid:
        return
    assert changed.version != whole.version


def test_the_version_is_of_the_texts_and_the_vocabulary_and_not_of_the_order_of_files() -> None:
    whole = SETS["CA"]
    texts = list(whole.texts)
    assert policies.compile_texts(texts[::-1], WORDS).version == whole.version
    assert policies.compile_texts([texts[0] + "\n", *texts[1:]], WORDS).version != whole.version
    other = vocabulary.from_json(WORDS.as_json() | {"states": [], "enums": WORDS.as_json()["enums"]})
    assert policies.compile_texts([text_of()], other).version != policies.compile_texts([text_of()], WORDS).version


def test_a_vocabulary_survives_being_kept_as_json() -> None:
    kept = vocabulary.from_json(json.loads(json.dumps(WORDS.as_json())))
    assert kept == WORDS
    assert policies.compile_texts(SETS["IN"].texts, kept).version == SETS["IN"].version


@BOTH
def test_no_shipped_rule_is_confirmed_and_no_shipped_gateway_rests_on_low_confidence(state: str) -> None:
    for rule in SETS[state].rules.values():
        assert rule.status == "proposed"
        assert rule.effect != "gateway" or rule.confidence != "low"


@BOTH
def test_each_missing_attribute_is_an_error_that_names_it_and_an_error_is_a_no(state: str) -> None:
    for name in sorted(facts_of(state)):
        decision = decide(state, {kept: value for kept, value in facts_of(state).items() if kept != name})
        assert (decision.allowed, ids(decision)) == (False, {"ENGINE-ERROR"})
        assert name in decision.errors[0]


@BOTH
def test_each_value_that_the_vocabulary_does_not_know_is_an_error_and_an_error_is_a_no(state: str) -> None:
    for name, value in facts_of(state).items():
        for wrong in (["nonsense"], "nonsense") if isinstance(value, list) else ("nonsense", 1, [value], {}, None):
            decision = decide(state, facts_of(state) | {name: wrong})
            assert (decision.allowed, ids(decision)) == (False, {"ENGINE-ERROR"}), (name, wrong)


@BOTH
@pytest.mark.parametrize("more", [{"offense": "fraud"}, {"": True}, {1: True, None: True}, {("a",): "b"}], ids=repr)
def test_an_attribute_too_many_is_an_error_and_an_error_is_a_no(state: str, more: dict[Any, Any]) -> None:
    assert ids(decide(state, facts_of(state) | more)) == {"ENGINE-ERROR"}


junk = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=3)
    | st.lists(st.none() | st.integers() | st.text(max_size=3) | st.lists(st.none()), max_size=3)
)


@examples(150)
@given(st.sampled_from(sorted(facts_of("CA"))), junk | cbor_values)
def test_a_value_of_any_shape_in_one_attribute_never_raises(name: str, value: Any) -> None:
    decision = decide("CA", facts_of("CA") | {name: value})
    if decision.allowed:
        assert type(value) is type(facts_of("CA")[name]) or value in ([], (), {})
    elif ids(decision) == {"ENGINE-ERROR"}:
        assert decision.errors


@pytest.mark.parametrize(
    "approvals",
    [
        ["releasing_officer", None],
        [1, "releasing_officer"],
        [["releasing_officer"], {}],
        [{}, {}],
        [b"x"],
        None,
        5,
        "all",
    ],
    ids=repr,
)
def test_process_sets_of_any_shape_are_a_no_of_which_nothing_is_missing(approvals: Any) -> None:
    for name in CURABLE:
        decision = decide("CA", facts_of("CA") | {name: approvals})
        assert (decision.allowed, ids(decision), decision.hopeless) == (False, {"ENGINE-ERROR"}, True)
        assert decision.missing(name) == frozenset()


@pytest.mark.parametrize("facts", [None, 5, "facts", [], [[1]], {}, {1: 2}, True, b"x", ("a",)], ids=repr)
def test_what_is_no_facts_at_all_is_a_no_and_never_raises(facts: Any) -> None:
    decision = decide("CA", facts)
    assert (decision.allowed, ids(decision), decision.hopeless) == (False, {"ENGINE-ERROR"}, True)
    assert (decision.held, decision.waits_for_people, decision.disagreed) == (False, False, False)
    assert decision.missing("approvals") == frozenset()


@pytest.mark.parametrize("action", ["", "release", "Nonsense", None, 5, [], "Release ", 'x"'], ids=repr)
def test_an_unknown_action_is_a_no_and_never_raises(action: Any) -> None:
    assert ids(decide("CA", facts_of("CA"), action)) == {"ENGINE-ERROR"}


@pytest.mark.parametrize("who", ["", 'x"', "\\", "\u202e", "a\nb", "Ünï"], ids=repr)
def test_no_name_of_an_authority_or_item_changes_the_decision(who: str) -> None:
    for change, allowed in (({}, True), ({"bulk": True}, False)):
        facts = facts_of("CA", **change)
        decision = law.decide(SETS["CA"], action="Release", principal=who, resource=who, facts=facts)
        assert (decision.allowed, decision.errors) == (allowed, ())


@pytest.mark.parametrize("who", ["\ud800", None, 5, [], {}], ids=repr)
def test_a_name_that_is_no_text_is_a_no_and_never_raises(who: Any) -> None:
    decision = law.decide(SETS["CA"], action="Release", principal=who, resource="R", facts=facts_of("CA"))
    assert ids(decision) == {"ENGINE-ERROR"}


def test_a_decision_is_recorded_as_json_with_version_and_citations() -> None:
    record = json.loads(json.dumps(decide("CA", facts_of("CA", bulk=True)).as_record()))
    assert (record["allowed"], record["version"]) == (False, SETS["CA"].version)
    assert [rule["id"] for rule in record["fired"]] == ["GATE-BULK"]
    assert all(rule["citation"] for rule in record["fired"])


def test_facts_given_as_sets_are_decided_and_recorded_as_lists() -> None:
    for change in ({}, {"bulk": True}, {"offence": "nonsense"}):
        listed = facts_of("CA", **change)
        for kind in (set, frozenset):
            facts = {name: kind(value) if isinstance(value, list) else value for name, value in listed.items()}
            decision, same = decide("CA", facts), decide("CA", listed)
            assert (decision.allowed, ids(decision), decision.errors) == (same.allowed, ids(same), same.errors)
            record = json.loads(json.dumps(decision.as_record()))
            assert record["facts"] == {
                name: sorted(value) if isinstance(value, list) else value for name, value in listed.items()
            }
    facts = {name: tuple(value) if isinstance(value, list) else value for name, value in facts_of("CA").items()}
    assert json.loads(json.dumps(decide("CA", facts).as_record()))["facts"] == facts_of("CA")


@pytest.mark.parametrize("name", sorted(CURABLE))
def test_nothing_is_missing_of_a_decision_with_errors(name: str) -> None:
    """Where the rules could not be evaluated, nothing that people give would help, whatever else is said to have fired."""
    facts = facts_of("CA", approvals=[], caveats=[], mistreatment_risk="not_assessed", data=["health"])
    denied = decide("CA", facts)
    assert denied.missing(name)
    assert dataclasses.replace(denied, errors=("broken",)).missing(name) == frozenset()
    assert dataclasses.replace(denied, errors=("broken",), facts={}).missing(name) == frozenset()


MANIFEST = """code = "ZZ"
capital = "Nowhere"
time_zone = "UTC"
[names]
en = "Zedland"
[calendar]
country = "CA"
categories = ["public"]
[legal_bases]
"ZZ-1" = "Invented Act"
[authorities.ZPOL]
function = "police"
spoc = true
names = { en = "Zed Police" }
[markings]
default = "GUARDED"
"FREE" = { level = "L0", marking = "unmarked" }
"GUARDED" = { level = "L2", marking = "restricted" }
"CLOSED" = { level = "L4", marking = "secret" }
[offences]
fraud = "prison"
"""


def pack_at(folder: Path, text: str | bytes = MANIFEST, name: str = "zz") -> tuple[Path]:
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "state.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    return (folder,)


@pytest.fixture
def zedland(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> packs.StatePack:
    """An invented third state, found through COUNTERSIGN_PACKS, with Canada's law under its own name."""
    pack_at(tmp_path)
    (tmp_path / "zz" / "law").mkdir()
    for path in packs.state("CA").law_files():
        own = path.read_text("utf-8").replace('@id("', '@id("ZZ-').replace('StateV::"CA"', 'StateV::"ZZ"')
        (tmp_path / "zz" / "law" / path.name).write_text(own, "utf-8")
    monkeypatch.setenv("COUNTERSIGN_PACKS", str(tmp_path))
    return packs.state("ZZ")


def test_an_invented_third_state_needs_a_folder_and_no_code(zedland: packs.StatePack) -> None:
    own = policies_of(zedland)
    assert set(packs.states()) == {"CA", "IN", "ZZ"}
    for recipient in STATES:
        facts = facts_of("CA") | {"releasing": "ZZ", "recipient": recipient}
        decision = law.decide(own, action="Release", principal="P", resource="R", facts=facts)
        assert (decision.allowed, ids(decision)) == (True, {"ZZ-CA-GW-PRIV-8-2-F"})
    for change, rule in (({"recipient": "ZZ"}, "GATE-SIDES"), ({"max_penalty": "death"}, "ZZ-INTL-DEATH-CAVEAT")):
        facts = facts_of("CA") | {"releasing": "ZZ"} | change
        assert rule in ids(law.decide(own, action="Release", principal="P", resource="R", facts=facts))


def test_the_common_rules_know_the_third_state_as_an_origin(zedland: packs.StatePack) -> None:
    for releasing, policy_set in (("ZZ", policies_of(zedland)), ("CA", policies_of(packs.state("CA")))):
        for recipient in {"CA", "IN", "ZZ"} - {releasing}:
            facts = facts_of("CA", subjects=["protected_person"]) | {"releasing": releasing, "recipient": recipient}
            for origin in ("CA", "IN", "ZZ", "other", "unknown"):
                asked = facts | {"origin_state": origin}
                fired = ids(law.decide(policy_set, action="Release", principal="P", resource="R", facts=asked))
                assert ("INTL-ASYLUM-ORIGIN" in fired) is (origin in (recipient, "unknown"))
                assert ("INTL-ASYLUM-THIRD" in fired) is (origin not in (recipient, "unknown"))


def test_without_its_pack_the_third_state_is_a_value_that_nobody_knows() -> None:
    for name in WORDS.states:
        assert ids(decide("CA", facts_of("CA") | {name: "ZZ"})) == {"ENGINE-ERROR"}


def test_markings_of_the_third_state_map_without_code(zedland: packs.StatePack) -> None:
    canada = packs.state("CA")
    there = {name: markings.equivalent(marking, zedland.markings).name for name, marking in canada.markings.items()
             if marking.level <= "L4"}  # fmt: skip
    assert there == {
        "UNMARKED": "FREE", "PROTECTED A": "GUARDED", "PROTECTED B": "GUARDED", "CONFIDENTIAL": "CLOSED",
        "PROTECTED C": "CLOSED", "SECRET": "CLOSED",
    }  # fmt: skip


def test_a_pack_is_read_as_data(tmp_path: Path) -> None:
    pack = packs.load_all(pack_at(tmp_path))["ZZ"]
    assert (pack.spoc().code, pack.capital, pack.law_files(), pack.default_marking) == (
        "ZPOL",
        "Nowhere",
        [],
        "GUARDED",
    )
    assert (pack.offences, pack.transfer_restricted) == ({"fraud": "prison"}, frozenset())


def _without(start: str, end: str = "") -> str:
    head, _, rest = MANIFEST.partition(start)
    return head + (end + rest.partition(end)[2] if end else "")


@pytest.mark.parametrize(
    "text",
    [
        "", "code =", MANIFEST.replace('code = "ZZ"\n', ""), MANIFEST.replace("spoc = true", "spoc = false"),
        MANIFEST.replace("[authorities.ZPOL]", "[[authorities]]"),
        MANIFEST.replace('[names]\nen = "Zedland"', 'names = "Zedland"'),
        MANIFEST.replace("[markings]", '[authorities.ZTWO]\nfunction = "customs"\nspoc = true\nnames = { en = "Two" }\n[markings]'),
        MANIFEST.replace('names = { en = "Zed Police" }', 'names = "Zed Police"'), MANIFEST.encode() + b"# \xff\n",
        _without("[markings]", "[offences]"), _without("[offences]"), _without("[calendar]", "[legal_bases]"),
        MANIFEST.replace('default = "GUARDED"\n', ""), MANIFEST.replace('default = "GUARDED"', 'default = "NONE"'),
        MANIFEST.replace('{ level = "L0", marking = "unmarked" }', '{ level = "L0" }'),
        MANIFEST.replace('{ level = "L0", marking = "unmarked" }', '{ marking = "unmarked" }'),
        MANIFEST.replace('{ level = "L0", marking = "unmarked" }', '"L0"'),
        *(MANIFEST.replace('level = "L0"', f"level = {level}") for level in ('""', '"L6"', '"l0"', '"secret"', "0")),
    ],
    ids=["empty", "not-toml", "no-code", "no-spoc", "authorities-list", "names-text", "two-spocs", "authority-names-text",
         "not-utf8", "no-markings", "no-offences", "no-calendar", "no-default", "unknown-default", "no-value", "no-level",
         "marking-text", "level-empty", "level-six", "level-small", "level-word", "level-number"],
)  # fmt: skip
def test_a_malformed_pack_is_a_named_refusal(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(PackInvalid):
        packs.load_all(pack_at(tmp_path, text))


def test_two_packs_of_one_state_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PackInvalid, match="two packs describe the state ZZ"):
        packs.load_all((*pack_at(tmp_path / "a"), *pack_at(tmp_path / "b")))


def test_a_state_without_a_pack_is_a_named_refusal() -> None:
    with pytest.raises(PackInvalid, match="no pack describes"):
        packs.state("QQ")


@BOTH
def test_offences_and_caveats_of_the_packs_are_words_of_the_vocabulary(state: str) -> None:
    for offence, penalty in packs.state(state).offences.items():
        WORDS.typed(facts_of(state, offence=offence, max_penalty=penalty))
    assert set(packs.caveat_texts()) == set(WORDS.sets["caveats"])
    for authority in packs.state(state).authorities.values():
        WORDS.typed(facts_of(state, agency=authority.function))
        WORDS.typed(facts_of(OTHER[state], recipient_agency=authority.function))
