"""countersign use: ask the gate before a received item is exported, passed on, or used in court."""

from __future__ import annotations

import argparse

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("item")
    parser.add_argument(
        "--for", dest="use", required=True,
        choices=["read", "export", "onward_agency", "onward_state", "private_body", "court", "enforcement", "adverse_decision"],
    )  # fmt: skip
    parser.add_argument("--to", default="", help="who would receive it (onward)")
    parser.add_argument("--purpose", default="", help="if it is another than the item's")
    parser.add_argument("--as", dest="login", required=True, help="your login")


def run(arguments: argparse.Namespace) -> int:
    _, house = boot_house()
    from countersign.charter import officers
    from countersign.exchange import queries, use
    from countersign.exchange.use import Purpose

    item = queries.find_received(arguments.item)
    meant = Purpose(arguments.use, recipient=arguments.to, purpose=arguments.purpose)
    decision = use.require(house, officers.find(arguments.login), item, meant)
    print(f"{item.id}: {arguments.use} is allowed under {', '.join(rule.id for rule in decision.fired)}; it is logged.")
    return 0
