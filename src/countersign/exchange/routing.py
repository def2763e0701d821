"""Route: an authority passes a received item to another authority of the own state. Gated, logged, default no."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import approvals, contents, decisions, drafting, judging, walls
from countersign.exchange.errors import GateRefused
from countersign.exchange.house import House
from countersign.exchange.intake import find_received
from countersign.exchange.models import ExchangeItem
from countersign.exchange.use import Purpose, facts_of
from countersign.kernel import clock
from countersign.kernel.errors import Conflict, InvalidInput
from countersign.kernel.ids import new_id
from countersign.law.decide import Decision


def route(
    house: House, officer: Officer, item_id: str, *, to: str, approver: Officer, signature: bytes
) -> ExchangeItem:
    """Pass the item to authority `to`; a releaser of the holding authority, not the one who asks, signs for it.

    The copy is encrypted under the receiving authority's key. Raises GateRefused with rule and remedy.
    """
    require_role(officer, "desk", "originator", "analyst", "liaison_officer")
    if to not in house.pack.authorities:
        raise InvalidInput(
            f"{to} is no authority of this state.", field="to", remedy=f"One of: {sorted(house.pack.authorities)}."
        )
    with transaction.atomic():
        item = find_received(item_id, lock=True)
        walls.require_item(officer, item)
        if to == item.authority:
            raise Conflict(f"{to} holds the item already.", field="to")
        _check_approver(officer, approver, item, signature, to)
        decision = _decide(house, item, to)
        decisions.record_decision(
            house, item, decision, facts={"to": to, "officer": officer.id, "approver": approver.id}
        )
        copy = _copy(house, item, to) if decision.allowed else None
    if copy is None:
        raise GateRefused(decision)
    return copy


def message(item: ExchangeItem, to: str) -> bytes:
    """What the releaser signs: this item, for that authority."""
    return approvals.message(item, f"route:{to}")


def _check_approver(officer: Officer, approver: Officer, item: ExchangeItem, signature: bytes, to: str) -> None:
    require_role(approver, "releaser")
    walls.require_member(approver, item.authority)
    if approver.pk == officer.pk:
        raise InvalidInput("the releaser is another person than the one who asks.", field="approver")
    approvals.verify(approver, message(item, to), signature)


def _decide(house: House, item: ExchangeItem, to: str) -> Decision:
    kept = contents.read(house, item)
    facts = facts_of(house, item, kept, Purpose("read", recipient=to), own_item=True) | {
        "recipient_agency": house.pack.authorities[to].function,
        "approvals": ["releasing_officer"],
    }
    return judging.decide_facts(house, action="Route", principal=item.authority, resource=item.kind, facts=facts)


def _copy(house: House, item: ExchangeItem, to: str) -> ExchangeItem:
    """A row of its own under the other authority's key; attachments stay with the holder, who may save and hand them."""
    kept = replace(contents.read(house, item), blobs=())
    name, case = new_id("itm"), item.case
    return ExchangeItem.objects.create(
        id=name,
        direction=ExchangeItem.IN,
        state=ExchangeItem.RECEIVED,
        case=drafting.open_case(case.reference, item.peer, to) if case else None,
        peer=item.peer,
        authority=to,
        kind=item.kind,
        content=contents.keep(house, authority=to, item=name, kept=kept),
        digest=item.digest,
        sheet_digest=contents.sheet_digest(kept.sheet),
        routed_from=item,
        created_at=clock.now(),
    )
