"""What happens to clocks by itself: they start with the receipt, on both sides alike, and silence is recorded as silence."""

from __future__ import annotations

from django.db import transaction

from countersign.charter import packs
from countersign.exchange import clocks, contents, decisions, kinds, queries
from countersign.exchange.house import House
from countersign.exchange.models import ClockPause, ExchangeItem
from countersign.kernel import clock


def align(house: House, *, limit: int = 1_000) -> int:
    """Start the clocks of requests, and the pauses of notices, at the instant of their receipt as the receipt names it.

    Until then the sender counts from the release. After it both nodes show the same clock. Returns how many moved.
    """
    delivered = ExchangeItem.objects.filter(
        direction=ExchangeItem.OUT, started_at=None, released__stored_at__isnull=False
    ).select_related("peer", "released")
    moved = 0
    for item in delivered.order_by("created_at")[:limit]:
        _start(house, item)
        moved += 1
    return moved


def record_silence(house: House) -> int:
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


@transaction.atomic
def _start(house: House, item: ExchangeItem) -> None:
    assert item.released is not None
    start = item.released.stored_at
    assert start is not None
    item.started_at = start
    if item.due_at is not None:
        period = kinds.find(item.kind).clock(contents.read(house, item).content)
        assert period is not None
        item.due_at = clocks.due(start, period, answering=packs.state(item.peer.state_code), asking=house.pack)
    item.save(update_fields=("started_at", "due_at"))
    ClockPause.objects.filter(notice=item).update(begin=start)
