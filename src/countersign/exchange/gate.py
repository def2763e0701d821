"""The release gate: the single way out. Propose, approve, and on the final Allow one transaction releases.

The order of a release: lock the item, verify every approval's signature on exactly these bytes, derive the facts,
decide, then {decision leaf, item leaf, sealed item} together or not at all. Any error is a no.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from countersign.charter import packs
from countersign.charter.errors import RoleRequired
from countersign.charter.models import Officer, Peer
from countersign.charter.officers import require_role
from countersign.exchange import (
    answers,
    approvals,
    attachments,
    clocks,
    contents,
    decisions,
    drafting,
    flash,
    judging,
    kinds,
    needs,
    parts,
)
from countersign.exchange.attachments import File
from countersign.exchange.contents import Kept
from countersign.exchange.drafting import Draft
from countersign.exchange.errors import AlreadyDecided, ApprovalRefused, GateRefused, ItemUnknown, NotYours
from countersign.exchange.house import House
from countersign.exchange.models import Approval, ExchangeItem, GateDecision, StandingAuthorisation
from countersign.exchange.schemas import REFUSAL_GROUNDS
from countersign.kernel import clock, failpoints, hashing, jcs
from countersign.kernel.errors import InvalidInput
from countersign.law.decide import Decision
from countersign.link import batching, outbox
from countersign.link.outbox import Outgoing

DRAFTING_ROLES = ("originator", "desk", "liaison_officer", "analyst")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where an item stands after an act: its state and the newest decision."""

    item: ExchangeItem
    decision: Decision


def propose(
    house: House, officer: Officer, given: dict[str, Any], *, files: Sequence[File] = (), peer: Peer | None = None
) -> Outcome:
    """Draft an item: validate, attach caveats, decide, keep. `files` become attachments.

    Raises ContentInvalid; GateRefused where nothing that others do could cure the no. A refused proposal is stored and
    logged too; nothing of it can leave.
    """
    require_role(officer, *DRAFTING_ROLES)
    draft = drafting.read(house, officer, given, peer=peer)
    flash.require_duty(officer, draft.kind.name)
    answers.check(draft.kind, draft.content, draft.peer, house.pack.code)
    draft, decision = judging.with_caveats(house, draft)
    if judging.refused_for_good(decision):
        keep_refused(house, officer, draft, decision)
        raise GateRefused(decision)
    content, blobs = attachments.add(house, draft.content, files)
    kinds.validate(content)
    draft = replace(draft, kept=replace(draft.kept, content=content, blobs=blobs))
    state = ExchangeItem.HELD if decision.held else ExchangeItem.PROPOSED
    with transaction.atomic():
        item = drafting.create(house, officer, draft, authority=officer.authority, state=state)
        decisions.record_decision(house, item, decision)
        needs.note(item, decision)
        flash.open_lane(house, item)
    return Outcome(item, decision)


def approve(house: House, officer: Officer, item_id: str, *, role: str, signature: bytes) -> Outcome:
    """One named person approves exactly these bytes in one role; on the gate's Allow the item is released.

    Raises ApprovalRefused for the drafter, a role not held, a bad signature; GateRefused where the law says no now, or
    where conditions and redactions are still missing: people approve what is complete.
    """
    _may_approve(house, officer, item_id, role, signature)
    with transaction.atomic():
        item = open_item(item_id)
        approvals.check(house, officer, item, role, signature)
        kept = _intact(house, item)
        decision = judging.judge(house, item, kept, (*approvals.valid(item), (officer, role)))
        logged = decisions.record_decision(house, item, decision, facts=_told(kept.content))
        refused = judging.refused_for_good(decision) or judging.incomplete(decision)
        if not refused:
            Approval.objects.create(
                item=item,
                officer=officer,
                role=role,
                digest=approvals.digest(item),
                signature=signature,
                at=clock.now(),
            )
            _settle(house, item, kept, decision, logged)
    if refused:
        raise GateRefused(decision)
    return Outcome(item, decision)


def _may_approve(house: House, officer: Officer, item_id: str, role: str, signature: bytes) -> None:
    """Raise as `approvals.check` does; that somebody tried to approve what they may not is on record for reviewers."""
    item = ExchangeItem.objects.filter(id=item_id, direction=ExchangeItem.OUT).first()
    if item is None or item.state not in (ExchangeItem.PROPOSED, ExchangeItem.HELD):
        return
    try:
        approvals.check(house, officer, item, role, signature)
    except (ApprovalRefused, NotYours, RoleRequired) as refused:
        with transaction.atomic():
            facts = {"officer": officer.id, "role": role, "why": refused.instance_code}
            decisions.record_act(house, item, act="approve.refused", facts=facts)
        raise


def release_standing(
    house: House, draft: Draft, authorisation: StandingAuthorisation, *, officer: Officer | None
) -> Outcome:
    """Release a coded item under a standing authorisation, in the caller's transaction; the two who signed it approve.

    Raises GateRefused where the law says no all the same.
    """
    signers = [(row.officer, row.role) for row in authorisation.signatures.select_related("officer")]
    draft, decision = judging.with_caveats(house, draft, approvals=signers)
    if not decision.allowed:
        raise GateRefused(decision)
    item = drafting.create(house, officer, draft, authority=authorisation.authority, state=ExchangeItem.PROPOSED)
    item.standing = authorisation
    item.save(update_fields=("standing",))
    logged = decisions.record_decision(
        house, item, decision, standing=authorisation.id, facts=_told(draft.kept.content)
    )
    _release(house, item, draft.kept, logged)
    return Outcome(item, decision)


