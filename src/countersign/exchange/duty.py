"""The duty roster: who answers at night, in which order they are called, and which roles the executive lends them.

A lent role counts in the threat-to-life lane alone, for the turn alone. It spares nobody a rule: the gate decides on the
same facts, and one person still counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from countersign.charter import alarms
from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import decisions, walls
from countersign.exchange.house import House
from countersign.exchange.kinds import FLASH
from countersign.exchange.models import DutyPage, DutyTurn, ExchangeItem
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput

LENDABLE: Final = ("releaser", "second_officer", "senior_officer", "executive", "risk_officer", "legal")
LONGEST: Final = timedelta(days=7)
CALL_AGAIN: Final = timedelta(minutes=3)
"""Who was called and has not acted after this is not waited for: the next on the roster is called."""
AT_FIRST: Final = 2
PAGER_FAILED: Final = "PAGER_FAILED"
Pager = Callable[[Officer, ExchangeItem], bool]
_pager: list[Pager] = []


def register_pager(pager: Pager | None) -> None:
    """Install what rings an officer (None: a call stands on the desk alone). It is told no content."""
    _pager[:] = [pager] if pager is not None else []


@transaction.atomic
def set_turn(
    house: House,
    by: Officer,
    officer: Officer,
    *,
    place: int,
    begins: datetime,
    ends: datetime,
    stands_for: Sequence[str],
) -> DutyTurn:
    """Put an officer of the own authority on the roster, for at most seven days. Raises RoleRequired, InvalidInput, NotYours."""
    require_role(by, "executive")
    walls.require_same(officer, by.authority)
    if wrong := set(stands_for) - set(LENDABLE):
        raise InvalidInput(f"{min(wrong)} is not lent.", field="stands_for", remedy=f"One of: {', '.join(LENDABLE)}.")
    if not begins < ends <= begins + LONGEST or ends <= clock.now():
        raise InvalidInput("a turn ends after it begins, in the future, and within seven days.", field="ends")
    if not 1 <= place <= 99:
        raise InvalidInput("a place is 1 to 99.", field="place")
    row = DutyTurn.objects.create(
        officer=officer, place=place, begins=begins, ends=ends, stands_for=sorted(set(stands_for)), set_by=by
    )
    facts = {"officer": by.id, "on_duty": officer.id, "place": place, "stands_for": row.stands_for}
    decisions.record_act(house, None, act="duty.turn", facts=facts | {"ends": ends.isoformat()})
    return row


def turns(authority: str, at: datetime | None = None) -> list[DutyTurn]:
    """The turns of an authority that run now, in the order of the calls; an officer who left is not called."""
    now = at or clock.now()
    rows = DutyTurn.objects.filter(begins__lte=now, ends__gt=now, officer__authority=authority, officer__active=True)
    return list(rows.select_related("officer").prefetch_related("officer__grants").order_by("place", "pk"))


def is_on_duty(officer: Officer) -> bool:
    return any(turn.officer_id == officer.pk for turn in turns(officer.authority))


def lent(officer: Officer) -> frozenset[str]:
    """Roles that the officer stands in for now, in the lane alone."""
    return frozenset(
        role for turn in turns(officer.authority) if turn.officer_id == officer.pk for role in turn.stands_for
    )


def require(officer: Officer, item: ExchangeItem, role: str) -> None:
    """Raise RoleRequired unless the officer holds the role, or stands in for it on duty in the threat-to-life lane."""
    if not (item.kind == FLASH and role in lent(officer)):
        require_role(officer, role)


def call(house: House, item: ExchangeItem, *, but: frozenset[str] = frozenset()) -> list[Officer]:
    """Call whoever is to be called now: two at first, then one more every three minutes, round the roster and again.

    `but`: ids of officers who are not called (the drafter, who has acted already). Returns whom it called.
    """
    roster = [turn.officer for turn in turns(item.authority) if turn.officer_id not in but]
    called = list(DutyPage.objects.filter(item=item).order_by("at", "pk"))
    if called and clock.now() - called[-1].at < CALL_AGAIN:
        return []
    times = {officer.pk: sum(page.officer_id == officer.pk for page in called) for officer in roster}
    ordered = sorted(roster, key=lambda officer: times[officer.pk])
    chosen = ordered[: 1 if called else AT_FIRST]
    for officer in chosen:
        _call_one(house, item, officer)
    alarms.set_alarm("FLASH_NOBODY_ON_DUTY", item.authority, holds=not roster)
    return chosen


def _call_one(house: House, item: ExchangeItem, officer: Officer) -> None:
    with transaction.atomic():
        DutyPage.objects.create(item=item, officer=officer, at=clock.now())
        decisions.record_act(house, item, act="duty.page", facts={"officer": officer.id})
    if _pager:
        alarms.set_alarm(PAGER_FAILED, officer.authority, holds=not _pager[0](officer, item))
