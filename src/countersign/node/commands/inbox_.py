"""countersign inbox"""

from __future__ import annotations

import argparse

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as", dest="login", required=True, help="your login")
    parser.add_argument("--sent", action="store_true", help="what your authority proposed and sent instead")
    parser.add_argument("--headers", action="store_true", help="as SPOC desk: headers of the other authorities' items")
    parser.add_argument("--take", metavar="ITEM", help="take a received item in hand; the sender is told")


def run(arguments: argparse.Namespace) -> int:
    _, house = boot_house()
    from countersign.charter import officers
    from countersign.exchange import intake, queries
    from countersign.node import tell

    officer = officers.find(arguments.login)
    intake.apply_arrivals(house)
    if arguments.take:
        item = intake.take(house, officer, arguments.take)
        house.station.wake()
        print(f"{item.id} is {item.state} by {officer.login}; {item.peer.node} will be told.")
        return 0
    if arguments.headers:
        tell.headers(queries.headers_for_spoc(house, officer))
        return 0
    rows = queries.outgoing(officer) if arguments.sent else queries.inbox(officer)
    tell.listing(rows)
    return 0
