"""Machine accounts: a system of an agency drafts and reads, by tokens that its own key signs. It never approves."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, transaction

from countersign.charter import officers
from countersign.charter.models import Officer
from countersign.exchange import decisions
from countersign.exchange.house import House
from countersign.kernel import clock, hashing, jcs
from countersign.kernel.errors import Conflict, CountersignError, InvalidInput
from countersign.ledger.core.keys import verify_plain_ed25519
from countersign.ledger.errors import SignatureInvalid
from countersign.web import sealing
from countersign.web.errors import AccountRefused, MachineUnknown, TokenRefused
from countersign.web.models import MachineAccount, SpentToken

ROLES: Final = frozenset({"originator"})
"""All that a machine may be: it drafts and reads. An officer of a machine with any other role is refused at the door."""
LONGEST_SECONDS: Final = 300
SKEW_SECONDS: Final = 30
_CONTEXT: Final = "countersign/v1/machine-token"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{2,62}")
_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{16,43}")
_LONGEST_TOKEN: Final = 1024
_MEMBERS: Final = frozenset({"machine", "issued", "expires", "audience", "nonce"})


def enrol(house: House, name: str, *, authority: str, by: Officer) -> tuple[MachineAccount, bytes]:
    """Make an account with an officer and a key of its own; return it with the private key (32 bytes), which is kept nowhere.

    Raises RoleRequired, InvalidInput, Conflict.
    """
    officers.require_role(by, "node_admin")
    if not _NAME.fullmatch(name):
        raise InvalidInput("3 to 63 lower-case letters, digits, dots and hyphens are needed.", field="name")
    private = Ed25519PrivateKey.generate()
    with transaction.atomic():
        officer = officers.enrol(
            house.pack,
            login=name,
            name=f"machine {name}",
            authority=authority,
            roles=sorted(ROLES),
            public_key=private.public_key().public_bytes_raw(),
        )
        machine = MachineAccount.objects.create(name=name, officer=officer, enrolled_by=by, enrolled_at=clock.now())
        decisions.record_act(house, None, act="machine.enrol", facts={"officer": officer.id, "by": by.id})
    return machine, private.private_bytes_raw()


@transaction.atomic
def end(house: House, name: str, *, by: Officer) -> MachineAccount:
    """End an account at once: its tokens are refused from now on. Raises RoleRequired, MachineUnknown, Conflict."""
    officers.require_role(by, "node_admin")
    machine = MachineAccount.objects.select_for_update(of=("self",)).select_related("officer").filter(name=name).first()
    if machine is None:
        raise MachineUnknown("no machine has this name.", field="name")
    if machine.ended_at is not None:
        raise Conflict("the account has ended already.", field="name")
    machine.ended_at = clock.now()
    machine.save(update_fields=("ended_at",))
    for role in machine.officer.roles:
        officers.withdraw(machine.officer, role)
    decisions.record_act(house, None, act="machine.end", facts={"officer": machine.officer.id, "by": by.id})
    return machine


def make_token(private: bytes, name: str, *, audience: str, seconds: int = LONGEST_SECONDS) -> str:
    """A token for one call, signed with the machine's key; `audience` is the node's name."""
    now = clock.unix_now()
    header = jcs.canonical(
        {
            "machine": name,
            "issued": now,
            "expires": now + seconds,
            "audience": audience,
            "nonce": sealing.encode(secrets.token_bytes(16)),
        }
    )
    signature = Ed25519PrivateKey.from_private_bytes(private).sign(_message(header))
    return f"{sealing.encode(header)}.{sealing.encode(signature)}"


def authenticate(node: str, token: str) -> MachineAccount:
    """The machine whose fresh token this is; the token is spent by it. Raises TokenRefused, AccountRefused."""
    raw, signature = _split(token)
    header = _header(raw)
    machine = _signer(header, raw, signature)
    if header["audience"] != node:
        raise TokenRefused("the token is for another node.")
    now = clock.unix_now()
    if not 0 < header["expires"] - header["issued"] <= LONGEST_SECONDS:
        raise TokenRefused(f"a token lives at most {LONGEST_SECONDS} seconds.")
    if not header["issued"] - SKEW_SECONDS <= now < header["expires"]:
        raise TokenRefused("the token has expired, or is not valid yet.")
    _spend(machine, header)
    if not set(machine.officer.roles) <= ROLES:
        raise AccountRefused("this machine's officer holds a role that no machine may hold.")
    return machine


def with_forbidden_roles() -> list[str]:
    """Names of machines whose officer holds more than a machine may (a system check asks)."""
    rows = MachineAccount.objects.filter(ended_at=None).select_related("officer").prefetch_related("officer__grants")
    return sorted(row.name for row in rows if not set(row.officer.roles) <= ROLES)


def _message(header: bytes) -> bytes:
    """What is signed: never to be taken for an approval, which the same kind of key signs."""
    return hashing.digest(_CONTEXT, header)


def _split(token: str) -> tuple[bytes, bytes]:
    try:
        if len(token) > _LONGEST_TOKEN:
            raise ValueError
        header, signature = token.split(".")
        return sealing.decode(header), sealing.decode(signature)
    except ValueError:
        raise TokenRefused("not a token: two base64url parts with a dot between them are expected.") from None


def _header(raw: bytes) -> dict[str, Any]:
    try:
        header = jcs.parse(raw)
    except CountersignError:
        header = None
    if not isinstance(header, dict) or set(header) != _MEMBERS or not _well_typed(header):
        raise TokenRefused("the token's header is malformed.")
    return header


def _well_typed(header: dict[str, Any]) -> bool:
    texts = all(isinstance(header[name], str) for name in ("machine", "audience", "nonce"))
    times = all(type(header[name]) is int and 0 <= header[name] < 1 << 40 for name in ("issued", "expires"))
    return texts and times and bool(_NAME.fullmatch(header["machine"])) and bool(_NONCE.fullmatch(header["nonce"]))


def _signer(header: dict[str, Any], raw: bytes, signature: bytes) -> MachineAccount:
    """The same refusal for an unknown machine, one that has ended and a wrong signature: nothing is told of names."""
    rows = MachineAccount.objects.filter(name=header["machine"], ended_at=None, officer__active=True)
    machine = rows.select_related("officer").prefetch_related("officer__grants").first()
    try:
        if machine is not None:
            verify_plain_ed25519(bytes(machine.officer.public_key), signature, _message(raw))
            return machine
    except SignatureInvalid:
        pass
    raise TokenRefused("the token is not signed by a machine of this node.")


def _spend(machine: MachineAccount, header: dict[str, Any]) -> None:
    """Each token serves once. A row is kept until the token would have expired anyway."""
    SpentToken.objects.filter(expires_at__lt=clock.now()).delete()
    expires_at = datetime.fromtimestamp(header["expires"], UTC)
    try:
        with transaction.atomic():
            SpentToken.objects.create(machine=machine, nonce=header["nonce"], expires_at=expires_at)
    except IntegrityError:
        raise TokenRefused("the token was used already.") from None
