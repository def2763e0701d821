"""The neutral answer goes out: at the instant drawn when the request arrived, whatever happened since (protocol section 7)."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction

from countersign.charter import alarms
from countersign.exchange import contents, decisions, gate, standing
from countersign.exchange.contents import Kept
from countersign.exchange.drafting import Draft
from countersign.exchange.errors import AlreadyAnswered
from countersign.exchange.home_sheet import EMPTY
from countersign.exchange.house import House
from countersign.exchange.kinds import find as find_kind
from countersign.exchange.kinds import validate
from countersign.exchange.models import AnswerSlot, ExchangeItem
from countersign.exchange.prefill import prefilled
from countersign.exchange.schemas import NEUTRAL
from countersign.kernel import clock
from countersign.kernel.errors import CountersignError
from countersign.kernel.ids import new_id
from countersign.ledger.core import commitments


def send_due(house: House, *, limit: int = 50) -> int:
    """Answer neutrally every slot whose instant has come; return how many left.

    Without a standing authorisation in force nothing can leave; that is an alarm, for the silence would tell.
    """
    due = AnswerSlot.objects.filter(answered_at=None, leaves_at__lte=clock.now(), item__direction=ExchangeItem.IN)
    sent = 0
    for slot in due.select_related("item", "item__peer").order_by("leaves_at")[:limit]:
        try:
            with transaction.atomic():
                sent += _answer(house, slot)
        except AlreadyAnswered:
            continue
        except CountersignError:
            alarms.raise_alarm("NEUTRAL_ANSWER_BLOCKED", slot.item.peer.node)
    return sent


def content_of(asked: dict[str, Any], item_id: str, place: int | None) -> dict[str, Any]:
    """The neutral answer to one part of a request: made of the request's header alone, alike for every reason."""
    return {
        "kind": "refusal",
        "version": 1,
        "case_ref": asked["case_ref"],
        "from_authority": asked["to_authority"],
        "to_authority": asked["from_authority"],
        "copy_spoc": asked["copy_spoc"],
        "workstream": asked["workstream"],
        "purpose": asked["purpose"],
        "answers": item_id,
        "about": place,
        "ground": NEUTRAL,
        "about_natural_person": True,
    }


def _answer(house: House, slot: AnswerSlot) -> bool:
    slot = AnswerSlot.objects.select_for_update(of=("self",)).select_related("item", "item__peer").get(pk=slot.pk)
    if slot.answered_at is not None:
        return False
    item = slot.item
    authorisation = standing.in_force(item.authority, "refusal")
    if authorisation is None:
        alarms.raise_alarm("NEUTRAL_ANSWER_BLOCKED", item.peer.node)
        return False
    asked = contents.read(house, item).content
    given = content_of(asked, item.id, slot.place) | {
        "to_state": item.peer.state_code,
        "from_authority": item.authority,
    }
    _, content = validate(prefilled(house.pack, given))
    kept = Kept(content, secrets.token_bytes(commitments.SALT_BYTES), (), EMPTY)
    gate.release_standing(
        house, Draft(new_id("itm"), find_kind("refusal"), kept, item.peer), authorisation, officer=None
    )
    _supersede(house, item, slot.place)
    return True


def _supersede(house: House, asked: ExchangeItem, place: int | None) -> None:
    """Human review ends here: drafts that would have answered the same part will not leave."""
    waiting = ExchangeItem.objects.filter(
        direction=ExchangeItem.OUT, answers=asked.id, about=place, state__in=(ExchangeItem.PROPOSED, ExchangeItem.HELD)
    )
    for item in waiting.select_for_update(of=("self",)):
        ExchangeItem.objects.filter(pk=item.pk).update(state=ExchangeItem.REFUSED)
        decisions.record_act(house, item, act="superseded", facts={"answers": asked.id})
