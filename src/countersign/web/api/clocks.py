"""Clocks: requests whose answer is due, paused by a notice, or overdue; what is due first stands first."""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest
from ninja import Router

from countersign.exchange import queries
from countersign.web.api import pages, shapes
from countersign.web.api.auth import caller_of
from countersign.web.api.pages import Asked, Cursor, Limit, Place
from countersign.web.api.problems import answers

router = Router(tags=["clocks"])
_DUE = Place("due_at")


@router.get(
    "/clocks",
    response=answers({200: shapes.ClockPage}),
    summary="What waits for an answer, in and out",
    description="With `state` a page may hold fewer rows than `limit`; go on until `next` is null.",
)
def list_clocks(
    request: HttpRequest,
    state: Literal["running", "paused", "overdue"] | None = None,
    direction: shapes.Direction | None = None,
    cursor: Cursor = "",
    limit: Limit = pages.USUAL,
) -> shapes.ClockPage:
    officer = caller_of(request).officer
    rows = queries.items(officer).filter(due_at__isnull=False, answered_at=None)
    rows = rows.filter(direction=direction) if direction else rows
    scope = pages.scope_of("clocks", [state or "", direction or ""])
    page, following = pages.cut(rows, _DUE, Asked(officer, scope, cursor, limit))
    headers = [shapes.header(row) for row in page]
    return shapes.ClockPage(items=[one for one in headers if state in (None, one.clock.state)], next=following)
