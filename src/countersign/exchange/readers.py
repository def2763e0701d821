"""TLP:RED at the receiver: the item is open to the persons whom its sender named, and to nobody else (FIRST TLP 2.0).

The other state knows names, not accounts. A name that exactly one officer of the authority bears opens the item at once;
for every other name the head or the deputy says which officer is meant, and sees the names alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from countersign.charter.errors import FourEyesRequired
from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import contents, decisions, parts, walls
from countersign.exchange.errors import AlreadyDecided, ItemUnknown
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem, NamedReader
from countersign.kernel.errors import CountersignError, InvalidInput
from countersign.link import arrivals

RED: Final = "red"
MILDER: Final = ("none", "clear", "green", "amber", "amber_strict")
DECIDERS: Final = ("head", "executive")
"""Who says which officer a name means; never about themselves."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name of which it is not known who bears it."""

    item: ExchangeItem
    place: int
    name: str


def on_arrival(item: ExchangeItem, content: Mapping[str, Any]) -> None:
    """Close an item for named persons to everybody else, in the transaction in which it takes effect."""
    marking = content.get("marking", {})
    if marking.get("tlp") != RED:
        return
    ExchangeItem.objects.filter(pk=item.pk).update(named_only=True)
    item.named_only = True
    known = _officers(item.authority)
    NamedReader.objects.bulk_create(
        NamedReader(item=item, place=place, officer=_only(known.get(_plain(name), [])))
        for place, name in enumerate(marking.get("readers", ()))
    )


def on_unread(house: House, item: ExchangeItem) -> None:
    """An item that was not accepted (defective, or after its expiry) is shown as it came; one that is RED, or of which that
    cannot be told, is closed to everybody: nobody can say who was meant."""
    if _label(house, item) not in MILDER:
        ExchangeItem.objects.filter(pk=item.pk).update(named_only=True)
        item.named_only = True


def _label(house: House, item: ExchangeItem) -> object:
    """The label as the content has it, checked by nothing; None where there is none to be found."""
    assert item.arrived is not None
    try:
        content = parts.join(arrivals.open_text(house.station, item.arrived).parts)[1]
    except CountersignError:
        return None
    marking = content.get("marking")
    return marking.get("tlp", "none") if isinstance(marking, dict) else None


def unknown(house: House, officer: Officer) -> list[Unknown]:
    """Names that wait for the head or the deputy, the oldest item first. Raises RoleRequired."""
    require_role(officer, *DECIDERS)
    rows = NamedReader.objects.filter(officer=None, item__authority=officer.authority).select_related(
        "item", "item__arrived", "item__arrived__peer", "item__peer", "item__case"
    )
    return [Unknown(row.item, row.place, _name(house, row)) for row in rows.order_by("item__created_at", "place")]


def waiting(officer: Officer) -> list[ExchangeItem]:
    """Items in which a name waits for the head."""
    rows = NamedReader.objects.filter(officer=None, item__authority=officer.authority).select_related(
        "item", "item__peer"
    )
    return list({row.item_id: row.item for row in rows.order_by("item__created_at")}.values())


@transaction.atomic
def recognise(house: House, head: Officer, item_id: str, place: int, login: str) -> NamedReader:
    """The head or the deputy says which officer of the authority a name means; on record, and not to be taken back. Nobody
    says it of themselves: no one person opens an item to that person.

    Raises RoleRequired, NotYours, ItemUnknown, AlreadyDecided, InvalidInput, FourEyesRequired.
    """
    require_role(head, *DECIDERS)
    rows = NamedReader.objects.select_for_update(of=("self",)).select_related("item")
    row = rows.filter(item=item_id, place=place).first()
    if row is None:
        raise ItemUnknown("no item of this reference names such a reader.", field="item")
    walls.require_same(head, row.item.authority)
    if row.officer_id is not None:
        raise AlreadyDecided("it is known already who this is.", field="place")
    meant = Officer.objects.filter(login=login, authority=head.authority, active=True).first()
    if meant is None:
        raise InvalidInput("no officer of your authority has this login.", field="officer")
    if meant.pk == head.pk:
        raise FourEyesRequired("nobody says of themselves that they are meant.", field="officer")
    decisions.record_act(house, row.item, act="reader.recognise", facts={"officer": head.id, "reader": meant.id})
    row.officer, row.recognised_by = meant, head
    row.save(update_fields=("officer", "recognised_by"))
    return row


def _name(house: House, row: NamedReader) -> str:
    return str(contents.read(house, row.item).content["marking"]["readers"][row.place])


def _officers(authority: str) -> dict[str, list[Officer]]:
    found: dict[str, list[Officer]] = {}
    for officer in Officer.objects.filter(authority=authority, active=True):
        found.setdefault(_plain(officer.name), []).append(officer)
    return found


def _only(bearers: list[Officer]) -> Officer | None:
    """The one who bears the name; of two nobody may guess."""
    return bearers[0] if len(bearers) == 1 else None


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
