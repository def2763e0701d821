"""The first screen of every desk: what is due, and who waits on whom."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from countersign.charter import alarms
from countersign.exchange import queries
from countersign.exchange.house import House
from countersign.web.access import Desk, desk
from countersign.web.desk import drafts, due
from countersign.web.shown import pictures

SHOWN = 25


@desk()
def home(request: HttpRequest, here: Desk) -> HttpResponse:
    """The desk; asked by htmx, only the part that changes."""
    rows = due.rows(here.house, here.officer)
    shown = {
        "due": rows[:SHOWN],
        "more": max(0, len(rows) - SHOWN),
        "mine": sum(row.mine for row in rows),
        "late": sum(row.level == "late" for row in rows),
        "theirs": sum(not row.mine for row in rows),
        "waits": pictures.waits((row.who, row.whom) for row in rows) if rows else None,
        "alarms": _alarms(here),
        "drafts": drafts.open_ones(here.officer),
        "headers": _headers(here.house, here),
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, "web/desk/due.html" if part else "web/desk/home.html", shown)


def _alarms(here: Desk) -> int:
    return alarms.open_alarms().count() if here.holds("node_admin", "executive", "reviewer") else 0


def _headers(house: House, here: Desk) -> list[queries.Header]:
    """Headers of other authorities' items, for the single point of contact: no content."""
    if not here.holds("desk") or here.officer.authority != house.pack.spoc().code:
        return []
    return queries.headers_for_spoc(house, here.officer)[:SHOWN]
