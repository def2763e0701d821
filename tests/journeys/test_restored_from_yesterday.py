"""Fault F12 by the command line: backup, loss, restore, and the same log goes on. protocol section 6."""

from __future__ import annotations

import subprocess
import sys

import pytest

from countersign.node.demo import checker

pytestmark = pytest.mark.journey


def _run(journey, *words, refused=False):
    command = [sys.executable, "-m", "countersign.node.cli", "--home", str(journey.home("CA")), *words]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=journey.environment("CA"), timeout=120
    )
    assert (done.returncode != 0) is refused, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_node_put_back_to_yesterday_takes_its_log_back_and_loses_nothing_it_had_sent(journey, tmp_path):
    assert journey.bulk("CA", 2, "BEFORE") == 0
    journey.settle()
    copy = tmp_path / "copy.sqlite3"
    assert "copied" in _run(journey, "backup", str(copy))
    assert journey.bulk("CA", 3, "AFTER") == 0
    journey.settle()
    held = checker.count_stored(journey.home("IN"))
    _run(journey, "restore", str(copy), refused=True)  # the node still runs: its ports are taken
    journey.processes["CA"].terminate()
    journey.processes.pop("CA").wait(20)
    _run(journey, "restore", str(copy))
    assert "countersign.E107" in _run(journey, "run", refused=True)
    said = _run(journey, "restore", "--from-peer", "--root", str(journey.home("CA").with_name("CA-root")))
    assert "taken back" in said
    journey.start("CA")
    assert journey.bulk("CA", 2, "AGAIN") == 0
    journey.wait(lambda: checker.count_stored(journey.home("IN")) == held + 2, 40, "the new epoch's items")
    # The decisions that released the lost items are lost with the database (S); everything else holds.
    homes = (journey.home("CA"), journey.home("IN"))
    journey.wait(lambda: not [line for line in checker.check(*homes) if line[0] != "S"], 40, "both logs to agree")


def test_a_damaged_copy_is_not_put_back(journey, tmp_path):
    copy = tmp_path / "junk.sqlite3"
    copy.write_bytes(b"SQLite format 3\0" + b"x" * 5_000)
    journey.processes["CA"].terminate()
    journey.processes.pop("CA").wait(20)
    assert "not a node's database" in _run(journey, "restore", str(copy), refused=True)
    journey.start("CA")
    assert journey.bulk("CA", 1, "FINE") == 0
