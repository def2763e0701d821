"""Releases many small requests through the real gate, in one process: python -m countersign.node.demo.bulk HOME N TAG"""

from __future__ import annotations

import os
import sys
from typing import Any


def main(home: str, count: str, tag: str) -> None:
    """Propose and approve `count` requests in the home's node, each by three different people."""
    os.environ["COUNTERSIGN_HOME"] = home
    from countersign.node.boot import boot_house

    where, house = boot_house()
    from countersign.charter import officers
    from countersign.exchange import approvals, gate

    short = where.state.lower()
    people = {role: officers.find(f"{short}-{role}") for role in ("drafter", "releaser", "second")}
    for number in range(int(count)):
        item = gate.propose(house, people["drafter"], draft(where.state, house, f"{tag}-{number:04d}")).item
        for login, role in (("releaser", "releaser"), ("second", "second_officer")):
            key = where.officers / f"{short}-{login}.key"
            signature = officers.sign_with(key, approvals.message(item, role))
            gate.approve(house, people[login], item.id, role=role, signature=signature)
        if number % 50 == 49:
            print(f"    {number + 1} of {count} released", flush=True)


def draft(state: str, house: Any, case: str) -> dict[str, Any]:
    """A small request about an invented company."""
    other, authority = {"CA": ("IN", "NIA"), "IN": ("CA", "RCMP")}[state]
    return {
        "kind": "request.information",
        "version": 1,
        "case_ref": f"DEMO-{case.upper()}",
        "from_authority": house.pack.spoc().code,
        "to_state": other,
        "to_authority": authority,
        "purpose": "investigation",
        "home": {"origin": "own", "political": "none", "tainted": "none"},
        "offence": {"label": "fraud", "category": "fraud", "in_law": {"CA": "CC s.380", "IN": "BNS s.318"}},
        "legal_basis": sorted(house.pack.legal_bases)[0],
        "urgency": "routine",
        "necessity": "The registered office of an invented company is needed, nothing more.",
        "question": f"Is Example Goods {case} Ltd (invented) registered with you?",
        "subjects": [{"type": "company", "names": [{"text": f"Example Goods {case} Ltd", "script": "Latn"}]}],
        "attachments": [],
    }


if __name__ == "__main__":
    main(*sys.argv[1:4])
