"""countersign export"""

from __future__ import annotations

import argparse
from pathlib import Path

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the carried file to write")
    parser.add_argument("--peer", required=True)
    parser.add_argument("--since", type=int, help="from this leaf index (default: what the peer does not hold yet)")


def run(arguments: argparse.Namespace) -> int:
    _, house = boot_house()
    from countersign.charter import peering
    from countersign.link import carried

    manifest = carried.export(house.station, peering.find_active(arguments.peer), arguments.file, since=arguments.since)
    size = arguments.file.stat().st_size
    print(
        f"{manifest.id}: leaves {manifest.begin} to {manifest.end}, {len(manifest.frames)} frames, {size:,} bytes in "
        f"{arguments.file}. Sealed to {arguments.peer}; carry it by hand and bring back the return slip."
    )
    return 0
