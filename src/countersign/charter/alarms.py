"""Alarms: states that an administrator must look at. One open alarm a code and scope; it closes when the state ends."""

from __future__ import annotations

from django.db.models import QuerySet

from countersign.charter.models import Alarm
from countersign.kernel import clock
from countersign.kernel.ids import new_id
from countersign.ledger import sql


def raise_alarm(code: str, scope: str) -> bool:
    """Open an alarm unless it is open already; return whether it is new. `scope` never names a person or a content."""
    _, new = Alarm.objects.get_or_create(
        code=code, scope=scope[:200], closed_at=None, defaults={"id": new_id("alm"), "opened_at": clock.now()}
    )
    return new


def close_alarm(code: str, scope: str) -> None:
    """Close an alarm if it is open; where none is, nothing is written (a write would take the database's lock)."""
    if sql.one("SELECT 1 FROM charter_alarm WHERE code = %s AND scope = %s AND closed_at IS NULL", code, scope[:200]):
        Alarm.objects.filter(code=code, scope=scope[:200], closed_at=None).update(closed_at=clock.now())


def set_alarm(code: str, scope: str, *, holds: bool) -> None:
    """Open or close an alarm after what is the case now."""
    if holds:
        raise_alarm(code, scope)
    else:
        close_alarm(code, scope)


def open_alarms() -> QuerySet[Alarm]:
    return Alarm.objects.filter(closed_at=None).order_by("opened_at")
