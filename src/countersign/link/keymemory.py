"""The keys of a pair, remembered from one exchange to the next.

Keys are only ever added, announced, revoked or destroyed, and the numbers of CHANGES show each of that. They come with
the link's own row, so what is relied on is never older than the exchange.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection

from countersign.charter import peering
from countersign.charter.models import OwnKey, PeerKey
from countersign.ledger.sql import Row
from countersign.link import ownkeys
from countersign.link.models import LinkState

CHANGES: Final = f"""
    (SELECT count(*) FROM charter_peerkey k WHERE k.peer_id = p.id),
    (SELECT count(k.revoked_since) FROM charter_peerkey k WHERE k.peer_id = p.id),
    (SELECT count(*) FROM charter_ownkey k), (SELECT count(*) FROM charter_ownkey k WHERE k.state = '{OwnKey.ACTIVE}'),
    (SELECT count(*) FROM link_announcement a WHERE a.peer_id = p.id)
"""  # noqa: S608  (fixed words)
"""Five numbers; `p` is the peer. None of these rows is ever deleted, and no key comes back to life."""


@dataclass(frozen=True, slots=True)
class _Kept:
    shown: Row
    peer_keys: list[PeerKey]
    own_keys: list[tuple[OwnKey, int | None]]


class KeyMemory:
    """One a station. Its threads may ask at once: the worst of it is that both read."""

    def __init__(self) -> None:
        self._kept: dict[int, _Kept] = {}

    def give(self, state: LinkState, shown: Row) -> None:
        """Hand the keys to the state and its peer, or leave them to be read when they are asked for. `shown`: the numbers of
        CHANGES, read with the state. A change between them and the keys is found by the next exchange."""
        kept = self._kept.get(state.peer_id)
        if kept is None or kept.shown != shown:
            if connection.in_atomic_block:
                return  # what is read there may be undone; and a release, which asks for no key, need not read any
            kept = self._kept[state.peer_id] = _Kept(shown, peering.read_keys(state.peer), ownkeys.read(state))
        state.peer.known_keys, state.own_keys = kept.peer_keys, kept.own_keys
