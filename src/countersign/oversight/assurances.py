"""Assurances: what the other state promised in a case, by whom, until when, and whether the promise was kept.

Source: United States v Burns 2001 SCC 7; India v Badesha 2017 SCC 44 (an assurance counts as far as it is reliable); Directions
under the Avoiding Complicity in Mistreatment by Foreign Entities Act. A broken assurance meets no condition any more, at once.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db import transaction

from countersign.charter import packs
from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import decisions, needs
from countersign.exchange.errors import AlreadyDecided
from countersign.exchange.house import House
from countersign.exchange.models import Case, ExchangeItem
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput, NotFound
from countersign.kernel.ids import new_id
from countersign.oversight import late
from countersign.oversight.models import Assurance

CODES: Final = ("assurance_no_death_penalty", "assurance_no_mistreatment", "assurance_no_onward")
BREACHES: Final = ("broken", "in_doubt")
LONGEST: Final = timedelta(days=5 * 365)


@transaction.atomic
def register(
    house: House,
    officer: Officer,
    *,
    code: str,
    case_ref: str,
    given_by: str,
    document: str,
    given_on: date,
    valid_until: date,
) -> Assurance:
    """Put an assurance on the register, for one case of the officer's authority. A legal adviser does.

    Raises RoleRequired, InvalidInput naming the field, NotFound for an unknown case.
    """
    require_role(officer, "legal")
    case = Case.objects.filter(reference=case_ref, authority=officer.authority).select_related("peer").first()
    if case is None:
        raise NotFound("your authority has no such case.", field="case")
    if code not in CODES:
        raise InvalidInput("not an assurance.", field="code", remedy=f"One of: {', '.join(CODES)}.")
    if given_by not in packs.state(case.peer.state_code).authorities:
        raise InvalidInput(f"{given_by} is no authority of {case.peer.state_code}.", field="given_by")
    if not document.strip() or len(document) > 200:
        raise InvalidInput("the document is missing or longer than 200 characters.", field="document")
    if given_on > clock.now().date() or not given_on < valid_until <= given_on + LONGEST:
        raise InvalidInput("given in the past, and good until a later day within five years.", field="valid_until")
    row = Assurance.objects.create(
        id=new_id("asr"), code=code, case=case, given_by=given_by, document=document.strip(), given_on=given_on,
        valid_until=valid_until, officer=officer, at=clock.now(),
    )  # fmt: skip
    facts = {"officer": officer.id, "assurance": row.id, "code": code, "case": case.id}
    decisions.record_act(house, None, act="assurance.register", facts=facts)
    _refresh(house, case)
    return row


@transaction.atomic
def breach(house: House, officer: Officer, name: str, *, finding: str) -> Assurance:
    """Record that it was broken, or that there is reason to doubt it. It counts no more, and what left under it is looked at."""
    require_role(officer, "legal", "risk_officer")
    row = Assurance.objects.select_for_update(of=("self",)).select_related("case").filter(id=name).first()
    if row is None or row.case.authority != officer.authority:
        raise NotFound("your authority has no such assurance.", field="assurance")
    if finding not in BREACHES:
        raise InvalidInput("not a finding.", field="finding", remedy=f"One of: {', '.join(BREACHES)}.")
    if row.breached_at is not None:
        raise AlreadyDecided("its breach is on record.", field="assurance")
    row.breached_at, row.breach, row.breached_by = clock.now(), finding, officer
    row.save(update_fields=("breached_at", "breach", "breached_by"))
    facts = {"officer": officer.id, "assurance": row.id, "finding": finding}
    decisions.record_act(house, None, act="assurance.breach", facts=facts)
    _refresh(house, row.case)
    late.begin("assurance")
    return row


def in_force(case_ref: str, authority: str, state: str) -> frozenset[str]:
    """The check that the gate asks: conditions met by assurances of this state in this case, in date and not broken."""
    today = clock.now().date()
    rows = Assurance.objects.filter(
        case__reference=case_ref, case__authority=authority, case__peer__state_code=state, breached_at=None,
        given_on__lte=today, valid_until__gte=today,
    )  # fmt: skip
    return frozenset(rows.values_list("code", flat=True))


def of_authority(authority: str) -> list[Assurance]:
    """All assurances in cases of an authority, the newest first."""
    rows = Assurance.objects.filter(case__authority=authority).select_related(
        "case", "case__peer", "officer", "breached_by"
    )
    return list(rows.order_by("-at"))


def _refresh(house: House, case: Case) -> None:
    for item in ExchangeItem.objects.filter(case=case, direction=ExchangeItem.OUT, state=ExchangeItem.PROPOSED):
        needs.refresh(house, item)
