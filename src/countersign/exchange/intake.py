"""The way in, upper half: stored items take effect in order, once, and the clock starts on the receiving desk."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import structlog
from django.db import transaction

from countersign.charter import alarms, packs
from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import (
    answers,
    clocks,
    decisions,
    drafting,
    flash,
    grants,
    kinds,
    parts,
    readers,
    recalls,
    walls,
)
from countersign.exchange.errors import DATA_FAULTS, AlreadyDecided, ItemUnknown
from countersign.exchange.house import House
from countersign.exchange.kinds import Kind
from countersign.exchange.models import ExchangeItem
from countersign.kernel import clock, failpoints, hashing, jcs
from countersign.kernel.errors import CountersignError, InvalidInput
from countersign.kernel.ids import check_id, new_id
from countersign.ledger.core import leaves
from countersign.link import arrivals, outbox, receipts
from countersign.link.models import InItem

PORTION = 16
log = structlog.get_logger("intake")


def apply_arrivals(house: House, *, limit: int = 100) -> int:
    """Apply what the link has stored, in portions; return how many items took effect.

    A portion shares one transaction, for on SQLite each commit takes the write lock from whoever receives.
    """
    waiting = arrivals.waiting(limit=limit)
    applied, stuck = 0, set[bytes]()
    for begin in range(0, len(waiting), PORTION):
        with transaction.atomic():
            applied += _apply_portion(house, waiting[begin : begin + PORTION], stuck)
    return applied


def _apply_portion(house: House, portion: list[InItem], stuck: set[bytes]) -> int:
    """Apply in order; an item that cannot be applied holds its own channel, with an alarm, and no other."""
    applied = 0
    for item in portion:
        if bytes(item.channel) in stuck:
            continue
        try:
            with transaction.atomic():
                _apply(house, item)
        except CountersignError:
            stuck.add(bytes(item.channel))
            alarms.raise_alarm("ITEM_NOT_APPLIED", item.peer.node)
            continue
        applied += 1
    return applied


def take(house: House, officer: Officer, item_id: str) -> ExchangeItem:
    """A desk officer takes a received item in hand: HANDLED accepted goes back to the sender."""
    require_role(officer, "desk", "originator", "analyst", "liaison_officer")
    with transaction.atomic():
        item = find_received(item_id, lock=True)
        walls.require_item(officer, item)
        if item.state != ExchangeItem.RECEIVED:
            raise AlreadyDecided(f"the item is {item.state} already.", field="item")
        decisions.record_act(house, item, act="accept", facts={"officer": officer.id})
        item.state = ExchangeItem.ACCEPTED
        item.save(update_fields=("state",))
        _handled(house, item, "accepted")
    return item


def find_received(item_id: str, *, lock: bool = False) -> ExchangeItem:
    """The received item. Raises ItemUnknown."""
    rows = ExchangeItem.objects.select_related("peer", "arrived", "arrived__peer")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    item = rows.filter(id=item_id, direction=ExchangeItem.IN).first()
    if item is None:
        raise ItemUnknown("no received item has this reference.", field="item")
    return item


def _apply(house: House, arrived: InItem) -> None:
    """One item: checked, filed under its case, its clock started; a defective or expired one is answered as such."""
    if not InItem.objects.select_for_update(of=("self",)).filter(pk=arrived.pk, applied=False).exists():
        return
    arrivals.mark_applied(arrived)
    if arrived.expires and arrived.expires < clock.unix_now():
        item = _file(house, arrived, None, ExchangeItem.EXPIRED)
    else:
        item = _file_checked(house, arrived)
    decisions.record_act(house, item, act="receive", facts={"kind": item.kind, "state": item.state})
    outcome = {ExchangeItem.DEFECTIVE: "refused", ExchangeItem.EXPIRED: "expired"}.get(item.state)
    if outcome:
        _handled(house, item, outcome)
    failpoints.reach("apply.before_commit")


def _file_checked(house: House, arrived: InItem) -> ExchangeItem:
    try:
        text = arrivals.open_text(house.station, arrived)
        name, content = parts.join(text.parts)
        check_id(name, "itm")
        if ExchangeItem.objects.filter(id=name).exists():
            raise InvalidInput("an item of this reference is here already.", field="id")
        kinds.validate(content)
        if content.get("to_state", house.pack.code) != house.pack.code:
            raise InvalidInput("the content is addressed to another state.", field="to_state")
    except CountersignError:
        return _file(house, arrived, None, ExchangeItem.DEFECTIVE)
    return _file(house, arrived, (name, content), ExchangeItem.RECEIVED)


def _file(house: House, arrived: InItem, opened: tuple[str, dict[str, Any]] | None, state: str) -> ExchangeItem:
    name, content = opened or (new_id("itm"), {})
    kind = kinds.KINDS.get(str(content.get("kind", "")))
    arrived_at = arrived.stored_at or datetime.fromtimestamp(clock.unix_now(), UTC)
    item = ExchangeItem.objects.create(
        id=name,
        direction=ExchangeItem.IN,
        state=state,
        case=drafting.open_case(str(content["case_ref"]), arrived.peer, arrived.authority)
        if "case_ref" in content
        else None,
        peer=arrived.peer,
        authority=arrived.authority,
        kind=kind.name if kind else "",
        content=b"",
        digest=hashing.sha256(jcs.canonical(content)),
        answers=content.get("answers") or "",
        about=content.get("about"),
        copy_spoc=content.get("copy_spoc", True),
        due_at=_due(house, kind, content, arrived, arrived_at),
        created_at=arrived_at,
        arrived=arrived,
    )
    if opened is None:
        readers.on_unread(house, item)
    else:
        readers.on_arrival(item, content)
    if kind is not None:
        _take_effect(house, item, content)
        flash.open_lane(house, item)
        if kind.arrived is not None:
            _tell_stream(house, kind, item, content)
    return item


def _tell_stream(house: House, kind: Kind, item: ExchangeItem, content: dict[str, Any]) -> None:
    """A stream that fails on what came from elsewhere must not hold the channel: the item stands, and an alarm says so."""
    assert kind.arrived is not None
    try:
        with transaction.atomic():
            kind.arrived(house, item, kinds.whole(content))
    except DATA_FAULTS as error:
        log.error("stream.not_told", kind=kind.name, fault=type(error).__name__)
        alarms.raise_alarm("STREAM_NOT_TOLD", kind.name)


def _due(house: House, kind: Kind | None, content: dict[str, Any], arrived: InItem, start: datetime) -> datetime | None:
    period = kind.clock(content) if kind else None
    if period is None:
        return None
    return clocks.due(start, period, answering=house.pack, asking=packs.state(arrived.peer.state_code))


def _take_effect(house: House, item: ExchangeItem, content: dict[str, Any]) -> None:
    """Slots of a request, clocks that an answer moves, permissions that a grant gives."""
    if item.due_at is not None:
        window = answers.window_of(item.created_at, item.due_at, house.neutral_seconds)
        answers.open_slots(item, content, window=window)
    if item.answers:
        answers.on_arrival(item, content)
    grants.on_arrival(item, content)
    recalls.on_arrival(house, item, content)


def _handled(house: House, item: ExchangeItem, outcome: str) -> None:
    assert item.arrived is not None
    state = outbox.open_link(house.station, item.peer)
    hash_ = bytes(item.arrived.leaf_hash)
    outbox.lock_log(state)
    given = receipts.give(house.station, state, receipt=leaves.HANDLED, outcome=outcome, items=[hash_])
    InItem.objects.filter(pk=item.arrived.pk).update(handled_index=given[hash_])
