"""Named steps: a fault test kills the process there and nowhere else, and without the variable nothing happens."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import countersign
from countersign.kernel import failpoints

SOURCE = Path(countersign.__file__).parent
_REACHED = re.compile(r"failpoints\.reach\(f?\"([^\"]+)\"\)")


def run(folder: Path | None, *steps: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "COUNTERSIGN_FAILPOINTS"}
    if folder is not None:
        environment["COUNTERSIGN_FAILPOINTS"] = str(folder)
    code = "import sys; from countersign.kernel import failpoints\n"
    code += "for step in sys.argv[1:]: failpoints.reach(step); print(step, flush=True)"
    return subprocess.run(
        [sys.executable, "-c", code, *steps], env=environment, capture_output=True, text=True, check=False, timeout=30
    )


def test_a_process_is_killed_at_the_armed_step_and_not_before(tmp_path: Path) -> None:
    (tmp_path / "armed").write_text("send.after\n")
    ended = run(tmp_path, "send.before", "send.after", "mark.before")
    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout.split() == ["send.before"]


def test_the_armed_step_kills_once_only(tmp_path: Path) -> None:
    (tmp_path / "armed").write_text("mark.before")
    assert run(tmp_path, "mark.before").returncode == -signal.SIGKILL
    assert not (tmp_path / "armed").exists()
    assert run(tmp_path, "mark.before").returncode == 0


def test_with_nothing_armed_every_step_passes(tmp_path: Path) -> None:
    assert run(tmp_path, *failpoints.STEPS).stdout.split() == list(failpoints.STEPS)


def test_without_the_variable_an_armed_file_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "armed").write_text("send.before")
    assert run(None, "send.before").returncode == 0
    assert (tmp_path / "armed").exists()


def reached() -> set[str]:
    """Steps that the source reaches; `{role}` stands for both directions of an exchange."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        for step in _REACHED.findall(path.read_text("utf-8")):
            found |= {step.replace("{role}", role) for role in ("receive", "reply")} if "{role}" in step else {step}
    return found


@pytest.mark.parametrize("step", failpoints.STEPS)
def test_every_named_step_is_reached_somewhere_in_the_source(step: str) -> None:
    assert step in reached()


def test_every_step_that_the_source_reaches_is_named() -> None:
    assert reached() - set(failpoints.STEPS) <= {"reply.opened"}, (
        "`reply.opened` alone shares its line with `receive.opened`"
    )


def test_every_call_in_the_source_names_its_step_in_plain_text() -> None:
    """So that the two tests above see all of them."""
    calls = sum(path.read_text("utf-8").count("failpoints.reach(") for path in SOURCE.rglob("*.py"))
    named = sum(len(_REACHED.findall(path.read_text("utf-8"))) for path in SOURCE.rglob("*.py"))
    assert calls == named
