"""The law on a node: what is confirmed, what is adopted, and the lines that counsel puts into a pack."""

from __future__ import annotations

import argparse
import json
from datetime import date
from typing import Any, Final

import cedarpy

from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput

ACTIONS: Final = ("Ask", "Release", "Use", "Route")


def confirm(arguments: argparse.Namespace) -> int:
    """Print, for each named rule, the status that binds it to its present text. Writes nothing: the pack is counsel's."""
    from countersign.charter import packs
    from countersign.law import confirmation
    from countersign.node.policies import policies_of

    day = _day(arguments.date)
    policies = policies_of(packs.state(arguments.state))
    known = {rule["annotations"]["id"]: rule for rule in _as_json(policies.texts)}
    for name in arguments.rule:
        if name not in known:
            raise InvalidInput(f"no rule of {arguments.state} has the id {name}.", field="rule")
        told = confirmation.Confirmed(arguments.office, day, confirmation.digest(known[name]))
        if confirmation.read(str(told), known[name]) is None:
            raise InvalidInput("an office is named in 3 to 120 signs without a comma.", field="office")
        print(f'{name}\n  @status("{told}")')
    return 0


def adopt(arguments: argparse.Namespace) -> int:
    """One of the two signatures."""
    from countersign.node.boot import boot_house

    home, house = boot_house()
    from countersign.charter import officers
    from countersign.exchange import in_force

    officer = officers.find(arguments.login)
    key = arguments.key or home.officers / f"{officer.login}.key"
    signature = officers.sign_with(key, in_force.message(house, arguments.role))
    done = in_force.adopt(house, officer, role=arguments.role, signature=signature)
    version = house.policies.version[:12]
    print(f"Law {version} is {'in force' if done else 'signed by one; it waits for the other role'}.")
    return 0


def status(arguments: argparse.Namespace) -> int:
    """The version on disk, who signed it, and every workstream with what it waits for."""
    from countersign.node.boot import boot_house

    _, house = boot_house()
    from countersign.exchange import in_force
    from countersign.law import opening

    state = "in force" if in_force.is_adopted(house) else "NOT in force"
    print(f"Law {house.policies.version[:12]} of {house.pack.code}: {state}")
    for row in in_force.signers(house):
        print(f"  signed by {row.officer.login} as {row.role}, {row.at:%d %b %Y %H:%M} UTC")
    if house.demonstration:
        print("  This is a demonstration: rules that counsel has not confirmed may decide.")
    for stream in house.policies.vocabulary.enums[opening.STREAM]:
        waiting = {
            rule.id: rule
            for action in ACTIONS
            for rule in opening.unconfirmed(house.policies, action=action, workstream=stream)
        }
        told = f"closed: {len(waiting)} rules are not confirmed" if waiting else "open"
        print(f"  {stream:<12} {told}")
        for name in sorted(waiting) if arguments.rules else ():
            print(f"    {name}: {waiting[name].statement}")
    return 0


def _as_json(texts: tuple[str, ...]) -> list[dict[str, Any]]:
    document = json.loads(cedarpy.policies_to_json_str("\n".join(texts)))
    return list(document["staticPolicies"].values())


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text) if text else clock.now().date()
    except ValueError:
        raise InvalidInput("not a day as YYYY-MM-DD.", field="date") from None
