"""Canonical JSON: what auditors read has one form, and the parser in front of it loses nothing in silence."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples, json_values

from countersign.kernel import jcs
from countersign.kernel.errors import CountersignError, InvalidInput, TooLarge
from countersign.kernel.jcs import MalformedJson


@examples(150)
@given(json_values)
def test_the_canonical_form_parses_back_to_the_same_value(value: object) -> None:
    assert jcs.parse_canonical(jcs.canonical(value)) == value


@examples(100)
@given(json_values)
def test_any_other_layout_of_a_value_has_the_same_canonical_form(value: object) -> None:
    loose = json.dumps(value, indent=1, ensure_ascii=True).encode()
    assert jcs.canonical(jcs.parse(loose)) == jcs.canonical(value)


@pytest.mark.parametrize(
    "wrong",
    [
        b'{"a":1,"a":2}', b'{"a":1,"\\u0061":2}', b'[{"x":{"b":1,"b":1}}]', b"NaN", b"[Infinity]", b"-Infinity",
        b"", b"{", b"[1,]", b'{"a":1,}', b"{'a':1}", b"01", b"+1", b"1 2", b"nul", b'"\x01"', b'"\\x"', b"\xff",
        b'"\xed\xa0\x80"', b"\xef\xbb\xbf{}", b'"unended', b"\xc3", b"// x\n1",
    ],
    ids=repr,
)  # fmt: skip
def test_text_that_is_not_one_exact_json_value_is_refused(wrong: bytes) -> None:
    with pytest.raises(MalformedJson):
        jcs.parse(wrong)


@pytest.mark.parametrize("wrong", [b'"\\ud800"', b'"a\\udfffb"', b'{"\\ud800":1}', b'["\\udc00\\ud800"]'], ids=repr)
def test_a_lone_surrogate_is_refused_by_the_parser(wrong: bytes) -> None:
    with pytest.raises(MalformedJson):
        jcs.parse(wrong)


@pytest.mark.parametrize("wrong", [b"1e400", b"[-1e400]", b'{"a":1e999999}'], ids=repr)
def test_a_number_that_does_not_fit_is_refused_and_not_read_as_infinity(wrong: bytes) -> None:
    with pytest.raises(MalformedJson):
        jcs.parse(wrong)


def test_a_number_of_five_thousand_digits_is_refused() -> None:
    with pytest.raises(MalformedJson):
        jcs.parse(b"1" * 5_000)


@pytest.mark.parametrize(
    "other", [b'{ "a":1}', b'{"b":1,"a":2}', b"1.0", b"1e2", b"-0", b'"\\u0061"', b'"\\/"', b"[1]\n", b"9007199254740993"],
    ids=repr,
)  # fmt: skip
def test_valid_json_in_another_form_is_refused_where_the_canonical_form_is_due(other: bytes) -> None:
    jcs.parse(other)
    with pytest.raises(MalformedJson):
        jcs.parse_canonical(other)


def test_nesting_is_read_to_the_limit_and_no_deeper() -> None:
    assert jcs.parse(b"[" * 24 + b"]" * 24) is not None
    for deep in (b"[" * 25 + b"]" * 25, b'{"a":' * 25 + b"1" + b"}" * 25, b"[" * 100_000):
        with pytest.raises(TooLarge, match="nested deeper"):
            jcs.parse(deep)


def test_brackets_inside_strings_are_not_counted_as_nesting() -> None:
    text = "[" * 100 + '\\"' + "{" * 100
    assert jcs.parse(json.dumps([text]).encode()) == [text]


def test_quotes_cannot_hide_nesting_from_the_count() -> None:
    for hidden in (b'["\\\\",' + b"[" * 30 + b"]" * 30 + b',"\\""]', b'["a"' + b",[" * 30 + b"]" * 31):
        with pytest.raises(InvalidInput):
            jcs.parse(hidden)


def test_size_is_read_to_the_limit_and_no_further() -> None:
    assert jcs.parse(b'"aaaa"', limit=6) == "aaaa"
    with pytest.raises(TooLarge, match="7 bytes"):
        jcs.parse(b'"aaaaa"', limit=6)


@pytest.mark.parametrize("hostile", [b'\\"', b'"\\', b'"', b'"a\\"', b"\\", b'"[', b"[{", b'""'], ids=repr)
def test_hostile_quotes_cost_time_in_proportion_to_their_length(hostile: bytes) -> None:
    """32 KiB take milliseconds; a parser whose time grows with the square takes seconds here and an hour at 1 MiB."""
    data = hostile * (32_768 // len(hostile))
    started = time.perf_counter()
    with pytest.raises(CountersignError):
        jcs.parse(data)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 2**53 + 1, "\ud800", {1: 2}, {"a": b"x"}, {"a"}], ids=repr
)
def test_what_json_cannot_carry_exactly_is_never_written(value: object) -> None:
    with pytest.raises(MalformedJson):
        jcs.canonical(value)


def test_a_value_nested_without_end_is_refused_and_not_a_crash() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(MalformedJson):
        jcs.canonical(value)


@examples(300)
@given(st.binary(max_size=80) | st.text('{}[]",:\\u0d8e1+-. ntf', max_size=60).map(str.encode))
def test_random_bytes_are_refused_or_have_a_canonical_form(data: bytes) -> None:
    try:
        value = jcs.parse_canonical(data)
    except CountersignError:
        return
    assert jcs.canonical(value) == data
