"""Padding: a bucket tells little of a length, and what is padded unpads to itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples, flipped

from countersign.kernel.errors import IntegrityFault
from countersign.link import padding


@examples(200)
@given(st.integers(0, 1 << 32))
def test_a_bucket_holds_its_length_and_is_a_bucket_itself(length: int) -> None:
    size = padding.bucket(length)
    assert size >= length
    assert padding.bucket(size) == size


@examples(200)
@given(st.integers(16385, 1 << 32))
def test_above_16_kib_padding_costs_at_most_12_percent(length: int) -> None:
    assert padding.bucket(length) <= length * 1.12


@examples(100)
@given(st.integers(0, 1 << 24), st.integers(0, 1 << 16))
def test_a_longer_text_never_has_a_smaller_bucket(length: int, more: int) -> None:
    assert padding.bucket(length) <= padding.bucket(length + more)


def test_small_texts_have_four_sizes_only() -> None:
    """protocol section 3: padding buckets, so that length tells little."""
    assert {padding.bucket(length) for length in range(16385)} == {2048, 4096, 8192, 16384}


@examples(60)
@given(st.binary(max_size=3000) | st.integers(0, 40_000).map(bytes))
def test_what_is_padded_unpads_to_itself(data: bytes) -> None:
    assert padding.unpad(padding.pad(data)) == data


@examples(60)
@given(st.binary(max_size=60), st.data())
def test_any_change_of_the_frame_or_the_zeros_is_refused(data: bytes, drawn: st.DataObject) -> None:
    padded = padding.pad(data)
    inside = range(4 * 8, (4 + len(data)) * 8)
    bit = drawn.draw(st.integers(0, 8 * len(padded) - 1).filter(lambda place: place not in inside))
    try:
        found = padding.unpad(flipped(padded, bit))
    except IntegrityFault:
        return
    assert bit < 32, "only another length over the same zeros may be read"
    assert padding.pad(found) == flipped(padded, bit)


@pytest.mark.parametrize(
    "wrong", [b"", b"\0\0\0", b"\0" * 4, b"\0" * 2047, b"\0" * 2049, b"\0" * 4096, b"\xff" * 2048], ids=len
)
def test_a_frame_of_the_wrong_size_is_refused(wrong: bytes) -> None:
    with pytest.raises(IntegrityFault, match="PADDING_INVALID"):
        padding.unpad(wrong)
