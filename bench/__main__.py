"""scripts/bench exchange | scripts/bench gate | scripts/bench desk | scripts/bench precursors |
scripts/bench profile"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bench import desk, exchange, gate, profile, report


def main(words: list[str] | None = None) -> int:
    arguments = _parser().parse_args(words)
    try:
        if arguments.act == "profile":
            print(
                profile.run(items=arguments.items, single=arguments.single, port=arguments.port, lines=arguments.lines)
            )
            return 0
        if arguments.act == "desk":
            print(desk.run(cases=arguments.cases, port=arguments.port))
            return 0
        if arguments.act == "precursors":
            from bench import screening  # its packages are an extra

            print(screening.run(arguments.megabytes))
            return 0
        if arguments.act == "gate":
            print(gate.run(arguments.decisions))
            return 0
        told = exchange.run(
            exchange.Plan(
                arguments.items, arguments.single, arguments.as2, arguments.leaves, arguments.proofs, arguments.port
            )
        )
    except KeyboardInterrupt:
        print("bench: interrupted; everything it started is ended.", file=sys.stderr)
        return 130
    if arguments.json:
        arguments.json.write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    print(report.table(told))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Figures of two real nodes on this machine.")
    acts = parser.add_subparsers(dest="act", required=True)
    run = acts.add_parser("exchange", help="gate, batched drain, single items, AS2 in between, proofs")
    run.add_argument("--items", type=_positive, default=10_000, help="items of the batched drain")
    run.add_argument("--single", type=_positive, default=200, help="items sent one at a time")
    run.add_argument("--as2", type=_positive, default=200, help="AS2 messages in all")
    run.add_argument("--leaves", type=_positive, default=1_000_000, help="leaves of the log for the proofs")
    run.add_argument("--proofs", type=_positive, default=1_000)
    run.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    run.add_argument("--port", type=int, default=7600, help="the first of 12 ports")
    law = acts.add_parser("gate", help="decisions a second, beside bare cedarpy with the same policies")
    law.add_argument("--decisions", type=_positive, default=300, help="decisions a round")
    screen = acts.add_parser("desk", help="server time of the desk's pages with many open cases")
    screen.add_argument("--cases", type=_positive, default=1_000)
    screen.add_argument("--port", type=int, default=7640)
    lines = acts.add_parser("precursors", help="screening of labelled lines, beside rapidfuzz alone and OPSIN alone")
    lines.add_argument("--megabytes", type=int, default=20, help="size of the table that is streamed; 0 for none")
    look = acts.add_parser("profile", help="where the CPU goes on both sides of a drain (cProfile)")
    look.add_argument("--items", type=_positive, default=1_000)
    look.add_argument("--single", type=int, default=0, help="then so many single items")
    look.add_argument("--lines", type=_positive, default=30)
    look.add_argument("--port", type=int, default=7620)
    return parser


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
