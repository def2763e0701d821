"""Shipments that an authority looks at: read from a table, screened, weighed against what it saw before, and looked at again when
a list changes. They stay on the node; the weights are the state's own."""

from __future__ import annotations

import io
import itertools
import json
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, BinaryIO, Final

from django.db import transaction

from countersign.charter import packs
from countersign.charter.models import Officer
from countersign.exchange import contents, walls
from countersign.exchange.house import House
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput
from countersign.streams.precursors.models import Notice, Shipment
from countersign.streams.precursors.screening import reading, risk
from countersign.streams.precursors.screening.result import Goods, Result
from countersign.streams.precursors.screening.risk import Declared, Notified, Policy
from countersign.streams.precursors.services import listing, notices, screening

EXTRA: Final = frozenset(
    {"exporter", "importer", "consignee", "transit", "pen_no", "annual_kg", "seller_country", "payer_country"}
)
"""Columns beside those of a declaration line."""
MOST: Final = 5_000
RECENT: Final = timedelta(days=90)
"""Shipments of these days are looked at again when a list changes."""
_PORTION: Final = 500


def take(house: House, officer: Officer, source: BinaryIO) -> tuple[list[Shipment], list[reading.Fault]]:
    """Read, screen, weigh and keep a table. Returns the shipments with what could not be read."""
    text = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")
    rows = list(itertools.islice(reading.csv_rows(text, EXTRA), MOST + 1))
    if len(rows) > MOST:
        raise InvalidInput(f"more than {MOST} rows.", field="file", remedy="Bring them in several files.")
    goods = [row for row in rows if isinstance(row, Goods)]
    results: list[Result] = []
    for begin in range(0, len(goods), _PORTION):
        results += screening.screen(house, officer, goods[begin : begin + _PORTION])
    history = [_declared(house, row) for row in Shipment.objects.filter(authority=officer.authority)]
    with transaction.atomic():
        kept = _keep(house, officer, list(zip(goods, results, strict=True)), history)
    return kept, [row for row in rows if not isinstance(row, Goods)]


def told(house: House, row: Shipment) -> dict[str, Any]:
    """The declaration as it was brought."""
    locked = walls.unlock(house.station, authority=row.authority, item=_name(row), locked=bytes(row.locked))
    found: dict[str, Any] = json.loads(locked)
    return found


def rescreen(house: House) -> int:
    """Look at recent shipments again; returns how many are listed otherwise now."""
    rows = list(Shipment.objects.filter(day__gte=clock.now().date() - RECENT).order_by("id"))
    changed = 0
    for begin in range(0, len(rows), _PORTION):
        portion = rows[begin : begin + _PORTION]
        results = listing.engine().screen([_goods(told(house, row), row) for row in portion])
        for row, result in zip(portion, results, strict=True):
            changed += _again(row, result)
    return changed


@lru_cache(maxsize=4)
def policy(state: str) -> Policy:
    """The state's own weights and limits."""
    own = packs.state(state).folder / "precursors_risk.toml"
    path = own if own.exists() else packs.common_folder() / "precursors" / "risk.toml"
    given = tomllib.loads(path.read_text("utf-8"))
    unknown = set(given["weights"]) - set(risk.RULES)
    if unknown:
        raise InvalidInput(f"a weight for {', '.join(sorted(unknown))}, which is no sign.", field="weights")
    pairs = tuple(frozenset(pair) for pair in given["pairs"])
    limits = {name: given[name] for name in ("price_z", "price_history", "bulk_kg", "parcels", "pair_days")}
    return Policy(weights=given["weights"], pairs=pairs, **limits)


def _keep(
    house: House, officer: Officer, pairs: Sequence[tuple[Goods, Result]], history: list[Declared]
) -> list[Shipment]:
    rules, now, kept = policy(house.pack.code), clock.now(), []
    for one, result in sorted(pairs, key=lambda pair: pair[0].day):
        row = Shipment.objects.create(
            authority=officer.authority, day=one.day, verdict=result.verdict, substance=result.substance or "",
            laws=[result.un, result.ca, result.in_], at=now,
        )  # fmt: skip
        content = {"goods": _packed(one), "flags": list(result.flags)}
        row.locked = walls.lock(
            house.station, authority=row.authority, item=_name(row), content=json.dumps(content).encode()
        )
        declared = _declared(house, row)
        found = risk.signs(declared, history, _notified(house, officer, declared.notice), rules)
        row.signs = [{"code": sign.code, "weight": sign.weight} | sign.facts for sign in found]
        row.weight = sum(sign.weight for sign in found)
        row.save(update_fields=("locked", "signs", "weight"))
        history.append(declared)
        kept.append(row)
    return kept


def _again(row: Shipment, result: Result) -> bool:
    laws = [result.un, result.ca, result.in_]
    if laws == row.laws:
        return False
    row.delta = [
        {"law": law, "was": was, "is": now}
        for law, was, now in zip(("un", "ca", "in"), row.laws, laws, strict=True) if was != now
    ]  # fmt: skip
    row.laws, row.verdict, row.substance = laws, result.verdict, result.substance or ""
    row.save(update_fields=("delta", "laws", "verdict", "substance"))
    return True


def _packed(one: Goods) -> dict[str, Any]:
    plain = ("id", "description", "cas", "hs_code", "origin", "destination", "quantity", "unit", "value_usd", "mode")
    return {name: getattr(one, name) for name in plain} | {"more": dict(one.more)}


def _goods(content: dict[str, Any], row: Shipment) -> Goods:
    given = {name: value for name, value in content["goods"].items() if name != "more"}
    return Goods(day=row.day, **given)


def _declared(house: House, row: Shipment) -> Declared:
    content = told(house, row)
    given, more = content["goods"], content["goods"]["more"]
    kilograms = risk.kilograms(given["quantity"], given["unit"])
    priced = kilograms is not None and kilograms > 0 and given["value_usd"] is not None
    return Declared(
        id=f"{row.pk}", day=row.day, text=given["description"].casefold(), substance=row.substance, verdict=row.verdict,
        table_one=row.laws[0] == "I", flags=tuple(content["flags"]), hs6=risk.six(given["hs_code"]), kilograms=kilograms,
        price=given["value_usd"] / kilograms if priced else None, mode=given["mode"].strip().lower(),
        exporter=risk.folded(more.get("exporter", "")), importer=risk.folded(more.get("importer", "")),
        consignee=risk.folded(more.get("consignee", "")), transit=tuple(more.get("transit", "").upper().split()),
        seller_country=more.get("seller_country", "").upper(), payer_country=more.get("payer_country", "").upper(),
        origin=given["origin"].upper(), annual_kg=_number(more.get("annual_kg", "")), notice=more.get("pen_no", "").upper(),
    )  # fmt: skip


def _number(written: str) -> float | None:
    try:
        return reading.number(written, "annual_kg")
    except InvalidInput:
        return None


def _notified(house: House, officer: Officer, number: str) -> Notified | None:
    if not number:
        return None
    row = Notice.objects.filter(pen_no=number, item__authority=officer.authority).select_related("item").first()
    if row is None:
        return None
    content = contents.read(house, row.item).content
    total = sum(float(weight) for weight in row.notified)
    return Notified(notices.state_of(row), total, date.fromisoformat(content["dispatch_on"]), _way(content))


def _way(content: dict[str, Any]) -> tuple[str, ...]:
    places: Iterable[str] = (*content["transit"], content["entry"], content["exit"])
    return tuple(places)


def _name(row: Shipment) -> str:
    return f"shipment-{row.pk}"
