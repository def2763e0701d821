"""The threat-to-life lane: `flash.threat_to_life` alone, from duty officer to duty officer, and looked at again by two.

Urgency is derived, never typed. An item is a threat to life to the law while it is of this kind, its drafter was on duty,
nobody has downgraded it, and a second officer on duty has approved it. What that relaxes of the rules is proved and frozen
(docs/proofs.md). No forbid is skipped: the gate decides on the same facts as ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from countersign.charter import alarms, packs
from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import clocks, decisions, duty, walls
from countersign.exchange.errors import AlreadyDecided, NotOnDuty, NotYours
from countersign.exchange.house import House
from countersign.exchange.kinds import FLASH, ROUTINE
from countersign.exchange.models import Approval, ExchangeItem, LifeLane
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput, NotFound
from countersign.law import beside
from countersign.law.decide import Decision

TARGET: Final = timedelta(minutes=15)
"""From the proposal to the release, and from the arrival until somebody has it in hand."""
REVIEW: Final = timedelta(hours=72)
FINDINGS: Final = ("in_order", "not_a_threat", "rules_not_followed")
WAITING: Final = (ExchangeItem.PROPOSED, ExchangeItem.HELD, ExchangeItem.RECEIVED)
"""An item that is held is called for like any other: nobody may tell from the lane that it is."""
LATE, UNREVIEWED = "FLASH_LATE", "FLASH_NOT_REVIEWED"
_SECOND: Final = replace(beside.SECOND_ON_DUTY, cures={"approvals": frozenset({"on_duty"})})


def require_duty(officer: Officer, kind: str) -> None:
    """Raise NotOnDuty where somebody who is not on the roster would open the lane."""
    if kind == FLASH and not duty.is_on_duty(officer):
        raise NotOnDuty("a threat to life is sent by an officer on duty.", field="as")


def guard(item_id: str, kind: str, decision: Decision, approvers: Iterable[Officer]) -> Decision:
    """The decision, or a no where it treats the item as a threat to life and no second officer on duty has approved."""
    if kind != FLASH or is_downgraded(item_id) or any(duty.is_on_duty(officer) for officer in approvers):
        return decision
    return decision.but(_SECOND)


def is_downgraded(item_id: str) -> bool:
    return LifeLane.objects.filter(item_id=item_id).exclude(downgraded_at=None).exists()


def open_lane(house: House, item: ExchangeItem) -> None:
    """Start the lane of an item that was proposed or has arrived, in the caller's transaction."""
    if item.kind == FLASH:
        now = clock.now()
        LifeLane.objects.get_or_create(item=item, defaults={"opened_at": now, "due_at": now + TARGET})
        decisions.record_act(house, item, act="flash.open", facts={"direction": item.direction})


def on_release(item: ExchangeItem) -> None:
    """What left in the lane is reviewed within 72 hours."""
    LifeLane.objects.filter(item=item, review_due_at=None).update(review_due_at=clock.now() + REVIEW)


def look_after(house: House) -> int:
    """Call who is to be called, and raise alarms for what is late; the courier does this every few seconds."""
    called = 0
    for lane in LifeLane.objects.filter(closed_at=None, downgraded_at=None).select_related("item"):
        item = lane.item
        waits = item.state in WAITING
        if waits:
            acted = Approval.objects.filter(item=item).values_list("officer_id", flat=True)
            called += len(duty.call(house, item, but=frozenset({item.drafter_id or "", *acted})))
        alarms.set_alarm(LATE, item.id, holds=waits and clock.now() > lane.due_at)
        late = lane.review_due_at is not None and clock.now() > lane.review_due_at
        alarms.set_alarm(UNREVIEWED, item.id, holds=late)
    return called


