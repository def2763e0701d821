"""countersign show"""

from __future__ import annotations

import argparse
from pathlib import Path

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("item")
    parser.add_argument("--as", dest="login", required=True, help="your login")
    parser.add_argument("--attachment", metavar="ID", help="save this attachment (with --out)")
    parser.add_argument("--diff", action="store_true", help="of a redacted draft: what stays home, what would leave")
    parser.add_argument("--evidence", type=Path, metavar="FILE", help="make an evidence file")
    parser.add_argument(
        "--open",
        dest="shown",
        action="append",
        default=[],
        metavar="PART",
        help="open a part in the evidence; `all` opens all",
    )
    parser.add_argument("--out", type=Path, metavar="FILE")


def run(arguments: argparse.Namespace) -> int:
    home, house = boot_house()
    from countersign.charter import officers
    from countersign.exchange import queries, reading
    from countersign.node import tell

    officer = officers.find(arguments.login)
    if arguments.evidence and not arguments.shown:
        item = queries.provable(officer, arguments.item)
        tell.save_evidence(home, house, officer, item, arguments.evidence, frozenset())
        return 0
    item, kept = queries.read(house, officer, arguments.item)
    reading.note(house, officer, item)
    if arguments.attachment:
        tell.save_attachment(house, item, kept, arguments.attachment, arguments.out)
    elif arguments.evidence:
        tell.save_evidence(home, house, officer, item, arguments.evidence, frozenset(arguments.shown))
    elif arguments.diff:
        tell.difference(house, item)
    else:
        tell.item(house, item, kept)
    return 0
