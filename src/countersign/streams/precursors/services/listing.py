"""The lists in force here, what a consignment is on them, and the looking again when a list changes."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import Any, Final

from django.db import transaction

from countersign.charter import alarms, packs
from countersign.exchange import contents, decisions
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput, Unavailable
from countersign.streams.precursors.models import ListChange, Notice
from countersign.streams.precursors.screening import lists, ready
from countersign.streams.precursors.screening.lists import Listing, Lists, Substance
from countersign.streams.precursors.screening.text import fold, squeezed

MOST_BROUGHT: Final = 200
SHORTEST: Final = 6
"""Letters of a name that a change may bring; a shorter one stands in words of every trade."""
LEFT_OUT: Final = "LIST_ROW_LEFT_OUT"
LOOKED_AT_AGAIN: Final = ("received", "under_check", "more_information", "no_objection")
"""States of a notice whose goods may still cross."""


def current() -> Lists:
    """The shipped lists with every change that came since; what came last stands first."""
    rows = ListChange.objects.order_by("-id").values_list("jurisdiction", "row")
    return _with(tuple((jurisdiction, json.dumps(row, sort_keys=True)) for jurisdiction, row in rows))


@lru_cache(maxsize=4)
def _with(changes: tuple[tuple[str, str], ...]) -> Lists:
    shipped = lists.shipped()
    rows = [(jurisdiction, json.loads(row)) for jurisdiction, row in changes]
    brought = {row["substance"]: row["new"] for _, row in rows if row.get("new")}  # the first that told counts
    new = {name: substance(name, told) for name, told in brought.items() if name not in shipped.substances}
    known = shipped.substances | new
    names = tuple((name, said) for name in new for said in dict.fromkeys((name, *brought[name]["names"])))
    more = tuple(_listing(jurisdiction, row) for jurisdiction, row in rows if row["substance"] in known)
    return Lists(known, (*more, *shipped.listings), names)


def substance(name: str, told: dict[str, Any]) -> Substance:
    """A substance that a change brought. Without RDKit its structure is kept and not looked for."""
    skeleton = ""
    if told["smiles"] and ready.is_there("rdkit"):
        from countersign.streams.precursors.screening import structure

        skeleton = structure.skeleton_of(told["smiles"])
    return Substance(name, told["cas"], (), told["smiles"], told["formula"], skeleton, "", hs_alone=False)


def engine() -> Any:
    """The screening engine on the lists in force. Raises StreamExtraMissing where its packages are not installed."""
    return ready.engine(current())


def identify(content: dict[str, Any]) -> list[dict[str, Any]]:
    """For each line of a consignment what it is and each law's answer on the day of dispatch."""
    from countersign.streams.precursors.screening.result import Goods

    day = date.fromisoformat(content["dispatch_on"])
    rows = [
        Goods(str(place), day, line["name"], line["cas"], line["hs"]) for place, line in enumerate(content["lines"])
    ]
    return [result.as_json() | {"in": result.in_} for result in engine().screen(rows)]


def substances(found: list[dict[str, Any]]) -> list[str]:
    return sorted({one["substance"] for one in found if one["substance"]})


def on_update(house: House, item: ExchangeItem, content: dict[str, Any]) -> None:
    """A change of the sender's own list by its designated authority: kept for that jurisdiction; open notices are looked at
    again at once. A row that is not right is refused at home; of what arrives it is left out, with an alarm."""
    own = item.direction == ExchangeItem.OUT
    pack = house.pack if own else packs.state(item.peer.state_code)
    if "precursors" not in pack.authorities[content["from_authority"]].designated_for:
        if own:
            raise InvalidInput(
                f"{content['from_authority']} is not the authority designated for precursors.", field="from_authority",
                remedy="NOT_COMPETENT: the authority that the pack designates tells of its lists.",
            )  # fmt: skip
        return
    known, lists_now = [], current()
    for row in content["rows"]:
        try:
            lists_now = _check(row, lists_now)
            known.append(row)
        except (InvalidInput, Unavailable):
            if own:
                raise
    if len(known) < len(content["rows"]):
        alarms.raise_alarm(LEFT_OUT, pack.code)
    for row in known:
        ListChange.objects.create(item=item, jurisdiction=pack.code, row=row, at=clock.now())
    facts = {"of": pack.code, "rows": len(known), "left_out": len(content["rows"]) - len(known)}
    decisions.record_act(house, item, act="controllist.change", facts=facts)


