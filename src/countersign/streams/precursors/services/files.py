"""Notices and incidents as tables, in the headings of the INCB's systems, so that nobody types them twice.

PEN Online: the field set of article 12(10)(a), one row a substance. PICS: the headings of a precursor incident (Form D). The
layout of the systems' own files is not public; the columns are named after the published headings.
"""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from countersign.kernel.errors import InvalidInput
from countersign.streams.precursors.screening.reading import safe_cell

PEN: Final = (
    "pen_number", "exporter_name", "exporter_address", "exporter_licence", "importer_name", "importer_address",
    "importer_licence", "consignee_name", "consignee_address", "substance", "cas", "hs_code", "kilograms", "point_of_exit",
    "point_of_entry", "transport", "dispatch_date", "end_use",
)  # fmt: skip
PICS: Final = (
    "type", "date", "place", "substance", "cas", "quantity", "packing", "declared_as", "hs_code", "origin", "transit",
    "destination", "transport", "container", "laboratory_reference", "pre_export_notice", "follow_up",
)  # fmt: skip
LIST: Final = ("substance", "type", "instrument", "effective", "end", "source")
LIST_NEW: Final = ("cas", "smiles", "formula", "names")
"""Columns that identify a substance which no list had before; names are separated by |."""
LINES: Final = 3
"""Substances that the form of a notice takes."""
LONGEST: Final = 1 << 18


def pen_table(content: dict[str, Any]) -> str:
    """A notice, one row a substance."""
    firms = {
        f"{who}_{name}": (content.get(who) or {}).get(name) or ""
        for who in ("exporter", "importer", "consignee")
        for name in ("name", "address", "licence")
    }
    head = {
        "pen_number": content["pen_no"], "point_of_exit": content["exit"], "point_of_entry": content["entry"],
        "transport": content["mode"], "dispatch_date": content["dispatch_on"], "end_use": content["declared_use"],
    }  # fmt: skip
    rows = [
        firms
        | head
        | {"substance": one["name"], "cas": one["cas"], "hs_code": one["hs"], "kilograms": one["kilograms"]}
        for one in content["lines"]
    ]
    return _table(PEN, rows)


def incident_table(content: dict[str, Any]) -> str:
    """An incident, one row a substance, or one for what else was seized."""
    head = {
        "type": content["type"], "date": content["happened_on"], "place": content["place"], "declared_as": content["declared_as"],
        "hs_code": content["hs"], "origin": content.get("origin") or "", "transit": " ".join(content["transit"]),
        "destination": content.get("destination") or "", "transport": content["mode"],
        "container": content.get("container") or "", "laboratory_reference": content.get("laboratory") or "",
        "pre_export_notice": content.get("notice") or "", "follow_up": content["wanted"],
    }  # fmt: skip
    goods = [
        {
            "substance": one["name"],
            "cas": one["cas"],
            "quantity": f"{one['kilograms']} kg",
            "packing": one.get("packing") or "",
        }
        for one in content.get("lines", ())
    ] or [{"substance": content["what"], "quantity": content["quantity"]}]
    return _table(PICS, [head | one for one in goods])


def read_list(text: str) -> list[dict[str, Any]]:
    """A table of changes of the own control list as rows of `controllist.update`. Raises InvalidInput naming row and column."""
    return [_list_row(row, number) for number, row in enumerate(_rows(text, LIST, LIST_NEW), 2)]


def _list_row(row: dict[str, str], number: int) -> dict[str, Any]:
    if None in row or None in row.values():
        raise InvalidInput(f"row {number} has more or fewer cells than the header.", field="file")
    told: dict[str, Any] = {name: row[name].strip() for name in LIST if name != "end"}
    told["end"] = row["end"].strip() or None
    new = {name: row.get(name, "").strip() for name in LIST_NEW if name != "names"}
    if any(new.values()):
        names = [name.strip() for name in row.get("names", "").split("|") if name.strip()]
        told["new"] = new | {"names": names}
    return told


def read_pen(text: str) -> dict[str, str]:
    """The table of one notice as fields of the form. Raises InvalidInput naming the column."""
    rows = _rows(text, PEN)
    if len({row["pen_number"] for row in rows}) > 1:
        raise InvalidInput("rows of several notices.", field="pen_number", remedy="One file holds one notice.")
    if len(rows) > LINES or any(row["consignee_name"] for row in rows):
        raise InvalidInput(
            f"more than {LINES} substances, or a consignee: the form has no place for them.", field="file",
            remedy="Propose it with countersign propose, as docs/streams/precursors.md shows.",
        )  # fmt: skip
    return _form(rows)


def _rows(text: str, columns: tuple[str, ...], further: tuple[str, ...] = ()) -> list[dict[str, str]]:
    if len(text) > LONGEST:
        raise InvalidInput(f"longer than {LONGEST} characters.", field="file")
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        raise InvalidInput(
            f"the header lacks {', '.join(missing)}.",
            field="header",
            remedy=f"Columns: {', '.join(columns + further)}.",
        )
    rows = list(reader)
    if not rows:
        raise InvalidInput("the file has no row.", field="file")
    return rows


def _form(rows: list[dict[str, str]]) -> dict[str, str]:
    first = rows[0]
    plain = {
        "pen_no": "pen_number", "exit": "point_of_exit", "entry": "point_of_entry", "mode": "transport",
        "dispatch_on": "dispatch_date", "declared_use": "end_use",
    }  # fmt: skip
    fields = {field: _cell(first[column]) for field, column in plain.items()}
    fields |= {
        f"{who}_{name}": _cell(first[f"{who}_{name}"])
        for who in ("exporter", "importer")
        for name in ("name", "address", "licence")
    }
    for number, row in enumerate(rows, 1):
        fields |= {
            f"name_{number}": _cell(row["substance"]), f"cas_{number}": _cell(row["cas"]), f"hs_{number}": _cell(row["hs_code"]),
            f"kilograms_{number}": _cell(row["kilograms"]),
        }  # fmt: skip
    return fields


def _cell(text: str | None) -> str:
    """Without the apostrophe that `safe_cell` put before what a table program would run."""
    text = (text or "").strip()
    return text[1:] if text.startswith("'") and safe_cell(text[1:]) == text else text


def _table(columns: tuple[str, ...], rows: list[dict[str, str]]) -> str:
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, columns, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows({name: safe_cell(value) for name, value in row.items()} for row in rows)
    return target.getvalue()
