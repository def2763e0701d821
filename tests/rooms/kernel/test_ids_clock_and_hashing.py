"""Ids say their kind and nothing else; the clock is injected; a hash made for one use verifies for no other."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import cbor_values, examples

from countersign.kernel import clock, hashing, ids
from countersign.kernel.clock import FixedClock, SystemClock
from countersign.kernel.errors import InvalidInput


@pytest.mark.parametrize("prefix", sorted(ids.PREFIXES))
def test_a_new_id_of_each_kind_is_one_of_its_kind_and_of_no_other(prefix: str) -> None:
    made = ids.new_id(prefix)
    assert ids.check_id(made, prefix) == made
    for other in set(ids.PREFIXES) - {prefix}:
        with pytest.raises(InvalidInput, match=ids.PREFIXES[other]):
            ids.check_id(made, other)


def test_a_thousand_ids_are_a_thousand() -> None:
    assert len({ids.new_id("itm") for _ in range(1_000)}) == 1_000


def test_an_unregistered_prefix_makes_no_id() -> None:
    with pytest.raises(KeyError):
        ids.new_id("xyz")


@pytest.mark.parametrize(
    "change",
    [str.upper, lambda t: t[:-1], lambda t: t + "a", lambda t: " " + t, lambda t: t + " ", lambda t: t.replace("_", "-"),
     lambda t: t[:4] + "1" + t[5:], lambda t: t[:4] + "é" + t[5:], lambda _: "", lambda t: "x" + t],
    ids=["upper", "short", "long", "blank-before", "blank-after", "dash", "digit-one", "accent", "empty", "prefix"],
)  # fmt: skip
def test_a_changed_id_is_refused(change: object) -> None:
    with pytest.raises(InvalidInput):
        ids.check_id(change(ids.new_id("cas")), "cas")  # type: ignore[operator]


def test_an_id_with_a_newline_behind_it_is_refused() -> None:
    with pytest.raises(InvalidInput):
        ids.check_id(ids.new_id("cas") + "\n", "cas")


def test_the_refusal_of_an_id_says_field_and_shape() -> None:
    with pytest.raises(InvalidInput) as refusal:
        ids.check_id("nonsense", "arr", field="arrangement")
    told = refusal.value.diagnostics()
    assert told["field"] == "arrangement"
    assert "arr_ followed by 26" in told["remedy"]


def test_the_present_is_aware_and_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_an_installed_clock_is_the_processes_clock_until_it_is_put_back() -> None:
    at = datetime(2030, 1, 2, 3, 4, 5, 999_999, tzinfo=UTC)
    before = clock.install(FixedClock(at))
    try:
        assert clock.now() == at
        assert clock.unix_now() == 1_893_553_445
    finally:
        fixed = clock.install(before)
    assert isinstance(fixed, FixedClock)
    assert clock.now() != at


def test_a_fixed_clock_moves_only_when_told() -> None:
    fixed = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    assert fixed.now() == fixed.now()
    fixed.advance(90.5)
    assert fixed.now() == datetime(2026, 1, 1, 0, 1, 30, 500_000, tzinfo=UTC)


def test_the_offset_variable_moves_the_system_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_CLOCK_OFFSET", "-86400")
    late = datetime.now(UTC) - SystemClock().now()
    assert timedelta(hours=23, minutes=59) < late < timedelta(hours=24, minutes=1)


def test_the_kernel_imports_without_django() -> None:
    code = "import sys, countersign.kernel.calendars, countersign.kernel.files, countersign.kernel.jcs, countersign.law.sets"
    code += ", countersign.ledger.core.evidence, countersign.ledger.core.witness; print('django' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert found.stdout.strip() == "False"


@examples(100)
@given(st.text("abcdef/", max_size=12), st.text("abcdef/", max_size=12), st.lists(cbor_values, max_size=3))
def test_two_contexts_never_share_a_digest(one: str, other: str, parts: list[object]) -> None:
    """protocol section 1: context strings differ for every use, so nothing made for one use verifies for another."""
    assume(one != other)
    assert hashing.digest(one, *parts) != hashing.digest(other, *parts)
    assert hashing.keyed(b"k" * 32, one, *parts) != hashing.keyed(b"k" * 32, other, *parts)


@examples(100)
@given(st.binary(max_size=20), st.binary(max_size=20))
def test_moving_the_border_between_two_parts_changes_the_digest(one: bytes, other: bytes) -> None:
    assume(one + other != b"")
    assert hashing.digest("c", one, other) != hashing.digest("c", one + other, b"") or other == b""
    assert hashing.digest("c", one + other) != hashing.digest("c", one, other)
    assert hashing.digest("c", [one, other]) != hashing.digest("c", one, other)


def test_text_and_bytes_of_the_same_letters_have_different_digests() -> None:
    assert hashing.digest("c", "ab") != hashing.digest("c", b"ab")


def test_a_keyed_digest_depends_on_the_key_and_is_not_the_plain_one() -> None:
    assert len({hashing.keyed(b"a", "c", 1), hashing.keyed(b"b", "c", 1), hashing.digest("c", 1)}) == 3
