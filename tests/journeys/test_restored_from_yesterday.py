"""Fault F12 by the command line: backup, loss, restore, and the same log goes on. protocol section 6."""

from __future__ import annotations

import pytest

from countersign.node.demo import checker

pytestmark = pytest.mark.journey


def test_a_node_put_back_to_yesterday_takes_its_log_back_and_loses_nothing_it_had_sent(journey, tmp_path):
    assert journey.bulk("CA", 2, "BEFORE") == 0
    journey.settle()
    copy = tmp_path / "copy.sqlite3"
    assert "copied" in journey.run("CA", "backup", str(copy))
    assert journey.bulk("CA", 3, "AFTER") == 0
    journey.settle()
    held = checker.count_stored(journey.home("IN"))
    journey.run("CA", "restore", str(copy), refused=True)  # the node still runs: its ports are taken
    journey.processes["CA"].terminate()
    journey.processes.pop("CA").wait(20)
    journey.run("CA", "restore", str(copy))
    assert "countersign.E107" in journey.run("CA", "run", refused=True)
    said = journey.run("CA", "restore", "--from-peer", "--root", str(journey.home("CA").with_name("CA-root")))
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
    assert "not a node's database" in journey.run("CA", "restore", str(copy), refused=True)
    journey.start("CA")
    assert journey.bulk("CA", 1, "FINE") == 0
