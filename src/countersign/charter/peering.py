"""The peering ceremony: cards are exchanged, two people on each side compare sixty digits, and then the nodes may speak."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import transaction

from countersign.charter import arrangements, cards, keyring, packs
from countersign.charter.cards import NodeCard
from countersign.charter.errors import (
    FingerprintMismatch,
    FourEyesRequired,
    PeerNotActive,
    PeerSuspended,
    PeerUnknown,
)
from countersign.charter.models import Confirmation, Officer, Peer, PeerKey
from countersign.charter.officers import require_role
from countersign.kernel import cbor, clock
from countersign.kernel.errors import Conflict, InvalidInput
from countersign.ledger import sql
from countersign.ledger.core import statements
from countersign.ledger.core.keys import HybridPublicKey
from countersign.ledger.core.statements import RootKey, SignedStatement

EYES = 2
PEER = sql.Columns(Peer, "p", without=("card", "root_mldsa"))
"""What an exchange reads of a peer."""

_KEY = sql.Columns(PeerKey, "k", without=("statement", "revocation"))


@lru_cache(maxsize=1)
def _keys_query() -> str:
    return f"SELECT {_KEY} FROM charter_peerkey k WHERE k.peer_id = %s ORDER BY k.serial DESC"  # noqa: S608


@transaction.atomic
def propose(data: bytes, *, own_node: str, own_state: str, arrangement: str, by: Officer) -> Peer:
    """Take the other side's card, citing the registered arrangement that founds the channel.

    A card with another root than the one already proposed or active for the node is a hard stop (FingerprintMismatch).
    """
    require_role(by, "node_admin")
    card = cards.read(data)
    founding = arrangements.find(arrangement)
    pack = packs.state(card.state_code)
    if card.node == own_node or pack.code == own_state:
        raise InvalidInput("this is this node's own card or state.", field="card")
    if {own_state, pack.code} - set(founding.states):
        raise InvalidInput(
            f"{founding.reference} is not an arrangement between {own_state} and {pack.code}.", field="arrangement"
        )
    known = Peer.objects.filter(node=card.node).first()
    if known is not None:
        _same_root(known, card)
        raise Conflict(f"{card.node} is already {known.status}.", field="card")
    return _create(card, data, founding.reference)


@transaction.atomic
def renew(data: bytes, *, by: Officer) -> tuple[Peer, list[str]]:
    """Take newer keys of a known peer from its new card; return the peer and the roles that have a newer key now.

    For the day when the keys that would bring the news on line have ended. The peer's own root speaks on the card, as in
    its log; nothing else is taken from it. Raises FingerprintMismatch for a card of another root.
    """
    require_role(by, "node_admin")
    card = cards.read(data)
    peer = find(card.node)
    _same_root(peer, card)
    newer = [signed for signed in card.statements if _is_newer(peer, statements.read(signed.body))]
    if not newer:
        raise Conflict(
            f"the card brings no newer key of {card.node}.", field="card", remedy="Ask for a card made today."
        )
    return peer, sorted({learn_statement(peer, signed)["role"] for signed in newer})


def _is_newer(peer: Peer, fields: dict[str, Any]) -> bool:
    """An older card must not bring a key back."""
    if fields["action"] != "enrol":
        return False
    known = keys_of(peer, fields["role"])
    return not known or fields["serial"] > known[0].serial


def confirm(node: str, *, fingerprint: str, by: Officer) -> bool:
    """Compare the sixty digits that the other side read out with the card's; return whether the peer is active now.

    Two different administrators must do this. A difference is a hard stop that shows both fingerprints and takes back
    what was confirmed before.
    """
    require_role(by, "node_admin")
    peer = find(node)
    typed = statements.bare_fingerprint(fingerprint)
    shown = root_key(peer).fingerprint()
    if not hmac.compare_digest(typed, statements.bare_fingerprint(shown)):
        Confirmation.objects.filter(peer=peer).delete()
        raise _mismatch(peer.node, shown, _grouped(typed))
    with transaction.atomic():
        _, new = Confirmation.objects.get_or_create(
            peer=peer, officer=by, defaults={"fingerprint": typed, "at": clock.now()}
        )
        if not new:
            raise FourEyesRequired(f"{by.login} has already compared the fingerprint of {node}.", field="as")
        if peer.status == Peer.PROPOSED and Confirmation.objects.filter(peer=peer).count() >= EYES:
            peer.status = Peer.ACTIVE
            peer.save(update_fields=("status",))
    return peer.status == Peer.ACTIVE


def set_suspended(node: str, *, suspended: bool, by: Officer) -> Peer:
    """Suspend a peer at once, or resume it. Nothing is lost: clocks and queues stay."""
    require_role(by, "node_admin", "executive")
    peer = find(node)
    if peer.status == Peer.PROPOSED:
        raise PeerNotActive(f"the ceremony with {node} is not finished.", field="peer")
    peer.status = Peer.SUSPENDED if suspended else Peer.ACTIVE
    peer.save(update_fields=("status",))
    return peer


def find(node: str) -> Peer:
    row = sql.one(f"SELECT {PEER} FROM charter_peer p WHERE p.node = %s", node)  # noqa: S608
    if row is None:
        raise PeerUnknown(f"{node} is not a peer.", field="peer")
    return PEER.instance(row)


def find_active(node: str) -> Peer:
    """The peer, if it may be spoken with; else PeerUnknown, PeerNotActive or PeerSuspended."""
    peer = find(node)
    insist_active(peer)
    return peer


def insist_active(peer: Peer) -> None:
    """Raise PeerSuspended or PeerNotActive where the peer may not be spoken with."""
    if peer.status == Peer.SUSPENDED:
        raise PeerSuspended(f"{peer.node} is suspended.", field="peer")
    if peer.status != Peer.ACTIVE:
        raise PeerNotActive(f"the ceremony with {peer.node} is not finished.", field="peer")


def all_active() -> list[Peer]:
    """The peers that may be spoken with."""
    query = f"SELECT {PEER} FROM charter_peer p WHERE p.status = %s ORDER BY p.id"  # noqa: S608
    return [PEER.instance(row) for row in sql.rows(query, Peer.ACTIVE)]


def of_state(code: str) -> Peer:
    """The active peer of a state."""
    peer = Peer.objects.filter(state_code=code, status=Peer.ACTIVE).first()
    if peer is None:
        raise PeerUnknown(f"no active peer stands for {code}.", field="to")
    return peer


def root_key(peer: Peer) -> RootKey:
    return RootKey(peer.node, HybridPublicKey(bytes(peer.root_ed25519), bytes(peer.root_mldsa), 87))


def learn_statement(peer: Peer, signed: SignedStatement) -> dict[str, Any]:
    """Verify a key statement of a peer under its root, apply it and return its fields. Repetition changes nothing."""
    fields = statements.verify(signed, root_key(peer).public, node=peer.node)
    peer.known_keys = None
    if fields["action"] == "enrol":
        _learn_key(peer, fields, signed)
    elif fields["action"] == "revoke":
        PeerKey.objects.filter(peer=peer, key_id=fields["key_id"], revoked_since=None).update(
            revoked_since=fields["since_size"], revocation=cbor.encode(signed.as_list())
        )
    return fields


def keys_of(peer: Peer, role: str) -> list[PeerKey]:
    """The peer's keys in a role, newest first, revoked ones included.

    The instance with which an exchange begins (`outbox.open_link`) brings them along, until it learns a statement; for any
    other they are read each time.
    """
    keys = read_keys(peer) if peer.known_keys is None else peer.known_keys
    return [key for key in keys if key.role == role]


def read_keys(peer: Peer) -> list[PeerKey]:
    """The peer's keys in all roles, newest first, revoked ones included."""
    keys = [_KEY.instance(row) for row in sql.rows(_keys_query(), peer.pk)]
    for key in keys:
        key.peer = peer
    return keys


