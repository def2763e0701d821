"""The central authority's legal adviser sees another authority's draft only where the gate waits for that approval."""

from __future__ import annotations

from typing import Final

from countersign.exchange import reading, walls
from countersign.exchange.models import ExchangeItem
from countersign.web.access import Desk

AWAITED: Final = frozenset({"approval:legal_adviser", "approval:central_authority"})


def require_reader(here: Desk, row: ExchangeItem) -> None:
    """The own authority's readers, or the central legal adviser whose approval the item waits for. Raises NotYours."""
    if row.authority != here.officer.authority and awaits(here, row):
        walls.require_reader(here.officer)
        reading.note(here.house, here.officer, row)
        return
    walls.require_item(here.officer, row)


def awaits(here: Desk, row: ExchangeItem) -> bool:
    """Whether this draft of another authority waits for this officer's approval as central legal adviser."""
    central = here.house.pack.authorities[here.officer.authority].function == "central_authority"
    waits = row.direction == ExchangeItem.OUT and row.state == ExchangeItem.PROPOSED
    return central and here.holds("legal") and waits and bool(AWAITED & set(row.needs))
