"""The facts the gate decides on, derived: from the kind, the content, the home sheet, registers, verified approvals, checks.

A sender types none of them; what cannot be derived takes the worst value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from countersign.charter import arrangements, packs
from countersign.charter.models import Officer
from countersign.charter.packs import StatePack
from countersign.exchange import checks, redaction, scan
from countersign.exchange.checks import RiskFinding
from countersign.exchange.home_sheet import HomeSheet
from countersign.exchange.kinds import FLASH, Kind
from countersign.kernel import clock
from countersign.law.vocabulary import Facts

_CHANNELS: Final = {
    "central_authority": "mlat", "customs": "customs", "immigration": "immigration", "passport_authority": "immigration",
    "fiu": "fiu", "cyber": "csirt", "sigint": "csirt", "intelligence": "intelligence", "health_regulator": "incb",
    "policy": "policy",
}  # fmt: skip
"""The channel that an authority speaks on, by its function; police otherwise."""
_APPROVAL_ROLES: Final = {
    "releaser": "releasing_officer",
    "second_officer": "second_officer",
    "senior_officer": "senior_officer",
    "legal": "legal_adviser",
    "executive": "deputy_head",
    "fiu_head": "fiu_head",
}
OUTSIDE_APPROVALS: Final = frozenset({"minister", "court", "originator", "competent_authority"})
"""Approvals given outside the node; a legal adviser records them with their document."""
BULK_PERSONS: Final = 25
"""More natural persons than this in one item is bulk, whoever they are."""
NO_USE: Final[Facts] = {
    "own_item": False, "same_purpose": False, "frozen": False, "use": "none", "permissions": [],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Matter:
    """Everything the facts of one item are derived from.

    `approvals`: officers whose signatures were verified, with role. `records`: codes on record for the item. `full`: the
    version before redaction. `offence`: that of the matter, from the content or from what it answers. `concerned`: the
    content with everybody whom it concerns. `downgraded`: somebody found that it is no threat to life.
    """

    item_id: str
    kind: Kind
    content: Mapping[str, Any]
    sheet: HomeSheet
    own: StatePack
    other: StatePack
    approvals: Sequence[tuple[Officer, str]] = ()
    records: frozenset[str] = frozenset()
    full: Mapping[str, Any] | None = None
    offence: Mapping[str, Any] | None = None
    concerned: Mapping[str, Any] | None = None
    downgraded: bool = False

    @property
    def persons(self) -> Mapping[str, Any]:
        """The content with everybody whom it concerns among its subjects (`exchange.concerned`). An answer of codes alone
        says nothing about anybody."""
        return self.concerned if self.concerned is not None and self.kind.personal(self.content) else self.content


def derive(matter: Matter) -> Facts:
    """All attributes of the vocabulary for one item that would be released or asked."""
    content, own, other = matter.content, matter.own, matter.other
    personal = matter.kind.personal(content)
    risk = checks.risk(matter.item_id, matter.persons, other.code) if personal else checks.NOT_ASSESSED
    sender = own.authorities.get(content.get("from_authority", own.spoc().code))
    receiver = other.authorities.get(content.get("to_authority", other.spoc().code))
    return (
        NO_USE
        | {
            "releasing": own.code,
            "recipient": content.get("to_state", other.code),
            "origin_state": "unknown",
            "agency": sender.function if sender else "unknown",
            "recipient_agency": receiver.function if receiver else "unknown",
            "channel": matter.kind.channel or _channel(sender.function if sender else "", content),
            "workstream": content.get("workstream", "governance"),
            "item_type": matter.kind.item_type,
            "purpose": content.get("purpose", "administrative"),
            "urgency": _urgency(matter),
            "bulk": sum(s["type"] == "person" for s in matter.persons.get("subjects", ())) > BULK_PERSONS,
            "mistreatment_risk": risk.level,
            "transfer_restricted": other.code in own.transfer_restricted,
            "arrangement": arrangements.covers(
                states={own.code, other.code},
                kind=matter.kind.name,
                purpose=content.get("purpose", "administrative"),
            ),
        }
        | _of_offence(matter)
        | _of_persons(matter, personal=personal)
        | _of_sheet(matter)
        | _of_markings(matter)
        | _of_process(matter, risk)
    )


def _urgency(matter: Matter) -> str:
    """Derived: only the flash is a threat to life, while nobody has downgraded it."""
    if matter.kind.name == FLASH:
        return "urgent" if matter.downgraded else "threat_to_life"
    return "urgent" if matter.content.get("urgency") == "urgent" else "routine"


def _channel(function: str, content: Mapping[str, Any]) -> str:
    if function == "central_authority" and content.get("purpose") == "extradition":
        return "extradition"
    return _CHANNELS.get(function, "police")


def _of_offence(matter: Matter) -> Facts:
    """The offence of the item or of what it answers; what the recipient's law may do for it."""
    offence = matter.offence
    if not offence:
        return {"offence": "none", "max_penalty": "none", "dual_criminality": "unknown"}
    both = {matter.own.code, matter.other.code} <= set(offence["in_law"])
    return {
        "offence": offence["category"],
        "max_penalty": matter.other.offences.get(offence["category"], "unknown"),
        "dual_criminality": "yes" if both else "unknown",
    }


