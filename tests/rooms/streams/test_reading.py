"""Bad lines are told with their place, field and remedy, and take no good line with them."""

from __future__ import annotations

import io
import json

import pytest

from countersign.kernel.errors import InvalidInput
from countersign.streams.precursors.screening import reading
from countersign.streams.precursors.screening.result import Goods

HEADER = "id,date,origin,destination,hs_code,description,cas,quantity,unit,value_usd,mode\n"
GOOD = "a,2026-01-05,IN,CA,2933.39,4-piperidone,41661-47-6,25,kg,100,sea\n"


def _csv(text):
    return list(reading.csv_rows(io.StringIO(text, newline="")))


def _json(*lines):
    return list(reading.json_lines(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines))


@pytest.mark.parametrize(
    ("written", "is_"),
    [
        ("18,500.00", 18_500),
        ("1,85,000.00", 185_000),
        ("185000", 185_000),
        ("25.5", 25.5),
        ("१२५", 125),
        ("12,34,56,789", 123_456_789),
        ("", None),
    ],
)
def test_numbers_of_both_states_are_read(written, is_):
    assert reading.number(written, "quantity") == is_


@pytest.mark.parametrize("written", ["1.850,00", "25,5", "1,2,3", "12 kg", "1e3", "NaN"])
def test_a_number_that_could_be_two_is_refused_with_the_remedy(written):
    with pytest.raises(InvalidInput) as refused:
        reading.number(written, "quantity")
    assert refused.value.diagnostics()["field"] == "quantity"
    assert "1,85,000.00" in refused.value.diagnostics()["remedy"]


def test_a_wrong_quantity_hides_no_substance():
    (line,) = _csv(HEADER + GOOD.replace("25,kg", '"25,5",barn'))
    assert isinstance(line, Goods)
    assert line.description == "4-piperidone"
    assert {field for field, _ in line.faults} == {"quantity", "unit"}


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (GOOD.replace(",sea", ""), "row"),
        (GOOD.replace("4-piperidone", "x" * 4_001), "description"),
        (GOOD.replace("4-piperidone", "").replace("41661-47-6", ""), "description"),
        (GOOD.replace("2026-01-05", "05/01/2026"), "date"),
        (f'b,2026-01-05,IN,CA,,"{"y" * (1 << 20)}x",,,,,\n', "row"),
    ],
    ids=["columns slid", "a long cell", "nothing in it", "no day", "a cell of a megabyte"],
)
def test_a_bad_row_is_told_and_the_next_is_read(bad, field):
    fault, line = _csv(HEADER + bad + GOOD.replace("a,", "z,"))
    assert isinstance(fault, dict)
    assert fault["field"] == field
    assert fault["error"]
    assert fault["remedy"]
    assert line.id == "z"


def test_the_same_row_twice_is_read_once_and_told():
    line, fault = _csv(HEADER + GOOD + GOOD.replace("a,", "b,", 1))
    assert (line.id, fault["field"]) == ("a", "row")
    assert "row 2" in fault["error"]


def test_a_header_that_is_not_known_is_refused_with_the_columns():
    with pytest.raises(InvalidInput) as refused:
        _csv("goods,number\nx,y\n")
    assert "description" in refused.value.diagnostics()["remedy"]


def test_semicolons_tabs_and_a_byte_order_mark_are_read():
    for mark in ";\t":
        text = "\ufeff" + (HEADER + GOOD).replace(",", mark)
        assert _csv(text)[0].description == "4-piperidone"


def test_broken_encoding_is_a_fault_of_its_line_alone():
    good = {"id": "b", "description": "toluene"}
    fault, line = _json(b'{"id":"a","description":"\xff\xfe"}', good)
    assert (fault["field"], line.id) == ("line", "b")


def test_a_line_that_is_no_object_is_told():
    assert [fault["field"] for fault in _json(b"[1]", b"{", b"12")] == ["line"] * 3


def test_a_formula_in_a_cell_is_text_and_leaves_as_text():
    (line,) = _csv(HEADER + GOOD.replace("4-piperidone", "=HYPERLINK(1)"))
    assert line.description == "=HYPERLINK(1)"
    for cell in ("=1+1", "+1", "-1", "@x", "\tx"):
        assert reading.safe_cell(cell).startswith("'")


def test_a_code_that_lost_its_leading_nought_is_still_another_code():
    from countersign.streams.precursors.screening import hs

    assert hs.digits("0106.90") == "010690"
    assert not hs.fits("10690", "Acetone", "291411")


def test_a_day_before_any_list_lists_nothing():
    from countersign.streams.precursors.screening import engine

    (line,) = _csv(HEADER + GOOD.replace("2026-01-05", "1950-01-05"))
    result = engine.shipped().screen([line])[0]
    assert (result.un, result.ca, result.in_) == ("none", "none", "none")
