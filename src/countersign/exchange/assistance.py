"""Evidence goes by mutual legal assistance: the node drafts the request from an item, and mirrors where it stands.

Source: MLAT Canada-India 1994 (CTS 1995/18), Mutual Legal Assistance in Criminal Matters Act, BNSS 2023 s.112: evidence is
asked for and given between the central authorities. An officer drafts from what was received; a legal adviser hands the draft
to the own central authority; it sends the request by the treaty's way and tells here, in codes, where it stands. The draft holds
references, digests and the officer's own words, never the received content.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from countersign.charter import packs
from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.charter.packs import Authority, StatePack
from countersign.exchange import contents, decisions, walls
from countersign.exchange.errors import AlreadyDecided, NotYours
from countersign.exchange.house import House
from countersign.exchange.models import Assistance, ExchangeItem
from countersign.exchange.models.assistance import ENDED
from countersign.kernel import clock, jcs
from countersign.kernel.errors import InvalidInput, NotAllowed, NotFound
from countersign.kernel.ids import new_id

DRAFTED, HANDED, SENT, RECEIVED = "drafted", "handed", "sent", "received"
GRANTED, REFUSED, WITHDRAWN, TAKEN_BACK = "granted", "refused", "withdrawn", "taken_back"
WANTED: Final = ("certified_copy", "original", "testimony", "other")
DRAFTERS: Final = ("originator", "desk", "analyst", "legal")
BY_REQUESTING: Final[Mapping[str, tuple[str, ...]]] = {SENT: (HANDED,), WITHDRAWN: (SENT, RECEIVED)}
BY_REQUESTED: Final[Mapping[str, tuple[str, ...]]] = {
    RECEIVED: (SENT,),
    GRANTED: (SENT, RECEIVED),
    REFUSED: (SENT, RECEIVED),
}
"""What each side tells, and after which states."""
WAITS_FOR_US: Final = Q(asks=True, state=HANDED) | Q(asks=False, state__in=(SENT, RECEIVED))


@transaction.atomic
def draft(house: House, officer: Officer, item_id: str, *, wanted: str, facts: str) -> Assistance:
    """Draft a request for the evidence behind a received item. Raises NotFound, NotYours, InvalidInput, AlreadyDecided."""
    require_role(officer, *DRAFTERS)
    item = (
        ExchangeItem.objects.filter(id=item_id, direction=ExchangeItem.IN)
        .select_related("peer", "case", "arrived")
        .first()
    )
    if item is None or item.case is None:
        raise NotFound("no received item has this reference.", field="item")
    walls.require_item(officer, item)
    _check_may_be_told(house, item)
    if wanted not in WANTED:
        raise InvalidInput("not a form of evidence.", field="wanted", remedy=f"One of: {', '.join(WANTED)}.")
    if not facts.strip():
        raise InvalidInput("say to which proceeding the evidence belongs and why it is needed.", field="facts")
    if Assistance.objects.filter(peer=item.peer, item=item.id, asks=True).exclude(state__in=ENDED).exists():
        raise AlreadyDecided("a request about this item is under way.", field="item")
    row = Assistance(
        id=new_id("mla"), peer=item.peer, item=item.id, asks=True, authority=item.authority,
        central=_central(house.pack).code, case_ref=item.case.reference, drafter=officer, state=DRAFTED, at=clock.now(),
    )  # fmt: skip
    text = _text(house, item, wanted, facts)
    row.draft = walls.lock(house.station, authority=row.authority, item=row.id, content=jcs.canonical(text))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # a second click
        raise AlreadyDecided("a request about this item is under way.", field="item") from None
    decisions.record_act(house, item, act="mla.draft", facts={"officer": officer.id, "request": row.id})
    return row


def _check_may_be_told(house: House, item: ExchangeItem) -> None:
    """The central authority learns that the item is there. One for named readers, one that stays in its organisation and one
    that is frozen are not spoken of to others (FIRST TLP 2.0; the rule of Route)."""
    label = contents.read(house, item).content.get("marking", {}).get("tlp", "none")
    if item.state == ExchangeItem.FROZEN or item.named_only or label in ("red", "amber_strict"):
        raise NotAllowed(
            "this item may not be spoken of to another authority.", field="item",
            remedy="Ask the sender to give it under a milder label, or ask for the evidence without it.",
        )  # fmt: skip


@transaction.atomic
def hand_over(house: House, officer: Officer, name: str) -> Assistance:
    """A legal adviser of the authority hands the draft to the own central authority. Raises RoleRequired, AlreadyDecided."""
    require_role(officer, "legal")
    row = _find_draft(officer, name)
    if officer.pk == row.drafter_id:
        raise InvalidInput("who drafted it does not hand it over.", field="as", remedy="Another legal adviser does.")
    text = walls.unlock(house.station, authority=row.authority, item=row.id, locked=bytes(row.draft))
    row.handed = walls.lock(house.station, authority=row.central, item=row.id, content=text)
    row.handed_by, row.state = officer, HANDED
    row.save(update_fields=("handed", "handed_by", "state"))
    facts = {"officer": officer.id, "request": row.id, "to": row.central}
    decisions.record_act(house, ExchangeItem.objects.get(id=row.item), act="mla.hand_over", facts=facts)
    return row


@transaction.atomic
def take_back(house: House, officer: Officer, name: str) -> Assistance:
    """The authority gives up its draft, so that it can be drafted anew. Raises RoleRequired, NotYours, AlreadyDecided."""
    require_role(officer, *DRAFTERS)
    row = _find_draft(officer, name)
    row.state = TAKEN_BACK
    row.save(update_fields=("state",))
    item = ExchangeItem.objects.get(id=row.item)
    decisions.record_act(house, item, act="mla.take_back", facts={"officer": officer.id, "request": row.id})
    return row


def of(officer: Officer) -> QuerySet[Assistance]:
    """What the officer's authority drafted, and for the central authority also what was handed to it or came from elsewhere."""
    drafted = Q(authority=officer.authority)
    handed = Q(central=officer.authority) & ~Q(state__in=(DRAFTED, TAKEN_BACK))
    return Assistance.objects.filter(drafted | handed).select_related("peer", "drafter", "handed_by").order_by("-at")


