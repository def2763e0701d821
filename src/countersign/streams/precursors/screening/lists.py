"""Control lists as dated data: one record for each substance, jurisdiction and instrument, read once and asked for any day."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from countersign.charter import packs
from countersign.kernel.errors import InvalidInput
from countersign.streams.precursors.screening import cas

FOLDER: Final = "precursors"
JURISDICTIONS: Final = ("UN", "CA", "IN")
CLASSES: Final = {
    "UN": frozenset({"I", "II"}),
    "CA": frozenset({"A", "B", "temp", "narcotic"}),
    "IN": frozenset({"A", "BC"}),
}
"""What each jurisdiction's listings may be, beside the watch lists."""
DELISTED: Final = "none"
"""A change that takes a substance from a jurisdiction's list."""
WEAK: Final = frozenset({"watch", "proposed"})
"""Classes that are no listing: somebody looks at such a line, and no duty rests on it."""


@dataclass(frozen=True, slots=True)
class Substance:
    """A substance by its identifiers. `hs_alone`: no other goods have its six-digit code."""

    key: str
    cas: str
    salts: tuple[str, ...]
    smiles: str
    formula: str
    skeleton: str
    hs6: str
    hs_alone: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """That a jurisdiction has it in a class, under an instrument, from a day to a day (both included; no end: still)."""

    substance: str
    jurisdiction: str
    instrument: str
    kind: str
    effective: date
    end: date | None
    salts: bool
    derivatives: bool
    percent: float | None
    more_than: bool
    source: str
    confidence: str

    def holds(self, day: date, percent: float | None = None) -> bool:
        """On this day and, where the line tells a percentage and the listing has a limit, for that percentage."""
        if not self.effective <= day <= (self.end or date.max):
            return False
        if percent is None or self.percent is None:
            return True
        return percent > self.percent if self.more_than else percent >= self.percent


@dataclass(frozen=True)
class Lists:
    """All substances and listings of a version. `names`: (substance, name) of what came after the tables of names."""

    substances: dict[str, Substance]
    listings: tuple[Listing, ...]
    names: tuple[tuple[str, str], ...] = ()

    @property
    def brought(self) -> frozenset[str]:
        """Substances that changes of lists brought."""
        return frozenset(substance for substance, _ in self.names)

    def part(self, *, brought: bool) -> Lists:
        """The substances that changes brought, or all others, each with their listings."""
        chosen = {key: one for key, one in self.substances.items() if (key in self.brought) is brought}
        held = tuple(one for one in self.listings if one.substance in chosen)
        return Lists(chosen, held, self.names if brought else ())

    @cached_property
    def by_substance(self) -> dict[str, list[Listing]]:
        found: dict[str, list[Listing]] = {}
        for listing in self.listings:
            found.setdefault(listing.substance, []).append(listing)
        return found

    @cached_property
    def by_cas(self) -> dict[str, str]:
        return {number: one.key for one in self.substances.values() for number in (one.cas, *one.salts) if number}

    @cached_property
    def by_hs(self) -> dict[str, str]:
        """Six-digit codes that one substance has to itself."""
        return {one.hs6: one.key for one in self.substances.values() if one.hs_alone}

    @cached_property
    def by_skeleton(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one in self.substances.values():
            found.setdefault(one.skeleton, []).append(one.key)
        return found

    def status(self, key: str, day: date, percent: float | None = None) -> dict[str, Listing | None]:
        """For each jurisdiction the listing that holds on the day, or None."""
        rows = self.by_substance.get(key, [])
        found: dict[str, Listing | None] = dict.fromkeys(JURISDICTIONS)
        for where in JURISDICTIONS:
            held = next((row for row in rows if row.jurisdiction == where and row.holds(day, percent)), None)
            found[where] = held if held is not None and held.kind != DELISTED else None
        return found


def load(folder: Path) -> Lists:
    """Read and check the two tables. Raises InvalidInput naming row and field."""
    substances = {row["substance"]: _substance(row) for row in _rows(folder / "substances.csv")}
    listings = tuple(_listing(row, substances) for row in _rows(folder / "listings.csv"))
    return Lists(substances, listings)


@lru_cache(maxsize=1)
def shipped() -> Lists:
    """The lists of the common pack."""
    return load(packs.common_folder() / FOLDER)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def _substance(row: dict[str, str]) -> Substance:
    salts = tuple(number for number in row["salt_cas"].split("|") if number)
    for number in (row["cas"], *salts):
        if number and not cas.is_right(number):
            raise InvalidInput(f"{row['substance']}: the check digit of {number} is wrong.", field="cas")
    return Substance(
        row["substance"], row["cas"], salts, row["smiles"], row["formula"], row["inchikey"][:14], row["hs6"],
        row["hs_status"].startswith("unique"),
    )  # fmt: skip


def _listing(row: dict[str, str], known: dict[str, Substance]) -> Listing:
    name = row["substance"]
    if name not in known:
        raise InvalidInput(f"a listing names {name}, which is no substance of the list.", field="substance")
    if row["class"] not in CLASSES.get(row["jurisdiction"], frozenset()) | WEAK:
        raise InvalidInput(f"{name}, {row['jurisdiction']}: no class {row['class']}.", field="class")
    try:
        end = date.fromisoformat(row["end"]) if row["end"] else None
        effective = date.fromisoformat(row["effective"])
        percent = float(row["percent"]) if row["percent"] else None
    except ValueError:
        raise InvalidInput(
            f"{name}, {row['jurisdiction']}: a date or a percentage is none.", field="effective"
        ) from None
    if end is not None and end < effective:
        raise InvalidInput(f"{name}, {row['jurisdiction']}: it ends before it begins.", field="end")
    return Listing(
        name, row["jurisdiction"], row["instrument"], row["class"], effective, end, row["salts"] == "yes",
        row["derivatives"] == "yes", percent, row["direction"] == "more_than", row["source"], row["confidence"],
    )  # fmt: skip
