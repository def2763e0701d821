"""Admission: a received request about persons is looked at before any holding is searched for it."""

from __future__ import annotations

from django.db import transaction

from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import decisions, kinds, walls
from countersign.exchange.errors import AlreadyDecided
from countersign.exchange.house import House
from countersign.exchange.intake import find_received
from countersign.exchange.models import ExchangeItem
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput
from countersign.oversight.models import Admission

QUESTIONS = ("predicate", "purpose", "proportionate", "neutral")
"""What the officer finds in order: an offence is named, the purpose fits the arrangement, not more is asked than is
needed, and nothing points to a political, military, religious or racial matter."""


@transaction.atomic
def admit(house: House, officer: Officer, item_id: str, *, found: tuple[str, ...]) -> Admission:
    """Admit a request that was taken in hand. Every question is answered, or nothing is admitted.

    A request that is not in order is refused by an item of kind `refusal`, before admission. Raises InvalidInput,
    AlreadyDecided.
    """
    require_role(officer, "desk", "legal")
    item = find_received(item_id, lock=True)
    walls.require_item(officer, item)
    if missing := [question for question in QUESTIONS if question not in found]:
        raise InvalidInput(
            f"not found in order: {', '.join(missing)}.",
            field="found",
            remedy="Refuse the request with its ground, or confirm each question.",
        )
    if item.kind not in kinds.PERSONS_ASKED or item.state != ExchangeItem.ACCEPTED:
        raise AlreadyDecided("only a request that was taken in hand is admitted.", field="item")
    row, new = Admission.objects.get_or_create(item=item, defaults={"officer": officer, "at": clock.now()})
    if not new:
        raise AlreadyDecided("the request is admitted already.", field="item")
    decisions.record_act(house, item, act="admit", facts={"officer": officer.id, "found": list(QUESTIONS)})
    return row


def is_admitted(item_id: str) -> bool:
    """The check that search and answers ask."""
    return Admission.objects.filter(item_id=item_id).exists()
