"""countersign route: pass a received item to another authority of the own state."""

from __future__ import annotations

import argparse
from pathlib import Path

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("item")
    parser.add_argument("--to", required=True, help="the authority")
    parser.add_argument("--as", dest="login", required=True, help="your login; you ask")
    parser.add_argument("--approver", required=True, help="the releaser who signs for it, another person")
    parser.add_argument("--key", type=Path, help="the releaser's key file (default: in the home's officers folder)")


def run(arguments: argparse.Namespace) -> int:
    home, house = boot_house()
    from countersign.charter import officers
    from countersign.exchange import queries, routing

    officer, approver = officers.find(arguments.login), officers.find(arguments.approver)
    item = queries.find_received(arguments.item)
    key = arguments.key or home.officers / f"{approver.login}.key"
    signature = officers.sign_with(key, routing.message(item, arguments.to))
    copy = routing.route(house, officer, item.id, to=arguments.to, approver=approver, signature=signature)
    print(f"{item.id} was passed to {copy.authority} as {copy.id}.")
    return 0