def release_held(house: House) -> int:
    """Look at held items again (the protection check may be clear now); return how many were released."""
    released = 0
    for name in ExchangeItem.objects.filter(state=ExchangeItem.HELD).values_list("id", flat=True):
        with transaction.atomic():
            item = open_item(name)
            kept = _intact(house, item)
            decision = judging.judge(house, item, kept, approvals.valid(item))
            if decision.held:
                continue
            logged = decisions.record_decision(house, item, decision)
            _settle(house, item, kept, decision, logged)
            released += item.state == ExchangeItem.RELEASED
    return released


def decide_anew(house: House, item: ExchangeItem) -> Decision:
    """Decide on an open item, locked by the caller, after a fact beside it changed: released, held, waiting, or at its end."""
    kept = _intact(house, item)
    decision = judging.judge(house, item, kept, approvals.valid(item))
    logged = decisions.record_decision(house, item, decision)
    if judging.refused_for_good(decision):
        item.state = ExchangeItem.REFUSED
        item.save(update_fields=("state",))
    else:
        _settle(house, item, kept, decision, logged)
    return decision


def decline(house: House, officer: Officer, item_id: str, *, role: str, ground: str) -> ExchangeItem:
    """An approver says no, with a coded ground. The item will not leave; a new proposal may."""
    if ground not in REFUSAL_GROUNDS:
        raise InvalidInput("not a refusal ground.", field="ground", remedy=f"One of: {', '.join(REFUSAL_GROUNDS)}.")
    with transaction.atomic():
        item = open_item(item_id)
        approvals.check_role(house, officer, item, role)
        item.state, item.declined, item.declined_by = ExchangeItem.REFUSED, ground, officer
        item.save(update_fields=("state", "declined", "declined_by"))
        decisions.record_act(house, item, act="decline", facts={"officer": officer.id, "role": role, "ground": ground})
    return item


def _told(content: dict[str, Any]) -> dict[str, Any] | None:
    """The ground that a refusal tells the other side, noted beside the decision: refusals are counted by ground."""
    return {"ground": content["ground"]} if content.get("kind") == "refusal" else None


def standing(house: House, item: ExchangeItem) -> Decision:
    """What the gate would say now, without logging it: for the pages and lists that explain what an item waits for."""
    return judging.judge(house, item, _intact(house, item), approvals.valid(item))


def open_item(item_id: str) -> ExchangeItem:
    """An own item that has not left and is not refused, locked. Raises ItemUnknown, AlreadyDecided."""
    item = (
        ExchangeItem.objects.select_for_update(of=("self",))
        .select_related("peer")
        .filter(id=item_id, direction=ExchangeItem.OUT)
        .first()
    )
    if item is None:
        raise ItemUnknown("no own item has this reference.", field="item")
    if item.state not in (ExchangeItem.PROPOSED, ExchangeItem.HELD):
        raise AlreadyDecided(f"the item is {item.state} already.", field="item")
    return item


def _intact(house: House, item: ExchangeItem) -> Kept:
    """The stored content, if it is still what the digests say that people read."""
    kept = contents.read(house, item)
    same = hashing.sha256(jcs.canonical(kept.content)) == bytes(item.digest)
    if not same or contents.sheet_digest(kept.sheet) != bytes(item.sheet_digest):
        raise ApprovalRefused("the stored content is not what was approved.", field="content")
    return kept


def _settle(house: House, item: ExchangeItem, kept: Kept, decision: Decision, logged: GateDecision) -> None:
    """On Allow release in this very transaction; otherwise the item waits for people, or under the neutral status."""
    if decision.allowed:
        _release(house, item, kept, logged)
        return
    if decision.held != (item.state == ExchangeItem.HELD):
        item.state = ExchangeItem.HELD if decision.held else ExchangeItem.PROPOSED
        item.save(update_fields=("state",))
    needs.note(item, decision)


def _release(house: House, item: ExchangeItem, kept: Kept, logged: GateDecision) -> None:
    outgoing = Outgoing(
        authority=kept.content.get("to_authority", ""),
        parts=parts.split(item.id, kept.content),
        salt=kept.salt,
        blobs=kept.blobs,
        purpose="urgent" if item.kind == kinds.FLASH or kept.content.get("urgency") == "urgent" else "normal",
    )
    answers.on_release(item, kept.content)
    item.released = outbox.enqueue(house.station, item.peer, outgoing, decision_leaf_hash=bytes(logged.leaf_hash))
    item.state = ExchangeItem.RELEASED
    period = kinds.find(item.kind).clock(kept.content)
    if period is not None:
        other = packs.state(item.peer.state_code)
        item.due_at = clocks.due(clock.now(), period, answering=other, asking=house.pack)
        answers.open_slots(item, kept.content, window=None)
    item.save(update_fields=("released", "state", "due_at"))
    flash.on_release(item)
    hook = kinds.find(item.kind).released
    if hook is not None:
        hook(house, item, dict(kept.content))
    batching.cut_if_idle(house.station, item.peer)
    failpoints.reach("release.before_commit")
    transaction.on_commit(lambda: failpoints.reach("release.after_commit"))


@transaction.atomic
def keep_refused(house: House, officer: Officer, draft: Draft, decision: Decision) -> None:
    """A refused proposal stays on record; nothing of it can leave."""
    item = drafting.create(house, officer, draft, authority=officer.authority, state=ExchangeItem.REFUSED)
    decisions.record_decision(house, item, decision)
