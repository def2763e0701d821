"""The release gate: the single way out. Propose, approve, and on the final Allow one transaction releases.

The order of a release: lock the item, verify every approval's signature on exactly these bytes, derive the facts,
decide, then {decision leaf, item leaf, sealed item} together or not at all. Any error is a no.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from countersign.charter import packs, peering
from countersign.charter.models import Officer, Peer
from countersign.charter.officers import require_role
from countersign.exchange import attachments, attributes, contents, decisions, kinds, parts, walls
from countersign.exchange.contents import Kept
from countersign.exchange.errors import AlreadyDecided, ApprovalRefused, GateRefused, ItemUnknown
from countersign.exchange.house import House
from countersign.exchange.kinds import Kind
from countersign.exchange.models import Approval, Case, ExchangeItem, GateDecision
from countersign.exchange.schemas import REFUSAL_GROUNDS
from countersign.kernel import clock, failpoints, hashing, jcs
from countersign.kernel.errors import InvalidInput
from countersign.kernel.ids import new_id
from countersign.law import decide as law
from countersign.law.decide import Decision
from countersign.ledger.core import commitments
from countersign.ledger.core.keys import verify_plain_ed25519
from countersign.ledger.errors import SignatureInvalid
from countersign.link import outbox
from countersign.link.outbox import Outgoing

APPROVING_ROLES: Final = ("releaser", "second_officer", "legal", "executive")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where an item stands after an act: its state and the newest decision."""

    item: ExchangeItem
    decision: Decision


def propose(
    house: House, officer: Officer, draft: dict[str, Any], *, files: Sequence[Path] = (), peer: Peer | None = None
) -> Outcome:
    """Draft an item: validate, decide, keep. Raises ContentInvalid, or GateRefused when no approval could cure the no.

    `files` become attachments. A refused proposal is stored and logged too; nothing of it can leave.
    """
    require_role(officer, "originator", "desk", "liaison_officer", "analyst")
    kind, content = kinds.validate(draft)
    if content.get("from_authority", officer.authority) != officer.authority:
        raise InvalidInput("an officer proposes for the own authority only.", field="from_authority")
    target = peer or peering.of_state(content.get("to_state", ""))
    _check_answer(kind, content, target)
    decision = _decide(house, kind, content, target, ())
    if _hopeless(decision):
        _keep_refused(house, officer, kind, content, target, decision)
        raise GateRefused(decision)
    content, blobs = attachments.add(house, content, files)
    kinds.validate(content)
    kept = Kept(content, secrets.token_bytes(commitments.SALT_BYTES), blobs)
    with transaction.atomic():
        item = _create(house, officer, kind, kept, target, held=decision.held)
        decisions.record_decision(house, item, decision)
    return Outcome(item, decision)


def approval_message(item: ExchangeItem, role: str) -> bytes:
    """What an approver signs: the item, the role, and the digest of exactly these bytes."""
    return hashing.digest("countersign/v1/approval", item.id, role, bytes(item.digest))


def approve(house: House, officer: Officer, item_id: str, *, role: str, signature: bytes) -> Outcome:
    """One named person approves exactly these bytes in one role; on the gate's Allow the item is released.

    Raises ApprovalRefused for the drafter, a role not held, a bad signature; GateRefused where the law says no now.
    """
    with transaction.atomic():
        item = _open_item(item_id)
        _check_approver(house, officer, item, role, signature)
        Approval.objects.create(
            item=item, officer=officer, role=role, digest=item.digest, signature=signature, at=clock.now()
        )
        outcome = _try_release(house, item)
    if _hopeless(outcome.decision):
        raise GateRefused(outcome.decision)
    return outcome


def release_held(house: House) -> int:
    """Look at held items again (the protection check may be clear now); return how many were released."""
    released = 0
    for name in ExchangeItem.objects.filter(state=ExchangeItem.HELD).values_list("id", flat=True):
        with transaction.atomic():
            item = _open_item(name)
            if _decision_now(house, item).held:
                continue
            released += _try_release(house, item).item.state == ExchangeItem.RELEASED
    return released


def decline(house: House, officer: Officer, item_id: str, *, role: str, ground: str) -> ExchangeItem:
    """An approver says no, with a coded ground. The item will not leave; a new proposal may."""
    if ground not in REFUSAL_GROUNDS:
        raise InvalidInput("not a refusal ground.", field="ground", remedy=f"One of: {', '.join(REFUSAL_GROUNDS)}.")
    with transaction.atomic():
        item = _open_item(item_id)
        _check_role(house, officer, item, role)
        item.state = ExchangeItem.REFUSED
        item.save(update_fields=("state",))
        decisions.record_act(house, item, act="decline", facts={"officer": officer.id, "role": role, "ground": ground})
    return item


def valid_approvals(item: ExchangeItem) -> list[tuple[Officer, str]]:
    """Approvals on the item's present bytes whose signatures verify, by active officers who hold the role."""
    found = []
    for approval in Approval.objects.filter(item=item, digest=item.digest).select_related("officer"):
        officer = approval.officer
        if not officer.active or approval.role not in officer.roles or officer.pk == item.drafter_id:
            continue
        try:
            verify_plain_ed25519(
                bytes(officer.public_key), bytes(approval.signature), approval_message(item, approval.role)
            )
        except SignatureInvalid:
            continue
        found.append((officer, approval.role))
    return found


def _decision_now(house: House, item: ExchangeItem) -> Decision:
    """What the gate would say now, without logging it: a held item is looked at often."""
    kind, content = kinds.validate(contents.read(house, item).content)
    return _decide(house, kind, content, item.peer, valid_approvals(item))


