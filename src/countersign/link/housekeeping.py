"""Acts that keep a link in order: announcing keys, the daily anchor of the decisions log, destroying outlived keys."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from countersign.charter import alarms, keyring, validity
from countersign.charter.models import OwnKey, Peer
from countersign.kernel import clock
from countersign.ledger import services as ledger
from countersign.ledger.core import leaves, statements
from countersign.ledger.core.leaves import AnchorLeaf
from countersign.ledger.core.names import decisions_origin
from countersign.ledger.core.statements import SignedStatement
from countersign.ledger.models import Log
from countersign.link import outbox
from countersign.link.models import AnchorDay, Announcement, LinkState
from countersign.link.station import Station

KEY_WARNING = timedelta(days=7)
PEER_KEY_WARNING = timedelta(days=3)


@transaction.atomic
def announce(station: Station, signed: SignedStatement, key: OwnKey | None = None) -> None:
    """Write a key statement into the log toward every peer; `key` is used toward a peer once it holds that leaf."""
    for peer in Peer.objects.exclude(status=Peer.PROPOSED):
        state = outbox.open_link(station, peer)
        index = outbox.append_leaf(station, state, signed.as_leaf())
        if key is not None:
            Announcement.objects.create(key=key, peer=peer, leaf_index=index)


def watch_keys(station: Station) -> None:
    """Alarm on keys that end soon, and destroy HPKE keys whose use and overlap are over."""
    for role in statements.ONLINE_ROLES:
        newest = keyring.newest(role)
        if newest.not_after - clock.now() < KEY_WARNING:
            alarms.raise_alarm("KEY_ENDS_SOON", role)
        else:
            alarms.close_alarm("KEY_ENDS_SOON", role)
    keyring.destroy_outlived(station.provider, at=clock.now())


def watch_peer_keys() -> None:
    """Alarm where a peer's last valid key in a role ends soon or has ended: the peer must name the next one."""
    for peer in Peer.objects.filter(status=Peer.ACTIVE):
        for role in statements.ONLINE_ROLES:
            ends = max((key.not_after for key in validity.unrevoked(peer, role)), default=clock.now())
            left = ends - clock.now()
            alarms.set_alarm("PEER_KEY_ENDED", f"{peer.node} {role}", holds=left <= timedelta(0))
            alarms.set_alarm("PEER_KEY_ENDS_SOON", f"{peer.node} {role}", holds=timedelta(0) < left < PEER_KEY_WARNING)


@transaction.atomic
def anchor_daily(station: Station) -> bool:
    """Once a UTC day, changed or not: sign the decisions log's head and put its hidden hash into the log toward every
    peer, whose cosignature then dates it. Returns whether today's anchor was made now."""
    _, new = AnchorDay.objects.get_or_create(day=clock.now().date())
    if not new:
        return False
    decisions = ledger.lock(ledger.open_log(decisions_origin(station.node), kind=Log.DECISIONS))
    signer = station.provider.signer(statements.LOG, bytes(keyring.newest(statements.LOG).key_id))
    signed = ledger.sign_checkpoint(decisions, signer, station.marks, at=clock.now())
    for state in LinkState.objects.filter(peer__status=Peer.ACTIVE, restoring=False).select_related("peer", "log"):
        nonce = leaves.fresh_nonce()
        leaf = AnchorLeaf(nonce=nonce, decisions=leaves.anchor_commitment(nonce, bytes(signed.note)))
        outbox.append_leaf(station, state, leaf)
    return True
