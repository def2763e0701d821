"""Until when a peer's key is relied on: its root said so in the key's statement (CS-PR-01 section 4.1).

What was accepted under a key while it was in force stays. From the end on, the key is good for nothing new, with one
exception: a checkpoint or cosignature carries no time and may have been under way. It is still taken for the overlap, but
only once the peer's root has named the next key.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from countersign.charter import keyring, peering
from countersign.charter.errors import KeyEnded
from countersign.charter.models import Peer, PeerKey
from countersign.kernel import clock

OVERLAP: Final = timedelta(days=keyring.OVERLAP_DAYS)


def valid(peer: Peer, role: str, *, at: datetime | None = None) -> list[PeerKey]:
    """The peer's keys in a role that are neither revoked nor ended, newest first."""
    moment = at or clock.now()
    return [key for key in unrevoked(peer, role) if key.not_after >= moment]


def unrevoked(peer: Peer, role: str) -> list[PeerKey]:
    return [key for key in peering.keys_of(peer, role) if key.revoked_since is None]


def newest(peer: Peer, role: str, *, at: datetime | None = None) -> PeerKey | None:
    """The newest valid key in a role; None where every key is revoked. Raises KeyEnded where the last one has ended."""
    found = valid(peer, role, at=at)
    if not found and (ended := unrevoked(peer, role)):
        raise refusal(ended[0])
    return found[0] if found else None


def insist(key: PeerKey, *, at: datetime | None = None) -> None:
    """Raise KeyEnded where the key's validity had passed at `at` (default: now)."""
    if key.not_after < (at or clock.now()):
        raise refusal(key)


def may_have_signed(key: PeerKey) -> bool:
    """Whether a checkpoint or cosignature of this key that arrives now is taken: in force, or in the overlap to the next."""
    now = clock.now()
    if key.not_after >= now:
        return True
    return now <= key.not_after + OVERLAP and any(
        other.serial > key.serial for other in valid(key.peer, key.role, at=now)
    )


def refusal(key: PeerKey) -> KeyEnded:
    """Names the key, its end, and what helps."""
    digits, end = bytes(key.key_id).hex()[:16], f"{key.not_after:%d %b %Y %H:%M} UTC"
    return KeyEnded(
        f"the {key.role} key {digits} of {key.peer.node} was valid until {end}.",
        field=key.role,
        remedy=f"{key.peer.node} makes a new one (`countersign keys rotate {key.role}`) and hands over its new card "
        "(`countersign peer card`); the other side takes it (`countersign peer renew`).",
        key=digits,
        ended=end,
    )
