"""Approvals: a named person, in one role, by signature, on exactly these bytes and this home sheet."""

from __future__ import annotations

from typing import Final

from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import duty, walls
from countersign.exchange.errors import ApprovalRefused
from countersign.exchange.house import House
from countersign.exchange.kinds import FLASH
from countersign.exchange.models import Approval, ExchangeItem
from countersign.kernel import hashing
from countersign.ledger.core.keys import verify_plain_ed25519
from countersign.ledger.errors import SignatureInvalid

ROLES: Final = ("releaser", "second_officer", "senior_officer", "legal", "executive", "fiu_head")


def digest(item: ExchangeItem) -> bytes:
    """What is approved: the content that would leave, and the home sheet that stays."""
    return hashing.digest("countersign/v1/approved", bytes(item.digest), bytes(item.sheet_digest))


def message(item: ExchangeItem, role: str) -> bytes:
    """What an approver signs: the item, the role, and the digest of exactly these bytes."""
    return hashing.digest("countersign/v1/approval", item.id, role, digest(item))


def valid(item: ExchangeItem) -> list[tuple[Officer, str]]:
    """Approvals on the item's present bytes whose signatures verify, by active officers who hold the role this instant."""
    found = []
    rows = Approval.objects.filter(item=item, digest=digest(item)).select_related("officer")
    for approval in rows.prefetch_related("officer__grants"):
        officer = approval.officer
        if not officer.active or not may_act(officer, item, approval.role) or officer.pk == item.drafter_id:
            continue
        try:
            verify_plain_ed25519(bytes(officer.public_key), bytes(approval.signature), message(item, approval.role))
        except SignatureInvalid:
            continue
        found.append((officer, approval.role))
    return found


def may_act(officer: Officer, item: ExchangeItem, role: str) -> bool:
    """Whether the officer holds the role this instant, or stands in for it on duty in the threat-to-life lane."""
    return role in officer.roles or (item.kind == FLASH and role in duty.lent(officer))


def check(house: House, officer: Officer, item: ExchangeItem, role: str, signature: bytes) -> None:
    """Raise ApprovalRefused or RoleRequired unless this officer may approve, has not yet, and signed these bytes."""
    check_role(house, officer, item, role)
    if Approval.objects.filter(item=item, officer=officer, digest=digest(item)).exists():
        raise ApprovalRefused("this officer has already approved these bytes.", field="as")
    verify(officer, message(item, role), signature)


def verify(officer: Officer, signed: bytes, signature: bytes) -> None:
    """Raise ApprovalRefused unless the officer's own key made this signature over `signed`."""
    try:
        verify_plain_ed25519(bytes(officer.public_key), signature, signed)
    except SignatureInvalid:
        raise ApprovalRefused(
            "the signature is not by this officer's key over these bytes.",
            field="key",
            remedy="Read the item as it is now and sign that; a changed item needs new approvals.",
        ) from None


def check_role(house: House, officer: Officer, item: ExchangeItem, role: str) -> None:
    """Raise unless the officer holds the role, is not the drafter, and belongs to the authority or the central one."""
    if role not in ROLES:
        raise ApprovalRefused(f"{role} does not approve.", field="role", remedy=f"One of: {', '.join(ROLES)}.")
    if not may_act(officer, item, role):
        require_role(officer, role)
    if officer.pk == item.drafter_id:
        raise ApprovalRefused("the drafter does not approve the own item.", field="as")
    central = house.pack.authorities[officer.authority].function == "central_authority"
    if not (role == "legal" and central):
        walls.require_item(officer, item)
