"""countersign admit: a received request is found in order before any holding is searched for it."""

from __future__ import annotations

import argparse

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("item")
    parser.add_argument("--found", action="append", default=[], choices=["predicate", "purpose", "proportionate", "neutral"],
                        help="a question found in order; all four are needed")  # fmt: skip
    parser.add_argument("--as", dest="login", required=True, help="your login; desk or legal adviser")


def run(arguments: argparse.Namespace) -> int:
    _, house = boot_house()
    from countersign.charter import officers
    from countersign.oversight import admission

    row = admission.admit(house, officers.find(arguments.login), arguments.item, found=tuple(arguments.found))
    print(f"{row.item_id} is admitted; your authority's holdings may be searched for it.")
    return 0
