"""countersign keys: make a node, enrol officers, rotate, revoke, destroy."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    init = acts.add_parser("init", help="make a node: home folder, root key on its own medium, online keys, tables")
    init.add_argument("--state", required=True, help="ISO code of the state, as in its pack (CA, IN)")
    init.add_argument("--node", required=True, help="the node's name, like ca.example")
    init.add_argument("--root", type=Path, required=True, help="folder on the off-line medium for the root key")
    init.add_argument("--host", default="127.0.0.1")
    init.add_argument("--link-port", type=int, required=True)
    init.add_argument("--web-port", type=int, required=True)
    init.add_argument(
        "--endpoint", default="", help="where peers call, if not the link port itself (a forwarder in front)"
    )
    init.add_argument(
        "--database",
        metavar="URL",
        help="postgresql://USER@HOST:PORT/NAME, without a password (default: SQLite in the home)",
    )
    init.add_argument(
        "--demonstration", action="store_true", help="nothing here is real: sign-in links, and law no counsel confirmed"
    )
    init.add_argument("--database-tools", type=Path, metavar="FOLDER", help="where pg_dump and pg_restore are")
    officer = acts.add_parser("officer", help="enrol a named person with roles and a signature key")
    officer.add_argument("login")
    officer.add_argument("--name", required=True)
    officer.add_argument("--authority", required=True)
    officer.add_argument("--role", action="append", required=True, dest="roles")
    officer.add_argument("--key", type=Path, help="where to keep the private key (default: the home's officers folder)")
    rotate = acts.add_parser("rotate", help="make a new online key and announce it to every peer")
    rotate.add_argument("role")
    rotate.add_argument("--root", type=Path, required=True)
    revoke = acts.add_parser("revoke", help="revoke an online key and announce that")
    revoke.add_argument("key_id", help="the first digits of the key's id, as `keys list` shows it")
    revoke.add_argument("--root", type=Path, required=True)
    revoke.add_argument("--reason", choices=["superseded", "compromised", "retired"], required=True)
    revoke.add_argument("--since", type=int, default=0, help="log size since which what it signed is in doubt")
    destroy = acts.add_parser("destroy", help="destroy the private half of a revoked or superseded key")
    destroy.add_argument("key_id")
    grant = acts.add_parser("grant", help="give an officer a further role, for good or until a day")
    delegate = acts.add_parser(
        "delegate", help="let another officer of the authority stand in for a role, 30 days at most"
    )
    for each in (grant, delegate, acts.add_parser("withdraw", help="end an officer's role at once")):
        each.add_argument("login")
        each.add_argument("role")
        each.add_argument("--as", dest="by", required=True, help="your login; an administrator, or who delegates")
    grant.add_argument("--until", type=date.fromisoformat, help="YYYY-MM-DD; the last day")
    delegate.add_argument("--until", type=date.fromisoformat, required=True, help="YYYY-MM-DD; the last day")
    acts.add_parser("list", help="online keys with their age")
    acts.add_parser("upgrade", help="bring the database's tables up to date")


def run(arguments: argparse.Namespace) -> int:
    from countersign.node import ceremonies

    if arguments.act == "init":
        fingerprint = ceremonies.init_node(arguments)
        print(
            f"{arguments.node} is made. Its root fingerprint, to be read out and compared in person:\n  {fingerprint}"
        )
        return 0
    home, house = boot_house()
    told: dict[str, Callable[[], str]] = {
        "officer": lambda: ceremonies.enrol_officer(home, house, arguments),
        "rotate": lambda: ceremonies.rotate(home, house, arguments.role, arguments.root),
        "revoke": lambda: ceremonies.revoke(home, house, arguments),
        "destroy": lambda: ceremonies.destroy(house, arguments.key_id),
        "upgrade": ceremonies.upgrade,
        "list": lambda: "\n".join(ceremonies.key_lines()),
    }
    print(told.get(arguments.act, lambda: ceremonies.change_role(house, arguments))())
    return 0
