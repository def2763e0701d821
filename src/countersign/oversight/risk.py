"""The risk of mistreatment: dated profiles of receiving authorities, and an assessment for each draft about persons.

Source: Avoiding Complicity in Mistreatment by Foreign Entities Act (S.C. 2019 c.13 s.49.1) and the Directions of 2019;
NSIRA's reviews (assess before, and apart from, mitigation). The same register serves every state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction

from countersign.charter import packs
from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import concerned, contents, decisions, duty, gate, kinds, needs, walls
from countersign.exchange.checks import NOT_ASSESSED, RiskFinding
from countersign.exchange.errors import ApprovalRefused
from countersign.exchange.house import House
from countersign.kernel import clock, hashing, jcs
from countersign.kernel.errors import InvalidInput, NotFound
from countersign.kernel.ids import new_id
from countersign.oversight.models import RiskAssessment, RiskProfile

LEVELS: Final = ("none_identified", "low", "substantial_mitigable", "undetermined", "substantial_unmitigable")
"""From least to gravest, as the gate's attribute `mistreatment_risk`."""
MITIGATIONS: Final = ("caveat", "assurance", "redaction", "restricted_recipients", "monitoring")
PROFILE_DAYS: Final = 365
_MARGIN: Final = timedelta(days=PROFILE_DAYS)


def profile(
    house: House, officer: Officer, *, state: str, authority: str, level: str, sources: str, dated: date
) -> RiskProfile:
    """Keep a profile of an authority of another state. Good for a year from its date. Raises InvalidInput, RoleRequired."""
    require_role(officer, "risk_officer")
    _check_level(level, "level")
    if state == house.pack.code or authority not in packs.state(state).authorities:
        raise InvalidInput(f"{authority} is no authority of another state.", field="authority")
    if not sources.strip():
        raise InvalidInput("a profile names its sources.", field="sources")
    if not timedelta(0) <= clock.now().date() - dated < _MARGIN:
        raise InvalidInput("the date lies in the future, or more than a year back.", field="dated")
    with transaction.atomic():
        row = RiskProfile.objects.create(
            id=new_id("rpf"),
            state_code=state,
            authority=authority,
            level=level,
            sources=sources[:500],
            dated=dated,
            valid_until=dated + _MARGIN,
            officer=officer,
        )
        decisions.record_act(
            house, None, act="risk.profile", facts={"officer": officer.id, "profile": row.id, "level": level}
        )
    return row


@transaction.atomic
def assess(
    house: House, officer: Officer, item_id: str, *, bare: str, mitigated: str, mitigation: Sequence[str]
) -> RiskAssessment:
    """Assess a draft from the newest profile of its receiver: the bare level, then what mitigation leaves.

    Never for an own draft. Raises ApprovalRefused, InvalidInput, NotFound (no profile in date).
    """
    item = gate.open_item(item_id)
    duty.require(officer, item, "risk_officer")
    walls.require_item(officer, item)
    if officer.pk == item.drafter_id:
        raise ApprovalRefused("the drafter does not assess the own item.", field="as")
    _check_level(bare, "bare")
    _check_level(mitigated, "mitigated")
    _check_mitigation(bare, mitigated, mitigation)
    content = concerned.whole(house, contents.read(house, item).content, item.authority)
    base = newest_profile(item.peer.state_code, content.get("to_authority", ""))
    if base is None:
        raise NotFound(
            "there is no profile in date of the receiving authority.", field="profile", remedy="Record one first."
        )
    if LEVELS.index(bare) < LEVELS.index(base.level):
        raise InvalidInput(
            f"the bare risk is lower than the profile's ({base.level}).",
            field="bare",
            remedy="Record a new profile first.",
        )
    row = RiskAssessment.objects.create(
        id=new_id("ras"),
        item=item,
        profile=base,
        bare=bare,
        mitigated=mitigated,
        mitigation=sorted(set(mitigation)),
        subjects=_subjects_digest(content),
        officer=officer,
        at=clock.now(),
    )
    facts = {"officer": officer.id, "assessment": row.id, "profile": base.id, "bare": bare, "mitigated": mitigated}
    facts |= {"mitigation": row.mitigation}
    decisions.record_act(house, item, act="risk.assess", facts=facts)
    needs.refresh(house, item)
    return row


def finding(item_id: str, content: Mapping[str, Any], recipient: str) -> RiskFinding:
    """The check that the gate asks. Where persons are named, the draft's own assessment for exactly these persons counts;
    where none is, the profile of the receiving authority does."""
    base = newest_profile(recipient, content.get("to_authority", ""))
    if base is None:
        return NOT_ASSESSED
    if not kinds.persons(content):
        return RiskFinding(base.level, assessed=True, mitigation_documented=False)
    row = RiskAssessment.objects.filter(item_id=item_id, subjects=_subjects_digest(content)).order_by("-at").first()
    if row is None:
        return NOT_ASSESSED
    return RiskFinding(row.mitigated, assessed=True, mitigation_documented=bool(row.mitigation))


def newest_profile(state: str, authority: str) -> RiskProfile | None:
    """The profile in date of an authority of another state."""
    rows = RiskProfile.objects.filter(state_code=state, authority=authority, valid_until__gt=clock.now().date())
    return rows.order_by("-dated", "-id").first()


def _subjects_digest(content: Mapping[str, Any]) -> bytes:
    return hashing.sha256(jcs.canonical([content["subjects"][place] for place in kinds.persons(content)]))


def _check_level(level: str, field: str) -> None:
    if level not in LEVELS:
        raise InvalidInput("not a level of risk.", field=field, remedy=f"One of: {', '.join(LEVELS)}.")


def _check_mitigation(bare: str, mitigated: str, mitigation: Sequence[str]) -> None:
    """Mitigation never raises the risk, is named wherever it lowers it, and nothing lowers what cannot be mitigated."""
    if wrong := set(mitigation) - set(MITIGATIONS):
        raise InvalidInput(
            f"{min(wrong)} is no mitigation.", field="mitigation", remedy=f"One of: {', '.join(MITIGATIONS)}."
        )
    if LEVELS.index(mitigated) > LEVELS.index(bare):
        raise InvalidInput("mitigation does not raise the risk.", field="mitigated")
    if mitigated != bare and not mitigation:
        raise InvalidInput("a lower level needs the mitigation that brings it.", field="mitigation")
    if bare == "substantial_unmitigable" and mitigated != bare:
        raise InvalidInput("what cannot be mitigated is not lowered by mitigation.", field="mitigated")
