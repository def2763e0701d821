"""Acts on keys that an administrator does with the root medium at hand."""

from __future__ import annotations

import argparse
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from countersign.charter.errors import FourEyesRequired
from countersign.charter.providers import ROOT, FileProvider
from countersign.kernel.errors import InvalidInput
from countersign.kernel.files import write_durably
from countersign.ledger.core import statements
from countersign.ledger.core.names import check_node_name
from countersign.ledger.core.statements import RootKey
from countersign.node import databases
from countersign.node import home as homes
from countersign.node.boot import boot_house
from countersign.node.home import Home

if TYPE_CHECKING:
    from countersign.charter.models import OwnKey
    from countersign.exchange.house import House


def init_node(arguments: argparse.Namespace) -> str:
    """Make a node; return its root's fingerprint. The root key goes to its own folder, never into the home."""
    folder = Path(os.environ.get("COUNTERSIGN_HOME") or "")
    if not os.environ.get("COUNTERSIGN_HOME"):
        raise InvalidInput("no home folder is named.", field="home", remedy="Give --home FOLDER before the command.")
    check_node_name(arguments.node)
    if folder.resolve() in [arguments.root.resolve(), *arguments.root.resolve().parents]:
        raise InvalidInput("the root key may not lie inside the home.", field="root", remedy="Name an off-line medium.")
    database = databases.parse(arguments.database) if arguments.database else None
    if database:
        databases.probe(database)
    home = homes.create(
        folder,
        node=arguments.node,
        state=arguments.state,
        host=arguments.host,
        link_port=arguments.link_port,
        web_port=arguments.web_port,
        further={
            "endpoint": arguments.endpoint,
            "demonstration": arguments.demonstration,
            "database": database,
            "database_tools": str(arguments.database_tools.resolve()) if arguments.database_tools else "",
        },
    )
    _, house = boot_house()
    migrate()
    return _make_keys(home, house, arguments.root)


def upgrade() -> str:
    migrate()
    return "The tables are up to date."


def migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _make_keys(home: Home, house: House, root_folder: Path) -> str:
    from countersign.charter import keyring
    from countersign.node.house import PROTECTION_KEY, key_encryption_keys

    medium = FileProvider(root_folder)
    medium.create(ROOT, node=home.node)
    root = medium.find_root()
    for role in statements.ONLINE_ROLES:
        keyring.enrol(house.station.provider, root, node=home.node, role=role)
    for name in key_encryption_keys(house.pack):
        house.station.provider.create_key_encryption_key(name)
    write_durably(home.keys / PROTECTION_KEY, secrets.token_bytes(32))
    keep_root_public(home, RootKey(home.node, root.public))
    return RootKey(home.node, root.public).fingerprint()


def keep_root_public(home: Home, root: RootKey) -> None:
    """The public root stays in the home, for cards and evidence."""
    write_durably(home.folder / "root.pub", root.public.ed25519 + root.public.mldsa)


def own_root(home: Home) -> RootKey:
    """The node's public root."""
    from countersign.ledger.core.keys import HybridPublicKey

    raw = (home.folder / "root.pub").read_bytes()
    return RootKey(home.node, HybridPublicKey(raw[:32], raw[32:], 87))


def enrol_officer(home: Home, house: House, arguments: argparse.Namespace) -> str:
    from django.db import transaction

    from countersign.charter import officers
    from countersign.exchange import decisions

    path = arguments.key or home.officers / f"{arguments.login}.key"
    public = officers.create_key_file(path)
    officer = officers.enrol(
        house.pack,
        login=arguments.login,
        name=arguments.name,
        authority=arguments.authority,
        roles=arguments.roles,
        public_key=public,
    )
    facts = {"officer": officer.id, "authority": officer.authority, "roles": officer.roles}
    with transaction.atomic():
        decisions.record_act(house, None, act="officer.enrol", facts=facts)
    return f"{officer.login} ({officer.authority}: {', '.join(officer.roles)}) is enrolled; the private key is in {path.name}."


