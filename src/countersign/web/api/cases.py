"""Cases: the threads that group items."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from countersign.exchange import queries
from countersign.kernel.errors import InvalidInput, NotFound
from countersign.kernel.ids import check_id
from countersign.web.api import bodies, pages, shapes
from countersign.web.api.auth import caller_of
from countersign.web.api.items import NEWEST
from countersign.web.api.pages import Asked, Cursor, Limit, Place
from countersign.web.api.problems import answers

router = Router(tags=["cases"])
_OPENED = Place("opened_at", newest_first=True)


@router.get("/cases", response=answers({200: shapes.CasePage}), summary="The authority's cases, the newest first")
def list_cases(request: HttpRequest, cursor: Cursor = "", limit: Limit = pages.USUAL) -> shapes.CasePage:
    officer = caller_of(request).officer
    rows, following = pages.cut(queries.cases(officer), _OPENED, Asked(officer, "cases", cursor, limit))
    return shapes.CasePage(cases=[shapes.case_header(row) for row in rows], next=following)


@router.get("/cases/{case_id}", response=answers({200: shapes.CaseWhole, 304: None}), summary="One case with its items")
def read_case(request: HttpRequest, case_id: str, cursor: Cursor = "", limit: Limit = pages.USUAL) -> HttpResponse:
    officer = caller_of(request).officer
    try:
        case = queries.cases(officer).filter(id=check_id(case_id, "cas")).first()
    except InvalidInput:
        case = None
    if case is None:
        raise NotFound("no case has this reference.", field="case")
    asked = Asked(officer, pages.scope_of("case", [case.id]), cursor, limit)
    rows, following = pages.cut(queries.items(officer).filter(case=case), NEWEST, asked)
    whole = shapes.CaseWhole(
        **shapes.case_header(case).model_dump(), items=[shapes.header(row) for row in rows], next=following
    )
    etag = bodies.tag(whole.model_dump_json(exclude={"next"}), str(following is None))
    return bodies.single(request, whole, etag=etag)
