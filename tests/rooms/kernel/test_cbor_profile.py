"""The CBOR profile: one value has one encoding, and everything else is refused in bounded time (protocol section 1)."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import cbor_values, examples, with_byte

from countersign.kernel import cbor
from countersign.kernel.cbor import CborTooLarge, Limits, MalformedCbor
from countersign.kernel.errors import CountersignError


@examples(200)
@given(cbor_values)
@example(-(1 << 64))
@example((1 << 64) - 1)
def test_what_is_encoded_decodes_to_the_same_value(value: object) -> None:
    assert cbor.decode(cbor.encode(value)) == value


@examples(100)
@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=30), st.integers(0, 5), max_size=8))
def test_the_order_in_which_a_map_was_filled_does_not_change_its_bytes(value: dict[str, int]) -> None:
    assert cbor.encode(value) == cbor.encode(dict(reversed(value.items())))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("1817", "23 in two bytes"),
        ("190017", "23 in three bytes"),
        ("1900ff", "255 in three bytes"),
        ("1a0000ffff", "65535 in five bytes"),
        ("1b00000000ffffffff", "4294967295 in nine bytes"),
        ("3817", "-24 in two bytes"),
        ("3b0000000000000001", "-2 in nine bytes"),
        ("580161", "a byte string's length in two bytes"),
        ("780161", "a text's length in two bytes"),
        ("98018001"[:6], "an array's length in two bytes"),
        ("b800", "a map's length in two bytes"),
        ("a178016101", "a map key's length in two bytes"),
        ("5f4101ff", "byte string of indefinite length"),
        ("7f6161ff", "text of indefinite length"),
        ("9f01ff", "array of indefinite length"),
        ("bf616101ff", "map of indefinite length"),
        ("ff", "a break alone"),
        ("1c", "reserved head 28"),
        ("1d", "reserved head 29"),
        ("1e", "reserved head 30"),
        ("f93c00", "half float"),
        ("fa3f800000", "single float"),
        ("fb3ff0000000000000", "double float"),
        ("f97e00", "NaN"),
        ("f7", "undefined"),
        ("e0", "simple value 0"),
        ("f818", "simple value in two bytes"),
        ("f814", "false in two bytes"),
        ("c074323031332d30332d32315432303a30343a30305a", "tag 0"),
        ("c249010000000000000000", "2**64 as a tagged big number"),
        ("d81c80", "tag 28, a shared value"),
        ("a2616101616102", "a doubled key"),
        ("a2616201616101", "keys out of order"),
        ("a262616101616201", "a longer key before a shorter one"),
        ("a10102", "an integer key"),
        ("a1416101", "a byte string as key"),
        ("a1f601", "null as key"),
        ("a18001", "an array as key"),
        ("0000", "trailing byte"),
        ("80f6", "a second value"),
        ("", "nothing"),
        ("18", "head cut"),
        ("1901", "integer cut"),
        ("4261", "byte string cut"),
        ("8201", "array cut"),
        ("a16161", "map without its value"),
        ("61ff", "text that is not UTF-8"),
        ("62c328", "bad continuation byte"),
        ("62c080", "overlong zero"),
        ("63eda080", "surrogate in UTF-8"),
        ("a161ff01", "a key that is not UTF-8"),
        ("5bffffffffffffffff", "18 exabytes of byte string"),
        ("7bffffffffffffffff", "18 exabytes of text"),
        ("9bffffffffffffffff", "18 quintillion elements"),
        ("bbffffffffffffffff", "18 quintillion pairs"),
        ("9a7fffffff00", "two billion elements in six bytes"),
        ("ba0000ffff6161", "65535 pairs in seven bytes"),
    ],
    ids=lambda text: text.replace(" ", "-") if isinstance(text, str) else None,
)
def test_every_other_form_is_refused_as_malformed(wrong: str, why: str) -> None:
    with pytest.raises(MalformedCbor):
        cbor.decode(bytes.fromhex(wrong))


@pytest.mark.parametrize(
    ("good", "value"),
    [
        ("17", 23), ("1818", 24), ("18ff", 255), ("190100", 256), ("1a00010000", 65536),
        ("1b0000000100000000", 1 << 32), ("1bffffffffffffffff", (1 << 64) - 1), ("3bffffffffffffffff", -(1 << 64)),
        ("f4", False), ("f5", True), ("f6", None), ("60", ""), ("40", b""), ("80", []), ("a0", {}),
        ("a2616101626161" + "02", {"a": 1, "aa": 2}),
    ],
)  # fmt: skip
def test_the_shortest_form_at_each_border_is_read(good: str, value: object) -> None:
    found = cbor.decode(bytes.fromhex(good))
    assert found == value
    assert type(found) is type(value)


def nested(depth: int) -> bytes:
    return b"\x81" * depth + b"\x00"


def test_nesting_is_read_to_the_limit_and_no_deeper() -> None:
    assert cbor.decode(nested(16)) is not None
    with pytest.raises(CborTooLarge, match="nested deeper"):
        cbor.decode(nested(17))
    with pytest.raises(CborTooLarge, match="nested deeper"):
        cbor.decode(b"\xa1\x60" * 17 + b"\x00")


def test_a_hundred_thousand_open_arrays_are_refused_without_recursion() -> None:
    with pytest.raises(CborTooLarge):
        cbor.decode(nested(100_000))


def test_size_is_read_to_the_limit_and_no_further() -> None:
    limits = Limits(size=10)
    assert cbor.decode(cbor.encode(b"x" * 9), limits) == b"x" * 9
    with pytest.raises(CborTooLarge, match="11 bytes"):
        cbor.decode(cbor.encode(b"x" * 10), limits)


def test_values_are_counted_with_their_containers() -> None:
    limits = Limits(values=4)
    assert cbor.decode(cbor.encode([1, 2, 3]), limits) == [1, 2, 3]
    with pytest.raises(CborTooLarge, match="more than 4 values"):
        cbor.decode(cbor.encode([1, 2, 3, 4]), limits)


def test_a_key_is_read_to_its_limit_in_bytes_and_no_further() -> None:
    assert cbor.decode(cbor.encode({"é" * 32: 1})) == {"é" * 32: 1}
    with pytest.raises(CborTooLarge, match="map key longer"):
        cbor.decode(cbor.encode({"é" * 32 + "x": 1}))


def test_the_named_field_is_told_in_the_refusal() -> None:
    with pytest.raises(MalformedCbor) as refusal:
        cbor.decode(b"\xff", field="leaf")
    assert refusal.value.diagnostics()["field"] == "leaf"


def test_deep_or_wide_bytes_are_settled_in_bounded_time() -> None:
    started = time.perf_counter()
    for data in (
        b"\x81" * 1_000_000,
        b"\xa1\x60" * 500_000,
        b"\x9a\x00\x0f\x00\x00" + b"\x80" * 0xF0000,
        b"\x40" * 1_000_000,
    ):
        with pytest.raises(CountersignError):
            cbor.decode(data)
    assert time.perf_counter() - started < 5, "bounded by the limit on values, not by the bytes"


@examples(400)
@given(st.binary(max_size=120))
def test_random_bytes_are_refused_or_are_the_one_encoding_of_their_value(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except CountersignError:
        return
    assert cbor.encode(value) == data


@examples(300)
@given(cbor_values, st.data())
def test_valid_bytes_with_a_changed_byte_never_mean_the_same_and_never_break_the_decoder(
    value: object, data: st.DataObject
) -> None:
    encoded = cbor.encode(value)
    place = data.draw(st.integers(0, len(encoded) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda candidate: candidate != encoded[place]))
    changed = with_byte(encoded, place, byte)
    try:
        other = cbor.decode(changed)
    except CountersignError:
        return
    assert cbor.encode(other) == changed
    assert cbor.encode(other) != encoded


@examples(100)
@given(cbor_values, st.data())
def test_every_true_prefix_of_an_encoding_is_refused(value: object, data: st.DataObject) -> None:
    encoded = cbor.encode(value)
    cut = data.draw(st.integers(0, len(encoded) - 1))
    with pytest.raises(MalformedCbor):
        cbor.decode(encoded[:cut])
