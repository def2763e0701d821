"""countersign standing: approvals given in advance, by two named persons, for coded items."""

from __future__ import annotations

import argparse
from pathlib import Path

from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    prepare = acts.add_parser("prepare", help="write down an authorisation: kind, volume, days")
    prepare.add_argument("kind")
    prepare.add_argument("--a-day", type=int, required=True, help="at most so many items a day")
    prepare.add_argument("--days", type=int, default=90, help="it ends after so many days (at most 90)")
    sign = acts.add_parser("sign", help="sign it, as releaser or as second officer")
    sign.add_argument("authorisation")
    sign.add_argument("--role", required=True, choices=["releaser", "second_officer"])
    sign.add_argument("--key", type=Path, help="your key file (default: in the home's officers folder)")
    suspend = acts.add_parser("suspend", help="stop it at once")
    suspend.add_argument("authorisation")
    for each in (prepare, sign, suspend, acts.add_parser("list", help="your authority's, with what is left of each")):
        each.add_argument("--as", dest="login", required=True, help="your login")


def run(arguments: argparse.Namespace) -> int:
    home, house = boot_house()
    from countersign.charter import officers
    from countersign.exchange import standing
    from countersign.exchange.models import StandingAuthorisation

    officer = officers.find(arguments.login)
    if arguments.act == "prepare":
        row = standing.prepare(house, officer, kind=arguments.kind, a_day=arguments.a_day, days=arguments.days)
        print(
            f"{row.id}  {row.kind} {row.ground}: {row.a_day} a day until {row.valid_until:%d %b %Y}; waits for two signatures."
        )
    elif arguments.act == "sign":
        row = standing.find(arguments.authorisation)
        key = arguments.key or home.officers / f"{officer.login}.key"
        signature = officers.sign_with(key, standing.message(row, arguments.role))
        standing.sign(house, officer, row.id, role=arguments.role, signature=signature)
        print(f"{row.id} is signed by {officer.login} as {arguments.role}.")
    elif arguments.act == "suspend":
        print(
            f"{standing.suspend(house, officer, arguments.authorisation).id} is suspended; nothing more leaves under it."
        )
    else:
        for row in StandingAuthorisation.objects.filter(authority=officer.authority).order_by("valid_until"):
            force = "in force" if standing.in_force(row.authority, row.kind) == row else "not in force"
            print(f"{row.id}  {row.kind:<18} {row.a_day:>6} a day  until {row.valid_until:%d %b %Y}  {force}")
    return 0
