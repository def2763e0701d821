"""Facts that people put on record for a draft: conditions, consents, and approvals given outside the node."""

from __future__ import annotations

from django.db import transaction

from countersign.charter.models import Officer
from countersign.exchange import decisions, doubts, duty, needs, walls
from countersign.exchange.attributes import CONSENTS, OUTSIDE_APPROVALS, RECORDABLE
from countersign.exchange.errors import ApprovalRefused
from countersign.exchange.gate import open_item
from countersign.exchange.house import House
from countersign.exchange.models import Record
from countersign.kernel import clock
from countersign.kernel.errors import Conflict, InvalidInput

CODES = RECORDABLE | CONSENTS | OUTSIDE_APPROVALS | {f"{doubts.PREFIX}{code}" for code in doubts.codes()}


@transaction.atomic
def put(house: House, officer: Officer, item_id: str, *, code: str, reference: str) -> Record:
    """Record a condition for an item that has not left, with the reference of the document that shows it.

    A legal adviser does, and not for an own draft. Raises InvalidInput, RoleRequired, ApprovalRefused, Conflict.
    """
    if code not in CODES:
        raise InvalidInput(
            f"{code} is not recorded by hand.", field="code", remedy=f"One of: {', '.join(sorted(CODES))}."
        )
    if not reference.strip() or len(reference) > 200:
        raise InvalidInput("the document's reference is missing or longer than 200 characters.", field="reference")
    item = open_item(item_id)
    duty.require(officer, item, "legal")
    walls.require_item(officer, item)
    if officer.pk == item.drafter_id:
        raise ApprovalRefused("the drafter does not record conditions for the own item.", field="as")
    if Record.objects.filter(item=item, code=code).exists():
        raise Conflict(f"{code} is on record for this item already.", field="code")
    decisions.record_act(house, item, act="record", facts={"officer": officer.id, "code": code})
    row = Record.objects.create(item=item, code=code, reference=reference, officer=officer, at=clock.now())
    needs.refresh(house, item)
    return row
