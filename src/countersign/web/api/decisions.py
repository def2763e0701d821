"""Decisions of the gate on the caller's own items, with rules, citations and remedies; of a hold only that there is one."""

from __future__ import annotations

from typing import Annotated, cast

from django.http import HttpRequest
from ninja import Query, Router

from countersign.exchange import queries
from countersign.exchange.models import GateDecision
from countersign.web import premises
from countersign.web.api import pages, problems, shapes
from countersign.web.api.auth import caller_of
from countersign.web.api.pages import Asked, Cursor, Limit, Place
from countersign.web.api.problems import answers

router = Router(tags=["decisions"])
_NEWEST = Place("leaf_index", newest_first=True)
ItemReference = Annotated[str, Query(pattern=r"^(itm_[a-z2-7]{26})?$", description="of this item only")]


@router.get("/decisions", response=answers({200: shapes.DecisionPage}), summary="Decisions of the gate on own items")
def list_decisions(
    request: HttpRequest, item: ItemReference = "", cursor: Cursor = "", limit: Limit = pages.USUAL
) -> shapes.DecisionPage:
    officer = caller_of(request).officer
    rows = queries.decided(officer)
    rows = rows.filter(item_id=shapes.own_item(caller_of(request), item).id) if item else rows
    page, following = pages.cut(rows, _NEWEST, Asked(officer, pages.scope_of("decisions", [item]), cursor, limit))
    return shapes.DecisionPage(decisions=[_told(row) for row in page], next=following)


def _told(row: GateDecision) -> shapes.DecisionTold:
    told = queries.told(premises.house(), row)
    return shapes.DecisionTold(
        id=row.id,
        item=row.item_id or "",
        action=row.action,
        outcome=cast("shapes.Outcome", told.outcome),
        rules=problems.rules_told(told.rules),
        policy_version=row.version,
        at=row.at,
    )
