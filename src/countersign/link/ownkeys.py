"""Which of the own keys to use toward a peer: the newest one whose announcement the peer already holds. Once that one
has ended the peer relies on it no more, so then the newest, which the peer may know from a card."""

from __future__ import annotations

from countersign.charter import keyring
from countersign.charter.errors import KeyUnavailable
from countersign.charter.models import OwnKey
from countersign.kernel import clock
from countersign.ledger import sql
from countersign.link.models import LinkState

_OWN = sql.Columns(OwnKey, "k", without=("parts", "statement", "revocation"))
_USABLE = """
    SELECT {columns} FROM charter_ownkey k LEFT JOIN link_announcement a ON a.key_id = k.id AND a.peer_id = %s
    WHERE k.role = %s AND k.state = %s AND (a.leaf_index IS NULL OR a.leaf_index < %s)
    ORDER BY k.serial DESC LIMIT 1
"""


def usable(role: str, state: LinkState) -> OwnKey:
    """The newest active key of `role` that the peer knows: on its card, or announced in a leaf it has mirrored."""
    row = sql.one(_USABLE.format(columns=_OWN), state.peer_id, role, OwnKey.ACTIVE, state.peer_has)
    if row is None:
        raise KeyUnavailable(f"no {role} key is known to {state.peer.node} yet.")
    key: OwnKey = _OWN.instance(row)
    return key if key.not_after >= clock.now() else keyring.active(role)[0]