@transaction.atomic
def downgrade(house: House, officer: Officer, item_id: str) -> LifeLane:
    """It is no threat to life: an own item goes by the ordinary rules from now on, a received one by the ordinary clock; it
    is counted as misuse until the review says otherwise, and the review is due."""
    require_role(officer, "desk", "legal", "executive", "releaser")
    lane = _lane(item_id)
    walls.require_item(officer, lane.item)
    if lane.downgraded_at is not None or lane.closed_at is not None:
        raise AlreadyDecided("the item is no threat to life any more.", field="item")
    lane.downgraded_at, lane.downgraded_by = clock.now(), officer
    lane.review_due_at = lane.review_due_at or clock.now() + REVIEW
    lane.save(update_fields=("downgraded_at", "downgraded_by", "review_due_at"))
    decisions.record_act(house, lane.item, act="flash.downgrade", facts={"officer": officer.id})
    alarms.close_alarm(LATE, item_id)
    if lane.item.direction == ExchangeItem.IN and lane.item.due_at is not None:
        other = packs.state(lane.item.peer.state_code)
        lane.item.due_at = clocks.due(lane.item.created_at, ROUTINE, answering=house.pack, asking=other)
        lane.item.save(update_fields=("due_at",))
    return lane


@transaction.atomic
def review(house: House, officer: Officer, item_id: str, *, finding: str) -> LifeLane:
    """A legal adviser and a reviewer, two people, find the same of what left in the lane; then the review is closed."""
    require_role(officer, "legal", "reviewer")
    lane = _lane(item_id)
    walls.require_same(officer, lane.item.authority)
    if finding not in FINDINGS:
        raise InvalidInput("not a finding.", field="finding", remedy=f"One of: {', '.join(FINDINGS)}.")
    if lane.closed_at is not None or lane.review_due_at is None:
        raise AlreadyDecided("there is no review open of this item.", field="item")
    approved = Approval.objects.filter(item=lane.item).values_list("officer_id", flat=True)
    if officer.pk in {lane.item.drafter_id, lane.downgraded_by_id, *approved}:
        raise NotYours("whoever drafted, approved or downgraded it does not review it.", field="as")
    role = "legal" if lane.legal_id is None and "legal" in officer.roles else "reviewer"
    _sign(lane, officer, role, finding)
    facts = {"officer": officer.id, "role": role, "finding": finding}
    decisions.record_act(house, lane.item, act="flash.review", facts=facts)
    if lane.closed_at is not None:
        alarms.close_alarm(UNREVIEWED, item_id)
    return lane


def _sign(lane: LifeLane, officer: Officer, role: str, finding: str) -> None:
    """Raises AlreadyDecided, InvalidInput: both find the same, and they are two."""
    if getattr(lane, f"{role}_id") is not None or officer.pk in (lane.legal_id, lane.reviewer_id):
        raise AlreadyDecided("this half of the review was done.", field="as")
    require_role(officer, role)
    if lane.finding and lane.finding != finding:
        raise InvalidInput(
            f"the other half found {lane.finding}.", field="finding", remedy="Talk to one another; both find the same."
        )
    setattr(lane, role, officer)
    lane.finding = finding
    if lane.legal_id and lane.reviewer_id:
        lane.closed_at = clock.now()
    lane.save()


def open_reviews(authority: str) -> list[LifeLane]:
    """Reviews that are due at an authority, the most urgent first."""
    rows = LifeLane.objects.filter(Q(closed_at=None) & Q(review_due_at__isnull=False), item__authority=authority)
    return list(rows.select_related("item", "item__peer", "item__case").order_by("review_due_at"))


def lane_of(item: ExchangeItem) -> LifeLane | None:
    return LifeLane.objects.filter(item=item).select_related("downgraded_by", "legal", "reviewer").first()


def _lane(item_id: str) -> LifeLane:
    row = (
        LifeLane.objects.select_for_update(of=("self",))
        .select_related("item", "item__peer")
        .filter(item_id=item_id)
        .first()
    )
    if row is None:
        raise NotFound("this item was not sent as a threat to life.", field="item")
    return row
