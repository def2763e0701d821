"""Which of the own keys to use toward a peer: the newest one whose announcement the peer already holds. Once that one
has ended the peer relies on it no more, so then the newest, which the peer may know from a card."""

from __future__ import annotations

from functools import lru_cache

from countersign.charter import keyring
from countersign.charter.errors import KeyUnavailable
from countersign.charter.models import OwnKey
from countersign.kernel import clock
from countersign.ledger import sql
from countersign.link.models import LinkState

_OWN = sql.Columns(OwnKey, "k", without=("parts", "statement", "revocation"))
_ACTIVE = """
    SELECT {columns}, a.leaf_index FROM charter_ownkey k
    LEFT JOIN link_announcement a ON a.key_id = k.id AND a.peer_id = %s WHERE k.state = %s ORDER BY k.serial DESC
"""


def usable(role: str, state: LinkState) -> OwnKey:
    """The newest active key of `role` that the peer knows: on its card, or announced in a leaf it has mirrored."""
    for key, announced in read(state) if state.own_keys is None else state.own_keys:
        if key.role == role and (announced is None or announced < state.peer_has):
            return key if key.not_after >= clock.now() else keyring.active(role)[0]
    raise KeyUnavailable(f"no {role} key is known to {state.peer.node} yet.")


def read(state: LinkState) -> list[tuple[OwnKey, int | None]]:
    """All active keys, newest first, each with the leaf that announces it to this peer."""
    rows = sql.rows(_active_query(), state.peer_id, OwnKey.ACTIVE)
    return [(_OWN.instance(row[:-1]), row[-1]) for row in rows]


@lru_cache(maxsize=1)
def _active_query() -> str:
    return _ACTIVE.format(columns=_OWN)
