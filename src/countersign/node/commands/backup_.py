"""countersign backup"""

from __future__ import annotations

import argparse
from pathlib import Path

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="where the copy goes; private keys and marks are never in it")


def run(arguments: argparse.Namespace) -> int:
    home, _ = boot_house()
    from countersign.node import backups

    size = backups.backup(home, arguments.file)
    print(f"The database is copied to {arguments.file} ({size:,} bytes). Keys, marks and attachments are not in it.")
    return 0
