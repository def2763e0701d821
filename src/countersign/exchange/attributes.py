"""The facts the gate decides on, derived: from the kind, the content, the register, verified approvals, checks.

A sender types none of them; what cannot be derived takes the worst value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from countersign.charter import arrangements
from countersign.charter.models import Officer
from countersign.charter.packs import StatePack
from countersign.exchange import checks
from countersign.exchange.kinds import Kind
from countersign.law.vocabulary import Facts

_CHANNELS = {"central_authority": "mlat"}
_APPROVAL_ROLES = {
    "releaser": "releasing_officer",
    "second_officer": "second_officer",
    "legal": "legal_adviser",
    "executive": "deputy_head",
}


def derive(
    kind: Kind,
    content: Mapping[str, Any],
    *,
    own: StatePack,
    other: StatePack,
    approvals: Iterable[tuple[Officer, str]],
) -> Facts:
    """All attributes of the vocabulary for one item. `approvals`: officers whose signatures were verified, with role."""
    personal = kind.personal(content)
    purpose = content.get("purpose", "administrative")
    sender = own.authorities.get(content.get("from_authority", own.spoc().code))
    receiver = other.authorities.get(content.get("to_authority", other.spoc().code))
    return {
        "personal": personal,
        "arrangement": arrangements.covering(states={own.code, other.code}, kind=kind.name, purpose=purpose)
        is not None,
        "necessity": bool(str(content.get("necessity", "")).strip()),
        "releasing": own.code,
        "recipient": content.get("to_state", other.code),
        "agency": sender.function if sender else "unknown",
        "recipient_agency": receiver.function if receiver else "unknown",
        "purpose": purpose,
        "channel": _CHANNELS.get(sender.function, "police") if sender else "unknown",
        "protection_check": checks.protection(content) if personal else "not_run",
        "approvals": sorted(_approvals(approvals, own)),
    }


def _approvals(approvals: Iterable[tuple[Officer, str]], own: StatePack) -> set[str]:
    """Roles that different people gave; one person never counts twice."""
    given: dict[str, str] = {}
    for officer, role in approvals:
        given.setdefault(officer.id, role)
    named = {_APPROVAL_ROLES[role] for role in given.values() if role in _APPROVAL_ROLES}
    central = {
        officer.id
        for officer, role in approvals
        if role == "legal" and own.authorities[officer.authority].function == "central_authority"
    }
    return named | ({"central_authority"} if central else set())
