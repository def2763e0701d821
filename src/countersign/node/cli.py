"""The command line. One exit path: a refusal prints its code, reason and remedy, never a traceback."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from countersign.kernel.errors import CountersignError

COMMANDS = {
    "run": "run the node: web port, link port, courier",
    "demo": "play the story with two nodes on this machine",
    "peer": "node cards, the peering ceremony, arrangements, suspension",
    "propose": "propose an item for release",
    "approve": "approve or decline a proposed item",
    "inbox": "what came in, with its clocks; take an item in hand",
    "risk": "profiles of receiving authorities, and the assessment of a draft",
    "record": "put a condition, a consent or an outside approval on record for a draft",
    "withhold": "take words or elements out of a draft; the full version stays home",
    "standing": "approvals given in advance for coded items: prepare, sign, suspend, list",
    "admit": "find a received request in order, before any holding is searched for it",
    "search": "search your authority's items, in the name of a request or a case",
    "use": "ask whether a received item may be exported, passed on or used in court",
    "route": "pass a received item to another authority of the own state",
    "review": "for reviewers: the decisions on an item, replayed",
    "show": "show an item, save an attachment, make an evidence file",
    "sync": "exchange with a peer now, until nothing is left to say",
    "export": "write a carried file for a peer",
    "import": "read a carried file from a peer",
    "verify": "verify an evidence file off line",
    "keys": "make a node, enrol officers, rotate, revoke and destroy keys",
    "accounts": "who signs in and which machines call: set-up links, machine accounts, tokens",
    "law": "ask the rules for a verdict, have them explained and proved; confirm and adopt them",
    "protection": "load the protection register",
    "check": "check settings, keys, logs and alarms",
    "backup": "copy the database to a file",
    "restore": "put a copy back, and take back from the peer what was signed since",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status (0 done, 1 refused, 2 wrong usage)."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    top, name = _top_parser(), None
    known, rest = top.parse_known_args(words[: _command_place(words)])
    if rest or _command_place(words) >= len(words):
        top.print_help(sys.stderr if rest else sys.stdout)
        return 2 if rest else 0
    name = words[_command_place(words)]
    if name not in COMMANDS and name not in _stream_commands():
        print(f"countersign: no such command: {name}", file=sys.stderr)
        return 2
    if known.home:
        os.environ["COUNTERSIGN_HOME"] = str(known.home)
    return _run(name, words[_command_place(words) + 1 :])


def _run(name: str, words: list[str]) -> int:
    streams = {} if name in COMMANDS else _stream_commands()
    module = importlib.import_module(streams[name][0] if name in streams else f"countersign.node.commands.{name}_")
    described = streams[name][1] if name in streams else COMMANDS[name]
    parser = argparse.ArgumentParser(prog=f"countersign {name}", description=described)
    module.add_arguments(parser)
    parsed = parser.parse_args(words)
    try:
        return int(module.run(parsed) or 0)
    except CountersignError as error:
        tell(error)
        if os.environ.get("COUNTERSIGN_DEBUG") == "1":
            raise
        return 1
    except _database_faults() as error:
        tell(_as_refusal(error))
        if os.environ.get("COUNTERSIGN_DEBUG") == "1":
            raise
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1


def _stream_commands() -> dict[str, tuple[str, str]]:
    """Commands that streams bring: key to module and description."""
    from countersign.exchange import streams

    return {one.key: (one.command, one.command_help) for one in streams.installed() if one.command}


def _database_faults() -> tuple[type[Exception], ...]:
    """What a database raises when it is full, busy or away; Django is there only if the command brought it."""
    database = sys.modules.get("django.db")
    return (database.OperationalError,) if database else ()


def _as_refusal(error: Exception) -> CountersignError:
    from countersign.link.server import database_fault

    return database_fault(error)


def tell(error: CountersignError) -> None:
    """Print a refusal for a person: code, field, reason, every rule with citation and remedy."""
    told = error.diagnostics()
    place = f" ({told['field']})" if told.get("field") else ""
    print(f"Refused: {told['code']}{place}\n  why:  {told['reason']}\n  do:   {told['remedy']}", file=sys.stderr)
    for rule in told.get("rules", []):
        print(
            f"  rule: {rule['rule']}: {rule['why']}\n        {rule['citation']}\n        do: {rule['remedy']}",
            file=sys.stderr,
        )
    for fault in told.get("errors", []):
        line = f"{fault['field']}: {fault['reason']}" if isinstance(fault, dict) else fault
        print(f"  - {line}", file=sys.stderr)


def _top_parser() -> argparse.ArgumentParser:
    every = COMMANDS | {name: told for name, (_, told) in _stream_commands().items()}
    lines = "\n".join(f"  {name:<11} {text}" for name, text in every.items())
    parser = argparse.ArgumentParser(
        prog="countersign",
        usage="countersign [--home FOLDER] COMMAND …",
        description=f"A sovereign node of a security partnership.\n\ncommands:\n{lines}",
        epilog="countersign COMMAND --help tells more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--home", type=Path, help="the node's home folder (or COUNTERSIGN_HOME)")
    return parser


def _command_place(words: list[str]) -> int:
    place = 0
    while place < len(words) and words[place].startswith("-"):
        place += 2 if words[place] == "--home" else 1
    return place


if __name__ == "__main__":
    sys.exit(main())
