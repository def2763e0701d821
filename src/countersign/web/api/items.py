"""Items: lists in and out, one with its content, its attachments, receipts and proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from ninja import Query, Router

from countersign.exchange import attachments, contents, evidence, use
from countersign.exchange.models import ExchangeItem
from countersign.exchange.queries import items as items_of
from countersign.kernel.errors import NotFound
from countersign.web import premises
from countersign.web.api import bodies, pages, shapes
from countersign.web.api.auth import Caller, caller_of
from countersign.web.api.pages import Asked, Cursor, Limit, Place
from countersign.web.api.problems import answers

router = Router(tags=["items"])
NEWEST = Place("created_at", newest_first=True)
OCTETS = "application/octet-stream"
Kind = Annotated[str, Query(pattern=r"^[a-z_.]{0,40}$", description="a kind, such as request.information")]
CaseReference = Annotated[str, Query(pattern=r"^[A-Z0-9-]{0,64}$", description="a case's reference")]
Parts = Annotated[
    list[str],
    Query(
        alias="open", default_factory=list, max_length=40, description="parts to open, as /question; `all` opens all"
    ),
]


@router.get("/items", response=answers({200: shapes.ItemPage}), summary="Items in and out, the newest first")
def list_items(
    request: HttpRequest,
    direction: shapes.Direction | None = None,
    state: shapes.State | None = None,
    kind: Kind = "",
    case: CaseReference = "",
    cursor: Cursor = "",
    limit: Limit = pages.USUAL,
) -> shapes.ItemPage:
    caller = caller_of(request)
    wanted = {"direction": direction, "state": state, "kind": kind, "case__reference": case}
    chosen = {name: value for name, value in wanted.items() if value}
    scope = pages.scope_of("items", [f"{name}={value}" for name, value in chosen.items()])
    rows, following = pages.cut(
        items_of(caller.officer).filter(**chosen), NEWEST, Asked(caller.officer, scope, cursor, limit)
    )
    return shapes.ItemPage(items=[shapes.header(row) for row in rows], next=following)


@router.get(
    "/items/{item_id}",
    response=answers({200: shapes.ItemWhole, 304: None}),
    summary="One item with its content",
    description="A machine that reads what another state gave asks the gate (Use, read); the caveats may forbid it.",
)
def read_item(request: HttpRequest, item_id: str) -> HttpResponse:
    caller, house = caller_of(request), premises.house()
    item = shapes.own_item(caller, item_id)
    told = shapes.header(item)
    etag = bodies.tag(told.model_dump_json(), bytes(item.digest).hex())
    same = bodies.unchanged(request, etag)
    if same is not None:
        return same
    if caller.machine is not None:
        _ask(caller, item, "read")
    whole = shapes.ItemWhole(**told.model_dump(), content=contents.read(house, item).content)
    return bodies.single(request, whole, etag=etag)


@router.get(
    "/items/{item_id}/attachments/{attachment_id}",
    response=answers({200: bytes}),
    openapi_extra={"x-octets": True},
    summary="An attachment's bytes",
    description="Of what another state gave it is an export; the gate is asked.",
)
def read_attachment(request: HttpRequest, item_id: str, attachment_id: str) -> HttpResponseBase:
    caller, house = caller_of(request), premises.house()
    item = shapes.own_item(caller, item_id)
    kept = contents.read(house, item)
    size = next((blob.size for blob in kept.blobs if blob.id == attachment_id), None)
    if size is None:
        raise NotFound("the item has no such attachment.", field="attachment")
    _ask(caller, item, "export")
    blocks: Iterator[bytes] = attachments.open_one(house, item.direction, kept, attachment_id)
    response = StreamingHttpResponse(blocks, content_type=OCTETS)
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = f'attachment; filename="{attachment_id}"'
    return response


@router.get("/items/{item_id}/receipts", response=answers({200: shapes.Receipts}), summary="Receipts of an item")
def list_receipts(request: HttpRequest, item_id: str) -> shapes.Receipts:
    item = shapes.own_item(caller_of(request), item_id)
    found: list[shapes.ReceiptTold] = []
    if item.released is not None:
        sent = item.released
        found += _receipt("stored", "peer", sent.stored_index, None)
        found += _receipt("handled", "peer", sent.handled_index, sent.handled or None)
        return shapes.Receipts(item=item.id, delivery=sent.state, receipts=found)
    if item.arrived is not None:
        found += _receipt("stored", "own", item.arrived.receipt_index, None)
        found += _receipt("handled", "own", item.arrived.handled_index, item.state)
        return shapes.Receipts(item=item.id, delivery=item.arrived.state, receipts=found)
    return shapes.Receipts(item=item.id, delivery=None, receipts=[])


@router.get(
    "/items/{item_id}/proof",
    response=answers({200: bytes}),
    openapi_extra={"x-octets": True},
    summary="An evidence file that anybody verifies off line (CS-PR-03)",
    description="A machine that takes a proof of what another state gave, or anybody who opens parts of it, exports: the "
    "gate is asked.",
)
def read_proof(request: HttpRequest, item_id: str, shown: Parts) -> HttpResponse:
    caller, here = caller_of(request), premises.present()
    item = shapes.own_item(caller, item_id)
    if shown or caller.machine is not None:
        _ask(caller, item, "export")
    data = evidence.build(here.house, item, here.own_root, shown=frozenset(shown))
    response = HttpResponse(data, content_type=OCTETS)
    response["Content-Disposition"] = f'attachment; filename="{item.id}.evidence"'
    return response


def _ask(caller: Caller, item: ExchangeItem, meant: str) -> None:
    """The own authority's items are its own to use; of another state's the gate is asked, and the use is logged."""
    if item.direction == ExchangeItem.IN:
        use.require(premises.house(), caller.officer, item, use.Purpose(meant))


def _receipt(
    name: shapes.ReceiptName, by: shapes.Side, index: int | None, outcome: str | None
) -> list[shapes.ReceiptTold]:
    if index is None:
        return []
    return [shapes.ReceiptTold(receipt=name, given_by=by, outcome=outcome, leaf_index=index)]