def waiting(officer: Officer) -> QuerySet[Assistance]:
    """What waits for the officer's central authority."""
    return Assistance.objects.filter(WAITS_FOR_US, central=officer.authority).select_related("peer").order_by("at")


def about(item: ExchangeItem) -> Assistance | None:
    """The newest request about an item, on whichever side."""
    return Assistance.objects.filter(peer=item.peer, item=item.id).order_by("-at").first()


def read(house: House, officer: Officer, name: str) -> tuple[Assistance, dict[str, Any] | None]:
    """A request with its draft; the requested side holds none. Raises NotFound, NotYours."""
    row = _find(name)
    if not of(officer).filter(pk=row.pk).exists():
        raise NotYours("this request belongs to another authority.", field="as")
    walls.require_reader(officer)
    own = officer.authority == row.authority and row.draft
    locked, authority = (row.draft, row.authority) if own else (row.handed, row.central)
    if not locked:
        return row, None
    packed = walls.unlock(house.station, authority=authority, item=row.id, locked=bytes(locked))
    return row, jcs.parse(packed)


def next_statuses(row: Assistance) -> tuple[str, ...]:
    """What this side may tell next."""
    turns = BY_REQUESTING if row.asks else BY_REQUESTED
    return tuple(status for status, after in turns.items() if row.state in after)


def status_content(officer: Officer, row: Assistance, *, status: str, reference: str, on: date) -> dict[str, Any]:
    """The item that tells the other central authority where the request stands."""
    other = packs.state(row.peer.state_code)
    return {
        "kind": "mla.status", "version": 1, "case_ref": row.case_ref, "from_authority": officer.authority,
        "to_state": other.code, "to_authority": _central(other).code, "workstream": "governance", "purpose": "administrative",
        "item": row.item, "reference": reference, "status": status, "on": on.isoformat(),
    }  # fmt: skip


def on_status(house: House, item: ExchangeItem, content: dict[str, Any]) -> None:
    """A status was released or has arrived. Out of place it is refused at home, and from elsewhere it changes nothing."""
    own = item.direction == ExchangeItem.OUT
    pack = house.pack if own else packs.state(item.peer.state_code)
    fault = _fault(pack, item, content, own=own)
    if fault is not None and own:
        raise fault
    if fault is not None:
        decisions.record_act(house, item, act="mla.out_of_place", facts={"field": str(fault.field)})
        return
    row = _row(item, content)
    if row is None or row.has_ended:
        row = _opened(house, item, content)
    row.state, row.reference, row.told_on = content["status"], content["reference"], date.fromisoformat(content["on"])
    row.save()


