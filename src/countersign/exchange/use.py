"""Use of what was received: read by a machine, export, onward passing, court. The caveats are enforced, not only shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import transaction

from countersign.charter import packs
from countersign.charter.models import Officer
from countersign.exchange import attributes, checks, contents, decisions, judging, walls
from countersign.exchange.attributes import Matter
from countersign.exchange.contents import Kept
from countersign.exchange.errors import GateRefused
from countersign.exchange.home_sheet import HomeSheet
from countersign.exchange.house import House
from countersign.exchange.kinds import find as find_kind
from countersign.exchange.models import ExchangeItem, Permission
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput
from countersign.law.decide import Decision
from countersign.law.vocabulary import Facts

RECEIVED: Final = HomeSheet(origin="recipient_itself", political="none", tainted="none")
ONWARD: Final = ("onward_agency", "onward_state", "private_body")


@dataclass(frozen=True, slots=True)
class Purpose:
    """What somebody means to do with a received item: the use, to whom, for which purpose (empty: the item's own)."""

    use: str
    recipient: str = ""
    purpose: str = ""


def require(house: House, officer: Officer, item: ExchangeItem, meant: Purpose) -> Decision:
    """Decide and log one use. Raises GateRefused with the caveat's rule and how to ask the originator.

    The own authority's items are its own to use; the gate is asked for what another state gave.
    """
    known = house.policies.vocabulary.enums["use"]
    if meant.use not in known or meant.use == "none":
        raise InvalidInput("not a use.", field="use", remedy=f"One of: {', '.join(known[1:])}.")
    if meant.use in ONWARD and not meant.recipient.strip():
        raise InvalidInput("an onward use names who would receive the item.", field="recipient")
    walls.require_item(officer, item)
    kept = contents.read(house, item)
    facts = facts_of(house, item, kept, meant, own_item=officer.authority == item.authority)
    decision = judging.decide_facts(house, action="Use", principal=officer.authority, resource=item.kind, facts=facts)
    with transaction.atomic():
        facts = {"officer": officer.id, "use": meant.use, "recipient": meant.recipient}
        decisions.record_decision(house, item, decision, facts=facts)
    if not decision.allowed:
        raise GateRefused(decision)
    return decision


def facts_of(house: House, item: ExchangeItem, kept: Kept, meant: Purpose, *, own_item: bool) -> Facts:
    """The facts of a use: those of the item as it came, seen from the state that now acts."""
    content, origin = kept.content, packs.state(item.peer.state_code)
    matter = Matter(
        item.id, find_kind(item.kind), content, RECEIVED, own=origin, other=house.pack, offence=content.get("offence")
    )
    own = house.pack.authorities[item.authority]
    return attributes.derive(matter) | {
        "releasing": house.pack.code,
        "recipient": house.pack.code,
        "agency": own.function,
        "recipient_agency": own.function,
        "own_item": own_item,
        "same_purpose": meant.purpose in ("", content.get("purpose")),
        "frozen": item.state == ExchangeItem.FROZEN or checks.frozen(item.id),
        "use": meant.use,
        "permissions": sorted(_granted(item, meant)),
        "caveats": sorted({caveat["code"] for caveat in content.get("caveats", ())} & _known(house)),
    }


def _known(house: House) -> set[str]:
    return set(house.policies.vocabulary.sets["caveats"])


def _granted(item: ExchangeItem, meant: Purpose) -> set[str]:
    """Permissions of the originator that cover exactly this: the recipient, the purpose, and not past their end."""
    today, found = clock.now().date(), set()
    for row in Permission.objects.filter(item=item):
        if row.until is not None and row.until < today:
            continue
        if row.code == "onward" and row.recipient != meant.recipient:
            continue
        if row.code == "purpose" and row.purpose != meant.purpose:
            continue
        found.add(row.code)
    return found
