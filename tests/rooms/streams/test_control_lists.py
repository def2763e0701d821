"""The tables of control lists are checked row by row when they are read: a wrong digit, structure, formula or date is refused."""

from __future__ import annotations

import csv
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.charter import packs
from countersign.kernel.errors import InvalidInput
from countersign.streams.precursors.screening import cas, lists, structure

FOLDER = packs.common_folder() / "precursors"


@pytest.fixture
def folder(tmp_path):
    for name in ("substances.csv", "listings.csv"):
        shutil.copy(FOLDER / name, tmp_path / name)
    return tmp_path


def _change(path, column, value, where=lambda _: True):
    with path.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    row = next(row for row in rows if row[column] and where(row))
    row[column] = value(row[column])
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("table", "column", "value", "field"),
    [
        ("substances.csv", "cas", lambda number: f"{number[:-1]}{(int(number[-1]) + 1) % 10}", "cas"),
        ("substances.csv", "smiles", lambda text: text + "(", "smiles"),
        ("substances.csv", "formula", lambda text: f"{text}Cl", "formula"),
        ("substances.csv", "inchikey", lambda text: f"A{text[1:]}" if text[0] != "A" else f"B{text[1:]}", "inchikey"),
        ("listings.csv", "substance", lambda text: f"{text} unknown", "substance"),
        ("listings.csv", "effective", lambda _: "2026-13-01", "effective"),
        ("listings.csv", "end", lambda _: "1900-01-01", "end"),
        ("listings.csv", "percent", lambda _: "four", "effective"),
        ("listings.csv", "class", lambda _: "C", "class"),
    ],
)
def test_a_wrong_row_is_refused_with_its_field(folder, table, column, value, field):
    _change(folder / table, column, value)
    with pytest.raises(InvalidInput) as refused:
        structure.proofread(lists.load(folder).substances.values())
    assert refused.value.diagnostics()["field"] == field


def test_the_shipped_tables_pass():
    structure.proofread(lists.shipped().substances.values())


def test_every_listing_names_its_source_instrument_and_confidence():
    for row in lists.shipped().listings:
        assert row.source
        assert row.instrument
        assert row.confidence in ("high", "medium", "low")


@given(st.integers(10, 9_999_999), st.integers(0, 99))
def test_every_single_digit_changed_breaks_a_cas_number(head, middle):
    digits = f"{head}{middle:02d}"
    check = sum(place * int(digit) for place, digit in enumerate(reversed(digits), 1)) % 10
    right = f"{head}-{middle:02d}-{check}"
    assert cas.is_right(right)
    assert not cas.is_right(f"{right[:-1]}{(check + 1) % 10}")


@pytest.mark.parametrize(
    ("day", "un"), [("2024-12-02", "none"), ("2024-12-03", "I")], ids=["the day before", "the first day"]
)
def test_the_first_day_counts(day, un):
    from datetime import date

    held = lists.shipped().status("4-Piperidone", date.fromisoformat(day))["UN"]
    assert (held.kind if held else "none") == un
