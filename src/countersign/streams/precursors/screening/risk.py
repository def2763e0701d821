"""Signs of risk in a shipment, each with its reason, source and weight. A person looks at what ranks first; nothing is refused.

The signs are published ones: Precursor Control Regulations s.86(2), FinCEN advisories of 2019 and 2024, FINTRAC's operational
alerts, INCB reports. The arithmetic is ours: a price by its robust distance from the median (modified z, Iglewicz and Hoaglin
1993).
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from countersign.streams.precursors.screening.result import CAS_INVALID, CLEAR, HS_MISMATCH
from countersign.streams.precursors.screening.text import fold

KILOGRAMS: Final = {
    "kg": 1.0, "kgs": 1.0, "kilogram": 1.0, "kilograms": 1.0, "g": 1e-3, "gm": 1e-3, "gms": 1e-3, "gram": 1e-3, "grams": 1e-3,
    "mg": 1e-6, "t": 1e3, "mt": 1e3, "tonne": 1e3, "tonnes": 1e3, "lb": 0.453592, "lbs": 0.453592,
}  # fmt: skip
DISGUISE: Final = re.compile(
    r"\b(?:pigments?|dyes?|toys?|supplements?|cosmetics?|plastics?|pet food|detergents?|paint|resins?|beauty|colou?rants?)\b"
)
"""Goods that advisories name as covers of chemicals sent by courier."""
_COURIER: Final = ("post", "air")
_SLEEPING: Final = timedelta(days=730)
_PARCELS: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Declared:
    """A shipment as risk reads it. Names folded; `kilograms` and `price` (USD for a kilogram) None where not told."""

    id: str
    day: date
    text: str
    substance: str
    verdict: str
    flags: tuple[str, ...]
    hs6: str
    kilograms: float | None
    price: float | None
    mode: str
    exporter: str = ""
    importer: str = ""
    consignee: str = ""
    transit: tuple[str, ...] = ()
    seller_country: str = ""
    payer_country: str = ""
    origin: str = ""
    annual_kg: float | None = None
    notice: str = ""
    table_one: bool = False
    """Whether the Convention asks for a notice: Table I on the day."""


@dataclass(frozen=True, slots=True)
class Notified:
    """What the board says of the notice that a shipment names."""

    state: str
    kilograms: float
    dispatch_on: date
    transit: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: its code, its weight, and what it speaks of."""

    code: str
    weight: int
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """A state's own weights, limits and pairs of substances. It is not shared with the other state."""

    weights: dict[str, int]
    price_z: float
    price_history: int
    bulk_kg: float
    parcels: int
    pairs: tuple[frozenset[str], ...]
    pair_days: int


def signs(one: Declared, history: Sequence[Declared], notice: Notified | None, policy: Policy) -> list[Sign]:
    """`history`: the authority's other shipments, in any order. The heaviest sign first."""
    before = [row for row in history if row.day <= one.day and row.id != one.id]
    found = [
        Sign(code, policy.weights[code], facts)
        for code, rule in RULES.items() if policy.weights.get(code, 0) > 0
        for facts in rule(one, before, notice, policy)
    ]  # fmt: skip
    return sorted(found, key=lambda sign: -sign.weight)


def kilograms(quantity: float | None, unit: str) -> float | None:
    factor = KILOGRAMS.get(unit.lower().rstrip("."))
    return quantity * factor if quantity is not None and factor is not None else None


Facts = Iterable[dict[str, str]]
Rule = Callable[[Declared, list[Declared], "Notified | None", Policy], Facts]


def _disagree(one: Declared, _before: list[Declared], _notice: Notified | None, _policy: Policy) -> Facts:
    for flag in one.flags:
        if flag in (CAS_INVALID, HS_MISMATCH):
            yield {"flag": flag}


def _need(one: Declared, before: list[Declared], _notice: Notified | None, _policy: Policy) -> Facts:
    """The year's total of the substance to the importer, against its requirement or licence."""
    if one.annual_kg is None or one.kilograms is None or not one.importer:
        return
    same = [
        row
        for row in before
        if row.importer == one.importer and row.substance == one.substance and row.day.year == one.day.year
    ]
    total = one.kilograms + sum(row.kilograms or 0 for row in same)
    if total > one.annual_kg:
        yield {"total": f"{total:g}", "need": f"{one.annual_kg:g}"}


def _price(one: Declared, before: list[Declared], _notice: Notified | None, policy: Policy) -> Facts:
    prices = [row.price for row in before if row.price is not None and row.hs6 == one.hs6 and one.hs6]
    if one.price is None or len(prices) < policy.price_history:
        return
    median = statistics.median(prices)
    spread = statistics.median(abs(price - median) for price in prices) or 0.01 * median
    if not spread:
        return
    z = 0.6745 * (one.price - median) / spread
    if abs(z) > policy.price_z:
        yield {"price": f"{one.price:.2f}", "median": f"{median:.2f}", "z": f"{z:+.1f}"}


