"""Which of the own keys to use toward a peer: the newest one whose announcement the peer already holds. Once that one
has ended the peer relies on it no more, so then the newest, which the peer may know from a card."""

from __future__ import annotations

from countersign.charter import keyring
from countersign.charter.errors import KeyUnavailable
from countersign.charter.models import OwnKey
from countersign.kernel import clock
from countersign.link.models import Announcement, LinkState


def usable(role: str, state: LinkState) -> OwnKey:
    """The newest active key of `role` that the peer knows: on its card, or announced in a leaf it has mirrored."""
    keys = keyring.active(role)
    for key in keys:
        announced = Announcement.objects.filter(key=key, peer=state.peer).values_list("leaf_index", flat=True).first()
        if announced is None or announced < state.peer_has:
            return key if key.not_after >= clock.now() else keys[0]
    raise KeyUnavailable(f"no {role} key is known to {state.peer.node} yet.")
