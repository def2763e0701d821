"""The node's own online keys: made in a role, vouched for by the off-line root, rotated, revoked, destroyed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from countersign.charter.errors import KeyReused, KeyUnavailable
from countersign.charter.models import KeyPart, OwnKey
from countersign.charter.providers import KeyProvider
from countersign.kernel import cbor, clock, hashing
from countersign.ledger.core import statements
from countersign.ledger.core.keys import HybridSigner
from countersign.ledger.core.statements import SignedStatement

LIFETIME_DAYS: Final = {
    statements.LOG: 365,
    statements.WITNESS: 365,
    statements.CONTACT: 90,
    statements.HPKE: 30,
    statements.MTLS: 30,
}
OVERLAP_DAYS: Final = 45
"""An HPKE key outlives its use by this, the longest courier time of an arrangement (protocol section 6)."""


@transaction.atomic
def enrol(provider: KeyProvider, root: HybridSigner, *, node: str, role: str) -> OwnKey:
    """Make a key for `role`, have the root vouch for it, and register it. The caller announces it to the peers."""
    parts = provider.create(role, node=node)
    claim_parts(parts, node=node, role=role)
    begin = clock.now().replace(microsecond=0)
    end = begin + timedelta(days=LIFETIME_DAYS[role])
    serial = next_serial()
    signed = statements.sign(
        _common(node, "enrol", serial, begin)
        | {"role": role, "key": parts, "not_before": int(begin.timestamp()), "not_after": int(end.timestamp())},
        root,
    )
    return OwnKey.objects.create(
        role=role,
        key_id=statements.key_id(role, parts),
        parts=cbor.encode(parts),
        statement=cbor.encode(signed.as_list()),
        serial=serial,
        not_before=begin,
        not_after=end,
    )


@transaction.atomic
def revoke(key: OwnKey, root: HybridSigner, *, node: str, since_size: int, reason: str) -> SignedStatement:
    """Revoke an own key. `since_size` is the log size from which what it signed is in doubt."""
    signed = statements.sign(
        _common(node, "revoke", next_serial(), clock.now())
        | {"role": key.role, "key_id": bytes(key.key_id), "since_size": since_size, "reason": reason},
        root,
    )
    key.state, key.revocation = OwnKey.REVOKED, cbor.encode(signed.as_list())
    key.save(update_fields=("state", "revocation"))
    return signed


def new_epoch(root: HybridSigner, *, node: str, channel: bytes, epoch: int, old_mark: int) -> SignedStatement:
    """A channel starts epoch `epoch`; of the epoch before, sequences up to `old_mark` stand (protocol section 6)."""
    return statements.sign(
        _common(node, "epoch", next_serial(), clock.now()) | {"channel": channel, "epoch": epoch, "old_mark": old_mark},
        root,
    )


def next_serial() -> int:
    """A number that grows with every statement, also across a restore: milliseconds, or one more than the last."""
    newest = OwnKey.objects.order_by("-serial").values_list("serial", flat=True).first() or 0
    return max(newest + 1, int(clock.now().timestamp() * 1000))


def newest(role: str) -> OwnKey:
    """The newest active key of a role. Raises KeyUnavailable."""
    key = OwnKey.objects.filter(role=role, state=OwnKey.ACTIVE).order_by("-serial").first()
    if key is None:
        raise KeyUnavailable(f"the node has no {role} key.", remedy="Make one with `countersign keys rotate`.")
    return key


def active(role: str) -> list[OwnKey]:
    return list(OwnKey.objects.filter(role=role, state=OwnKey.ACTIVE).order_by("-serial"))


def destroy_outlived(provider: KeyProvider, *, at: datetime) -> list[OwnKey]:
    """Destroy HPKE keys whose use and overlap are over; a newer one must be there. Returns what was destroyed."""
    candidates = active(statements.HPKE)
    outlived = [key for key in candidates[1:] if key.not_after + timedelta(days=OVERLAP_DAYS) < at]
    for key in outlived:
        destroy(provider, key)
    return outlived


def destroy(provider: KeyProvider, key: OwnKey) -> None:
    """Destroy the private half for good."""
    provider.destroy(key.role, bytes(key.key_id))
    key.state = OwnKey.DESTROYED
    key.save(update_fields=("state",))


def parts_of(key: OwnKey) -> list[bytes]:
    parts: list[bytes] = cbor.decode(bytes(key.parts))
    return parts


def statement_of(key: OwnKey) -> SignedStatement:
    return statements.from_list(cbor.decode(bytes(key.statement)))


def claim_parts(parts: list[bytes], *, node: str, role: str) -> None:
    """Register component keys; raise KeyReused where one already serves in another role or for another node."""
    for part in parts:
        digest = hashing.sha256(part)
        claim, new = KeyPart.objects.get_or_create(digest=digest, defaults={"node": node, "role": role})
        if not new and (claim.node, claim.role) != (node, role):
            raise KeyReused(f"a {role} key of {node} already serves as {claim.role} key of {claim.node}.", field=role)


def _common(node: str, action: str, serial: int, at: datetime) -> dict[str, object]:
    return {"v": 1, "node": node, "action": action, "serial": serial, "at": int(at.timestamp())}
