"""Readers of the exchange, scoped to an officer's authority."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.db.models import QuerySet

from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import approvals, clocks, contents, decisions, walls
from countersign.exchange.clocks import Clock, Pause
from countersign.exchange.contents import Kept
from countersign.exchange.errors import ItemUnknown
from countersign.exchange.house import House
from countersign.exchange.models import Approval, Case, ExchangeItem, GateDecision, PolicyVersion
from countersign.kernel import clock
from countersign.law import beside, policies, vocabulary
from countersign.law import decide as law
from countersign.law.policies import Rule


def inbox(officer: Officer) -> QuerySet[ExchangeItem]:
    """What came for the officer's authority, what is due first."""
    rows = ExchangeItem.objects.filter(direction=ExchangeItem.IN, authority=officer.authority)
    return rows.select_related("case", "peer").order_by("answered_at", "due_at", "created_at")


def outgoing(officer: Officer) -> QuerySet[ExchangeItem]:
    """What the officer's authority proposed or sent."""
    rows = ExchangeItem.objects.filter(direction=ExchangeItem.OUT, authority=officer.authority)
    return rows.select_related("case", "peer", "released").order_by("-created_at")


@dataclass(frozen=True, slots=True)
class Header:
    """What the single point of contact sees of another authority's item: no content, no subject, no drafter."""

    id: str
    direction: str
    authority: str
    kind: str
    state: str
    case: str
    clock: str
    at: datetime


def headers_for_spoc(house: House, officer: Officer) -> list[Header]:
    """Headers of the other authorities' items that are copied to the SPOC. Raises RoleRequired, NotYours."""
    require_role(officer, "desk")
    walls.require_member(officer, house.pack.spoc().code)
    rows = ExchangeItem.objects.filter(copy_spoc=True).exclude(authority=officer.authority)
    return [_header(row) for row in rows.select_related("case").order_by("-created_at")]


def find(item_id: str) -> ExchangeItem:
    rows = ExchangeItem.objects.select_related("peer", "case", "released", "arrived", "arrived__peer")
    item = rows.filter(id=item_id).first()
    if item is None:
        raise ItemUnknown("no item has this reference.", field="item")
    return item


def find_received(item_id: str) -> ExchangeItem:
    """As `find`, of what another state gave."""
    item = find(item_id)
    if item.direction != ExchangeItem.IN:
        raise ItemUnknown("no received item has this reference.", field="item")
    return item


def read(house: House, officer: Officer, item_id: str) -> tuple[ExchangeItem, Kept]:
    """An item with its content, for an officer of the authority that owns it. Raises NotYours."""
    item = find(item_id)
    walls.require_item(officer, item)
    return item, contents.read(house, item)


def provable(officer: Officer, item_id: str) -> ExchangeItem:
    """An item of which an evidence file without content may be made: by its readers, and by a reviewer of the authority."""
    item = find(item_id)
    if item.authority == officer.authority and "reviewer" in officer.roles:
        return item
    walls.require_item(officer, item)
    return item


def clock_of(item: ExchangeItem) -> Clock:
    """The answer clock of a request, with the pauses that notices gave it."""
    pauses = [Pause(row.begin, row.until) for row in item.pauses.all()] if item.due_at else []
    return clocks.read(item.due_at, pauses, item.answered_at, clock.now())


def overdue(rows: Iterable[ExchangeItem]) -> list[ExchangeItem]:
    """Those whose clock has run out."""
    return [row for row in rows if clock_of(row).state == clocks.OVERDUE]


def _header(row: ExchangeItem) -> Header:
    return Header(
        id=row.id,
        direction=row.direction,
        authority=row.authority,
        kind=row.kind,
        state=ExchangeItem.PROPOSED
        if row.state == ExchangeItem.HELD
        else row.state,  # a hold is not told by its header
        case=row.case.reference if row.case else "",
        clock=clock_of(row).words(),
        at=row.created_at,
    )


CHANGES: Final = ("Ask", "Release", "receive", "accept", "decline")
"""Decisions and acts that move an item; what people only looked at, searched or noted is no news for a system."""
_OPEN: Final = "Change the draft so that one of the cited gateways opens."


@dataclass(frozen=True, slots=True)
class Told:
    """A decision as the item's own authority is told it. `outcome`: allowed, denied, or held, of which nothing more is said."""

    outcome: str
    rules: tuple[Rule, ...]


def items(officer: Officer) -> QuerySet[ExchangeItem]:
    """Every item of the officer's authority, in and out."""
    rows = ExchangeItem.objects.filter(authority=officer.authority)
    return rows.select_related("case", "peer", "released", "arrived", "arrived__peer").prefetch_related("pauses")


def cases(officer: Officer) -> QuerySet[Case]:
    """Every case of the officer's authority."""
    return Case.objects.filter(authority=officer.authority).select_related("peer")


def decided(officer: Officer) -> QuerySet[GateDecision]:
    """The gate's decisions on items of the officer's authority."""
    rows = GateDecision.objects.filter(item__authority=officer.authority, action__in=("Ask", "Release", "Use", "Route"))
    return rows.select_related("item")


def changes(officer: Officer) -> QuerySet[GateDecision]:
    """What moved the authority's items, in the order of the decisions log: dense, and appended in the act's transaction."""
    rows = GateDecision.objects.filter(item__authority=officer.authority, action__in=CHANGES)
    return rows.select_related("item").prefetch_related("item__pauses")


def told(house: House, row: GateDecision) -> Told:
    """The decision without the protection check's answer: a hold is left out, and nothing but holds is `held`."""
    record = decisions.read_record(house, row)
    fired = [_rule(house, row.version, rule["id"], rule["citation"]) for rule in record.get("fired", ())]
    said = tuple(rule for rule in fired if rule.effect != "hold")
    if row.allowed:
        return Told("allowed", said)
    return Told("denied", said) if said else Told("held", ())


def approved(item: ExchangeItem) -> list[tuple[Approval, bool]]:
    """The item's approvals, and of each whether it counts on the present bytes."""
    counting = {(officer.pk, role) for officer, role in approvals.valid(item)}
    now = approvals.digest(item)
    rows = Approval.objects.filter(item=item).select_related("officer").order_by("at", "pk")
    return [(row, bytes(row.digest) == now and (row.officer_id, row.role) in counting) for row in rows]


def _rule(house: House, version: str, name: str, citation: str) -> Rule:
    """The rule as it was worded in that version; of the engine's own two, what they say."""
    if name == law.ENGINE_ERROR:
        return law.ENGINE_RULE
    if name == law.NO_GATEWAY:
        return replace(
            law.ENGINE_RULE, id=name, citation=citation, family="gateway", statement=law.CLOSED, remedy=_OPEN
        )
    if name in beside.RULES:
        return beside.RULES[name]
    return _rules(house, version)[name]


def _rules(house: House, version: str) -> dict[str, Rule]:
    if version == house.policies.version:
        return house.policies.rules
    return _kept_rules(version)


@lru_cache(maxsize=8)
def _kept_rules(version: str) -> dict[str, Rule]:
    kept = PolicyVersion.objects.get(version=version)
    return policies.compile_texts(kept.texts, vocabulary.from_json(kept.vocabulary)).rules
