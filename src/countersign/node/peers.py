"""What `countersign peer` does and says: one function an act, all called as act(home, house, arguments)."""

# ruff: noqa: ARG001  (the acts share one signature)

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from countersign.charter import arrangements, cards, keyring, officers, peering
from countersign.charter.cards import NodeCard
from countersign.charter.models import Peer
from countersign.charter.providers import FileProvider
from countersign.exchange import decisions
from countersign.kernel.errors import InvalidInput
from countersign.kernel.files import write_durably
from countersign.ledger.core import statements
from countersign.ledger.models import Log
from countersign.link import outbox
from countersign.link.models import OutItem
from countersign.node import ceremonies, pins
from countersign.node.home import Home

if TYPE_CHECKING:
    from countersign.exchange.house import House


def card(home: Home, house: House, arguments: argparse.Namespace) -> None:
    """Write the node's card: its root, its newest key in each role, its endpoint."""
    root = FileProvider(arguments.root).find_root()
    signed = tuple(keyring.statement_of(keyring.newest(role)) for role in statements.ONLINE_ROLES)
    data = cards.build(NodeCard(home.node, home.state, home.endpoint, root.public, signed), root)
    write_durably(arguments.file, data, mode=0o644)
    print(f"The card of {home.node} is in {arguments.file}. Read out its fingerprint in person:")
    print(f"  {ceremonies.own_root(home).fingerprint()}")


def begin(home: Home, house: House, arguments: argparse.Namespace) -> None:
    by = officers.find(arguments.login)
    with transaction.atomic():
        peer = peering.propose(
            _read(arguments.file), own_node=home.node, own_state=home.state, arrangement=arguments.arrangement, by=by
        )
        _log(house, "peer.begin", peer, by.id)
    print(
        f"{peer.node} ({peer.state_code}) is proposed, founded on {peer.founded_on}. Its card carries the fingerprint:"
    )
    print(f"  {peering.root_key(peer).fingerprint()}")
    print("Two administrators now compare it with what the other side reads out: countersign peer confirm.")


def renew(home: Home, house: House, arguments: argparse.Namespace) -> None:
    by = officers.find(arguments.login)
    with transaction.atomic():
        peer, roles = peering.renew(_read(arguments.file), by=by)
        _log(house, "peer.renew", peer, by.id)
    pins.refresh(home, house.station)
    print(
        f"{peer.node}: newer keys are taken for {', '.join(roles)}. Its root vouches for them; nothing else was taken."
    )


def confirm(home: Home, house: House, arguments: argparse.Namespace) -> None:
    by = officers.find(arguments.login)
    active = peering.confirm(arguments.node, fingerprint=arguments.fingerprint, by=by)
    peer = peering.find(arguments.node)
    with transaction.atomic():
        _log(house, "peer.confirm", peer, by.id)
        if active:
            outbox.open_link(house.station, peer)
    if active:
        pins.refresh(home, house.station)
    print(
        f"{by.login} confirmed {peer.node}. "
        + ("The channel is open." if active else "One more administrator is needed.")
    )


def suspend(home: Home, house: House, arguments: argparse.Namespace) -> None:
    _set_suspended(home, house, arguments, suspended=True)


def resume(home: Home, house: House, arguments: argparse.Namespace) -> None:
    _set_suspended(home, house, arguments, suspended=False)


def arrangement(home: Home, house: House, arguments: argparse.Namespace) -> None:
    by = officers.find(arguments.login)
    with transaction.atomic():
        row = arrangements.register(_read(arguments.file).decode("utf-8"), by=by)
        _log_arrangement(house, "arrangement.register", row.reference, by.id)
    print(f"{row.reference} is registered: {row.title}. It opens nothing until two officers certify it.")


def certify(home: Home, house: House, arguments: argparse.Namespace) -> None:
    by = officers.find(arguments.login)
    with transaction.atomic():
        in_force = arrangements.confirm(arguments.reference, by=by)
        _log_arrangement(house, "arrangement.certify", arguments.reference, by.id)
    print(f"{arguments.reference}: " + ("in force." if in_force else "one more officer must certify it."))


def status(home: Home, house: House, arguments: argparse.Namespace) -> None:
    print(f"{home.node} ({home.state}), fingerprint {ceremonies.own_root(home).fingerprint()}")
    for peer in Peer.objects.order_by("node"):
        print(f"{peer.node} ({peer.state_code}): {peer.status}, founded on {peer.founded_on}")
        print(f"  fingerprint {peering.root_key(peer).fingerprint()}")
        if peer.status != Peer.PROPOSED:
            _link_lines(house, peer)


def _link_lines(house: House, peer: Peer) -> None:
    state = outbox.open_link(house.station, peer)
    own, mirror = Log.objects.get(pk=state.log_id).size, Log.objects.get(pk=state.mirror_id).size
    waiting = OutItem.objects.filter(peer=peer, state__in=(OutItem.RELEASED, OutItem.BATCHED)).count()
    contact = f"{state.contact_at:%d %b %Y %H:%M:%S} UTC" if state.contact_at else "never"
    print(f"  {waiting} items wait for their receipt; last contact {contact}")
    print(f"  own log {own} leaves, of which the peer holds {state.peer_has}; mirror of its log {mirror} leaves")


def _set_suspended(home: Home, house: House, arguments: argparse.Namespace, *, suspended: bool) -> None:
    by = officers.find(arguments.login)
    with transaction.atomic():
        peer = peering.set_suspended(arguments.node, suspended=suspended, by=by)
        _log(house, "peer.suspend" if suspended else "peer.resume", peer, by.id)
    pins.refresh(home, house.station)
    print(f"{peer.node} is {peer.status}.")


def _log(house: House, act: str, peer: Peer, officer: str) -> None:
    decisions.record_act(house, None, act=act, facts={"peer": peer.node, "officer": officer})


def _log_arrangement(house: House, act: str, reference: str, officer: str) -> None:
    decisions.record_act(house, None, act=act, facts={"arrangement": reference, "officer": officer})


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read ({error.strerror}).", field="file") from None
