"""The reviewer's pages: every decision, replayed with the texts of its day. Content is not shown; the record is."""

from __future__ import annotations

import json
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from countersign.exchange import replay
from countersign.exchange.models import GateDecision
from countersign.kernel.errors import CountersignError
from countersign.web.access import Desk, desk
from countersign.web.shown import reasons, refusals
from countersign.web.shown.codes import ACTS

A_PAGE: Final = 50
MASK: Final = "not shown"
GATE: Final = ("Ask", "Release", "Use", "Route")


@desk("reviewer")
def decisions(request: HttpRequest, here: Desk) -> HttpResponse:
    """Decisions and acts, the newest first; all, the gate's alone, or one item's."""
    rows = GateDecision.objects.select_related("item").order_by("-leaf_index")
    act, item, outcome = (request.GET.get(name, "") for name in ("act", "item", "outcome"))
    rows = rows.filter(action=act) if act else rows
    rows = rows.filter(item_id=item) if item else rows
    rows = rows.filter(allowed=outcome == "yes") if outcome in ("yes", "no") else rows
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    told = {"page": page, "acts": ACTS, "act": act, "item_id": item, "outcome": outcome, "gate": GATE}
    return render(request, "web/desk/review.html", told)


@desk("reviewer")
def decision(request: HttpRequest, here: Desk, decision_id: str) -> HttpResponse:
    """One decision, found to be what was recorded: record, leaf, and the rules that fire again."""
    again, refused = None, None
    try:
        again = replay.replay(here.house, here.officer, decision_id)
    except CountersignError as error:
        refused = refusals.explain(error)
    row = again.decision if again else GateDecision.objects.filter(id=decision_id).first()
    record = json.dumps(_masked(again.record), ensure_ascii=False, indent=2, sort_keys=True) if again else ""
    told = {
        "decision": row, "record": record, "refused": refused,
        "rules": reasons.of_rules(again.again.fired) if again else [],
    }  # fmt: skip
    return render(request, "web/desk/decision.html", told, status=200 if again else 400)


def _masked(record: dict[str, Any]) -> dict[str, Any]:
    """The record without what only a protection officer may know; the replay compared it all the same."""
    facts = record.get("facts", {})
    shown = dict(record) | ({"facts": facts | {"protection_check": MASK}} if facts else {})
    return shown | {"fired": [rule for rule in record.get("fired", ()) if not _tells(rule["id"])]}


def _tells(rule: str) -> bool:
    """A rule that only a hold fires, or that the protection check alone decides."""
    return "PROTECTION" in rule
