"""countersign search: an authority's own items, by words in four scripts, in the name of a request or a case."""

from __future__ import annotations

import argparse

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", help="words; every one must stand in the item, whole or as a beginning")
    parser.add_argument("--request", default="", help="the admitted request that it serves")
    parser.add_argument("--case", default="", help="or the own case that it serves")
    parser.add_argument("--as", dest="login", required=True, help="your login")


def run(arguments: argparse.Namespace) -> int:
    _, house = boot_house()
    from countersign.charter import officers
    from countersign.exchange import search
    from countersign.node import tell

    officer = officers.find(arguments.login)
    tell.listing(search.find(house, officer, arguments.query, request=arguments.request, case=arguments.case))
    return 0
