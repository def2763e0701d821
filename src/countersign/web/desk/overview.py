"""For executives and reviewers: how the exchange goes, in counts alone, of the own authority."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from countersign.charter.models import Peer
from countersign.exchange.models import ExchangeItem
from countersign.kernel import clock
from countersign.web.access import Desk, desk
from countersign.web.shown import pictures
from countersign.web.shown.words import KINDS, say


@desk("executive", "reviewer")
def overview(request: HttpRequest, here: Desk) -> HttpResponse:
    """Counts of the own authority's exchange, both ways, and how its clocks were kept."""
    rows = ExchangeItem.objects.filter(authority=here.officer.authority).exclude(kind="note.test")
    sent = rows.filter(direction=ExchangeItem.OUT, released__isnull=False)
    received = rows.filter(direction=ExchangeItem.IN)
    told: dict[str, Any] = {
        "sent": _chart(sent), "received": _chart(received),
        "asked_us": _kept(received), "we_asked": _kept(sent),
        "silent": sent.filter(silent_at__isnull=False).count(),
        "peers": Peer.objects.exclude(status=Peer.PROPOSED).order_by("node"),
    }  # fmt: skip
    return render(request, "web/desk/overview.html", told)


def _chart(rows: Any) -> pictures.Chart:
    counted = Counter(rows.values_list("kind", flat=True))
    return pictures.chart((say(KINDS, kind), count) for kind, count in counted.most_common())


def _kept(rows: Any) -> list[tuple[str, int]]:
    """Requests by how their clock ended or stands."""
    asked = rows.filter(due_at__isnull=False)
    answered = asked.filter(answered_at__isnull=False)
    late = sum(row.answered_at > row.due_at for row in answered.only("answered_at", "due_at"))
    waiting = asked.filter(answered_at=None)
    overdue = waiting.filter(due_at__lt=clock.now()).count()
    return [
        (_("answered in time"), answered.count() - late), (_("answered late"), late),
        (_("waiting"), waiting.count() - overdue), (_("overdue"), overdue),
    ]  # fmt: skip
