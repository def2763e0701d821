"""A newer version allows nothing that an older one did not, unless a note names it; the older one is kept whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rooms.law.harmless import SETS, STATES, WORDS
from rooms.law.proofs_support import Facts, cedar_allows, forbid, gateway, rebuilt, rule_texts

from countersign.law import policies, vocabulary
from countersign.law.errors import PolicyInvalid
from countersign.law.policies import PolicySet
from countersign.law.proofs import comparing, versions
from countersign.law.proofs.comparing import TOGETHER, Loosening

BOTH = pytest.mark.parametrize("state", STATES)
NOBODY: frozenset[str] = frozenset()


def compared(
    newer: PolicySet, older: PolicySet, state: str, *names: str, words: frozenset[str] = NOBODY
) -> list[Loosening]:
    """Every loosening, each shown by a request that Cedar allows now and, if the older version has words for it, denied."""
    found = comparing.compare(newer, older, state, frozenset(names), words)
    for loosening in found:
        assert cedar_allows(newer, loosening.action, loosening.now)
        assert loosening.before is None or not cedar_allows(older, loosening.action, loosening.before)
    return found


def causes(found: list[Loosening], *, named: bool | None = None) -> set[tuple[str, str]]:
    return {(one.action, one.because) for one in found if named is None or one.named is named}


def at_gate(*names: str) -> set[tuple[str, str]]:
    return {(action, name) for action in ("Ask", "Release") for name in names}


@BOTH
def test_a_version_allows_nothing_more_than_itself(state: str) -> None:
    assert compared(SETS[state], SETS[state], state) == []


WIDER_GATEWAY = 'context.personal && context.agency == AgencyV::"policy" && context.arrangement'
ANY_OFFICER = """unless { context.approvals.containsAll([ApprovalsV::"releasing_officer"]) };"""
LOOSER: dict[str, tuple[dict[str, str | None], tuple[str, ...], set[tuple[str, str]]]] = {
    "a-forbid-removed": ({"GATE-BULK": None}, (), at_gate("GATE-BULK")),
    "a-forbid-narrowed": ({"GATE-BULK": forbid("GATE-BULK", "context.personal && context.bulk && !context.graded")}, (), at_gate("GATE-BULK")),
    "a-gateway-added": ({}, (gateway("X", WIDER_GATEWAY),), at_gate("X")),
    "a-rule-for-one-action-only": ({"USE-FROZEN": None}, (), {("Use", "USE-FROZEN")}),
    "two-at-once": ({"GATE-BULK": None, "INTL-TAX": None}, (), at_gate("GATE-BULK", "INTL-TAX")),
    "a-permit-from-one-action-to-two": ({"ROUTE-GW": None}, (gateway("ROUTE-GW",
        "context.releasing == context.recipient && context.own_item && context.same_purpose", 'action in [Action::"Route", Action::"Use"]'),),
        {("Use", "ROUTE-GW")}),
}  # fmt: skip


@pytest.mark.parametrize(("state", "change"), [(STATES[place % 2], change) for place, change in enumerate(LOOSER)])
def test_what_a_change_newly_allows_is_shown_by_rule_and_is_fine_only_if_it_is_named(state: str, change: str) -> None:
    changes, more, expected = LOOSER[change]
    newer = rebuilt(state, changes, *more)
    found = compared(newer, SETS[state], state)
    assert causes(found, named=False) == causes(found) == expected
    names = {name for _, name in expected}
    assert causes(compared(newer, SETS[state], state, *names), named=False) == set()
    assert causes(compared(newer, SETS[state], state, *names), named=True) == expected
    if len(names) == 2:
        first = min(names)
        assert causes(compared(newer, SETS[state], state, first), named=False) == {
            pair for pair in expected if pair[1] != first
        }


@pytest.mark.parametrize("state", STATES[:1])
@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({"CA-GW-PRIV-8-2-F": None, "IN-GW-POLICE": None}, ()),
        ({}, (forbid("X", "context.bulk"),)),
        ({"GATE-BULK": None}, (forbid("RENAMED", "context.personal && context.bulk"),)),
        ({"GATE-BULK": None}, (forbid("GATE-BULK", "context.bulk && context.personal && true"),)),
        ({"INTL-TAX": None}, (forbid("WIDER", 'context.data.contains(DataV::"tax")'),)),
    ],
    ids=["gateways-removed", "a-forbid-added", "a-rule-renamed", "the-same-in-other-words", "one-for-a-stricter-one"],
)
def test_a_stricter_or_equal_version_needs_no_note(state: str, changes: dict[str, None], more: tuple[str, ...]) -> None:
    own = {name: None for name in changes if name in rule_texts(state)}
    assert compared(rebuilt(state, own, *more), SETS[state], state) == []


@pytest.mark.parametrize("state", STATES[:1])
def test_changes_that_only_together_allow_more_are_found(state: str) -> None:
    """Two rules that forbid the same thing: either may go, both may not but with a note on one of them."""
    twice = rebuilt(state, {}, forbid("TWICE", "context.personal && context.bulk"))
    newer = rebuilt(state, {"GATE-BULK": None})
    assert causes(compared(rebuilt(state, {}), twice, state)) == set()
    found = compared(newer, twice, state)
    assert causes(found, named=False) == at_gate(TOGETHER)
    excused = compared(newer, twice, state, "GATE-BULK")
    assert causes(excused, named=True) == causes(excused) == at_gate(TOGETHER)
    assert causes(compared(newer, twice, state, "INTL-TAX"), named=False) == at_gate(TOGETHER)


@BOTH
def test_a_note_on_a_rule_that_changed_does_not_excuse_another(state: str) -> None:
    newer = rebuilt(state, {"GATE-BULK": None, "GATE-PROTECTION-CHECK": None})
    found = compared(newer, SETS[state], state, "GATE-BULK")
    assert causes(found, named=False) == at_gate("GATE-PROTECTION-CHECK")


def _words(**changes: dict[str, Any]) -> vocabulary.Vocabulary:
    kept = WORDS.as_json()
    for part, change in changes.items():
        kept[part] = change if isinstance(change, list) else kept[part] | change
    return vocabulary.from_json(kept)


def _with_words(state: str, words: vocabulary.Vocabulary) -> PolicySet:
    return policies.compile_texts(SETS[state].texts, words)


@pytest.mark.parametrize("state", STATES[:1])
def test_a_new_value_was_an_error_before_and_needs_a_note(state: str) -> None:
    wider = _words(
        enums={"item_type": [*WORDS.enums["item_type"], "x_ray"]}, sets={"data": [*WORDS.sets["data"], "aura"]}
    )
    newer = _with_words(state, wider)
    both = {"item_type: x_ray", "data: aura"}
    found = compared(newer, SETS[state], state)
    assert causes(found, named=False) == {(action, word) for action in WORDS.actions for word in both}
    assert causes(compared(newer, SETS[state], state, words=frozenset(both)), named=False) == set()
    left = compared(newer, SETS[state], state, words=frozenset({"data: aura"}))
    assert {word for _, word in causes(left, named=False)} == {"item_type: x_ray"}


@BOTH
def test_fewer_values_allow_nothing_more(state: str) -> None:
    fewer = _words(enums={"item_type": [*WORDS.enums["item_type"], "x_ray"]})
    assert compared(SETS[state], _with_words(state, fewer), state) == []


@BOTH
def test_an_attribute_that_only_the_newer_rules_look_at_may_tighten_them(state: str) -> None:
    words = _words(booleans=[*WORDS.booleans, "sealed"])
    newer = policies.compile_texts([*SETS[state].texts, forbid("SEALED", "context.sealed")], words)
    assert compared(newer, SETS[state], state) == []


@BOTH
def test_an_attribute_that_nobody_looks_at_any_more_counts_as_its_worst_value(state: str) -> None:
    older = policies.compile_texts(
        [*SETS[state].texts, forbid("SEALED", "context.sealed")], _words(booleans=[*WORDS.booleans, "sealed"])
    )
    found = compared(SETS[state], older, state)
    assert causes(found) == at_gate("SEALED")
    assert all(loosening.before and loosening.before["sealed"] for loosening in found)
    assert "sealed" not in found[0].now


@pytest.mark.parametrize("state", STATES[:1])
def test_a_new_action_and_all_that_it_allows_needs_a_note(state: str) -> None:
    words = _words(actions=[*WORDS.actions, "Broadcast"])
    newer = policies.compile_texts(
        [*SETS[state].texts, gateway("LOUD", "!context.personal", 'action == Action::"Broadcast"')], words
    )
    assert causes(compared(newer, SETS[state], state), named=False) == {("Broadcast", "action: Broadcast")}
    assert causes(compared(newer, SETS[state], state, words=frozenset({"action: Broadcast"})), named=False) == set()


@BOTH
def test_whatever_the_comparison_calls_equal_is_decided_equally(state: str) -> None:
    """The shipped rules against themselves with the order of files and conditions turned round."""
    turned = policies.compile_texts([*rule_texts(state).values()][::-1], WORDS)
    assert turned.version != SETS[state].version
    assert compared(turned, SETS[state], state) == compared(SETS[state], turned, state) == []


def test_what_is_saved_comes_back_as_the_same_versions_and_texts() -> None:
    data = versions.save(SETS)
    kept = versions.restore(data)
    assert {code: (one.version, one.texts, one.vocabulary) for code, one in kept.items()} == {
        code: (one.version, one.texts, one.vocabulary) for code, one in SETS.items()
    }
    assert versions.save(kept) == data


def _altered(change: str) -> bytes:
    kept = json.loads(versions.save(SETS))
    if change == "text":
        kept["texts"][0] += "\n"
    elif change == "format":
        kept["format"] = "other"
    elif change == "place":
        kept["states"]["CA"]["texts"][0] = 10_000
    elif change == "vocabulary":
        kept["states"]["CA"]["vocabulary"]["enums"]["purpose"].append("fishing")
    else:
        del kept["states"]["CA"][change]
    return json.dumps(kept).encode()


@pytest.mark.parametrize("change", ["text", "format", "place", "vocabulary", "version", "texts"])
def test_an_altered_file_of_older_rules_is_refused(change: str) -> None:
    with pytest.raises(PolicyInvalid):
        versions.restore(_altered(change))


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"format": "countersign-law-1"}', b"\xff"])
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(PolicyInvalid):
        versions.restore(data)


NOTE = '[[loosens]]\nfrom = ["0123456789ab"]\nrules = ["A"]\nwords = ["purpose: b"]\nreason = "why"\n'


def notes_at(folder: Path, text: str) -> list[versions.Note]:
    (folder / "CHANGES.toml").write_text(text)
    return versions.load_notes([folder / "CHANGES.toml", folder / "none.toml"])


def test_a_note_speaks_of_the_versions_it_names_and_of_no_other(tmp_path: Path) -> None:
    notes = notes_at(tmp_path, NOTE + NOTE.replace("0123456789ab", "ffffffffffff").replace('"A"', '"B"'))
    assert versions.named(notes, "0123456789ab" + 52 * "0") == ({"A"}, {"purpose: b"})
    assert versions.named(notes, "ffffffffffff" + 52 * "0") == ({"B"}, {"purpose: b"})
    assert versions.named(notes, 64 * "0") == (set(), set())


@pytest.mark.parametrize(
    "text",
    [
        NOTE.replace('"why"', '" "'), NOTE.replace('"why"', '""'), NOTE.replace("reason", "cause"), NOTE.replace("0123456789ab", "0123456789a"),
        NOTE.replace("0123456789ab", ""), NOTE.replace('["0123456789ab"]', "[]"), "[[loosens]]\nfrom = ['0123456789ab']\nreason = 'r'",
        NOTE.replace('from = ["0123456789ab"]\n', ""), "loosens = 3", "[[loosens", NOTE.replace('["A"]', '"A"'), NOTE.replace('["0123456789ab"]', '"0123456789ab"'),
    ],
)  # fmt: skip
def test_a_note_without_reason_rules_or_version_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PolicyInvalid):
        notes_at(tmp_path, text)


def test_a_request_for_both_versions_is_shown_in_the_words_of_each() -> None:
    older = _with_words("CA", _words(enums={"item_type": [*WORDS.enums["item_type"], "x_ray"]}))
    found = compared(rebuilt("CA", {"GATE-BULK": None}), older, "CA")
    now: Facts = found[0].now
    assert now == found[0].before
