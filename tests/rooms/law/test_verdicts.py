"""`countersign law decide` and `law explain`: every kind of verdict, every fault named, and no line stops another."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rooms.law.harmless import OTHER, SETS, STATES, WORDS, facts_of

from countersign.law import verdicts
from countersign.law.verdicts import TEST_DEFAULTS
from countersign.node import cli

BOTH = pytest.mark.parametrize("state", STATES)
EYES = ["releasing_officer", "second_officer"]
CAVEATS = {
    "CA": ["C_CORRECT", "C_NOEVID", "C_NOMISTREAT", "C_ORCON", "C_PURPOSE"],
    "IN": ["C_CORRECT", "C_NOEVID", "C_ORCON", "C_PURPOSE"],
}


def item(state: str, **changed: Any) -> dict[str, Any]:
    """What the catalogue has no default for."""
    return {
        "releasing": state, "recipient": OTHER[state], "agency": "police", "recipient_agency": "police",
        "workstream": "networks", "item_type": "lead", "offence": "fraud",
    } | changed  # fmt: skip


def answers(*requests: Any, defaults: bool = True) -> list[dict[str, Any]]:
    lines = [request if isinstance(request, bytes) else json.dumps(request).encode() for request in requests]
    return list(verdicts.answer_lines(SETS, lines, defaults=defaults))


def answer(request: Any, *, defaults: bool = True) -> dict[str, Any]:
    (told,) = answers(request, defaults=defaults)
    return told


@BOTH
def test_with_everything_in_place_the_verdict_is_release(state: str) -> None:
    told = answer({"id": "1", "item": item(state), "approvals": EYES, "caveats": CAVEATS[state]})
    assert (told["id"], told["verdict"]) == ("1", "release")
    assert told["families"] == ["gateway"]
    assert not any(told[name] for name in ("caveats", "redactions", "approvals", "conditions"))


@BOTH
def test_what_the_node_attaches_and_the_drafter_takes_out_is_release_with(state: str) -> None:
    told = answer({"id": "1", "item": item(state, data=["identity", "health"]), "approvals": EYES})
    assert told["verdict"] == "release_with"
    assert (told["caveats"], told["redactions"]) == (CAVEATS[state], ["health"])
    assert "INTL-HEALTH" in told["rules"]
    done = answer(
        {"item": item(state, data=["health"]), "approvals": EYES} | {k: told[k] for k in ("caveats", "redactions")}
    )
    assert done["verdict"] == "release"


@BOTH
def test_missing_approvals_and_conditions_are_needs_approval_and_all_of_them_are_named(state: str) -> None:
    told = answer({"item": item(state, origin="third_state", necessity=False, data=["identity", "belief_or_origin"])})
    assert told["verdict"] == "needs_approval"
    assert told["approvals"] == ["originator", "releasing_officer", "second_officer"]
    assert told["conditions"] == ["necessity_recorded"]
    assert (told["caveats"], told["redactions"]) == (CAVEATS[state], ["belief_or_origin"])
    given = {"approvals": told["approvals"], "conditions": told["conditions"]}
    more = answer({"item": item(state, origin="third_state", necessity=False, data=["belief_or_origin"])} | given)
    assert more["verdict"] == "release_with"


@BOTH
@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ({"bulk": True}, ["GATE-BULK"]),
        ({"agency": "policy"}, ["NO-GATEWAY"]),
        ({"agency": "policy", "bulk": True, "origin": "third_state", "data": ["health"]}, ["GATE-BULK", "NO-GATEWAY"]),
        ({"data": ["asylum_claim"]}, ["INTL-ASYLUM-CLAIM"]),
    ],
)
def test_a_refusal_names_what_cannot_be_cured_and_nothing_that_looks_as_if_it_could(
    state: str, change: dict[str, Any], rules: list[str]
) -> None:
    told = answer({"item": item(state, **change)})
    assert (told["verdict"], told["rules"]) == ("refuse", rules)
    assert not any(told[name] for name in ("caveats", "redactions", "approvals", "conditions"))


@BOTH
@pytest.mark.parametrize("approvals", [EYES, []], ids=["approved", "not approved"])
@pytest.mark.parametrize("check", ["hit", "doubt", "not_run", "unavailable"])
def test_a_held_item_is_refused_and_nothing_looks_as_if_it_could_cure_it(
    state: str, check: str, approvals: list[str]
) -> None:
    told = answer({"item": item(state, protection_check=check), "approvals": approvals})
    assert (told["verdict"], told["rules"]) == ("refuse", ["GATE-PROTECTION-CHECK"])
    assert not any(told[name] for name in ("caveats", "redactions", "approvals", "conditions"))


@BOTH
def test_a_held_item_with_everything_else_in_place_is_refused(state: str) -> None:
    told = answer({"item": item(state, protection_check="hit"), "approvals": EYES, "caveats": CAVEATS[state]})
    assert (told["verdict"], told["rules"]) == ("refuse", ["GATE-PROTECTION-CHECK"])


@BOTH
def test_asking_using_and_routing_have_verdicts_as_well(state: str) -> None:
    own = {"releasing": state, "recipient": state, "own_item": True, "same_purpose": True}
    asked = {"id": "a", "action": "Ask", "item": item(state), "approvals": EYES}
    used = {"id": "u", "action": "Use", "item": item(state, **own, use="read")}
    passed = {"id": "p", "action": "Use", "item": item(state, **own, use="onward_state"), "caveats": ["C_ORCON"]}
    routed = {"id": "r", "action": "Route", "item": item(state, **own)}
    told = answers(asked, used, passed, routed, asked | {"item": item(state, offence="none")})
    assert [each["verdict"] for each in told] == ["release_with", "release", "refuse", "needs_approval", "refuse"]
    assert told[3]["approvals"] == ["releasing_officer"]
    assert told[4]["rules"] == ["ASK-PREDICATE"]


@BOTH
def test_without_defaults_a_missing_attribute_is_a_refusal_that_names_it(state: str) -> None:
    whole = {name: value for name, value in facts_of(state).items() if name not in ("approvals", "caveats")}
    assert answer({"item": whole, "approvals": EYES}, defaults=False)["verdict"] == "release_with"
    for name in TEST_DEFAULTS:
        lacking = {kept: value for kept, value in whole.items() if kept != name}
        told = answer({"item": lacking, "approvals": EYES}, defaults=False)
        assert (told["verdict"], told["rules"]) == ("refuse", ["ENGINE-ERROR"])
        assert name in told["errors"][0]
        assert answer({"item": lacking, "approvals": EYES}, defaults=True)["verdict"] == "release_with"


@BOTH
@pytest.mark.parametrize("name", ["recipient", "agency", "recipient_agency", "workstream", "item_type"])
def test_what_has_no_default_is_never_guessed(state: str, name: str) -> None:
    told = answer({"item": {kept: value for kept, value in item(state).items() if kept != name}})
    assert (told["verdict"], told["rules"]) == ("refuse", ["ENGINE-ERROR"])
    assert name in told["errors"][0]


def test_defaults_are_words_of_the_vocabulary_and_no_live_decision_has_any() -> None:
    WORDS.typed(facts_of("CA") | TEST_DEFAULTS)
    assert not set(TEST_DEFAULTS) & {"approvals", "conditions", "caveats", "redactions", "permissions"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"offense": "fraud"}, "offense"),
        ({"offence": "frod"}, "offence"),
        ({"data": ["identty"]}, "data"),
        ({"subjects": "suspect"}, "subjects"),
        ({"personal": "yes"}, "personal"),
        ({"personal": None}, "personal"),
        ({"approvals": ["a_friend"]}, "approvals"),
    ],
)
def test_a_misspelt_attribute_or_category_is_a_refusal_that_names_it(change: dict[str, Any], named: str) -> None:
    told = answer({"item": item("CA", **change)})
    assert (told["verdict"], told["rules"]) == ("refuse", ["ENGINE-ERROR"])
    assert named in told["errors"][0]


GOOD = {"id": "good", "item": item("CA"), "approvals": EYES}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"not json", "line 2"),
        (b"\xff\xfe", "line 2"),
        (b'{"item": {}', "line 2"),
        (b'{"id": "x", "id": "y", "item": {}}', "line 2"),
        (b'{"item": {"releasing": "CA", "releasing": "IN"}}', "line 2"),
        (b'{"item": {"data": ["\\ud800"]}}', "line 2"),
        (b'{"item": {"data": NaN}}', "line 2"),
        (b'{"item": ' + b"[" * 24 + b"]" * 24 + b"}", "line 2"),
        (b'{"id": "' + b"x" * (1 << 20) + b'"}', "line 2"),
        (b"[" * 5000, "line 2"),
        (b"[1]", "item"),
        (b"5", "item"),
        (b"null", "item"),
        (b'{"id": "x"}', "item"),
        (b'{"item": []}', "item"),
        (b'{"item": {}, "aprovals": []}', "aprovals"),
        (b'{"item": {}}', "releasing"),
        (b'{"item": {"releasing": "ZZ"}}', "releasing"),
        (b'{"item": {"releasing": ["CA"]}}', "releasing"),
        (b'{"item": {"releasing": "CA"}, "action": "Nonsense"}', "action"),
        (b'{"item": {"releasing": "CA"}, "action": null}', "action"),
        (b'{"item": {"releasing": "CA"}, "action": ["Release"]}', "action"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_line_that_cannot_be_read_is_answered_with_its_fault_and_stops_nothing(line: bytes, field: str) -> None:
    before, told, after = answers(GOOD, line, GOOD)
    assert before == after
    assert before["verdict"] == "release_with"
    assert (told["id"], told["verdict"], told["error"]["field"]) == ("line 2", "refuse", field)
    assert told["error"]["remedy"]


@pytest.mark.parametrize("value", [5, None, "C_ORCON", True, {}, [5], [None], [[]], [{}], [["court"]]], ids=repr)
@pytest.mark.parametrize("name", ["approvals", "conditions", "caveats", "redactions"])
def test_process_sets_of_any_shape_are_a_refusal_and_stop_nothing(name: str, value: Any) -> None:
    before, told, after = answers(GOOD, GOOD | {name: value}, GOOD)
    assert before == after
    assert told["verdict"] == "refuse"
    inside = answer({"item": item("CA", **{name: value})})
    assert inside["verdict"] == "refuse"


def test_blank_lines_are_passed_over() -> None:
    assert [told["id"] for told in answers(b"", b"  \n", GOOD, b"\n")] == ["good"]


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = cli.main(["law", *words])
    told = capsys.readouterr()
    return status, told.out, told.err


def test_the_command_reads_a_file_and_tells_by_its_status_that_a_line_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = tmp_path / "items.jsonl"
    good = json.dumps(GOOD)
    lines.write_text(f"{good}\n{json.dumps(GOOD | {'id': 'IN', 'item': item('IN')})}\n")
    status, out, _ = run(capsys, "decide", str(lines), "--test-defaults")
    told = [json.loads(line) for line in out.splitlines()]
    assert (status, [each["verdict"] for each in told]) == (0, ["release_with", "release_with"])
    assert (told[0]["caveats"], told[1]["caveats"]) == (CAVEATS["CA"], CAVEATS["IN"])
    lines.write_text(f"{good}\nnot json\n{good}\n")
    status, out, _ = run(capsys, "decide", str(lines), "--test-defaults")
    kinds = [json.loads(line)["verdict"] for line in out.splitlines()]
    assert (status, kinds) == (1, ["release_with", "refuse", "release_with"])


@pytest.mark.parametrize(
    "change",
    [{"offence": "frod"}, {"offense": "fraud"}, {"personal": "yes"}, {"approvals": ["a_friend"]}, {"data": "identity"}],
    ids=str,
)
def test_the_command_tells_by_its_status_that_the_rules_could_not_be_evaluated(
    change: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = tmp_path / "items.jsonl"
    lines.write_text(f"{json.dumps({'item': item('CA', **change)})}\n{json.dumps(GOOD)}\n")
    status, out, _ = run(capsys, "decide", str(lines), "--test-defaults")
    told = [json.loads(line) for line in out.splitlines()]
    assert (status, [each["verdict"] for each in told]) == (1, ["refuse", "release_with"])
    assert (told[0]["rules"], "errors" in told[1]) == (["ENGINE-ERROR"], False)
    assert told[0]["errors"]


@pytest.mark.parametrize("change", [{"bulk": True}, {"protection_check": "hit"}, {"agency": "policy"}, {}], ids=str)
def test_a_verdict_of_any_kind_is_no_failure_of_the_command(
    change: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = tmp_path / "items.jsonl"
    lines.write_text(json.dumps({"item": item("CA", **change)}))
    status, out, _ = run(capsys, "decide", str(lines), "--test-defaults")
    assert (status, json.loads(out)["verdict"]) == (0, "refuse" if change else "needs_approval")


def test_the_command_reads_standard_input_and_has_no_defaults_unless_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = []
    for words in (["decide"], ["decide", "--test-defaults"]):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(GOOD).encode())))
        _, out, _ = run(capsys, *words)
        kinds.append(json.loads(out)["verdict"])
    assert kinds == ["refuse", "release_with"]


def test_a_file_that_is_not_there_is_a_refusal_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "decide", "/nowhere/at/all.jsonl")
    assert (status, out) == (1, "")
    assert err.startswith("Refused: INVALID_INPUT")


@BOTH
def test_each_rule_is_explained_with_its_law_and_what_cures_it(state: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "explain", "--state", state)
    assert status == 0
    for rule in SETS[state].rules.values():
        assert f"{rule.id}  ({rule.effect}, {rule.family}; confidence {rule.confidence}, {rule.status})" in out
        assert rule.statement in out
        assert rule.citation in out
    assert out.rstrip().endswith("Not legal advice; to be confirmed by each state's counsel.")


def test_one_rule_is_explained_alone(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "explain", "GATE-4EYES", "--state", "IN")
    assert status == 0
    assert "needs: approvals: releasing_officer, second_officer" in out
    assert "GATE-SIDES" not in out


def test_rules_of_one_family_are_explained_without_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "explain", "--family", "asylum")
    shown = {line.split()[0] for line in out.splitlines() if "confidence" in line}
    assert shown == {rule.id for rule in SETS["CA"].rules.values() if rule.family == "asylum"}


@pytest.mark.parametrize("words", [["NO-SUCH-RULE"], ["IN-JJ", "--state", "CA"], ["--state", "QQ"]], ids=" ".join)
def test_an_unknown_rule_or_state_is_a_refusal(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "explain", *words)
    assert status == 1
    assert err.startswith("Refused: ")
