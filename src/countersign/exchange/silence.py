"""Silence is a state: a request whose clock ran out without an answer is recorded as such, once, on the side that asked."""

from __future__ import annotations

from django.db import transaction

from countersign.exchange import decisions, queries
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem
from countersign.kernel import clock


def record(house: House) -> int:
    """Record every silence that began since; return how many. An answer that comes late ends it by answering."""
    waiting = ExchangeItem.objects.filter(
        direction=ExchangeItem.OUT,
        state=ExchangeItem.RELEASED,
        answered_at=None,
        silent_at=None,
        due_at__lte=clock.now(),
    )
    silent = queries.overdue(waiting.prefetch_related("pauses"))
    for item in silent:
        with transaction.atomic():
            ExchangeItem.objects.filter(pk=item.pk, silent_at=None).update(silent_at=clock.now())
            decisions.record_act(
                house, item, act="silence", facts={"due_at": item.due_at.isoformat() if item.due_at else ""}
            )
    return len(silent)
