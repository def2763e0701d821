"""What is due at an officer's authority, by whom it waits and on whom: the rows behind the first screen of every desk.

No row asks the gate: what a proposal waits for is kept beside it (`exchange.needs`), so a thousand cases cost one query.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from countersign.charter import alarms
from countersign.charter.models import Arrangement, ArrangementConfirmation, Officer, Peer
from countersign.exchange import approvals, queries, standing, walls
from countersign.exchange.errors import NotYours
from countersign.exchange.house import House
from countersign.exchange.models import Approval, ExchangeItem, StandingAuthorisation
from countersign.oversight.models import Admission
from countersign.web.shown import clockface, reasons
from countersign.web.shown.clockface import Face
from countersign.web.shown.words import KINDS, ROLES, say

_OPEN: Final = 5_000
_DRAFTING: Final = frozenset({"originator", "desk", "liaison_officer", "analyst"})
_CLOSING: Final = ("request.information", "permission.onward", "permission.court_use")


@dataclass(frozen=True, slots=True)
class Due:
    """One thing due. `mine`: the officer at the page can do it. `page`: the address's name, `key`: what it is called with."""

    what: str
    who: str
    whom: str
    mine: bool
    level: str
    page: str
    key: str
    case: str
    item: ExchangeItem | None
    face: Face | None
    since: datetime | None
    order: tuple[int, float]


def rows(house: House, officer: Officer) -> list[Due]:
    """Everything due, what the officer can do first, then by what is late."""
    found = [*_of_items(house, officer), *_of_registers(house, officer)]
    return sorted(found, key=lambda row: (not row.mine, row.order))


def _of_items(house: House, officer: Officer) -> Iterator[Due]:
    try:
        walls.require_reader(officer)
    except NotYours:
        return
    mine = queries.items(officer)
    arrived = mine.filter(
        direction=ExchangeItem.IN, answered_at=None, kind__in=_CLOSING, state__in=("received", "accepted")
    )
    admitted = set(Admission.objects.filter(item__authority=officer.authority).values_list("item_id", flat=True))
    for item in arrived[:_OPEN]:
        yield _inbound(house, officer, item, admitted=item.id in admitted)
    unread = mine.filter(direction=ExchangeItem.IN, state=ExchangeItem.RECEIVED).exclude(kind__in=_CLOSING)
    for item in unread.exclude(kind="note.test")[:_OPEN]:
        yield _unread(house, officer, item)
    for item in mine.filter(direction=ExchangeItem.OUT, state__in=("proposed", "held"))[:_OPEN]:
        yield from _proposal(officer, item)
    sent = mine.filter(direction=ExchangeItem.OUT, state=ExchangeItem.RELEASED, answered_at=None, due_at__isnull=False)
    for item in sent[:_OPEN]:
        yield _outbound(house, item)


def _inbound(house: House, officer: Officer, item: ExchangeItem, *, admitted: bool) -> Due:
    roles, other = set(officer.roles), item.peer.state_code
    if item.state == ExchangeItem.RECEIVED:
        return _row(_("Take in hand"), _state(other), "desk", bool(roles & _DRAFTING), "item", item)
    persons = item.kind == "request.information" and not admitted and item.slots.exclude(place=None).exists()
    if persons:
        return _row(
            _("Find in order before any search"), _state(other), "desk", bool(roles & {"desk", "legal"}), "admit", item
        )
    return _row(_("Answer"), _state(other), "originator", bool(roles & _DRAFTING), "answer", item)


def _unread(house: House, officer: Officer, item: ExchangeItem) -> Due:
    return _row(_("Read and take in hand"), _state(item.peer.state_code), "desk",
                bool(set(officer.roles) & _DRAFTING), "item", item)  # fmt: skip


def _proposal(officer: Officer, item: ExchangeItem) -> Iterator[Due]:
    """One row for each person that a proposal waits on; a held one waits, and nothing says on whom."""
    if item.state == ExchangeItem.HELD:
        yield _row(_("Held; it goes on by itself"), say(ROLES, "originator"), _("the hold"), False, "item", item)
        return
    roles = set(officer.roles)
    needs = item.needs or []
    first = [need for need in needs if not need.startswith("approval:")] or needs
    signed = Approval.objects.filter(item=item, officer=officer, digest=approvals.digest(item)).exists()
    for role in dict.fromkeys(reasons.role_for(need) for need in first):
        wanted = [need for need in first if reasons.role_for(need) == role]
        own = role in roles and not (item.drafter_id == officer.pk and role not in _DRAFTING) and not signed
        what = _("%(kind)s: %(needs)s") % {
            "kind": say(KINDS, item.kind), "needs": "; ".join(reasons.need_words(need) for need in wanted),
        }  # fmt: skip
        yield _row(what, say(ROLES, "originator"), role, own, "item", item)


def _outbound(house: House, item: ExchangeItem) -> Due:
    return _row(_("Answer to us"), _own(house), _state(item.peer.state_code), False, "item", item)


def _of_registers(house: House, officer: Officer) -> Iterator[Due]:
    roles = set(officer.roles)
    for row in StandingAuthorisation.objects.filter(authority=officer.authority, suspended_at=None):
        signed = set(row.signatures.values_list("role", flat=True))
        for role in (role for role in standing.ROLES if role not in signed):
            own = role in roles and not row.signatures.filter(officer=officer).exists()
            what = _("Sign the standing authorisation: %(kind)s") % {"kind": say(KINDS, row.kind)}
            yield _plain(what, say(ROLES, "desk"), say(ROLES, role), own, "standing", row.valid_from)
    if roles & {"node_admin"}:
        yield from _of_node(house)
    if roles & {"legal", "executive"}:
        yield from _of_arrangements(officer)


def _of_node(house: House) -> Iterator[Due]:
    for peer in Peer.objects.filter(status=Peer.PROPOSED):
        yield _plain(_("Compare the fingerprint of %(node)s") % {"node": peer.node}, _state(peer.state_code),
                     say(ROLES, "node_admin"), True, "peering", None)  # fmt: skip
    for alarm in alarms.open_alarms():
        yield _plain(_("Alarm: %(code)s (%(scope)s)") % {"code": alarm.code, "scope": alarm.scope}, _own(house),
                     say(ROLES, "node_admin"), True, "health", alarm.opened_at)  # fmt: skip


def _of_arrangements(officer: Officer) -> Iterator[Due]:
    for row in Arrangement.objects.filter(suspended=False):
        eyes = ArrangementConfirmation.objects.filter(arrangement=row)
        if eyes.count() < 2:
            mine = not eyes.filter(officer=officer).exists()
            yield _plain(_("Certify the arrangement %(reference)s") % {"reference": row.reference}, say(ROLES, "originator"),
                         say(ROLES, "executive"), mine, "arrangements", None)  # fmt: skip


def _row(what: str, who: str, whom: str, mine: bool, page: str, item: ExchangeItem) -> Due:  # noqa: FBT001  (a column)
    face = clockface.of(item)
    return Due(what, who, say(ROLES, whom), mine, face.level, page if mine else "item", item.id,
               item.case.reference if item.case else "", item, face, item.created_at, clockface.urgency(item))  # fmt: skip


def _plain(what: str, who: str, whom: str, mine: bool, page: str, since: datetime | None) -> Due:  # noqa: FBT001
    return Due(what, who, whom, mine, "none", page, "", "", None, None, since, (0, 0.0))


def _state(code: str) -> str:
    from countersign.web.templatetags.shown import state_name

    return state_name(code)


def _own(house: House) -> str:
    return _state(house.pack.code)
