"""countersign law: ask the rules, have them explained and proved; confirm and adopt them. Releases nothing."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    decide = acts.add_parser("decide", help="answer JSON lines of attributes with verdicts")
    decide.add_argument("file", type=Path, nargs="?", help="JSON lines; without it, standard input")
    decide.add_argument(
        "--test-defaults", action="store_true", help="missing attributes take harmless values; for trials only"
    )
    explain = acts.add_parser("explain", help="a rule in words: what it says, on which law, what cures it")
    explain.add_argument("rule", nargs="*", help="ids of rules; without any, all of the state")
    explain.add_argument("--state", default="CA", help="whose rules (default CA)")
    explain.add_argument("--family", help="only rules of this family")
    prove = acts.add_parser("prove", help="prove what is claimed of the rules, for every request there can be")
    prove.add_argument("--state", help="whose rules; without it, those of every pack")
    prove.add_argument("--json", type=Path, metavar="FILE", help="write the findings there as well")
    prove.add_argument("--against", type=Path, metavar="FILE", help="show what an older set of rules did not allow")
    prove.add_argument("--save", type=Path, metavar="FILE", help="prove nothing; keep the rules for a later --against")
    _add_acts_of_people(acts)


def _add_acts_of_people(acts: Any) -> None:
    confirm = acts.add_parser("confirm", help="print the status with which counsel confirms a rule as it stands")
    confirm.add_argument("rule", nargs="+", help="ids of rules")
    confirm.add_argument("--office", required=True, help="the office that confirms, as it shall be named")
    confirm.add_argument("--date", help="the day, as YYYY-MM-DD (default: today)")
    confirm.add_argument("--state", default="CA", help="whose rules (default CA)")
    adopt = acts.add_parser("adopt", help="sign the law on this node's disk, as legal adviser or as executive")
    adopt.add_argument("--as", dest="login", required=True, help="your login")
    adopt.add_argument("--role", required=True, choices=["legal", "executive"])
    adopt.add_argument("--key", type=Path, help="your key file (default: in the home's officers folder)")
    status = acts.add_parser("status", help="the law of this node: version, signatures, which workstreams are open")
    status.add_argument("--rules", action="store_true", help="name every rule that waits for counsel")


def run(arguments: argparse.Namespace) -> int:
    from countersign.node import lawbook

    acts = {"decide": _decide, "explain": _explain, "prove": _prove, "confirm": lawbook.confirm, "adopt": lawbook.adopt,
            "status": lawbook.status}  # fmt: skip
    return acts[arguments.act](arguments)


def _decide(arguments: argparse.Namespace) -> int:
    from countersign.charter import packs
    from countersign.kernel.errors import InvalidInput
    from countersign.law import verdicts
    from countersign.node.policies import policies_of

    try:
        source = arguments.file.open("rb") if arguments.file else sys.stdin.buffer
    except OSError as error:
        raise InvalidInput(f"{arguments.file} cannot be read ({error.strerror}).", field="file") from None
    sets = {code: policies_of(pack) for code, pack in packs.states().items()}
    failed = 0
    with source:
        for told in verdicts.answer_lines(sets, source, defaults=arguments.test_defaults):
            failed |= "error" in told or "errors" in told
            print(json.dumps(told, ensure_ascii=False))
    return int(failed)


def _explain(arguments: argparse.Namespace) -> int:
    from countersign.charter import packs
    from countersign.law import verdicts
    from countersign.node.policies import policies_of

    policies = policies_of(packs.state(arguments.state))
    names = arguments.rule or sorted(policies.rules)
    for name in names:
        told = verdicts.explain(policies, name)
        if arguments.family and told["family"] != arguments.family:
            continue
        print(f"{told['id']}  ({told['effect']}, {told['family']}; confidence {told['confidence']}, {told['status']})")
        print(f"  says:  {told['statement']}\n  law:   {told['citation']}\n  do:    {told['remedy']}")
        for attribute, values in told["cures"].items():
            print(f"  needs: {attribute}: {', '.join(values)}")
    print("Not legal advice; to be confirmed by each state's counsel.")
    return 0


def _prove(arguments: argparse.Namespace) -> int:
    from countersign.node import proving

    return proving.prove(arguments)
