"""What every item of the stream begins with."""

from __future__ import annotations

from typing import Any

from countersign.charter import packs, peering
from countersign.exchange.streams import Here
from countersign.kernel.errors import InvalidInput


def head(here: Here, kind: str, case_ref: str) -> dict[str, Any]:
    """To the authority that the peer's state designated for precursors. Raises InvalidInput where no peer is active."""
    peer = next(iter(peering.all_active()), None)
    if peer is None:
        raise InvalidInput(
            "no node of another state is active here.", field="to_state", remedy="Finish the peering ceremony first."
        )
    other = packs.state(peer.state_code)
    to = next((one.code for one in other.authorities.values() if "precursors" in one.designated_for), other.spoc().code)
    return addressed(here, kind, case_ref, other.code, to)


def addressed(here: Here, kind: str, case_ref: str, state: str, authority: str) -> dict[str, Any]:
    """To a named authority, as in answer to one of its items."""
    return {
        "kind": kind, "version": 1, "case_ref": case_ref.strip().upper(), "from_authority": here.officer.authority,
        "to_state": state, "to_authority": authority, "workstream": "precursors", "purpose": "administrative",
    }  # fmt: skip
