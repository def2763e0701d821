"""countersign protection: the immigration authority loads its register; nobody reads it back."""

from __future__ import annotations

import argparse
from pathlib import Path

from countersign.kernel.errors import InvalidInput
from countersign.node.boot import boot_house


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    load = acts.add_parser("load", help="replace the register by this list (JSON array of subjects); good for 24 hours")
    load.add_argument("file", type=Path)
    load.add_argument("--as", dest="login", required=True, help="your login; an officer of the immigration authority")


def run(arguments: argparse.Namespace) -> int:
    home, house = boot_house()
    from django.db import transaction
    from pydantic import TypeAdapter, ValidationError

    from countersign.charter import officers
    from countersign.charter.errors import RoleRequired
    from countersign.exchange import decisions
    from countersign.exchange.fields import Subject
    from countersign.node.house import PROTECTION_KEY
    from countersign.oversight import protection

    try:
        subjects = TypeAdapter(list[Subject]).validate_json(arguments.file.read_bytes())
    except OSError as error:
        raise InvalidInput(f"{arguments.file} cannot be read ({error.strerror}).", field="file") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"{first['msg']}.", field=place) from None
    officer = officers.find(arguments.login)
    if house.pack.authorities[officer.authority].function != "immigration":
        raise RoleRequired("only the immigration authority loads the register.", field="as")
    key = protection.read_key(home.keys / PROTECTION_KEY)
    with transaction.atomic():
        decisions.record_act(house, None, act="protection.load", facts={"officer": officer.id, "count": len(subjects)})
        protection.load_register(key, [subject.model_dump(mode="json") for subject in subjects])
    print("The register is loaded. It counts for 24 hours.")
    return 0
