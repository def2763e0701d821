"""`countersign law decide` and `law explain` as commands: files, standard input, exit status."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rooms.law.harmless import SETS, STATES
from rooms.law.requests import CAVEATS, GOOD, item

from countersign.node import cli

BOTH = pytest.mark.parametrize("state", STATES)


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
