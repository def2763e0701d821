"""Declaration lines as machines and people bring them: JSON lines and CSV, read one by one, each fault told with its line.

Nothing is guessed away: a number whose separators could mean two things is a fault, a formula in a cell is text, a code that lost
its leading nought is read with it. A file of any size streams.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput
from countersign.streams.precursors.screening.result import Goods

MEMBERS: Final = (
    "id", "date", "origin", "destination", "hs_code", "description", "cas", "quantity", "unit", "value_usd", "mode",
)  # fmt: skip
LONGEST: Final = 4_000
"""Characters of a description that are read; a longer cell is a fault."""
LARGEST: Final = 1e12
"""No quantity and no value is as large."""
REMEMBERED: Final = 100_000
"""Rows back to which a repeated row is noticed, so that a file of any size streams."""
LARGEST_LINE: Final = 1 << 20
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_WESTERN: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_INDIAN: Final = re.compile(r"\d{1,2}(?:,\d{2})*,\d{3}(?:\.\d+)?")
_UNITS: Final = frozenset(
    """
 kg kgs kilogram kilograms g gm gms gram grams mg t mt tonne tonnes ton tons lb lbs oz l ltr ltrs litre litres liter liters
 ml cl m3 cbm gal gallon gallons pcs pc piece pieces nos no number drum drums carton cartons box boxes bag bags bottle
 bottles can cans pack packs set sets pair pairs unit units unt m metre metres roll rolls pallet pallets ibc carboy carboys
 cylinder cylinders vial vials ampoule ampoules dozen doz ea each case cases
 """.split()  # noqa: SIM905  (a list of words, read as one)
)
_FORMULA: Final = ("=", "+", "-", "@", "\t")
Fault = dict[str, str]


def json_lines(lines: Iterable[bytes]) -> Iterator[Goods | Fault]:
    """One object a line. What cannot be read is answered with its fault and stops nothing."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            if len(line) > LARGEST_LINE:
                raise InvalidInput(f"longer than {LARGEST_LINE} bytes.", field="line")
            given = json.loads(line.decode("utf-8-sig"))
            if not isinstance(given, dict):
                raise InvalidInput("not an object.", field="line")
            yield goods(given, str(given.get("id") or f"line {number}"))
        except (UnicodeDecodeError, ValueError, RecursionError):
            yield _fault(f"line {number}", InvalidInput("not JSON in UTF-8.", field="line"))
        except InvalidInput as refused:
            yield _fault(_named(line, number), refused)


def csv_rows(source: io.TextIOBase | io.TextIOWrapper, extra: frozenset[str] = frozenset()) -> Iterator[Goods | Fault]:
    """A header and rows; commas, semicolons or tabs. A row of another width is a fault; nothing slides into the next column.
    `extra`: columns that may stand beside the known ones; they come as `Goods.more`."""
    separator, header = _header(source)
    if "description" not in header or set(header) - set(MEMBERS) - extra:
        unknown = sorted(set(header) - set(MEMBERS) - extra)
        raise InvalidInput(
            f"the header names {', '.join(unknown) or 'no description'}.",
            field="header",
            remedy=f"Columns: {', '.join((*MEMBERS, *sorted(extra)))}.",
        )
    csv.field_size_limit(LARGEST_LINE)
    seen: dict[bytes, int] = {}
    for number, row in enumerate(_rows(source, separator), 2):
        if isinstance(row, InvalidInput):
            yield _fault(f"row {number}", row)
        elif any(row):
            yield _of_row(row, header, number, seen)


def _header(source: io.TextIOBase | io.TextIOWrapper) -> tuple[str, list[str]]:
    """The separator and the names of the columns. Raises InvalidInput for what is no table in UTF-8."""
    try:
        sample = source.readline(LONGEST)
        if not sample.strip():
            raise InvalidInput("the first line is empty.", field="file", remedy="The first line names the columns.")
        separator = max(",;\t", key=sample.count)
        header = [name.strip().lower().lstrip("\ufeff") for name in next(csv.reader([sample], delimiter=separator))]
    except (UnicodeDecodeError, csv.Error, StopIteration):
        raise InvalidInput("the first line cannot be read.", field="file", remedy="Save it as CSV in UTF-8.") from None
    return separator, header


