"""countersign propose"""

from __future__ import annotations

import argparse
from pathlib import Path

from countersign.kernel.errors import InvalidInput
from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the item as JSON; docs/use shows examples of each kind")
    parser.add_argument("--attach", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--standing", action="store_true", help="release a coded item under a standing authorisation")
    parser.add_argument("--as", dest="login", required=True, help="your login")


def run(arguments: argparse.Namespace) -> int:
    _, house = boot_house()
    from countersign.charter import officers
    from countersign.exchange import gate, standing
    from countersign.kernel import jcs
    from countersign.node import tell

    try:
        data = arguments.file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{arguments.file} cannot be read ({error.strerror}).", field="file") from None
    draft = jcs.parse(data, field="file")
    officer = officers.find(arguments.login)
    if arguments.standing:
        outcome = standing.propose(house, officer, draft)
    else:
        outcome = gate.propose(house, officer, draft, files=arguments.attach, peer=tell.only_peer(draft))
    tell.outcome(outcome)
    return 0
