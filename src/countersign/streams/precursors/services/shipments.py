"""Shipments that an authority looks at: read from a table, screened, weighed against what it saw before, and looked at again when
a list changes. They stay on the node; the weights are the state's own."""

from __future__ import annotations

import io
import itertools
import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
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
from countersign.streams.precursors.screening import hs, reading, risk
from countersign.streams.precursors.screening.result import Goods, Result
from countersign.streams.precursors.screening.risk import Declared, Notified, Policy
from countersign.streams.precursors.services import listing, notices, screening

EXTRA: Final = frozenset(
    {"exporter", "importer", "consignee", "transit", "pen_no", "annual_kg", "seller_country", "payer_country"}
)
"""Columns beside those of a declaration line."""
MOST: Final = 2_000
HISTORY: Final = 3_000
"""The newest shipments that others stand against."""
REMEMBERED: Final = timedelta(days=1_100)
TAKEN: Final = "The row was taken without it; bring it again with the field mended."
RECENT: Final = timedelta(days=90)
"""Shipments of these days are looked at again when a list changes."""


def take(house: House, officer: Officer, source: BinaryIO) -> tuple[list[Shipment], list[reading.Fault]]:
    """Read, screen, weigh and keep a table. Returns the shipments with what could not be read."""
    text = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")
    rows = list(itertools.islice(reading.csv_rows(text, EXTRA), MOST + 1))
    if len(rows) > MOST:
        raise InvalidInput(f"more than {MOST} rows.", field="file", remedy="Bring them in several files.")
    goods = [row for row in rows if isinstance(row, Goods)]
    results: list[Result] = []
    for begin in range(0, len(goods), screening.PORTION):
        results += screening.screen(house, officer, goods[begin : begin + screening.PORTION])
    weighed = _weighed(house, officer, list(zip(goods, results, strict=True)))
    with transaction.atomic():
        kept = [_keep(house, officer, *one) for one in weighed]
    return kept, [fault for row in rows for fault in _faults(row)]


def _faults(row: Goods | reading.Fault) -> list[reading.Fault]:
    """What could not be read: a row, or a field of one that was taken without it."""
    if not isinstance(row, Goods):
        return [row]
    need = dict(row.more).get("annual_kg", "")
    unread = [*row.faults, *([("annual_kg", f"{need[:20]} is no number.")] if need and _number(need) is None else [])]
    return [{"id": row.id, "field": field, "error": why, "remedy": TAKEN} for field, why in unread]


def told(house: House, row: Shipment) -> dict[str, Any]:
    """The declaration as it was brought."""
    locked = walls.unlock(house.station, authority=row.authority, item=_name(row), locked=bytes(row.locked))
    found: dict[str, Any] = json.loads(locked)
    return found


def rescreen(house: House) -> int:
    """Look at recent shipments again; returns how many are listed otherwise now."""
    rows = list(Shipment.objects.filter(day__gte=clock.now().date() - RECENT).order_by("id"))
    changed = 0
    for begin in range(0, len(rows), screening.PORTION):
        portion = rows[begin : begin + screening.PORTION]
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


def _weighed(
    house: House, officer: Officer, pairs: Sequence[tuple[Goods, Result]]
) -> list[tuple[Goods, Result, list[risk.Sign]]]:
    """Each against what was seen before it, the file's own earlier rows among them."""
    rules = policy(house.pack.code)
    newest = Shipment.objects.filter(authority=officer.authority, day__gte=clock.now().date() - REMEMBERED).order_by(
        "-id"
    )
    history = [_declared_row(house, row) for row in newest[:HISTORY]]
    weighed = []
    for place, (one, result) in enumerate(sorted(pairs, key=lambda pair: pair[0].day)):
        laws = (result.un, result.ca, result.in_)
        declared = _declared(f"new {place}", one, result.verdict, result.substance or "", laws, result.flags)
        weighed.append((one, result, risk.signs(declared, history, _notified(house, officer, declared.notice), rules)))
        history.append(declared)
    return weighed


def _keep(house: House, officer: Officer, one: Goods, result: Result, signs: list[risk.Sign]) -> Shipment:
    row = Shipment.objects.create(
        authority=officer.authority, day=one.day, verdict=result.verdict, substance=result.substance or "",
        laws=[result.un, result.ca, result.in_], at=clock.now(), weight=sum(sign.weight for sign in signs),
        signs=[{"code": sign.code, "weight": sign.weight} | sign.facts for sign in signs],
    )  # fmt: skip
    content = json.dumps({"goods": _packed(one), "flags": list(result.flags)}).encode()
    row.locked = walls.lock(house.station, authority=row.authority, item=_name(row), content=content)
    row.save(update_fields=("locked",))
    return row


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


def _declared_row(house: House, row: Shipment) -> Declared:
    content = told(house, row)
    more = tuple(content["goods"]["more"].items())
    one = replace(_goods(content, row), more=more)
    return _declared(f"{row.pk}", one, row.verdict, row.substance, tuple(row.laws), tuple(content["flags"]))


def _declared(
    name: str, one: Goods, verdict: str, substance: str, laws: tuple[str, ...], flags: tuple[str, ...]
) -> Declared:
    more = dict(one.more)
    weight = risk.kilograms(one.quantity, one.unit)
    price = one.value_usd / weight if weight and one.value_usd is not None else None
    return Declared(
        id=name, day=one.day, text=one.description.casefold(), substance=substance, verdict=verdict, table_one=laws[0] == "I",
        flags=flags, hs6=hs.six(one.hs_code), kilograms=weight, price=price, mode=one.mode.strip().lower(),
        exporter=risk.folded(more.get("exporter", "")), importer=risk.folded(more.get("importer", "")),
        consignee=risk.folded(more.get("consignee", "")), transit=tuple(more.get("transit", "").upper().split()),
        seller_country=more.get("seller_country", "").upper(), payer_country=more.get("payer_country", "").upper(),
        origin=one.origin.upper(), annual_kg=_number(more.get("annual_kg", "")), notice=more.get("pen_no", "").upper(),
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
    content = contents.whole(house, row.item)
    total = sum(float(weight) for weight in row.notified)
    return Notified(notices.state_of(row), total, date.fromisoformat(content["dispatch_on"]), _way(content))


def _way(content: dict[str, Any]) -> tuple[str, ...]:
    places: Iterable[str] = (*content["transit"], content["entry"], content["exit"])
    return tuple(places)


def _name(row: Shipment) -> str:
    return f"shipment-{row.pk}"
