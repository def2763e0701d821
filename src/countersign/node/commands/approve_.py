"""countersign approve"""

from __future__ import annotations

import argparse
from pathlib import Path

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("item")
    parser.add_argument("--as", dest="login", required=True, help="your login")
    parser.add_argument(
        "--role",
        required=True,
        choices=["releaser", "second_officer", "senior_officer", "legal", "executive", "fiu_head"],
    )
    parser.add_argument("--key", type=Path, help="your key file (default: in the home's officers folder)")
    parser.add_argument("--decline", metavar="GROUND", help="say no, with a coded ground")


def run(arguments: argparse.Namespace) -> int:
    home, house = boot_house()
    from countersign.charter import officers
    from countersign.exchange import approvals, gate, queries
    from countersign.node import tell

    officer = officers.find(arguments.login)
    if arguments.decline:
        item = gate.decline(house, officer, arguments.item, role=arguments.role, ground=arguments.decline)
        print(f"{item.id} is {item.state}: {arguments.decline}.")
        return 0
    item = queries.find(arguments.item)
    key = arguments.key or home.officers / f"{officer.login}.key"
    signature = officers.sign_with(key, approvals.message(item, arguments.role))
    outcome = gate.approve(house, officer, item.id, role=arguments.role, signature=signature)
    tell.outcome(outcome)
    return 0
