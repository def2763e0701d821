"""Invariants I3 and I6 on two running nodes: every leaf comes under the peer's cosignature, and no word of an item in a log."""

from __future__ import annotations

import sqlite3

import pytest

pytestmark = pytest.mark.journey

_UNCOSIGNED = """
    SELECT l.origin FROM ledger_log l WHERE l.kind = 'exchange' AND l.size > coalesce(
        (SELECT max(c.size) FROM ledger_signedcheckpoint c JOIN ledger_cosignature s ON s.checkpoint_id = c.id
         WHERE c.log_id = l.id), 0)
"""


def _uncosigned(home):
    with sqlite3.connect(f"file:{home / 'db.sqlite3'}?mode=ro", uri=True) as database:
        found = [origin for (origin,) in database.execute(_UNCOSIGNED)]
    database.close()
    return found


def test_invariant_i3_every_leaf_comes_under_a_cosignature_within_the_interval(journey):
    assert journey.bulk("CA", 12, "COSIGN") == 0
    assert journey.bulk("IN", 7, "COSIGN") == 0
    journey.settle()
    for state in ("CA", "IN"):
        journey.wait(lambda at=state: not _uncosigned(journey.home(at)), 60, f"{state}'s log to be cosigned to its end")


def test_invariant_i6_no_word_of_an_item_stands_in_a_log(journey):
    said = "".join(path.read_text() for path in journey.folder.glob("*.log"))
    assert "link.sync" in said
    for word in ("Example Goods", "invented", "registered office", "DEMO-COSIGN"):
        assert word not in said
