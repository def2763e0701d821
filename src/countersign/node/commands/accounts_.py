"""countersign accounts: people who sign in, and machines that call the API."""

from __future__ import annotations

import argparse
import base64
from pathlib import Path
from typing import TYPE_CHECKING

from countersign.kernel.errors import Conflict, InvalidInput
from countersign.kernel.files import write_durably
from countersign.node.boot import boot_house
from countersign.node.home import Home

if TYPE_CHECKING:
    from countersign.exchange.house import House


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    person = acts.add_parser(
        "person", help="let an enrolled officer sign in: prints a set-up link, good once, 30 minutes"
    )
    person.add_argument("login")
    machine = acts.add_parser("machine", help="make an account for a system of an authority: it drafts and reads")
    machine.add_argument("name")
    machine.add_argument("--authority", required=True)
    machine.add_argument("--key", type=Path, help="write the private key to this file, instead of printing it once")
    end = acts.add_parser("end", help="end a machine's account at once")
    end.add_argument("name")
    for each in (machine, end):
        each.add_argument("--as", dest="login", required=True, help="your login, as administrator")
    links = acts.add_parser("links", help="demonstration only: sign-in links, good once, for 30 minutes")
    links.add_argument("logins", nargs="*", metavar="LOGIN", help="which officers (default: all)")
    links.add_argument("--phrase", help="also bring the officers' key files from the home, under this phrase")
    token = acts.add_parser("token", help="make a token for one call, from the machine's key file")
    token.add_argument("name")
    token.add_argument("--key", type=Path, help="the machine's key file (default: in the home's officers folder)")
    token.add_argument("--seconds", type=int, default=300, help="how long it lives (at most 300)")


def run(arguments: argparse.Namespace) -> int:
    home, house = boot_house()
    if arguments.act == "person":
        _person(home, house, arguments.login)
    elif arguments.act == "machine":
        _machine(house, arguments)
    elif arguments.act == "end":
        _end(house, arguments)
    elif arguments.act == "links":
        _links(home, house, arguments)
    else:
        print(_token(home, arguments))
    return 0


def _person(home: Home, house: House, login: str) -> None:
    from countersign.web import people

    path = people.link(house, login)
    print(f"{login} may sign in. Give this link to that person, and to nobody else; it is good once, for 30 minutes:")
    print(f"  http://{home.host}:{home.web_port}{path}")


def _machine(house: House, arguments: argparse.Namespace) -> None:
    from countersign.charter import officers
    from countersign.web import machines

    if arguments.key and arguments.key.exists():
        raise Conflict(f"{arguments.key.name} exists already.", field="key", remedy="Choose another file name.")
    administrator = officers.find(arguments.login)
    machine, private = machines.enrol(house, arguments.name, authority=arguments.authority, by=administrator)
    print(f"{machine.name} ({machine.officer.authority}) may draft and read by the API.")
    if arguments.key:
        write_durably(arguments.key, private)
        print(f"Its private key is in {arguments.key.name}. Bring it to that system and delete it here.")
        return
    print("Its private key, shown this once and kept nowhere (32 bytes in base64):")
    print(f"  {base64.b64encode(private).decode('ascii')}")


def _end(house: House, arguments: argparse.Namespace) -> None:
    from countersign.charter import officers
    from countersign.web import machines

    machine = machines.end(house, arguments.name, by=officers.find(arguments.login))
    print(f"{machine.name} has ended; its tokens are refused.")


def _links(home: Home, house: House, arguments: argparse.Namespace) -> None:
    """One line an officer: login, roles, address. Refused on a node that is no demonstration on loopback."""
    from countersign.charter import officers
    from countersign.charter.models import Officer
    from countersign.web import entry, signing

    known = [officers.find(login) for login in arguments.logins] or list(
        Officer.objects.filter(active=True, machineaccount=None).order_by("login")
    )
    for officer in known:
        path = entry.make(house, officer.login)
        key = home.officers / f"{officer.login}.key"
        if arguments.phrase and key.exists() and not signing.is_kept(officer):
            signing.keep(house, officer, key.read_bytes(), arguments.phrase)
        host = f"{home.state.lower()}.localhost"
        print(f"{officer.login:<14} {', '.join(officer.roles):<28} http://{host}:{home.web_port}{path}")


def _token(home: Home, arguments: argparse.Namespace) -> str:
    from countersign.web import machines

    path = arguments.key or home.officers / f"{arguments.name}.key"
    try:
        return machines.make_token(path.read_bytes(), arguments.name, audience=home.node, seconds=arguments.seconds)
    except (OSError, ValueError):
        raise InvalidInput(
            f"the key file {path.name} cannot be used.", field="key", remedy="Name the machine's key file with --key."
        ) from None
