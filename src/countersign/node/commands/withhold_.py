"""countersign withhold: redact a draft, and show exactly what would leave."""

from __future__ import annotations

import argparse

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("item")
    parser.add_argument("--path", required=True, help="/text, or /subjects/0 for an element of a list")
    parser.add_argument("--words", default="", help="the words to take out; without them the whole element goes")
    parser.add_argument("--category", required=True, help="why; a wrong one lists them all")
    parser.add_argument("--as", dest="login", required=True, help="your login")


def run(arguments: argparse.Namespace) -> int:
    _, house = boot_house()
    from countersign.charter import officers
    from countersign.exchange import withholding
    from countersign.exchange.home_sheet import Withheld
    from countersign.kernel.errors import InvalidInput
    from countersign.node import tell

    try:
        cut = Withheld(path=arguments.path, words=arguments.words, category=arguments.category)
    except ValueError:
        raise InvalidInput("the path is like /text or /subjects/0, the category a code.", field="path") from None
    outcome = withholding.withhold(house, officers.find(arguments.login), arguments.item, [cut])
    tell.difference(house, outcome.item)
    tell.outcome(outcome)
    return 0