def change_role(house: House, arguments: argparse.Namespace) -> str:
    """Grant or withdraw a role (an administrator, never for oneself), or let another officer stand in for the own one."""
    from django.db import transaction

    from countersign.charter import officers
    from countersign.exchange import decisions
    from countersign.kernel.clock import end_of_day

    officer, by = officers.find(arguments.login), officers.find(arguments.by)
    until = end_of_day(arguments.until) if getattr(arguments, "until", None) else None
    with transaction.atomic():
        if arguments.act == "delegate" and until is not None:
            officers.delegate(arguments.role, by=by, to=officer, until=until)
        else:
            officers.require_role(by, "node_admin")
            if by.pk == officer.pk:
                raise FourEyesRequired("nobody changes the own roles.", field="as")
            if arguments.act == "grant":
                officers.grant(officer, arguments.role, until=until)
            else:
                officers.withdraw(officer, arguments.role)
        facts = {
            "officer": officer.id,
            "by": by.id,
            "role": arguments.role,
            "until": until.isoformat() if until else "",
        }
        decisions.record_act(house, None, act=f"role.{arguments.act}", facts=facts)
    return f"{officer.login} now holds: {', '.join(officers.find(officer.login).roles) or 'no role'}."


def rotate(home: Home, house: House, role: str, root_folder: Path) -> str:
    """A new key in a role: vouched for, announced, used toward each peer once that peer holds the announcement."""
    from django.db import transaction

    from countersign.charter import keyring
    from countersign.link import housekeeping

    if role not in statements.ONLINE_ROLES:
        raise InvalidInput("not an online role.", field="role", remedy=f"One of: {', '.join(statements.ONLINE_ROLES)}.")
    root = FileProvider(root_folder).find_root()
    with transaction.atomic():
        key = keyring.enrol(house.station.provider, root, node=home.node, role=role)
        _log_key(house, "key.rotate", key)
        housekeeping.announce(house.station, keyring.statement_of(key), key)
    return f"{role} key {bytes(key.key_id).hex()[:16]} is made and announced; it is used once a peer holds the announcement."


def revoke(home: Home, house: House, arguments: argparse.Namespace) -> str:
    from django.db import transaction

    from countersign.charter import keyring
    from countersign.link import housekeeping

    key = find_key(arguments.key_id)
    root = FileProvider(arguments.root).find_root()
    with transaction.atomic():
        signed = keyring.revoke(key, root, node=home.node, since_size=arguments.since, reason=arguments.reason)
        _log_key(house, "key.revoke", key)
        housekeeping.announce(house.station, signed)
    return f"{key.role} key {bytes(key.key_id).hex()[:16]} is revoked ({arguments.reason}) and the peers will be told."


def _log_key(house: House, act: str, key: OwnKey) -> None:
    from countersign.exchange import decisions

    decisions.record_act(house, None, act=act, facts={"role": key.role, "key": bytes(key.key_id).hex()})


def destroy(house: House, prefix: str) -> str:
    from django.db import transaction

    from countersign.charter import keyring

    key = find_key(prefix)
    if keyring.newest(key.role).pk == key.pk:
        raise InvalidInput("this is the newest key of its role.", field="key_id", remedy="Rotate first.")
    with transaction.atomic():
        _log_key(house, "key.destroy", key)
        keyring.destroy(house.station.provider, key)
    return f"{key.role} key {bytes(key.key_id).hex()[:16]} is destroyed."


def find_key(prefix: str) -> OwnKey:
    """The one own key whose id begins like this."""
    from countersign.charter.models import OwnKey

    found = [key for key in OwnKey.objects.all() if len(prefix) >= 8 and bytes(key.key_id).hex().startswith(prefix)]
    if len(found) != 1:
        raise InvalidInput(
            f"{len(found)} keys begin like this.", field="key_id", remedy="Give at least 8 digits of one id."
        )
    return found[0]


def key_lines() -> Iterator[str]:
    from countersign.charter.models import OwnKey
    from countersign.kernel import clock

    for key in OwnKey.objects.order_by("role", "-serial"):
        left = (key.not_after - clock.now()).days
        yield f"{key.role:<8} {bytes(key.key_id).hex()[:16]}  {key.state:<9} ends in {left} days"
