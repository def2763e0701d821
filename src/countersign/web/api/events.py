"""The event feed: what moved, in order, and nothing that says about whom or what.

It is read from the rows of the decisions log: every act that moves an item appends one there, in the same transaction and
under one dense index. A table of events beside it could only ever say less, or contradict it.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from ninja import Router

from countersign.exchange import queries
from countersign.exchange.models import GateDecision
from countersign.web.api import pages, shapes
from countersign.web.api.auth import caller_of
from countersign.web.api.pages import Asked, Cursor, Limit, Place
from countersign.web.api.problems import answers

router = Router(tags=["events"])
_IN_ORDER: Final = Place("leaf_index")
_CLASSES: Final[dict[str, shapes.KindClass]] = {
    "request": "request", "reply": "answer", "refusal": "answer", "permission": "permission", "feedback": "feedback",
}  # fmt: skip
"""By the first word of the kind. Replies and refusals are one class: the feed does not tell which it was."""


@router.get(
    "/events",
    response=answers({200: shapes.EventPage}),
    summary="What moved since, oldest first",
    description="Each event is an item's reference, the class of its kind, and its clock as it is now. Poll with `next`.",
)
def list_events(request: HttpRequest, cursor: Cursor = "", limit: Limit = pages.USUAL) -> shapes.EventPage:
    officer = caller_of(request).officer
    asked = Asked(officer, "events", cursor, limit)
    rows, following = pages.cut(queries.changes(officer), _IN_ORDER, asked)
    return shapes.EventPage(events=[_told(row) for row in rows], next=following or _stay(asked, rows))


def class_of(kind: str) -> shapes.KindClass:
    return _CLASSES.get(kind.partition(".")[0], "message")


def _stay(asked: Asked, rows: list[GateDecision]) -> str:
    """At the end the cursor stays behind the last row that was told."""
    if rows:
        return pages.seal(asked, rows[-1].leaf_index, rows[-1].pk)
    return asked.cursor or pages.seal(asked, -1, "")


def _told(row: GateDecision) -> shapes.EventTold:
    assert row.item is not None
    return shapes.EventTold(item=row.item.id, kind_class=class_of(row.item.kind), clock=shapes.clock_told(row.item))
