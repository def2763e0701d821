"""What the API tells of things: headers, clocks, content; made from rows in one place."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, cast

from ninja import Schema

from countersign.exchange import queries, walls
from countersign.exchange.errors import ItemUnknown, NotNamed
from countersign.exchange.models import Case, ExchangeItem
from countersign.kernel.errors import InvalidInput
from countersign.kernel.ids import check_id
from countersign.web.api.auth import Caller
from countersign.web.api.problems import RuleTold

State = Literal[
    "proposed", "held", "released", "refused", "received", "accepted", "defective", "expired", "frozen"
]  # fmt: skip
Direction = Literal["in", "out"]
KindClass = Literal["request", "answer", "permission", "feedback", "message"]
Outcome = Literal["allowed", "denied", "held"]
ReceiptName = Literal["stored", "handled"]
Side = Literal["own", "peer"]
ClockState = Literal["running", "paused", "overdue", "answered", "none"]


class ClockTold(Schema):
    """The clock of an answer; instants are UTC."""

    state: ClockState
    due_at: datetime | None = None
    resumes_at: datetime | None = None


class ItemHeader(Schema):
    """An item without its content. `state` is `held` for every item that waits under a hold, whatever the hold is for."""

    id: str
    direction: Direction
    kind: str
    state: State
    case: str | None
    peer: str
    answers: str | None
    about: int | None
    created_at: datetime
    clock: ClockTold


class ItemWhole(ItemHeader):
    """An item with its content, as its kind's schema describes it."""

    content: dict[str, Any]


class ItemPage(Schema):
    items: list[ItemHeader]
    next: str | None


class CaseHeader(Schema):
    id: str
    reference: str
    peer: str
    opened_at: datetime


class CaseWhole(CaseHeader):
    """A case with a page of its items, the newest first."""

    items: list[ItemHeader]
    next: str | None


class CasePage(Schema):
    cases: list[CaseHeader]
    next: str | None


class Proposal(Schema):
    """Where a draft stands: its state, and the rules that still stand in its way, each with what would cure it.

    Of a held item nothing is said but that it is held."""

    id: str
    kind: str
    state: State
    case: str | None
    peer: str
    created_at: datetime
    waits_for: list[RuleTold]


class ProposalPage(Schema):
    proposals: list[ItemHeader]
    next: str | None


class ApprovalTold(Schema):
    """Who approved in which role; `counts` on the present bytes. People approve, signed in, never machines."""

    officer: str
    role: str
    at: datetime
    counts: bool


class Approvals(Schema):
    approvals: list[ApprovalTold]


class ReceiptTold(Schema):
    """A receipt: in whose log, at which index it stands, and what it says."""

    receipt: ReceiptName
    given_by: Side
    outcome: str | None
    leaf_index: int


class Receipts(Schema):
    """How far an item came between the nodes. `delivery` is the link's state of it, null for what has not left."""

    item: str
    delivery: str | None
    receipts: list[ReceiptTold]


class DecisionTold(Schema):
    """A decision of the gate on an own item. `held` is all that is said of a hold."""

    id: str
    item: str
    action: str
    outcome: Outcome
    rules: list[RuleTold]
    policy_version: str
    at: datetime


class DecisionPage(Schema):
    decisions: list[DecisionTold]
    next: str | None


class ClockPage(Schema):
    items: list[ItemHeader]
    next: str | None


class EventTold(Schema):
    """Something moved: the item's reference, the class of its kind and its clock. No subject, no case, no name."""

    item: str
    kind_class: KindClass
    clock: ClockTold


class EventPage(Schema):
    """`next` is always there: keep it, and ask again with it for what happened since."""

    events: list[EventTold]
    next: str


def clock_told(item: ExchangeItem) -> ClockTold:
    clock = queries.clock_of(item)
    return ClockTold(state=cast("ClockState", clock.state), due_at=clock.due_at, resumes_at=clock.resumes_at)


def header(item: ExchangeItem) -> ItemHeader:
    return ItemHeader(
        id=item.id,
        direction=cast("Direction", item.direction),
        kind=item.kind,
        state=cast("State", item.state),
        case=item.case.reference if item.case else None,
        peer=item.peer.node,
        answers=item.answers or None,
        about=item.about,
        created_at=item.created_at,
        clock=clock_told(item),
    )


def case_header(case: Case) -> CaseHeader:
    return CaseHeader(id=case.id, reference=case.reference, peer=case.peer.node, opened_at=case.opened_at)


def own_item(caller: Caller, item_id: str) -> ExchangeItem:
    """The item, if the caller's authority owns it. One of another authority and one that does not exist are refused alike."""
    try:
        item = queries.items(caller.officer).filter(id=check_id(item_id, "itm")).first()
    except InvalidInput:
        item = None
    if item is None:
        raise ItemUnknown("no item has this reference.", field="item")
    if item.named_only and caller.machine is not None:
        raise NotNamed("TLP:RED is for named persons; a machine is none.", field="item")
    walls.require_item(caller.officer, item)
    return item
