"""Officers: named persons of designated authorities, with roles and a signature key of their own."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from countersign.charter.errors import KeyUnavailable, OfficerUnknown, RoleRequired
from countersign.charter.models import Officer, RoleGrant
from countersign.charter.packs import StatePack
from countersign.kernel import clock
from countersign.kernel.errors import Conflict, InvalidInput
from countersign.kernel.files import write_durably
from countersign.kernel.ids import new_id

LONGEST_DELEGATION: Final = timedelta(days=30)
ROLES: Final = {
    "originator": "drafts and proposes",
    "releaser": "releases, first pair of eyes",
    "second_officer": "releases, second pair of eyes",
    "senior_officer": "approves what needs a senior officer",
    "legal": "legal adviser; records conditions with their documents",
    "risk_officer": "assesses the risk of mistreatment, never of the own draft",
    "protection_officer": "settles what the protection check holds",
    "fiu_head": "head of the financial intelligence unit",
    "desk": "single point of contact desk",
    "analyst": "reads and assesses",
    "liaison_officer": "posted to the other state",
    "executive": "answers for the partnership; the deputy head",
    "head": "head of the authority: decides where a deputy disagrees with a no",
    "reviewer": "read-only oversight",
    "node_admin": "runs the node, reads no content",
}


def enrol(pack: StatePack, *, login: str, name: str, authority: str, roles: list[str], public_key: bytes) -> Officer:
    """Enrol a person. Raises InvalidInput for an unknown authority or role."""
    if authority not in pack.authorities:
        raise InvalidInput(
            f"{authority} is not a designated authority of {pack.code}.",
            field="authority",
            remedy=f"One of: {', '.join(sorted(pack.authorities))}.",
        )
    _check_roles(roles)
    if Officer.objects.filter(login=login).exists():
        raise Conflict(f"the login {login} is taken.", field="login")
    with transaction.atomic():
        officer = Officer.objects.create(
            id=new_id("off"), login=login, name=name, authority=authority, public_key=public_key
        )
        for role in sorted(set(roles)):
            RoleGrant.objects.create(officer=officer, role=role, valid_from=clock.now())
    return officer


def grant(officer: Officer, role: str, *, until: datetime | None = None) -> RoleGrant:
    """Give a further role, for good or until an instant. Raises InvalidInput for an unknown role."""
    _check_roles([role])
    return RoleGrant.objects.create(officer=officer, role=role, valid_from=clock.now(), valid_until=until)


def withdraw(officer: Officer, role: str) -> int:
    """End every present grant of the role, delegated ones included; return how many."""
    rows = RoleGrant.objects.filter(officer=officer, role=role)
    ended = [row.pk for row in rows if row.holds_at(clock.now())]
    return RoleGrant.objects.filter(pk__in=ended).update(valid_until=clock.now())


def delegate(role: str, *, by: Officer, to: Officer, until: datetime) -> RoleGrant:
    """Let another officer of the same authority stand in, for at most 30 days. What was delegated is not passed on.

    Raises RoleRequired unless `by` holds the role in its own right.
    """
    now = clock.now()
    own = RoleGrant.objects.filter(officer=by, role=role, delegated_by=None)
    if not any(row.holds_at(now) for row in own):
        raise RoleRequired(f"{by.login} does not hold the role {role} in its own right.", field="as")
    if to.authority != by.authority or to.pk == by.pk:
        raise InvalidInput("a role is delegated to another officer of the same authority.", field="to")
    if not now < until <= now + LONGEST_DELEGATION:
        raise InvalidInput(f"a delegation ends within {LONGEST_DELEGATION.days} days.", field="until")
    return RoleGrant.objects.create(officer=to, role=role, valid_from=now, valid_until=until, delegated_by=by)


def _check_roles(roles: list[str]) -> None:
    if unknown := set(roles) - set(ROLES):
        raise InvalidInput(
            f"unknown role {min(unknown)}.", field="roles", remedy=f"One or more of: {', '.join(sorted(ROLES))}."
        )


def find(login: str) -> Officer:
    """The active officer with this login. Raises OfficerUnknown."""
    officer = Officer.objects.prefetch_related("grants").filter(login=login, active=True).first()
    if officer is None:
        raise OfficerUnknown(f"no active officer has the login {login}.", field="as")
    return officer


def require_role(officer: Officer, *roles: str) -> None:
    """Raise RoleRequired unless the officer holds one of `roles`."""
    if not set(roles) & set(officer.roles):
        raise RoleRequired(f"{officer.login} does not hold the role {' or '.join(roles)}.", field="as")


def create_key_file(path: Path) -> bytes:
    """Make an officer's Ed25519 key, keep the private half in `path` (mode 0600), return the public half (32 bytes)."""
    if path.exists():
        raise Conflict(f"{path.name} exists already.", field="key", remedy="Choose another file name.")
    private = Ed25519PrivateKey.generate()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_durably(path, private.private_bytes_raw())
    return private.public_key().public_bytes_raw()


def sign_with(path: Path, message: bytes) -> bytes:
    """Sign with an officer's key file. Raises KeyUnavailable."""
    try:
        return Ed25519PrivateKey.from_private_bytes(path.read_bytes()).sign(message)
    except (OSError, ValueError):
        raise KeyUnavailable(
            f"the officer's key file {path.name} cannot be used.", field="key", remedy="Name your key file with --key."
        ) from None
