"""Flags resolve late: when a register changes, what is open is decided anew, and what has left is looked at again.

What would not leave today freezes at home and waits for a protection officer, who alone sees why. Nothing is sent by itself: a
recall goes in the next weekly batch of recalls, under the one ground of all recalls (protocol section 7).
"""

from __future__ import annotations

from typing import Final

from django.db import transaction

from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import contents, decisions, gate, judging, kinds, recalls
from countersign.exchange.errors import AlreadyDecided
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem, RecallDue
from countersign.kernel import clock
from countersign.kernel.errors import NotFound
from countersign.law import beside
from countersign.law.decide import NO_GATEWAY, Decision
from countersign.oversight.models import LateFlag, LateLook, ProtectionRegister

PORTION: Final = 8
HIDDEN: Final = frozenset({"asylum", "protection"})
"""Families of rules whose firing is told to nobody but a protection officer."""
_CODED: Final = frozenset(name for name, kind in kinds.KINDS.items() if kind.standing)


def begin(cause: str) -> LateLook:
    """Go over everything anew from the beginning; an unfinished look with the same cause starts again."""
    LateLook.objects.filter(done_at=None).update(done_at=clock.now())
    return LateLook.objects.create(cause=cause, begun_at=clock.now())


def look_on(house: House, *, limit: int = PORTION) -> int:
    """Go on with the look that is under way, or begin one where the register was loaded since; return how many it looked at."""
    look = LateLook.objects.filter(done_at=None).order_by("-begun_at").first() or _of_register()
    if look is None:
        return 0
    rows = ExchangeItem.objects.filter(direction=ExchangeItem.OUT, id__gt=look.cursor).exclude(kind__in=_CODED)
    states = (ExchangeItem.PROPOSED, ExchangeItem.HELD, ExchangeItem.RELEASED)
    names = list(rows.filter(state__in=states).order_by("id").values_list("id", flat=True)[:limit])
    for name in names:
        _look_at(house, name)
    look.cursor = names[-1] if names else look.cursor
    look.done_at = None if len(names) == limit else clock.now()
    look.save(update_fields=("cursor", "done_at"))
    return len(names)


@transaction.atomic
def settle(house: House, officer: Officer, item_id: str, *, recall: bool) -> LateFlag:
    """A protection officer decides on what was found late: let it be, or recall it in the next batch."""
    require_role(officer, "protection_officer")
    rows = LateFlag.objects.select_for_update(of=("self",)).select_related("item", "item__peer")
    flag = rows.filter(item_id=item_id).first()
    if flag is None:
        raise NotFound("nothing was found late about this item.", field="item")
    if flag.settled_at is not None:
        raise AlreadyDecided("this was settled.", field="item")
    flag.officer, flag.recall, flag.settled_at = officer, recall, clock.now()
    flag.save(update_fields=("officer", "recall", "settled_at"))
    facts = {"officer": officer.id, "recall": recall, "item": item_id}
    decisions.record_act(house, None, act="late.settle", facts=facts)
    if recall and not RecallDue.objects.filter(item=flag.item).exists():
        recalls.queue(house, officer, flag.item)
    return flag


def waiting() -> list[LateFlag]:
    """What waits for a protection officer, the oldest first."""
    rows = LateFlag.objects.filter(settled_at=None).select_related("item", "item__case", "item__peer")
    return list(rows.order_by("found_at"))


def is_frozen(item_id: str) -> bool:
    """The check that uses ask: found late and not let be."""
    return LateFlag.objects.filter(item_id=item_id).exclude(recall=False).exists()


def _of_register() -> LateLook | None:
    """A look for a register that was loaded after the last one began."""
    register = ProtectionRegister.objects.order_by("-loaded_at").first()
    if register is None:
        return None
    newest = LateLook.objects.order_by("-begun_at").first()
    if newest is not None and newest.begun_at >= register.loaded_at:
        return None
    return begin("register")


@transaction.atomic
def _look_at(house: House, name: str) -> None:
    """An open item is decided anew; of one that has left it is asked whether it would leave today."""
    item = ExchangeItem.objects.select_for_update(of=("self",)).select_related("peer").get(id=name)
    if item.state in (ExchangeItem.PROPOSED, ExchangeItem.HELD):
        gate.decide_anew(house, item)
        return
    flag = LateFlag.objects.filter(item=item).first()
    if flag is not None and (flag.recall is not False or flag.hidden):
        return
    decision = judging.judge(house, item, contents.read(house, item), ())
    against = _against(decision)
    hidden = bool(against & HIDDEN)
    if against and (flag is None or hidden):
        # Without the item: its own readers must not learn from its history that there is anything.
        decisions.record_decision(house, None, decision, facts={"late": True, "item": item.id})
        fresh = {"hidden": hidden, "found_at": clock.now(), "officer": None, "recall": None, "settled_at": None}
        LateFlag.objects.update_or_create(item=item, defaults=fresh)


def _against(decision: Decision) -> set[str]:
    """Families of the rules that say no to what it says; an error is a no. Approvals, conditions, and arrangements that ended are
    no such no."""
    if decision.errors:
        return {"error"}
    return {
        rule.family
        for rule in decision.fired
        if not decision.allowed
        and rule.effect in ("forbid", "hold")
        and rule.id not in beside.RULES
        and rule.id != NO_GATEWAY
    }
