"""Officers: named persons of designated authorities, with roles and a signature key of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from countersign.charter.errors import KeyUnavailable, OfficerUnknown, RoleRequired
from countersign.charter.models import Officer
from countersign.charter.packs import StatePack
from countersign.kernel.errors import Conflict, InvalidInput
from countersign.kernel.files import write_durably
from countersign.kernel.ids import new_id

ROLES: Final = {
    "originator": "drafts and proposes",
    "releaser": "releases, first pair of eyes",
    "second_officer": "releases, second pair of eyes",
    "legal": "legal adviser",
    "desk": "single point of contact desk",
    "analyst": "reads and assesses",
    "liaison_officer": "posted to the other state",
    "executive": "answers for the partnership",
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
    if unknown := set(roles) - set(ROLES):
        raise InvalidInput(
            f"unknown role {min(unknown)}.", field="roles", remedy=f"One or more of: {', '.join(sorted(ROLES))}."
        )
    if Officer.objects.filter(login=login).exists():
        raise Conflict(f"the login {login} is taken.", field="login")
    return Officer.objects.create(
        id=new_id("off"), login=login, name=name, authority=authority, roles=sorted(set(roles)), public_key=public_key
    )


def find(login: str) -> Officer:
    """The active officer with this login. Raises OfficerUnknown."""
    officer = Officer.objects.filter(login=login, active=True).first()
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
