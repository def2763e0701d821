"""What is due in the registers: signatures of standing authorisations, arrangements, the ceremony, alarms of the node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from countersign.charter import alarms, arrangements
from countersign.charter.models import Arrangement, ArrangementConfirmation, Officer, Peer
from countersign.exchange import assistance, escalation, flash, gate, in_force, readers, standing
from countersign.exchange.house import House
from countersign.exchange.models import StandingAuthorisation
from countersign.kernel import clock
from countersign.oversight import late
from countersign.web.shown.places import state_name
from countersign.web.shown.words import KINDS, ROLES, say


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for people: who waits on whom, and the page where it is done."""

    what: str
    who: str
    whom: str
    mine: bool
    page: str
    since: datetime | None = None


def rows(house: House, officer: Officer) -> Iterator[Waiting]:
    roles = set(officer.roles)
    if roles & {*standing.ROLES, "legal", "executive"}:
        yield from _of_standing(officer, roles)
    if "node_admin" in roles:
        yield from _of_node(house)
    if roles & {"legal", "executive"}:
        yield from _of_arrangements(officer)
        yield from _of_law(house, officer, roles)
    if roles & {"legal", "reviewer"}:
        yield from _of_reviews(officer)
    if roles & {"legal", *gate.DRAFTING_ROLES}:
        yield from _of_assistance(officer, roles)
    if roles & {"head", "executive"}:
        yield from _of_heads(officer, roles)
    if "protection_officer" in roles and late.waiting():
        what = _("Settle what was found late")
        yield Waiting(what, state_name(house.pack.code), say(ROLES, "protection_officer"), mine=True, page="late")


def _of_standing(officer: Officer, roles: set[str]) -> Iterator[Waiting]:
    waiting = StandingAuthorisation.objects.filter(
        authority=officer.authority, suspended_at=None, valid_until__gt=clock.now()
    )
    for row in waiting.prefetch_related("signatures"):
        signed = {signature.role: signature.officer_id for signature in row.signatures.all()}
        for role in (role for role in standing.ROLES if role not in signed):
            mine = role in roles and officer.pk not in signed.values()
            what = _("Sign the standing authorisation: %(kind)s") % {"kind": say(KINDS, row.kind)}
            yield Waiting(what, say(ROLES, "desk"), say(ROLES, role), mine, "standing", row.valid_from)


def _of_node(house: House) -> Iterator[Waiting]:
    admin, own = say(ROLES, "node_admin"), state_name(house.pack.code)
    for peer in Peer.objects.filter(status=Peer.PROPOSED):
        what = _("Compare the fingerprint of %(node)s") % {"node": peer.node}
        yield Waiting(what, state_name(peer.state_code), admin, mine=True, page="peering")
    for alarm in alarms.open_alarms():
        what = _("Alarm: %(code)s (%(scope)s)") % {"code": alarm.code, "scope": alarm.scope}
        yield Waiting(what, own, admin, mine=True, page="health", since=alarm.opened_at)


def _of_arrangements(officer: Officer) -> Iterator[Waiting]:
    for row in Arrangement.objects.filter(suspended=False):
        eyes = set(ArrangementConfirmation.objects.filter(arrangement=row).values_list("officer_id", flat=True))
        if len(eyes) < arrangements.EYES:
            what = _("Certify the arrangement %(reference)s") % {"reference": row.reference}
            mine = officer.pk not in eyes
            yield Waiting(what, say(ROLES, "originator"), say(ROLES, "executive"), mine, "arrangements")


def _of_law(house: House, officer: Officer, roles: set[str]) -> Iterator[Waiting]:
    """The law on disk, while two have not signed it."""
    signed = {row.role: row.officer_id for row in in_force.signers(house)}
    for role in (role for role in in_force.ROLES if role not in signed):
        mine = role in roles and officer.pk not in signed.values()
        yield Waiting(
            _("Read and adopt the law of this node"), state_name(house.pack.code), say(ROLES, role), mine, "law"
        )


def _of_reviews(officer: Officer) -> Iterator[Waiting]:
    for lane in flash.open_reviews(officer.authority):
        mine = officer.pk not in (lane.legal_id, lane.reviewer_id)
        what = _("Review what was sent as a threat to life")
        yield Waiting(what, say(ROLES, "executive"), say(ROLES, "reviewer"), mine, "duty", lane.review_due_at)


def _of_heads(officer: Officer, roles: set[str]) -> Iterator[Waiting]:
    if "head" in roles:
        yield from _of_escalations(officer)
    yield from _of_readers(officer)


def _of_escalations(officer: Officer) -> Iterator[Waiting]:
    for row in escalation.waiting(officer.authority):
        what = _("Decide where a deputy disagrees with a no")
        yield Waiting(
            what, say(ROLES, "executive"), say(ROLES, "head"), mine=True, page="escalations", since=row.raised_at
        )


def _of_readers(officer: Officer) -> Iterator[Waiting]:
    for item in readers.waiting(officer):
        what = _("Say who is meant by a named reader")
        yield Waiting(
            what, state_name(item.peer.state_code), say(ROLES, "head"), mine=True, page="readers", since=item.created_at
        )


def _of_assistance(officer: Officer, roles: set[str]) -> Iterator[Waiting]:
    """Drafts that a legal adviser hands over; at the central authority, what is to be sent or answered."""
    for row in assistance.of(officer).filter(state=assistance.DRAFTED, authority=officer.authority):
        what = _("Hand over a request for legal assistance: %(case)s") % {"case": row.case_ref}
        mine = "legal" in roles and officer.pk != row.drafter_id
        yield Waiting(what, say(ROLES, "originator"), say(ROLES, "legal"), mine, "assistances", row.at)
    for row in assistance.waiting(officer):
        what = _("Say where a request for legal assistance stands: %(case)s") % {"case": row.case_ref}
        who = row.authority if row.asks else state_name(row.peer.state_code)
        mine = bool(roles & set(gate.DRAFTING_ROLES))
        yield Waiting(what, who, row.central, mine, "assistances", row.at)