def _fault(pack: StatePack, item: ExchangeItem, content: Mapping[str, Any], *, own: bool) -> InvalidInput | None:
    central = pack.central_authority()
    if central is None or content["from_authority"] != central.code:
        return InvalidInput("only the central authority tells this.", field="from_authority")
    row, status = _row(item, content), content["status"]
    asks = status in BY_REQUESTING
    if row is None or (row.has_ended and status == SENT and not own):
        known = ExchangeItem.objects.filter(id=content["item"], peer=item.peer, direction=ExchangeItem.OUT,
            state=ExchangeItem.RELEASED).exists()  # fmt: skip
        opens = not own and status == SENT and known
        return None if opens else InvalidInput("no request is about this item.", field="item")
    if row.state not in (BY_REQUESTING if asks else BY_REQUESTED)[status]:
        return InvalidInput(f"the request is {row.state}.", field="status")
    if row.reference and row.reference != content["reference"]:
        return InvalidInput("the file number is another.", field="reference", remedy=f"It is {row.reference}.")
    return None


def _row(item: ExchangeItem, content: Mapping[str, Any]) -> Assistance | None:
    """The newest request that a status can be about: the side that asks is known from who may tell it, and from whom it came."""
    asks = (content["status"] in BY_REQUESTING) == (item.direction == ExchangeItem.OUT)
    rows = Assistance.objects.select_for_update(of=("self",))
    return rows.filter(peer=item.peer, item=content["item"], asks=asks).order_by("-at").first()


def _opened(house: House, item: ExchangeItem, content: Mapping[str, Any]) -> Assistance:
    """At the requested side: the request becomes known with its first status."""
    wanted = ExchangeItem.objects.select_related("case").get(id=content["item"])
    own_case = wanted.case.reference if wanted.case else content["case_ref"]
    return Assistance(
        id=new_id("mla"), peer=item.peer, item=wanted.id, asks=False, authority=wanted.authority,
        central=_central(house.pack).code, case_ref=own_case, state=SENT, at=clock.now(),
    )  # fmt: skip


def _text(house: House, item: ExchangeItem, wanted: str, facts: str) -> dict[str, Any]:
    """The draft: who asks whom, on what instrument, about what, with the digest that identifies it; never its content."""
    kept = contents.read(house, item)
    other, content = packs.state(item.peer.state_code), kept.content
    offence = (content.get("offence") or _offence_asked(house, item) or {}).get("category", "")
    assert item.arrived is not None
    assert item.case is not None
    return {
        "requesting": {"state": house.pack.code, "central": _central(house.pack).code, "authority": item.authority},
        "requested": {
            "state": other.code, "central": _central(other).code, "authority": str(content.get("from_authority", ""))
        },
        "instrument": house.pack.assistance.get(other.code, ""), "case": item.case.reference,
        "offence": offence, "in_law": {pack.code: pack.provisions.get(offence, "") for pack in (house.pack, other)},
        "item": item.id, "kind": item.kind, "received": item.created_at.date().isoformat(),
        "leaf": bytes(item.arrived.leaf_hash).hex(),
        "files": [{"type": file["media_type"], "sha256": file["sha256"]} for file in content.get("attachments", ())],
        "handling": content.get("handling", {}).get("code", ""), "wanted": wanted, "facts": facts.strip(),
        "refused_here": _refused(item),
    }  # fmt: skip


def _offence_asked(house: House, item: ExchangeItem) -> Mapping[str, Any] | None:
    """The offence of what the item answers."""
    asked = ExchangeItem.objects.filter(id=item.answers, authority=item.authority, direction=ExchangeItem.OUT).first()
    return contents.read(house, asked).content.get("offence") if asked is not None else None


def _refused(item: ExchangeItem) -> str:
    """The day on which leave to use it in court was refused on this channel, if it was."""
    asked = ExchangeItem.objects.filter(
        direction=ExchangeItem.OUT, kind="permission.court_use", case=item.case, authority=item.authority
    )
    said = ExchangeItem.objects.filter(direction=ExchangeItem.IN, kind="refusal", answers__in=asked.values("id"))
    last = said.order_by("-created_at").first()
    return last.created_at.date().isoformat() if last is not None else ""


def _central(pack: StatePack) -> Authority:
    found = pack.central_authority()
    if found is None:
        raise InvalidInput(f"the pack of {pack.code} names no central authority.", field="state")
    return found


def _find_draft(officer: Officer, name: str) -> Assistance:
    row = _find(name, lock=True)
    walls.require_member(officer, row.authority)
    if row.state != DRAFTED:
        raise AlreadyDecided("it is a draft no more: it was handed over or taken back.", field="request")
    return row


def _find(name: str, *, lock: bool = False) -> Assistance:
    rows = Assistance.objects.select_related("peer", "drafter", "handed_by")
    row = (rows.select_for_update(of=("self",)) if lock else rows).filter(id=name).first()
    if row is None:
        raise NotFound("no request has this reference.", field="request")
    return row