def _try_release(house: House, item: ExchangeItem) -> Outcome:
    """Decide on the final bytes with the verified approvals; on Allow release in this very transaction."""
    kept = contents.read(house, item)
    if hashing.sha256(jcs.canonical(kept.content)) != bytes(item.digest):
        raise ApprovalRefused("the stored content is not what was approved.", field="content")
    kind, content = kinds.validate(kept.content)
    decision = _decide(house, kind, content, item.peer, valid_approvals(item))
    logged = decisions.record_decision(house, item, decision)
    if decision.allowed:
        _release(house, item, kept, logged)
    elif decision.held != (item.state == ExchangeItem.HELD):
        item.state = ExchangeItem.HELD if decision.held else ExchangeItem.PROPOSED
        item.save(update_fields=("state",))
    return Outcome(item, decision)


def _release(house: House, item: ExchangeItem, kept: Kept, logged: GateDecision) -> None:
    outgoing = Outgoing(
        authority=kept.content.get("to_authority", ""),
        parts=parts.split(item.id, kept.content),
        salt=kept.salt,
        blobs=kept.blobs,
        purpose="urgent" if kept.content.get("urgency") == "urgent" else "normal",
    )
    item.released = outbox.enqueue(house.station, item.peer, outgoing, decision_leaf_hash=bytes(logged.leaf_hash))
    item.state = ExchangeItem.RELEASED
    due = kinds.find(item.kind).clock(kept.content)
    item.due_at = clock.now() + due if due else None
    item.save(update_fields=("released", "state", "due_at"))
    if item.answers:
        ExchangeItem.objects.filter(id=item.answers).update(answered_at=clock.now())
    failpoints.reach("release.before_commit")
    transaction.on_commit(lambda: failpoints.reach("release.after_commit"))


def _decide(
    house: House, kind: Kind, content: dict[str, Any], peer: Peer, approvals: Sequence[tuple[Officer, str]]
) -> Decision:
    facts = attributes.derive(
        kind, content, own=house.pack, other=packs.state(peer.state_code), approvals=list(approvals)
    )
    return law.decide_with_prospect(
        house.policies,
        action=kind.action,
        principal=content.get("from_authority", house.pack.spoc().code),
        resource=kind.name,
        facts=facts,
    )


def _hopeless(decision: Decision) -> bool:
    """No approval or waiting can turn this no into a yes."""
    return not decision.allowed and any(rule.effect not in ("require_approval", "hold") for rule in decision.fired)


def _create(
    house: House, officer: Officer, kind: Kind, kept: Kept, peer: Peer, *, held: bool, refused: bool = False
) -> ExchangeItem:
    name, content = new_id("itm"), kept.content
    state = ExchangeItem.REFUSED if refused else ExchangeItem.HELD if held else ExchangeItem.PROPOSED
    return ExchangeItem.objects.create(
        id=name,
        direction=ExchangeItem.OUT,
        state=state,
        case=_case(content, peer, officer.authority),
        peer=peer,
        authority=officer.authority,
        kind=kind.name,
        content=contents.keep(house, authority=officer.authority, item=name, kept=kept),
        digest=hashing.sha256(jcs.canonical(content)),
        drafter=officer,
        answers=content.get("answers", ""),
        created_at=clock.now(),
    )


@transaction.atomic
def _keep_refused(
    house: House, officer: Officer, kind: Kind, content: dict[str, Any], peer: Peer, decision: Decision
) -> None:
    kept = Kept(content, secrets.token_bytes(commitments.SALT_BYTES), ())
    item = _create(house, officer, kind, kept, peer, held=False, refused=True)
    decisions.record_decision(house, item, decision)


def _case(content: dict[str, Any], peer: Peer, authority: str) -> Case | None:
    if "case_ref" not in content:
        return None
    return open_case(content["case_ref"], peer, authority)


def open_case(reference: str, peer: Peer, authority: str) -> Case:
    """The authority's case of this reference, opened if it is new."""
    case, _ = Case.objects.get_or_create(
        reference=reference, peer=peer, authority=authority, defaults={"id": new_id("cas"), "opened_at": clock.now()}
    )
    return case


def _open_item(item_id: str) -> ExchangeItem:
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


def _check_approver(house: House, officer: Officer, item: ExchangeItem, role: str, signature: bytes) -> None:
    _check_role(house, officer, item, role)
    if Approval.objects.filter(item=item, officer=officer, digest=item.digest).exists():
        raise ApprovalRefused("this officer has already approved these bytes.", field="as")
    try:
        verify_plain_ed25519(bytes(officer.public_key), signature, approval_message(item, role))
    except SignatureInvalid:
        raise ApprovalRefused("the signature is not by this officer's key over these bytes.", field="key") from None


def _check_role(house: House, officer: Officer, item: ExchangeItem, role: str) -> None:
    if role not in APPROVING_ROLES:
        raise ApprovalRefused(
            f"{role} does not approve.", field="role", remedy=f"One of: {', '.join(APPROVING_ROLES)}."
        )
    require_role(officer, role)
    if officer.pk == item.drafter_id:
        raise ApprovalRefused("the drafter does not approve the own item.", field="as")
    central = house.pack.authorities[officer.authority].function == "central_authority"
    if not (role == "legal" and central):
        walls.require_member(officer, item.authority)


def _check_answer(kind: Kind, content: dict[str, Any], peer: Peer) -> None:
    """An answer names an item that was received from this very peer, of a kind that it answers."""
    if not kind.answers:
        return
    asked = ExchangeItem.objects.filter(id=content["answers"], direction=ExchangeItem.IN, peer=peer).first()
    if asked is None or asked.kind not in kind.answers:
        raise InvalidInput("answers no request received from this peer.", field="answers")
