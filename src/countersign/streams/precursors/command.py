"""countersign precursors: screen declaration lines, look up a substance on a day. Needs no node and stores nothing."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

PORTION = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    screen = acts.add_parser("screen", help="answer JSON lines of declarations with verdicts")
    screen.add_argument("file", type=Path, nargs="?", help="JSON lines; without it, standard input")
    screen.add_argument("--csv", action="store_true", help="the file is a table with a header")
    status = acts.add_parser("status", help="a substance on a day: each law's answer with its source")
    status.add_argument("substance", help="its name in any language, or its CAS number")
    status.add_argument("--date", type=date.fromisoformat, help="YYYY-MM-DD (default: today)")


def run(arguments: argparse.Namespace) -> int:
    return {"screen": _screen, "status": _status}[arguments.act](arguments)


def _screen(arguments: argparse.Namespace) -> int:
    from countersign.kernel.errors import InvalidInput
    from countersign.streams.precursors.screening import reading

    try:
        source: BinaryIO = arguments.file.open("rb") if arguments.file else sys.stdin.buffer
    except OSError as error:
        raise InvalidInput(f"{arguments.file} cannot be read ({error.strerror}).", field="file") from None
    failed = 0
    with source:
        if arguments.csv:
            import io

            rows: Iterable[Any] = reading.csv_rows(
                io.TextIOWrapper(source, encoding="utf-8-sig", newline="", errors="strict")
            )
        else:
            rows = reading.json_lines(source)
        for told in answers(rows):
            failed |= "error" in told
            print(json.dumps(told, ensure_ascii=False))
    return int(failed)


def answers(rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """A verdict or a fault for each row, in their order; portions, so that names are read many at a time."""
    from countersign.streams.precursors.screening import lists, ready
    from countersign.streams.precursors.screening.result import Goods

    engine = ready.engine(lists.shipped())
    running = iter(rows)
    while portion := list(itertools.islice(running, PORTION)):
        found = iter(engine.screen([row for row in portion if isinstance(row, Goods)]))
        for row in portion:
            yield next(found).as_json() if isinstance(row, Goods) else row


def _status(arguments: argparse.Namespace) -> int:
    from countersign.kernel import clock
    from countersign.kernel.errors import NotFound
    from countersign.streams.precursors.screening import lists, ready
    from countersign.streams.precursors.screening.result import Goods

    day = arguments.date or clock.now().date()
    known = lists.shipped()
    found = ready.engine(known).screen([Goods("asked", day, arguments.substance, arguments.substance)])[0]
    if found.substance is None:
        raise NotFound("no list names it. That it is not named here proves nothing.", field="substance")
    print(f"{found.substance}, {day}")
    for where, held in known.status(found.substance, day).items():
        told = f"{held.kind}, since {held.effective}, {held.instrument}" if held else "not listed"
        print(f"  {where}: {told}")
        if held:
            print(f"      {held.source} (confidence {held.confidence})")
    print("Not legal advice; to be confirmed by each state's counsel.")
    return 0
