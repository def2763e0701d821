"""countersign peer: cards, the ceremony, arrangements, suspension."""

from __future__ import annotations

import argparse
from pathlib import Path

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    card = acts.add_parser("card", help="write this node's card for the other side")
    card.add_argument("file", type=Path)
    card.add_argument("--root", type=Path, required=True)
    begin = acts.add_parser("begin", help="take the other side's card, citing the founding arrangement")
    begin.add_argument("file", type=Path)
    begin.add_argument("--arrangement", required=True, metavar="REFERENCE")
    begin.add_argument("--as", dest="login", required=True)
    renew = acts.add_parser("renew", help="take newer keys of a known peer from its new card")
    renew.add_argument("file", type=Path)
    renew.add_argument("--as", dest="login", required=True)
    confirm = acts.add_parser("confirm", help="confirm the fingerprint that the other side read out; two people do")
    confirm.add_argument("node")
    confirm.add_argument("--fingerprint", required=True)
    confirm.add_argument("--as", dest="login", required=True)
    for act in ("suspend", "resume"):
        change = acts.add_parser(act, help=f"{act} a peer at once; nothing is lost")
        change.add_argument("node")
        change.add_argument("--as", dest="login", required=True)
    register = acts.add_parser("arrangement", help="register a written arrangement from its TOML file")
    register.add_argument("file", type=Path)
    register.add_argument("--as", dest="login", required=True)
    certify = acts.add_parser("certify", help="certify that a registered arrangement is signed; two people do")
    certify.add_argument("reference")
    certify.add_argument("--as", dest="login", required=True)
    acts.add_parser("status", help="peers, their fingerprints, what waits for whom")


def run(arguments: argparse.Namespace) -> int:
    home, house = boot_house()
    from countersign.node import peers

    getattr(peers, arguments.act)(home, house, arguments)
    return 0
