"""Proposals: a draft goes to the gate; its state tells what it waits for. Approvals are only read: people approve."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import Router

from countersign.exchange import gate, queries
from countersign.exchange.errors import GateRefused
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem
from countersign.law.decide import Decision
from countersign.web import premises
from countersign.web.api import bodies, idempotency, openapi, pages, problems, shapes
from countersign.web.api.auth import Caller, caller_of
from countersign.web.api.idempotency import Answer
from countersign.web.api.items import NEWEST
from countersign.web.api.pages import Asked, Cursor, Limit
from countersign.web.api.problems import answers

router = Router(tags=["proposals"])


@router.get(
    "/proposals", response=answers({200: shapes.ProposalPage}), summary="Drafts that have not left, the newest first"
)
def list_proposals(request: HttpRequest, cursor: Cursor = "", limit: Limit = pages.USUAL) -> shapes.ProposalPage:
    officer = caller_of(request).officer
    rows, following = pages.cut(
        queries.items(officer).filter(direction=ExchangeItem.OUT, released=None),
        NEWEST,
        Asked(officer, "proposals", cursor, limit),
    )
    return shapes.ProposalPage(proposals=[shapes.header(row) for row in rows], next=following)


@router.post(
    "/proposals",
    response=answers({201: shapes.Proposal}),
    summary="Propose a draft to the gate",
    description="Nothing leaves by this call: the gate decides, and named people approve. 403 GATE_REFUSED tells each rule.",
    openapi_extra={"parameters": [idempotency.PARAMETER], "requestBody": openapi.DRAFT_BODY},
)
def propose(request: HttpRequest) -> HttpResponse:
    caller, house = caller_of(request), premises.house()
    draft = bodies.read_json(request)
    return idempotency.once(house, caller, request, lambda: _propose(house, caller, draft))


@router.get(
    "/proposals/{item_id}",
    response=answers({200: shapes.Proposal, 304: None}),
    summary="Where a draft stands, and what it waits for",
)
def read_proposal(request: HttpRequest, item_id: str) -> HttpResponse:
    item, house = _own_draft(request, item_id), premises.house()
    decision = gate.standing(house, item) if item.state == ExchangeItem.PROPOSED else None
    return bodies.single(request, _told(item, decision))


@router.get(
    "/proposals/{item_id}/approvals",
    response=answers({200: shapes.Approvals}),
    summary="Who has approved; read-only, for people approve signed in",
)
def list_approvals(request: HttpRequest, item_id: str) -> shapes.Approvals:
    rows = queries.approved(_own_draft(request, item_id))
    return shapes.Approvals(
        approvals=[
            shapes.ApprovalTold(officer=row.officer.login, role=row.role, at=row.at, counts=counts)
            for row, counts in rows
        ]
    )


def _propose(house: House, caller: Caller, draft: Any) -> Answer:
    """The gate's answer. A refusal is an answer too: the refused draft is stored and logged, so its answer is kept."""
    try:
        outcome = gate.propose(house, caller.officer, draft)
    except GateRefused as refused:
        return Answer(refused.status, problems.body_of(refused))
    told = _told(outcome.item, outcome.decision)
    return Answer(201, told.model_dump_json().encode(), outcome.item.id)


def _own_draft(request: HttpRequest, item_id: str) -> ExchangeItem:
    item = shapes.own_item(caller_of(request), item_id)
    return item if item.direction == ExchangeItem.OUT else shapes.own_item(caller_of(request), "")


def _told(item: ExchangeItem, decision: Decision | None) -> shapes.Proposal:
    waits = decision is not None and not decision.allowed and item.state == ExchangeItem.PROPOSED
    return shapes.Proposal(
        id=item.id,
        kind=item.kind,
        state=cast("shapes.State", item.state),
        case=item.case.reference if item.case else None,
        peer=item.peer.node,
        created_at=item.created_at,
        waits_for=problems.rules_told(decision.fired) if decision is not None and waits else [],
    )