def _consignee(one: Declared, before: list[Declared], _notice: Notified | None, _policy: Policy) -> Facts:
    if not one.consignee or not before:
        return
    last = max((row.day for row in before if row.consignee == one.consignee), default=None)
    if last is None:
        yield {"since": "–"}
    elif one.day - last > _SLEEPING:
        yield {"since": last.isoformat()}


def _forwarder(one: Declared, _before: list[Declared], _notice: Notified | None, _policy: Policy) -> Facts:
    if re.search(r"\b(?:forward\w*|logistics|freight|courier|cargo)\b", one.consignee):
        yield {}


def _shared(one: Declared, before: list[Declared], _notice: Notified | None, _policy: Policy) -> Facts:
    """One consignee for four chemical exporters or more within two years."""
    if not one.consignee:
        return
    near = [row for row in before if row.consignee == one.consignee and one.day - row.day <= _SLEEPING]
    exporters = {row.exporter for row in [*near, one] if row.exporter and row.hs6[:2] in ("28", "29")}
    if len(exporters) >= 4:
        yield {"exporters": str(len(exporters))}


def _mode(one: Declared, before: list[Declared], _notice: Notified | None, policy: Policy) -> Facts:
    if one.mode == "post" and (one.kilograms or 0) >= policy.bulk_kg:
        yield {"kilograms": f"{one.kilograms:g}"}
    parcels = [
        row for row in before
        if row.mode in _COURIER and row.consignee == one.consignee and one.consignee and one.day - row.day <= _PARCELS
    ]  # fmt: skip
    if one.mode in _COURIER and len(parcels) + 1 >= policy.parcels:
        yield {"parcels": str(len(parcels) + 1)}


def _route(one: Declared, _before: list[Declared], notice: Notified | None, _policy: Policy) -> Facts:
    if notice is not None and set(one.transit) - set(notice.transit):
        yield {"transit": " ".join(sorted(set(one.transit) - set(notice.transit)))}


def _brokers(one: Declared, _before: list[Declared], _notice: Notified | None, _policy: Policy) -> Facts:
    countries = {one.origin, one.seller_country, one.payer_country} - {""}
    if len(countries) >= 3:
        yield {"countries": ", ".join(sorted(countries))}


def _notice(one: Declared, _before: list[Declared], notice: Notified | None, _policy: Policy) -> Facts:
    if notice is None:
        if one.table_one:
            yield {"why": "none"}
        return
    if notice.state in ("objected", "withdrawn", "stopped", "expired_without_reply"):
        yield {"why": notice.state}
    if one.kilograms is not None and one.kilograms > notice.kilograms * 1.01:
        yield {"why": "more"}
    if one.day < notice.dispatch_on:
        yield {"why": "earlier"}


def _disguise(one: Declared, before: list[Declared], _notice: Notified | None, _policy: Policy) -> Facts:
    """A firm that otherwise ships chemicals sends by courier what advisories name as a cover."""
    own = [row for row in before if row.exporter == one.exporter and one.exporter]
    chemical = sum(row.hs6[:2] in ("28", "29") for row in own)
    if (
        one.mode in _COURIER
        and one.verdict == CLEAR
        and len(own) >= 3
        and chemical * 2 > len(own)
        and DISGUISE.search(one.text)
    ):
        yield {"cover": DISGUISE.findall(one.text)[0]}


def _pair(one: Declared, before: list[Declared], _notice: Notified | None, policy: Policy) -> Facts:
    window = timedelta(days=policy.pair_days)
    near = {
        row.substance
        for row in before
        if row.consignee == one.consignee and one.consignee and one.day - row.day <= window
    }
    for pair in policy.pairs:
        if one.substance in pair and (pair - {one.substance}) & near:
            yield {"other": next(iter(pair - {one.substance}))}


RULES: Final[dict[str, Rule]] = {
    "disagree": _disagree, "need": _need, "price": _price, "consignee": _consignee, "forwarder": _forwarder, "shared": _shared,
    "mode": _mode, "route": _route, "brokers": _brokers, "notice": _notice, "disguise": _disguise, "pair": _pair,
}  # fmt: skip
SOURCES: Final = {
    "disagree": "CBSA audit of precursor controls; INCB Guidelines",
    "need": "Precursor Control Regulations s.86(2); INCB annual legitimate requirements",
    "price": "FinCEN advisories 2019, 2024; FINTRAC operational alerts",
    "consignee": "Precursor Control Regulations s.86(2); FinCEN advisory 2024",
    "forwarder": "FinCEN advisory 2019", "shared": "FinCEN advisory 2024", "mode": "FinCEN advisories 2019, 2024; INCB reports",
    "route": "INCB reports; FinCEN advisory 2024", "brokers": "FinCEN advisory 2024",
    "notice": "1988 Convention art.12(10)(a)", "disguise": "FinCEN advisories 2019, 2024", "pair": "the own state's policy",
}  # fmt: skip
"""Where each sign is published."""


def folded(name: str) -> str:
    """A firm's name as it is compared."""
    return re.sub(r"\s+", " ", re.sub(r"[^\w ]", " ", fold(name))).strip()