def _of_persons(matter: Matter, *, personal: bool) -> Facts:
    """Who it is about: what the content shows, before and after redaction, and what the drafter declares."""
    persons, today = matter.persons, clock.now().date()
    whole = matter.full or matter.content
    found = set[str]()
    for seen in (whole, persons):
        found |= scan.persons_found(seen, recipient=matter.other.code, releasing=matter.own.code, today=today)
    return {
        "personal": personal,
        "subjects": sorted(found | set(matter.sheet.persons)),
        "data": sorted(scan.data_found(whole) | set(matter.sheet.data) | matter.kind.data(matter.content)),
        "age_status": scan.age_status(persons, today),
        "protection_check": checks.protection(persons) if personal else "not_run",
    }


def _of_sheet(matter: Matter) -> Facts:
    sheet, category = matter.sheet, (matter.offence or {}).get("category")
    doubtful = sheet.political == "none" and category == "terrorism"
    return {
        "origin": sheet.origin,
        "political": "suspected" if doubtful else sheet.political,
        "tainted": sheet.tainted,
        "originator_consent": "originator_consent" in matter.records,
        "consent": "consent" in matter.records,
    }


def _of_markings(matter: Matter) -> Facts:
    """The drafter's side of the markings. Only the fixed test message bears none: its text is public."""
    marking = matter.content.get("marking")
    level = matter.own.markings[marking["level"]].marking if marking else "unmarked"
    return {
        "marking": level,
        "tlp": marking["tlp"] if marking else "clear",
        "pap": marking["pap"] if marking else "clear",
        "handling": matter.content.get("handling", {}).get("code", "H0"),
    }


def _of_process(matter: Matter, risk: RiskFinding) -> Facts:
    content, texts = matter.content, packs.caveat_texts()
    necessity = bool(str(content.get("necessity") or "").strip())
    graded = bool(content.get("evaluation"))
    derived = {
        "necessity_recorded": necessity,
        "graded": graded,
        "accuracy_characterised": graded,
        "risk_assessed": risk.assessed,
        "named_recipients": bool(content.get("marking", {}).get("readers")),
        "mitigation_documented": risk.mitigation_documented,
    }
    assured = checks.assurances(
        content.get("case_ref", ""), content.get("from_authority", matter.own.spoc().code), matter.other.code
    )
    return {
        "necessity": necessity,
        "graded": graded,
        "approvals": sorted(_approvals(matter) | (matter.records & OUTSIDE_APPROVALS)),
        "caveats": sorted(c["code"] for c in content.get("caveats", ()) if texts.get(c["code"]) == c["text"]),
        "redactions": sorted(_withheld(matter)),
        "conditions": sorted(
            {name for name, holds in derived.items() if holds} | (matter.records & RECORDABLE) | assured
        ),
    }


def _withheld(matter: Matter) -> set[str]:
    """Categories really taken out, and categories of data of which the item never had any."""
    present = scan.data_found(matter.full or matter.content) | set(matter.sheet.data)
    return redaction.verified(matter.sheet, matter.content, matter.full) | (DATA_REDACTIONS - present)


DATA_REDACTIONS: Final = frozenset(
    {
        "source_identity", "method", "belief_or_origin", "health", "cyber_victim", "aadhaar_number", "trade_declaration",
        "asylum_claim",
    }
)  # fmt: skip
"""Redactions that are named as the category of data they take out; the others are of persons."""
RECORDABLE: Final = frozenset(
    {
        "opc_notified", "intercept_authority_checked", "s17_arrangement_approved", "cvd_coordinated",
    }
)  # fmt: skip
"""Conditions that a legal adviser records; the others are derived from the item and the registers, of assurances too."""
CONSENTS: Final = frozenset({"originator_consent", "consent"})
DRAFTERS: Final = frozenset({"necessity_recorded", "graded", "accuracy_characterised", "named_recipients"})
"""Conditions that only a better draft can meet."""


def _approvals(matter: Matter) -> set[str]:
    """Roles that different people gave; one person never counts twice."""
    given: dict[str, str] = {}
    for officer, role in matter.approvals:
        given.setdefault(officer.id, role)
    named = {_APPROVAL_ROLES[role] for role in given.values() if role in _APPROVAL_ROLES}
    central = any(
        role == "legal" and matter.own.authorities[officer.authority].function == "central_authority"
        for officer, role in matter.approvals
    )
    return named | ({"central_authority"} if central else set())
