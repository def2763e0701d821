"""countersign sync"""

from __future__ import annotations

import argparse

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--peer", help="only this node (default: every active peer)")


def run(arguments: argparse.Namespace) -> int:
    _, house = boot_house()
    from countersign.charter import peering
    from countersign.charter.models import Peer
    from countersign.exchange import intake
    from countersign.link.courier import Courier
    from countersign.node.courier_process import connector

    courier = Courier(house.station, connect=connector(house))
    chosen = [peering.find_active(arguments.peer)] if arguments.peer else Peer.objects.filter(status=Peer.ACTIVE)
    for peer in chosen:
        rounds = courier.drain(peer)
        while applied := intake.apply_arrivals(house):
            print(f"{applied} items took effect")
        print(f"{peer.node}: nothing is left to say after {rounds} rounds.")
    return 0
