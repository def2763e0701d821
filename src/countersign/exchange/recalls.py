"""Recalls: they leave in one weekly batch, under one ground, so that none tells why; the receiver freezes what is recalled.

Protocol section 7: a recall on hidden grounds never leaves by itself. Whoever asks for one, for whatever reason, it waits for the
batch; an ordinary correction and a hidden ground look alike.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from django.db import transaction

from countersign.charter import alarms
from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import contents, decisions, gate, standing, walls
from countersign.exchange.contents import Kept
from countersign.exchange.drafting import Draft
from countersign.exchange.errors import AlreadyDecided
from countersign.exchange.home_sheet import EMPTY
from countersign.exchange.house import House
from countersign.exchange.kinds import find as find_kind
from countersign.exchange.kinds import validate
from countersign.exchange.models import ExchangeItem, RecallDue
from countersign.exchange.prefill import prefilled
from countersign.kernel import clock
from countersign.kernel.errors import CountersignError
from countersign.kernel.ids import new_id
from countersign.ledger.core import commitments

KIND: Final = "recall"
GROUND: Final = "WITHDRAWN_BY_ORIGINATOR"
BATCH_DAY: Final = 0
BATCH_TIME: Final = time(6, 0, tzinfo=UTC)
BLOCKED: Final = "RECALL_BLOCKED"
_MONDAY_TO_MONDAY: Final = timedelta(days=7)


def next_batch(after: datetime) -> datetime:
    """The next Monday, 06:00 UTC, strictly after an instant."""
    day = after.astimezone(UTC).date()
    begin = datetime.combine(day + timedelta(days=(BATCH_DAY - day.weekday()) % 7), BATCH_TIME)
    return begin if begin > after else begin + _MONDAY_TO_MONDAY


@transaction.atomic
def ask(house: House, officer: Officer, item_id: str) -> RecallDue:
    """Have an own item recalled in the next batch. Raises RoleRequired, NotYours, AlreadyDecided."""
    require_role(officer, "desk", "legal", "releaser")
    item = gate_item(item_id)
    walls.require_item(officer, item)
    return queue(house, officer, item)


def queue(house: House, officer: Officer, item: ExchangeItem) -> RecallDue:
    """Put a released item into the next batch, in the caller's transaction; the protection officer's way as well."""
    if item.state != ExchangeItem.RELEASED or item.kind == KIND or item.case_id is None:
        raise AlreadyDecided("only what has left can be recalled.", field="item")
    now = clock.now()
    row, new = RecallDue.objects.get_or_create(
        item=item, defaults={"asked_by": officer, "asked_at": now, "leaves_at": next_batch(now)}
    )
    if not new:
        raise AlreadyDecided("the item is in the batch already.", field="item")
    decisions.record_act(house, item, act="recall.ask", facts={"officer": officer.id})
    return row


def of_officer(officer: Officer, item_id: str) -> ExchangeItem:
    """An own item that has left, for an officer of its authority. Raises AlreadyDecided, NotYours."""
    item = ExchangeItem.objects.filter(id=item_id, direction=ExchangeItem.OUT, state=ExchangeItem.RELEASED).first()
    if item is None:
        raise AlreadyDecided("no own item of this reference has left.", field="item")
    walls.require_item(officer, item)
    return item


def next_batch_now() -> datetime:
    return next_batch(clock.now())


def gate_item(item_id: str) -> ExchangeItem:
    """An own item, locked. Raises AlreadyDecided where there is none that has left."""
    rows = ExchangeItem.objects.select_for_update(of=("self",)).select_related("peer")
    item = rows.filter(id=item_id, direction=ExchangeItem.OUT, state=ExchangeItem.RELEASED).first()
    if item is None:
        raise AlreadyDecided("no own item of this reference has left.", field="item")
    return item


def send_due(house: House) -> int:
    """Send the batch whose instant has come, each under a standing authorisation; return how many left."""
    sent = 0
    for row in RecallDue.objects.filter(sent=None, leaves_at__lte=clock.now()).select_related("item", "item__peer"):
        try:
            with transaction.atomic():
                sent += _send(house, row)
        except CountersignError:
            alarms.raise_alarm(BLOCKED, row.item.authority)
    return sent


def on_arrival(house: House, recall: ExchangeItem, content: Mapping[str, Any]) -> None:
    """Freeze the item that the same peer recalls; of one that never came from there nothing is touched."""
    if recall.kind != KIND:
        return
    rows = ExchangeItem.objects.filter(id=content["item"], direction=ExchangeItem.IN, peer=recall.peer)
    for item in rows.exclude(state=ExchangeItem.FROZEN):
        ExchangeItem.objects.filter(pk=item.pk).update(state=ExchangeItem.FROZEN)
        decisions.record_act(house, item, act="recall.freeze", facts={"recall": recall.id})


def _send(house: House, row: RecallDue) -> bool:
    item = row.item
    authorisation = standing.in_force(item.authority, KIND)
    if authorisation is None:
        alarms.raise_alarm(BLOCKED, item.authority)
        return False
    told = contents.read(house, item).content
    given = {
        name: told[name] for name in ("version", "case_ref", "from_authority", "to_authority", "workstream", "purpose")
    }
    given |= {"kind": KIND, "to_state": item.peer.state_code, "item": item.id, "ground": GROUND}
    _, content = validate(prefilled(house.pack, given))
    kept = Kept(content, secrets.token_bytes(commitments.SALT_BYTES), (), EMPTY)
    outcome = gate.release_standing(
        house, Draft(new_id("itm"), find_kind(KIND), kept, item.peer), authorisation, officer=None
    )
    RecallDue.objects.filter(pk=row.pk).update(sent=outcome.item)
    alarms.close_alarm(BLOCKED, item.authority)
    return True