def check_rows(rows: list[dict[str, Any]]) -> None:
    """Raise InvalidInput for the first row that would not be taken."""
    known = current()
    for row in rows:
        known = _check(row, known)


def _check(row: dict[str, Any], known: Lists) -> Lists:
    """A substance that is known, or one that is new and right: its number and its structure nobody else's, its structure as
    its formula, its names long enough to mean something. What was brought once stays as it is. Returns the lists with it.

    Raises InvalidInput, StreamExtraMissing."""
    name, told = row["substance"], row.get("new")
    if name in known.substances:
        _check_same(known, name, told)
        return known
    if told is None:
        raise InvalidInput(
            "a substance is not on the list.", field="rows",
            remedy="Name it as the page of the control lists does, or say in `new` what identifies it.",
        )  # fmt: skip
    if len(known.brought) >= MOST_BROUGHT:
        raise InvalidInput(
            f"more than {MOST_BROUGHT} substances were brought.", field="rows", remedy="Update the packs."
        )
    if told["cas"] and told["cas"] in known.by_cas:
        raise InvalidInput(f"{told['cas']} is the number of {known.by_cas[told['cas']]}.", field="new.cas")
    if short := [said for said in (name, *told["names"]) if len(squeezed(fold(said))) < SHORTEST]:
        raise InvalidInput(f"{short[0]} is too short to be a name.", field="new.names")
    one = substance(name, told)
    if told["smiles"]:
        ready.require("rdkit")
        from countersign.streams.precursors.screening import structure

        structure.proofread([one])
        if taken := known.by_skeleton.get(one.skeleton):
            raise InvalidInput(f"the structure is that of {taken[0]}.", field="new.smiles")
    return Lists(known.substances | {name: one}, known.listings, (*known.names, (name, name)))


def _check_same(known: Lists, name: str, told: dict[str, Any] | None) -> None:
    """A substance that is known is listed by its name; nobody says anew what it is."""
    one = known.substances[name]
    if told is not None and (name not in known.brought or (told["cas"], told["smiles"]) != (one.cas, one.smiles)):
        raise InvalidInput(f"{name} is known already.", field="new", remedy="Leave `new` out.")


def rescreen(house: House) -> int:
    """Look at open notices again after a change; the courier does this every few seconds. Returns how many changed."""
    fresh = list(ListChange.objects.filter(looked_at=None).values_list("id", flat=True))
    rows = Notice.objects.filter(state__in=LOOKED_AT_AGAIN).select_related("item")
    if not fresh and not rows.filter(screened={}).exists():
        return 0
    changed = sum(_again(house, row) for row in rows)
    from countersign.streams.precursors.services import shipments  # it stands on this module

    changed += shipments.rescreen(house)
    ListChange.objects.filter(id__in=fresh).update(looked_at=clock.now())
    return changed


@transaction.atomic
def _again(house: House, row: Notice) -> bool:
    found = identify(contents.whole(house, row.item))
    before = row.screened.get("lines", [])
    if not before:
        row.screened, row.substances = {"lines": found}, substances(found)
        row.save(update_fields=("screened", "substances"))
        return False
    delta = [
        {"line": place, "law": law, "was": old.get(law, "none"), "is": new[law]}
        for place, (old, new) in enumerate(zip(before, found, strict=False))
        for law in ("un", "ca", "in") if old.get(law) != new[law]
    ]  # fmt: skip
    if not delta:
        return False
    row.screened, row.substances, row.delta = {"lines": found}, substances(found), delta
    row.save(update_fields=("screened", "substances", "delta"))
    decisions.record_act(house, row.item, act="pen.rescreened", facts={"changes": len(delta)})
    return True


def _listing(jurisdiction: str, row: dict[str, Any]) -> Listing:
    return Listing(
        row["substance"], jurisdiction, row["instrument"], row["type"], date.fromisoformat(row["effective"]),
        date.fromisoformat(row["end"]) if row.get("end") else None, salts=True, derivatives=False, percent=None, more_than=False,
        source=row["source"], confidence="high",
    )  # fmt: skip