def parts_of(key: PeerKey) -> list[bytes]:
    parts: list[bytes] = cbor.decode(bytes(key.parts))
    return parts


def _create(card: NodeCard, data: bytes, reference: str) -> Peer:
    peer = Peer.objects.create(
        node=card.node,
        state_code=card.state_code,
        root_ed25519=card.root.ed25519,
        root_mldsa=card.root.mldsa,
        endpoint=card.endpoint,
        card=data,
        founded_on=reference,
    )
    keyring.claim_parts([card.root.ed25519, card.root.mldsa], node=card.node, role="root")
    for signed in card.statements:
        learn_statement(peer, signed)
    missing = set(statements.ONLINE_ROLES) - set(PeerKey.objects.filter(peer=peer).values_list("role", flat=True))
    if missing:
        raise InvalidInput(f"the card carries no {min(missing)} key.", field="card")
    return peer


def _learn_key(peer: Peer, fields: dict[str, Any], signed: SignedStatement) -> None:
    parts = fields["key"]
    keyring.claim_parts(parts, node=peer.node, role=fields["role"])
    PeerKey.objects.get_or_create(
        peer=peer,
        key_id=statements.key_id(fields["role"], parts),
        defaults={
            "role": fields["role"],
            "parts": cbor.encode(parts),
            "statement": cbor.encode(signed.as_list()),
            "serial": fields["serial"],
            "not_before": _moment(fields["not_before"]),
            "not_after": _moment(fields["not_after"]),
        },
    )


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise InvalidInput("a key statement carries a time beyond the calendar.", field="not_after") from None


def _same_root(known: Peer, card: NodeCard) -> None:
    shown, given = root_key(known).fingerprint(), card.root_key.fingerprint()
    if shown != given:
        raise _mismatch(card.node, shown, given)


def _mismatch(node: str, known: str, given: str) -> FingerprintMismatch:
    return FingerprintMismatch(
        f"the fingerprint of {node} is not the same on both sides. on the card: {known} — given: {given}.",
        field="fingerprint",
        on_card=known,
        given=given,
    )


def _grouped(digits: str) -> str:
    return " ".join(digits[at : at + 5] for at in range(0, 60, 5))
