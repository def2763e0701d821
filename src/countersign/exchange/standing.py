"""Standing authorisations: approvals given in advance by two named persons, for coded items that tell nothing of a person.

They cover acknowledgements, holding answers, feedback and the neutral answer; never free text, never a person's data.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db import transaction

from countersign.charter.errors import FourEyesRequired
from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import answers, approvals, decisions, drafting, gate, kinds, walls
from countersign.exchange.drafting import Draft
from countersign.exchange.errors import ApprovalRefused, GateRefused, StandingRefused
from countersign.exchange.gate import Outcome
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem, StandingAuthorisation, StandingSignature
from countersign.exchange.schemas import NEUTRAL
from countersign.kernel import clock, hashing
from countersign.kernel.errors import InvalidInput, NotFound
from countersign.kernel.ids import new_id

LONGEST: Final = timedelta(days=90)
ROLES: Final = ("releaser", "second_officer")
_DAY: Final = timedelta(days=1)


def prepare(house: House, officer: Officer, *, kind: str, a_day: int, days: int) -> StandingAuthorisation:
    """Write down an authorisation for one kind; it counts for nothing until two have signed it.

    Of refusals it covers the neutral answer alone. Raises StandingRefused for a kind that carries free text or a person.
    """
    require_role(officer, *ROLES)
    if not kinds.find(kind).standing:
        raise StandingRefused(f"{kind} may carry words or a person's data.", field="kind")
    if not 0 < a_day <= 10_000 or not 0 < days <= LONGEST.days:
        raise InvalidInput(f"at most 10,000 items a day, for at most {LONGEST.days} days.", field="days")
    now = clock.now()
    with transaction.atomic():
        row = StandingAuthorisation.objects.create(
            id=new_id("sta"),
            authority=officer.authority,
            kind=kind,
            ground=NEUTRAL if kind == "refusal" else "",
            a_day=a_day,
            valid_from=now,
            valid_until=now + timedelta(days=days),
        )
        decisions.record_act(house, None, act="standing.prepare", facts={"officer": officer.id, "standing": row.id})
    return row


def message(row: StandingAuthorisation, role: str) -> bytes:
    """What a signer signs: every bound of the authorisation."""
    bounds = (row.id, row.authority, row.kind, row.ground, str(row.a_day), row.valid_until.isoformat(), role)
    return hashing.digest("countersign/v1/standing-authorisation", *bounds)


@transaction.atomic
def sign(house: House, officer: Officer, name: str, *, role: str, signature: bytes) -> StandingAuthorisation:
    """One of the two signs. Raises RoleRequired, FourEyesRequired, ApprovalRefused."""
    row = find(name)
    require_role(officer, role)
    if role not in ROLES or officer.authority != row.authority:
        raise ApprovalRefused("a releaser and a second officer of that authority sign.", field="as")
    if row.signatures.filter(officer=officer).exists() or row.signatures.filter(role=role).exists():
        raise FourEyesRequired("a different person in the other role signs.", field="as")
    approvals.verify(officer, message(row, role), signature)
    StandingSignature.objects.create(authorisation=row, officer=officer, role=role, signature=signature)
    decisions.record_act(
        house, None, act="standing.sign", facts={"officer": officer.id, "standing": row.id, "role": role}
    )
    return row


@transaction.atomic
def suspend(house: House, officer: Officer, name: str) -> StandingAuthorisation:
    """One act of one person stops it at once."""
    require_role(officer, *ROLES, "legal", "executive", "reviewer")
    row = find(name)
    walls.require_same(officer, row.authority)
    row.suspended_at = clock.now()
    row.save(update_fields=("suspended_at",))
    decisions.record_act(house, None, act="standing.suspend", facts={"officer": officer.id, "standing": row.id})
    return row


def find(name: str) -> StandingAuthorisation:
    row = StandingAuthorisation.objects.filter(id=name).first()
    if row is None:
        raise NotFound("no standing authorisation has this reference.", field="standing")
    return row


def in_force(authority: str, kind: str) -> StandingAuthorisation | None:
    """One that covers the kind now: signed by two who still hold their roles, not suspended, volume left."""
    now = clock.now()
    rows = StandingAuthorisation.objects.filter(
        authority=authority, kind=kind, suspended_at=None, valid_from__lte=now, valid_until__gt=now
    )
    for row in rows.order_by("id"):
        used = ExchangeItem.objects.filter(standing=row, created_at__gt=now - _DAY).count()
        if used < row.a_day and _signed(row):
            return row
    return None


def propose(house: House, officer: Officer, given: dict[str, Any]) -> Outcome:
    """Release a coded item at once under a standing authorisation. Raises StandingRefused where none covers it."""
    require_role(officer, *gate.DRAFTING_ROLES)
    draft = drafting.read(house, officer, given, peer=None)
    answers.check(draft.kind, draft.content, draft.peer, house.pack.code)
    row = in_force(officer.authority, draft.kind.name) if draft.kind.standing else None
    if row is None or not _covers(row, draft):
        raise StandingRefused(f"no standing authorisation in force covers this {draft.kind.name}.", field="kind")
    try:
        with transaction.atomic():
            return gate.release_standing(house, draft, row, officer=officer)
    except GateRefused as refused:
        gate.keep_refused(house, officer, draft, refused.decision)
        raise


def _covers(row: StandingAuthorisation, draft: Draft) -> bool:
    return not draft.kind.personal(draft.content) and draft.content.get("ground", "") == row.ground


def _signed(row: StandingAuthorisation) -> bool:
    """Both signatures verify, by two different active officers who hold the role this instant."""
    held = set()
    for signed in row.signatures.select_related("officer"):
        officer = signed.officer
        if not officer.active or signed.role not in officer.roles:
            continue
        try:
            approvals.verify(officer, message(row, signed.role), bytes(signed.signature))
        except ApprovalRefused:
            continue
        held.add((officer.pk, signed.role))
    return {role for _, role in held} == set(ROLES) and len({person for person, _ in held}) == len(ROLES)
