"""countersign record: a legal adviser puts a condition, a consent or an outside approval on record for a draft."""

from __future__ import annotations

import argparse

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("item")
    parser.add_argument("code", help="what is recorded; a wrong one lists them all")
    parser.add_argument("--reference", required=True, help="the document that shows it")
    parser.add_argument("--as", dest="login", required=True, help="your login; a legal adviser, not the drafter")


def run(arguments: argparse.Namespace) -> int:
    _, house = boot_house()
    from countersign.charter import officers
    from countersign.exchange import records

    row = records.put(
        house, officers.find(arguments.login), arguments.item, code=arguments.code, reference=arguments.reference
    )
    print(f"{row.code} is on record for {row.item_id}.")
    return 0
