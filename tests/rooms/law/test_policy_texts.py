"""A wrong policy text is refused whole, bad facts are a no and never raise, and a new state is a folder and no code."""

from __future__ import annotations

import json
import re

import cedarpy
import pytest
from rooms.law.harmless import SETS, STATES, WORDS

from countersign.law import grammar, policies, types, vocabulary
from countersign.law.errors import PolicyInvalid
from countersign.law.grammar import DEEPEST

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