def goods(given: Mapping[str, Any], name: str) -> Goods:
    """One line, checked. Raises InvalidInput naming the field."""
    description = str(given.get("description") or "")
    if not description.isascii() and any("\ud800" <= char <= "\udfff" for char in description):
        raise InvalidInput("half a character.", field="description")
    if len(description) > LONGEST:
        raise InvalidInput(f"longer than {LONGEST} characters.", field="description")
    if not description.strip() and not str(given.get("cas") or "").strip():
        raise InvalidInput("neither a description nor a CAS number.", field="description")
    faults: list[tuple[str, str]] = []
    quantity = _measure(given, "quantity", faults)
    unit = str(given.get("unit") or "").strip()
    if unit and unit.lower().rstrip(".") not in _UNITS:
        faults.append(("unit", f"{unit[:20]} is no unit."))
    if quantity is not None and not unit:
        faults.append(("unit", "a quantity without a unit."))
    return Goods(
        id=name, day=_day(given.get("date")), description=description.lstrip("\ufeff"), cas=str(given.get("cas") or "").strip(),
        hs_code=str(given.get("hs_code") or "").strip(), origin=str(given.get("origin") or ""),
        destination=str(given.get("destination") or ""), quantity=quantity, unit=unit,
        value_usd=_measure(given, "value_usd", faults), mode=str(given.get("mode") or ""), faults=tuple(faults),
    )  # fmt: skip


def _measure(given: Mapping[str, Any], field: str, faults: list[tuple[str, str]]) -> float | None:
    """A number, or a fault beside a line that is screened all the same: a wrong quantity hides no substance."""
    try:
        found = number(given.get(field), field)
    except InvalidInput as refused:
        faults.append((field, refused.reason))
        return None
    if found is not None and not 0 <= found < LARGEST:
        faults.append((field, "not a number that can be."))
        return None
    return found


def number(given: Any, field: str) -> float | None:
    """A number as it is written in either state: 18,500.00 and 1,85,000.00. One that could be two numbers is refused."""
    if given is None or given == "":
        return None
    if isinstance(given, bool):
        raise InvalidInput("not a number.", field=field)
    if isinstance(given, (int, float)):
        return float(given) if abs(given) < LARGEST else math.inf
    text = str(given).strip()
    if _NUMBER.fullmatch(text):
        return float(text)
    if _WESTERN.fullmatch(text) or _INDIAN.fullmatch(text):
        return float(text.replace(",", ""))
    raise InvalidInput(
        f"{text[:20]} is not a number that reads in one way.",
        field=field,
        remedy="Write 185000.00, 185,000.00 or 1,85,000.00.",
    )


def safe_cell(text: str) -> str:
    """A cell for a table program: what would be read as a formula is written as text (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _of_row(row: list[str], header: list[str], number_: int, seen: dict[bytes, int]) -> Goods | Fault:
    name = f"row {number_}"
    if len(row) != len(header):
        return _fault(name, InvalidInput(f"it has {len(row)} cells, the header {len(header)}.", field="row"))
    given = dict(zip(header, row, strict=True))
    cells = "\x1f".join(cell for column, cell in given.items() if column != "id")
    key = hashlib.blake2b(cells.encode(), digest_size=12).digest()
    if key in seen and given.get("id"):
        return _fault(given["id"], InvalidInput(f"the same as row {seen[key]}.", field="row"))
    seen[key] = number_
    if len(seen) > REMEMBERED:
        del seen[next(iter(seen))]
    try:
        more = tuple((column, cell.strip()) for column, cell in given.items() if column not in MEMBERS and cell.strip())
        return replace(goods(given, given.get("id") or name), more=more)
    except InvalidInput as refused:
        return _fault(given.get("id") or name, refused)


def _rows(source: Iterable[str], separator: str) -> Iterator[list[str] | InvalidInput]:
    reader = csv.reader(source, delimiter=separator)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except (csv.Error, UnicodeDecodeError) as error:
            yield InvalidInput(f"it cannot be read: {type(error).__name__}.", field="row")
            if isinstance(error, UnicodeDecodeError):
                return


def _day(given: Any) -> date:
    if given in (None, ""):
        return clock.now().date()
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise InvalidInput(f"{str(given)[:20]} is no day.", field="date", remedy="YYYY-MM-DD.") from None


def _named(line: bytes, number_: int) -> str:
    try:
        return str(json.loads(line).get("id") or f"line {number_}")
    except (ValueError, AttributeError, RecursionError):
        return f"line {number_}"


def _fault(name: str, refused: InvalidInput) -> Fault:
    told = refused.diagnostics()
    return {
        "id": name,
        "field": str(told.get("field", "")),
        "error": str(told["reason"]),
        "remedy": str(told["remedy"]),
    }
