"""countersign review: a reviewer lists the decisions on an item and replays them with the policies of their day."""

from __future__ import annotations

import argparse
import json
from datetime import date
from typing import Any

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    listed = acts.add_parser("list", help="all decisions on an item, oldest first")
    listed.add_argument("item")
    replayed = acts.add_parser("replay", help="open a decision, check its leaf, decide again")
    replayed.add_argument("decision")
    replayed.add_argument("--json", action="store_true", help="print the whole record")
    counted = acts.add_parser("counts", help="the fifteen counts of oversight, from the decisions log")
    counted.add_argument(
        "--from", dest="first", type=date.fromisoformat, required=True, help="YYYY-MM-DD, the first day"
    )
    counted.add_argument("--to", dest="last", type=date.fromisoformat, required=True, help="YYYY-MM-DD, the last day")
    counted.add_argument("--authority", default="", help="of one authority alone")
    counted.add_argument("--public", action="store_true", help="what may be published: small cells left out")
    yearly = acts.add_parser("report", help="the state's yearly report for one authority, filled in")
    yearly.add_argument("authority")
    yearly.add_argument("year", type=int)
    for each in (listed, replayed, counted, yearly):
        each.add_argument("--as", dest="login", required=True, help="your login; a reviewer")


def run(arguments: argparse.Namespace) -> int:
    _, house = boot_house()
    from countersign.charter import officers
    from countersign.exchange import replay

    reviewer = officers.find(arguments.login)
    if arguments.act in ("counts", "report"):
        return _count(house, reviewer, arguments)
    if arguments.act == "list":
        for row in replay.of_item(reviewer, arguments.item):
            said = "allowed" if row.allowed else "denied"
            print(
                f"{row.id}  {row.at:%d %b %Y %H:%M:%S}  {row.action:<14} {said:<8} leaf {row.leaf_index}  {row.version[:12]}"
            )
        return 0
    found = replay.replay(house, reviewer, arguments.decision)
    said = "allowed" if found.again.allowed else "denied"
    print(f"{found.decision.id}: {found.decision.action} was {said} on {found.decision.at:%d %b %Y %H:%M:%S} UTC.")
    print(
        f"  policy {found.decision.version}; leaf {found.decision.leaf_index} of the decisions log commits to this record."
    )
    for rule in found.again.fired:
        print(f"  {rule.id} ({rule.effect}): {rule.statement}\n    {rule.citation}")
    print("  decided again with the policy text of that day, by both evaluators: the same.")
    if arguments.json:
        print(json.dumps(found.record, ensure_ascii=False, indent=2))
    return 0


def _count(house: Any, reviewer: Any, arguments: argparse.Namespace) -> int:
    """Print counts, or the yearly report, as JSON: they go into other people's tables."""
    from countersign.oversight import annual, statistics
    from countersign.oversight.entries import Span

    if arguments.act == "report":
        made = annual.report(house, reviewer, authority=arguments.authority, year=arguments.year)
        told: Any = {
            "title": made.form.title, "law": made.form.citation, "due": made.form.due, "authority": made.authority,
            "year": made.year, "sections": [{"heading": name, "cells": dict(cells)} for name, cells in made.sections],
        }  # fmt: skip
    else:
        span = Span(arguments.first, arguments.last)
        found = annual.counts(house, reviewer, span, authority=arguments.authority)
        told = statistics.published(found) if arguments.public else [
            {"number": count.number, "key": count.key, "cells": dict(count.cells)} for count in found
        ]  # fmt: skip
    print(json.dumps(told, ensure_ascii=False, indent=2))
    return 0
