"""Fresh values (CS-PR-02, section 2): good once, for one peer, for ten minutes."""

from __future__ import annotations

import pytest
from strategies import flipped

from countersign.kernel import clock
from countersign.link import bodies
from countersign.link.errors import (
    NotFresh,
)
from countersign.link.fresh import LIFETIME_SECONDS, FreshValues

CA, IN = "ca.example", "in.example"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock as a list of one number that the test sets."""
    now = [1_000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    return now


def test_a_fresh_value_is_good_once() -> None:
    values = FreshValues()
    value = values.issue(CA)
    assert len(value) == bodies.FRESH_BYTES
    values.claim(CA, value)
    with pytest.raises(NotFresh, match="a replay"):
        values.claim(CA, value)


def test_asking_whether_a_value_is_issued_does_not_use_it_up() -> None:
    values = FreshValues()
    value = values.issue(CA)
    assert values.is_issued(CA, value)
    assert values.is_issued(CA, value)
    values.claim(CA, value)


def test_a_fresh_value_is_for_one_peer() -> None:
    values = FreshValues()
    value = values.issue(CA)
    with pytest.raises(NotFresh):
        values.claim(IN, value)
    values.claim(CA, value)


def test_a_fresh_value_is_worthless_to_another_process() -> None:
    with pytest.raises(NotFresh):
        FreshValues().claim(CA, FreshValues().issue(CA))


def test_a_fresh_value_lives_ten_minutes(at: list[float]) -> None:
    values = FreshValues()
    early, late = values.issue(CA), values.issue(CA)
    at[0] += LIFETIME_SECONDS
    values.claim(CA, early)
    at[0] += 1
    with pytest.raises(NotFresh, match="too old"):
        values.claim(CA, late)


def test_a_used_value_stays_used_until_it_is_too_old(at: list[float]) -> None:
    values = FreshValues()
    value = values.issue(CA)
    values.claim(CA, value)
    for _ in range(2 * LIFETIME_SECONDS // 60):
        at[0] += 60
        values_of_others = values.issue(IN)
        values.claim(IN, values_of_others)
        with pytest.raises(NotFresh):
            values.claim(CA, value)


def test_used_values_are_forgotten_once_they_are_too_old(at: list[float]) -> None:
    values = FreshValues()
    for _ in range(50):
        values.claim(CA, values.issue(CA))
        at[0] += LIFETIME_SECONDS / 10
    assert len(values._used) <= 12


def test_a_forged_or_changed_value_is_refused() -> None:
    values = FreshValues()
    value = values.issue(CA)
    for wrong in [b"", b"\0" * 48, value[:-1], value + b"\0", *(flipped(value, bit) for bit in range(8 * len(value)))]:
        with pytest.raises(NotFresh):
            values.claim(CA, wrong)
    values.claim(CA, value)


def test_a_value_for_a_name_with_a_zero_byte_is_not_one_for_a_shorter_name() -> None:
    values = FreshValues()
    assert not values.is_issued("ca", values.issue("ca\0x"))


def test_a_thousand_values_are_a_thousand() -> None:
    values = FreshValues()
    assert len({values.issue(CA) for _ in range(1_000)}) == 1_000
