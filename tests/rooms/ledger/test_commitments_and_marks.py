"""Commitments that open in part, and marks that a restored database cannot take back."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import cbor_values, examples, hashes32, identities, outcome_of, part_maps

from countersign.kernel.errors import CountersignError
from countersign.ledger.core import commitments
from countersign.ledger.core.commitments import OpenedPart
from countersign.ledger.errors import EvidenceInvalid, LogBehindMark
from countersign.ledger.marks import Mark, Marks

ORIGIN = "ca.example/x/in.example/1"


@examples(100)
@given(hashes32, identities, part_maps, st.randoms(use_true_random=False))
def test_any_subset_of_the_parts_opens_and_shows_only_itself(
    salt: bytes, identity: Any, parts: dict[str, bytes], chance: random.Random
) -> None:
    shown = frozenset(name for name in parts if chance.random() < 0.5)
    opening = commitments.open_parts(salt, identity, parts, shown)
    opened = commitments.check_opening(opening, identity, commitments.commit(salt, identity, parts))
    assert {part.name: part.content for part in opened} == {name: parts[name] for name in shown}
    assert [len(entry) for entry in opening].count(1) == len(parts) - len(shown)


@examples(80)
@given(hashes32, identities, part_maps, st.data())
def test_a_changed_part_name_salt_or_content_is_refused(
    salt: bytes, identity: Any, parts: dict[str, bytes], data: st.DataObject
) -> None:
    commitment = commitments.commit(salt, identity, parts)
    opening = commitments.open_parts(salt, identity, parts, frozenset(parts))
    entry = opening[data.draw(st.integers(0, len(opening) - 1))]
    at = data.draw(st.integers(0, 2))
    entry[at] = entry[at] + ("x" if at == 0 else b"x")
    with pytest.raises(EvidenceInvalid):
        commitments.check_opening(opening, identity, commitment)


@examples(60)
@given(hashes32, part_maps)
def test_an_opening_of_another_identity_order_or_number_of_parts_is_refused(
    salt: bytes, parts: dict[str, bytes]
) -> None:
    identity = ("ca.example", b"c" * 16, 1, 7)
    commitment = commitments.commit(salt, identity, parts)
    opening = commitments.open_parts(salt, identity, parts, frozenset(parts))
    for other in (
        ("in.example", b"c" * 16, 1, 7),
        ("ca.example", b"d" * 16, 1, 7),
        ("ca.example", b"c" * 16, 2, 7),
        ("ca.example", b"c" * 16, 1, 8),
    ):
        with pytest.raises(EvidenceInvalid):
            commitments.check_opening(opening, other, commitment)
    wrongs = [opening[:-1], [*opening, opening[0]]] + ([opening[::-1]] if len(opening) > 1 else [])
    for wrong in wrongs:
        with pytest.raises(EvidenceInvalid):
            commitments.check_opening(wrong, identity, commitment)


def test_the_salt_of_one_part_tells_nothing_of_another() -> None:
    salts = [commitments.part_salt(b"s" * 32, name) for name in ("a", "b")]
    assert salts[0] != salts[1]
    assert commitments.part_salt(salts[0], "b") != salts[1]


def test_the_same_content_under_another_salt_has_another_commitment() -> None:
    identity, parts = ("ca.example", b"c" * 16, 1, 7), {"a": b"1"}
    assert commitments.commit(b"s" * 32, identity, parts) != commitments.commit(b"t" * 32, identity, parts)


@examples(200)
@given(cbor_values | st.lists(st.lists(st.binary(max_size=33) | st.text(max_size=3), max_size=4), max_size=4))
def test_anything_else_is_refused_as_an_opening(value: Any) -> None:
    assert outcome_of(
        lambda: commitments.check_opening(value, ("ca.example", b"c" * 16, 1, 7), b"h" * 32), EvidenceInvalid
    )


def test_more_parts_than_the_limit_are_refused() -> None:
    with pytest.raises(EvidenceInvalid, match="not a list of parts"):
        commitments.check_opening([[b"h" * 32]] * 1025, ("x", b"", 0, 0), b"h" * 32)


def test_an_opened_part_is_name_salt_and_content() -> None:
    identity = ("ca.example", b"c" * 16, 1, 7)
    opening = commitments.open_parts(b"s" * 32, identity, {"a": b"1"}, frozenset({"a"}))
    opened = commitments.check_opening(opening, identity, commitments.commit(b"s" * 32, identity, {"a": b"1"}))
    assert opened == [OpenedPart("a", commitments.part_salt(b"s" * 32, "a"), b"1")]


@pytest.fixture
def marks(tmp_path: Path) -> Marks:
    return Marks(tmp_path / "marks")


def test_a_log_never_shown_has_the_mark_zero(marks: Marks) -> None:
    assert marks.read(ORIGIN) == Mark(0, b"")


def test_a_mark_rises_and_is_read_by_another_process(marks: Marks, tmp_path: Path) -> None:
    marks.advance(ORIGIN, 3, b"a" * 32, held=lambda: 9)
    marks.advance(ORIGIN, 5, b"b" * 32, held=lambda: 9)
    assert Marks(tmp_path / "marks").read(ORIGIN) == Mark(5, b"b" * 32)


def test_a_log_behind_its_mark_is_refused_and_an_older_checkpoint_keeps_the_mark(marks: Marks) -> None:
    """protocol section 2: at start the node refuses to sign if its log is behind that mark."""
    marks.advance(ORIGIN, 5, b"b" * 32, held=lambda: 9)
    marks.advance(ORIGIN, 4, b"a" * 32, held=lambda: 9)
    with pytest.raises(LogBehindMark, match="5 were already signed"):
        marks.check(ORIGIN, 4)
    marks.check(ORIGIN, 5)
    assert marks.read(ORIGIN) == Mark(5, b"b" * 32)


def test_another_root_at_the_marked_size_is_refused(marks: Marks) -> None:
    marks.advance(ORIGIN, 5, b"b" * 32, held=lambda: 9)
    marks.advance(ORIGIN, 5, b"b" * 32, held=lambda: 9)
    with pytest.raises(LogBehindMark, match="another root"):
        marks.advance(ORIGIN, 5, b"c" * 32, held=lambda: 9)


def test_only_force_lowers_a_mark(marks: Marks) -> None:
    marks.advance(ORIGIN, 5, b"b" * 32, held=lambda: 9)
    marks.force(ORIGIN, 2, b"a" * 32)
    assert marks.read(ORIGIN) == Mark(2, b"a" * 32)


def test_each_log_has_a_mark_of_its_own(marks: Marks) -> None:
    marks.advance(ORIGIN, 5, b"b" * 32, held=lambda: 9)
    marks.advance("ca.example/d", 1, b"d" * 32, held=lambda: 1)
    assert (marks.read(ORIGIN).size, marks.read("ca.example/d").size) == (5, 1)


@pytest.mark.parametrize(
    "damage", [b"", b"\n", b"x", b"a\nb\nc\n", b"a\n1\n", b"\xff\xff", b"a\n1\n!!!!\nmore\n"], ids=repr
)
def test_a_damaged_mark_is_a_named_refusal_and_never_reads_as_zero(marks: Marks, tmp_path: Path, damage: bytes) -> None:
    marks.advance(ORIGIN, 5, b"b" * 32, held=lambda: 9)
    (path,) = (tmp_path / "marks").iterdir()
    path.write_bytes(damage)
    with pytest.raises(CountersignError):
        marks.check(ORIGIN, 5)


def test_a_torn_writing_leaves_the_mark_before(marks: Marks, tmp_path: Path) -> None:
    """What was being written when the power went had not left the node, so the mark before is the right one."""
    marks.advance(ORIGIN, 5, b"b" * 32, held=lambda: 9)
    marks.advance(ORIGIN, 6, b"c" * 32, held=lambda: 9)
    (path,) = (tmp_path / "marks").iterdir()
    content = bytearray(path.read_bytes())
    content[content.index(b"\n6\n") + 1] ^= 1
    path.write_bytes(bytes(content))
    assert marks.read(ORIGIN) == Mark(5, b"b" * 32)
    marks.advance(ORIGIN, 7, b"d" * 32, held=lambda: 9)
    assert marks.read(ORIGIN) == Mark(7, b"d" * 32)


def test_a_mark_that_many_raise_at_once_ends_at_the_highest(tmp_path: Path) -> None:
    """Courier and link port each raise the marks of their process; whoever comes late lowers nothing, the first time included."""
    sizes = list(range(1, 41))

    def raise_some(own: list[int]) -> None:
        for size in own:
            Marks(tmp_path / "marks").advance(ORIGIN, size, bytes([size]) * 32, held=lambda: 99)

    threads = [threading.Thread(target=raise_some, args=(sizes[begin::4],)) for begin in (3, 0, 2, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Marks(tmp_path / "marks").read(ORIGIN) == Mark(40, bytes([40]) * 32)
