"""countersign restore"""

from __future__ import annotations

import argparse
from pathlib import Path

from countersign.kernel.errors import InvalidInput
from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, nargs="?", help="the copy to put back; the node must not run")
    parser.add_argument(
        "--from-peer", action="store_true", help="take back from the peers what this node signed since the copy"
    )
    parser.add_argument("--root", type=Path, help="the root medium, for the statement of the new epoch")


def run(arguments: argparse.Namespace) -> int:
    home, house = boot_house()
    from countersign.node import backups

    if arguments.file is None and not arguments.from_peer:
        raise InvalidInput("nothing to do.", field="file", remedy="Name a copy, or give --from-peer --root FOLDER.")
    if arguments.file is not None:
        backups.put_back(home, house, arguments.file)
        print("The copy is put back. Nothing is signed until the peers were asked: countersign restore --from-peer.")
    if arguments.from_peer:
        if arguments.root is None:
            raise InvalidInput("a new epoch needs the root's statement.", field="root", remedy="Give --root FOLDER.")
        for line in backups.from_peers(house, arguments.root):
            print(line)
    return 0
