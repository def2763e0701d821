"""A deputy disagrees with a "no": the question goes one level up by itself, to the head of the authority.

Source: the Directions under the Avoiding Complicity in Mistreatment by Foreign Entities Act (decisions that officials cannot
agree on go to the deputy head, and from there up); NSIRA reviews of 2020 and 2022. What the relation with the other state is
worth is no input anywhere. A head who reopens releases nothing: the gate and its approvers decide as before.
"""

from __future__ import annotations

from typing import Final

from django.db import transaction

from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import contents, decisions, judging, needs, walls
from countersign.exchange.errors import AlreadyDecided, ApprovalRefused
from countersign.exchange.house import House
from countersign.exchange.models import Approval, Escalation, ExchangeItem
from countersign.kernel import clock
from countersign.kernel.errors import NotFound

DEPUTY: Final = "executive"
HEAD: Final = "head"


@transaction.atomic
def disagree(house: House, officer: Officer, item_id: str) -> Escalation:
    """The deputy head disagrees with an approver's "no". Raises RoleRequired, ApprovalRefused, AlreadyDecided."""
    require_role(officer, DEPUTY)
    item = _declined(item_id)
    walls.require_item(officer, item)
    if officer.pk in (item.declined_by_id, item.drafter_id):
        raise ApprovalRefused("who drafted the item or said no does not escalate it.", field="as")
    if Escalation.objects.filter(item=item).exists():
        raise AlreadyDecided("the head has this question already.", field="item")
    assert item.declined_by_id is not None
    row = Escalation.objects.create(
        item=item, ground=item.declined, declined_by_id=item.declined_by_id, raised_by=officer, raised_at=clock.now()
    )
    facts = {"officer": officer.id, "ground": item.declined, "to": HEAD}
    decisions.record_act(house, item, act="escalate", facts=facts)
    return row


@transaction.atomic
def decide(house: House, officer: Officer, item_id: str, *, reopen: bool) -> Escalation:
    """The head upholds the "no", or lets the item be considered anew: earlier approvals are void, and all are needed again."""
    require_role(officer, HEAD)
    item = _declined(item_id)
    walls.require_same(officer, item.authority)
    row = Escalation.objects.select_for_update(of=("self",)).filter(item=item).first()
    if row is None:
        raise NotFound("nobody has brought this before the head.", field="item")
    if row.decided_at is not None:
        raise AlreadyDecided("the head has decided.", field="item")
    if officer.pk in (row.declined_by_id, row.raised_by_id, item.drafter_id):
        raise ApprovalRefused("who drafted, declined or escalated does not decide.", field="as")
    row.head, row.reopened, row.decided_at = officer, reopen, clock.now()
    row.save(update_fields=("head", "reopened", "decided_at"))
    decisions.record_act(house, item, act="escalate.decide", facts={"officer": officer.id, "reopened": reopen})
    if reopen:
        _reopen(house, item)
    return row


def waiting(authority: str) -> list[Escalation]:
    """Questions that wait for the head of an authority, the oldest first."""
    rows = Escalation.objects.filter(item__authority=authority, decided_at=None)
    return list(rows.select_related("item", "item__case", "raised_by", "declined_by").order_by("raised_at"))


def _reopen(house: House, item: ExchangeItem) -> None:
    """Back to the approvers, with the gate's answer of today."""
    Approval.objects.filter(item=item).delete()
    decision = judging.judge(house, item, contents.read(house, item), ())
    decisions.record_decision(house, item, decision)
    if judging.refused_for_good(decision):
        return
    item.state = ExchangeItem.HELD if decision.held else ExchangeItem.PROPOSED
    item.declined = ""
    item.save(update_fields=("state", "declined"))
    needs.note(item, decision)


def _declined(item_id: str) -> ExchangeItem:
    """An own item to which an approver said no, locked."""
    rows = ExchangeItem.objects.select_for_update(of=("self",)).select_related("peer")
    item = rows.filter(id=item_id, direction=ExchangeItem.OUT, state=ExchangeItem.REFUSED).exclude(declined="").first()
    if item is None:
        raise NotFound("no approver has said no to an item of this reference.", field="item")
    return item
