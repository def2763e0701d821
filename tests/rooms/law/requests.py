"""A request to decide on, as `law decide` reads it: what an item must say, and what it is answered."""

from __future__ import annotations

from typing import Any

from rooms.law.harmless import OTHER

EYES = ["releasing_officer", "second_officer"]
CAVEATS = {
    "CA": ["C_CORRECT", "C_NOEVID", "C_NOMISTREAT", "C_ORCON", "C_PURPOSE"],
    "IN": ["C_CORRECT", "C_NOEVID", "C_ORCON", "C_PURPOSE"],
}


def item(state: str, **changed: Any) -> dict[str, Any]:
    """What the catalogue has no default for."""
    return {
        "releasing": state, "recipient": OTHER[state], "agency": "police", "recipient_agency": "police",
        "workstream": "networks", "item_type": "lead", "offence": "fraud",
    } | changed  # fmt: skip


GOOD = {"id": "good", "item": item("CA"), "approvals": EYES}
