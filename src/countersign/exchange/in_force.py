"""The law in force on this node: a version that two people adopted by signature, and workstreams that counsel has opened.

A new pack is a new version. It counts for nothing until a legal adviser and an executive have signed it, and the version
before it no longer counts either: the texts on disk are what would decide. Decisions keep the version they were made under.
"""

from __future__ import annotations

from typing import Final

from django.db import transaction

from countersign.charter import alarms, packs
from countersign.charter.errors import FourEyesRequired
from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import approvals, decisions
from countersign.exchange.errors import ApprovalRefused
from countersign.exchange.house import House
from countersign.exchange.models import LawAdoption
from countersign.kernel import clock, hashing
from countersign.law import beside, opening
from countersign.law.decide import Decision

ROLES: Final = ("legal", "executive")
ALARM: Final = "LAW_NOT_ADOPTED"


def message(house: House, role: str) -> bytes:
    """What a signer signs: the node, the version of the rules, the digest of all packs, the role."""
    return hashing.digest(
        "countersign/v1/law-adoption", house.station.node, house.policies.version, packs.digest(), role
    )


@transaction.atomic
def adopt(house: House, officer: Officer, *, role: str, signature: bytes) -> bool:
    """Sign the law as it is on disk; return whether it is in force now.

    Raises RoleRequired, FourEyesRequired, ApprovalRefused.
    """
    if role not in ROLES:
        raise ApprovalRefused("a legal adviser and an executive adopt the law.", field="role")
    require_role(officer, role)
    signed = _signatures(house)
    if any(row.officer_id == officer.pk or row.role == role for row in signed):
        raise FourEyesRequired("a different person in the other role signs.", field="as")
    approvals.verify(officer, message(house, role), signature)
    version, whole = house.policies.version, packs.digest()
    LawAdoption.objects.create(
        version=version, packs=whole, officer=officer, role=role, signature=signature, at=clock.now()
    )
    decisions.keep_policies(house)
    facts = {"officer": officer.id, "role": role, "law": version, "packs": whole}
    decisions.record_act(house, None, act="law.adopt", facts=facts)
    done = is_adopted(house)
    alarms.set_alarm(ALARM, house.policies.version[:12], holds=not done)
    return done


def is_adopted(house: House) -> bool:
    """Two different people signed this version with these packs, one in each role, and their signatures verify."""
    return {row.role for row in _signatures(house) if _verifies(house, row)} == set(ROLES)


def signers(house: House) -> list[LawAdoption]:
    """Who has signed the law as it is on disk, oldest first."""
    return sorted(_signatures(house), key=lambda row: row.at)


def guard(house: House, decision: Decision) -> Decision:
    """The decision, or a no where the law that made it is not in force on this node for this workstream."""
    if not is_adopted(house):
        alarms.raise_alarm(ALARM, house.policies.version[:12])
        return decision.but(beside.NOT_ADOPTED)
    if house.demonstration or decision.errors:
        return decision
    stream = str(decision.facts.get(opening.STREAM, ""))
    waiting = opening.unconfirmed(house.policies, action=decision.action, workstream=stream)
    return decision.but(beside.NOT_CONFIRMED) if waiting else decision


def _signatures(house: House) -> list[LawAdoption]:
    rows = LawAdoption.objects.filter(version=house.policies.version, packs=packs.digest())
    return list(rows.select_related("officer"))


def _verifies(house: House, row: LawAdoption) -> bool:
    try:
        approvals.verify(row.officer, message(house, row.role), bytes(row.signature))
    except ApprovalRefused:
        return False
    return True
