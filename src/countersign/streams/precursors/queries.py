"""Readers of the stream: the board of an authority, and the indicators that the manifest declares."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from countersign.charter.models import Officer
from countersign.exchange.models import ExchangeItem
from countersign.exchange.queries import clock_of
from countersign.streams.precursors.models import Hit, Notice, Shipment, Suspect

_NOTICES = ("pen.notice", "pen.light")
STOPPED = ("objected", "stopped", "withdrawn")


def board(officer: Officer) -> QuerySet[Notice]:
    """Notices of the officer's authority, both ways, the newest first."""
    rows = Notice.objects.filter(item__authority=officer.authority)
    return (
        rows.select_related("item", "item__peer", "item__case", "decided_by")
        .prefetch_related("item__pauses")
        .order_by("-at")
    )


def waiting(officer: Officer) -> QuerySet[ExchangeItem]:
    """Own notices that have not left: somebody here must approve, or the gate waits."""
    rows = ExchangeItem.objects.filter(authority=officer.authority, kind__in=_NOTICES, direction=ExchangeItem.OUT)
    return (
        rows.filter(state__in=(ExchangeItem.PROPOSED, ExchangeItem.HELD))
        .select_related("peer", "case")
        .order_by("-created_at")
    )


def answered_in_time(authority: str, first: date, last: date) -> int:
    rows = _items(authority, first, last).filter(kind__in=_NOTICES, direction=ExchangeItem.IN)
    clocks = (
        (row.answered_at, clock_of(row).due_at) for row in rows.exclude(answered_at=None).prefetch_related("pauses")
    )
    return sum(due is not None and answered is not None and answered <= due for answered, due in clocks)


def stopped(authority: str, first: date, last: date) -> int:
    rows = Notice.objects.filter(item__in=_items(authority, first, last))
    return rows.filter(Q(state__in=STOPPED) | Q(decision="stop")).count()


def traced_back(authority: str, first: date, last: date) -> int:
    return _items(authority, first, last).filter(kind="request.backtrack", answered_at__isnull=False).count()


def _items(authority: str, first: date, last: date) -> QuerySet[ExchangeItem]:
    begin, end = (datetime.combine(day, time(), UTC) for day in (first, last + timedelta(days=1)))
    return ExchangeItem.objects.filter(authority=authority, created_at__gte=begin, created_at__lt=end)


def incidents(officer: Officer) -> QuerySet[ExchangeItem]:
    """Incidents of the officer's authority, both ways, the newest first."""
    rows = ExchangeItem.objects.filter(authority=officer.authority, kind__startswith="incident.")
    return rows.select_related("peer", "case").order_by("-created_at")


def hits(officer: Officer, incident: ExchangeItem) -> QuerySet[Hit]:
    """Hits of own marks by an incident and by what was asked about it."""
    rows = Hit.objects.filter(
        Q(item=incident) | Q(item__trace__incident=incident), suspect__authority=officer.authority
    )
    return rows.select_related("suspect", "item", "decided_by").order_by("due_at")


def open_hits(officer: Officer) -> QuerySet[Hit]:
    rows = Hit.objects.filter(suspect__authority=officer.authority, state="open")
    return rows.select_related("suspect", "item", "item__trace").order_by("due_at")


def suspects(officer: Officer) -> QuerySet[Suspect]:
    rows = Suspect.objects.filter(authority=officer.authority, ended_at=None)
    return rows.select_related("officer").order_by("-at")


def shipments(officer: Officer) -> QuerySet[Shipment]:
    """Shipments of the officer's authority, the heaviest signs first."""
    return Shipment.objects.filter(authority=officer.authority).order_by("-weight", "-day")
