"""countersign import"""

from __future__ import annotations

import argparse
from pathlib import Path

from countersign.kernel.errors import InvalidInput
from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument("--slip", type=Path, metavar="FILE", help="write the return slip: receipts for the sender")


def run(arguments: argparse.Namespace) -> int:
    _, house = boot_house()
    from countersign.exchange import intake
    from countersign.link import carried

    if not arguments.file.is_file():
        raise InvalidInput(f"{arguments.file} is not a file.", field="file")
    peer, result = carried.import_(house.station, arguments.file)
    applied = 0
    while done := intake.apply_arrivals(house):
        applied += done
    again = " It had been imported before; nothing was doubled." if result.again else ""
    late = " It is past its expiry date." if result.expired else ""
    print(
        f"{result.file_id} from {peer.node}: {result.leaves} new leaves, {result.stored} items stored, "
        f"{applied} took effect.{again}{late}"
    )
    if arguments.slip:
        carried.export(house.station, peer, arguments.slip)
        print(f"The return slip is in {arguments.slip}.")
    return 0
