"""A state's yearly report for one authority, filled in from the counts: headings and cells are data of the pack."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.charter.packs import StatePack
from countersign.exchange.house import House
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput, NotFound
from countersign.oversight import entries, statistics
from countersign.oversight.entries import Span
from countersign.oversight.statistics import Count

FILE: Final = "report.toml"
FIRST_YEAR: Final = 2026


@dataclass(frozen=True, slots=True)
class Form:
    """The form as the pack has it: title, law, when it is due, headings with `count/cell` names."""

    title: str
    citation: str
    due: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The form with its numbers: for each heading, cell names and values."""

    form: Form
    authority: str
    year: int
    sections: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]


def form_of(pack: StatePack) -> Form | None:
    """The state's form, if its pack has one."""
    path = pack.folder / FILE
    if not path.exists():
        return None
    content = tomllib.loads(path.read_text("utf-8"))
    sections = tuple((str(one["heading"]), tuple(one["cells"])) for one in content["sections"])
    return Form(str(content["title"]), str(content["citation"]), str(content["due"]), sections)


def counts(house: House, officer: Officer, span: Span, *, authority: str = "") -> list[Count]:
    """The fifteen counts of a span, for a reviewer of this node; of all authorities or one. Raises RoleRequired."""
    require_role(officer, "reviewer")
    if authority and authority not in house.pack.authorities:
        raise InvalidInput("not an authority of this state.", field="authority")
    book = statistics.compile_book(entries.read(house, span, authority=authority), house.policies.rules)
    return statistics.all_counts(book)


def report(house: House, officer: Officer, *, authority: str, year: int) -> Report:
    """The report of one authority for one year. Raises NotFound where the state knows none, InvalidInput for the year."""
    form = form_of(house.pack)
    if form is None:
        raise NotFound("the pack of this state has no such report.", field="authority")
    if not FIRST_YEAR <= year <= clock.now().year:
        raise InvalidInput("no year in which this node exchanged anything.", field="year")
    span = Span(date(year, 1, 1), date(year, 12, 31))
    return Report(form, authority, year, _filled(form, counts(house, officer, span, authority=authority)))


def _filled(form: Form, found: Iterable[Count]) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    cells = {f"{count.key}/{name}": value for count in found for name, value in count.cells.items()}
    return tuple((heading, tuple((name, cells.get(name, 0)) for name in names)) for heading, names in form.sections)
