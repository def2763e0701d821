"""What is due at an officer's authority, by whom it waits and on whom: the rows behind the first screen of every desk.

No row asks the gate: what a proposal waits for is kept beside it (`exchange.needs`), so a thousand cases cost few queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from countersign.charter.models import Officer
from countersign.exchange import approvals, gate, kinds, queries, streams, walls
from countersign.exchange.errors import NotYours
from countersign.exchange.house import House
from countersign.exchange.models import AnswerSlot, Approval, ExchangeItem
from countersign.oversight.models import Admission
from countersign.web.desk import central, due_registers
from countersign.web.shown import clockface, reasons
from countersign.web.shown.clockface import Face
from countersign.web.shown.places import state_name
from countersign.web.shown.words import KINDS, ROLES, say

_MOST: Final = 5_000
_DRAFTING: Final = frozenset(gate.DRAFTING_ROLES)
_ASKING: Final = (*kinds.PERSONS_ASKED, "permission.onward", "permission.court_use")
_UNREAD_QUIETLY: Final = ("note.test", *_ASKING)


@dataclass(frozen=True, slots=True)
class Due:
    """One thing due. `mine`: the officer at the page can do it. `page`: the address's name, `key`: what it is called with."""

    what: str
    who: str
    whom: str
    mine: bool
    page: str
    key: str = ""
    case: str = ""
    item: ExchangeItem | None = None
    face: Face | None = None
    since: datetime | None = None
    order: tuple[int, float] = (0, 0.0)

    @property
    def level(self) -> str:
        return self.face.level if self.face else "none"


def rows(house: House, officer: Officer) -> list[Due]:
    """Everything due, what the officer can do first, then by what is late."""
    found = [*_Items(house, officer).rows(), *(_plain(row) for row in due_registers.rows(house, officer))]
    return sorted(found, key=lambda row: (not row.mine, row.order))


class _Items:
    """The rows of the authority's items; what every row needs is read once."""

    def __init__(self, house: House, officer: Officer) -> None:
        self._house, self._officer, self._roles = house, officer, set(officer.roles)
        self._own = state_name(house.pack.code)
        self._is_central = house.pack.authorities[officer.authority].function == "central_authority"
        self._items = queries.items(officer)

    def rows(self) -> Iterator[Due]:
        try:
            walls.require_reader(self._officer)
        except NotYours:
            return
        yield from self._received()
        yield from self._proposed()
        yield from self._central()
        yield from self._of_streams()
        sent = self._items.filter(direction=ExchangeItem.OUT, state=ExchangeItem.RELEASED, answered_at=None)
        for item in sent.filter(due_at__isnull=False)[:_MOST]:
            yield self._row(_("Answer to us"), self._own, state_name(item.peer.state_code), "item", item)

    def _received(self) -> Iterator[Due]:
        """Requests until they are answered; anything else until it is taken in hand."""
        waiting = self._items.filter(direction=ExchangeItem.IN, answered_at=None)
        admitted = set(Admission.objects.filter(item__in=waiting).values_list("item_id", flat=True))
        persons = AnswerSlot.objects.filter(item__in=waiting).exclude(place=None)
        unlooked = set(persons.values_list("item_id", flat=True)) - admitted
        asked = waiting.filter(kind__in=_ASKING, state__in=(ExchangeItem.RECEIVED, ExchangeItem.ACCEPTED))
        for item in asked[:_MOST]:
            yield self._request(item, to_admit=item.id in unlooked)
        for item in waiting.filter(state=ExchangeItem.RECEIVED).exclude(kind__in=_UNREAD_QUIETLY)[:_MOST]:
            what = _("You were answered: read it") if item.answers else _("Read and take in hand")
            yield replace(self._to_me(what, item, "desk", _DRAFTING, "item"), order=(-1, -item.created_at.timestamp()))

    def _request(self, item: ExchangeItem, *, to_admit: bool) -> Due:
        if item.state == ExchangeItem.RECEIVED:
            return self._to_me(_("Take in hand"), item, "desk", _DRAFTING, "item")
        if to_admit:
            return self._to_me(_("Find in order before any search"), item, "desk", {"desk", "legal"}, "admit")
        return self._to_me(_("Answer"), item, "originator", _DRAFTING, "answer")

    def _proposed(self) -> Iterator[Due]:
        """One row for each role that a proposal waits on; a held one waits, and nothing says on whom."""
        waiting = self._items.filter(direction=ExchangeItem.OUT, state__in=(ExchangeItem.PROPOSED, ExchangeItem.HELD))
        own = Approval.objects.filter(item__in=waiting, officer=self._officer)
        signed = {(name, bytes(digest)) for name, digest in own.values_list("item_id", "digest")}
        for item in waiting[:_MOST]:
            if item.state == ExchangeItem.HELD:
                yield self._row(_("Held; it goes on by itself"), say(ROLES, "originator"), _("the hold"), "item", item)
                continue
            done = (item.id, approvals.digest(item)) in signed
            yield from self._needs(item, done=done)

    def _of_streams(self) -> Iterator[Due]:
        """What a stream says is due beside the clocks of its items."""
        for stream in streams.installed():
            for one in streams.loaded(stream.due)(self._house, self._officer) if stream.due else ():
                waits = self._own if one.item.direction == ExchangeItem.OUT else state_name(one.item.peer.state_code)
                yield self._row(one.what, waits, say(ROLES, one.role), one.page, one.item, mine=one.role in self._roles)

    def _central(self) -> Iterator[Due]:
        """Other authorities' drafts that wait for the central legal adviser."""
        if not self._is_central or "legal" not in self._roles:
            return
        rows = ExchangeItem.objects.filter(direction=ExchangeItem.OUT, state=ExchangeItem.PROPOSED)
        for item in rows.exclude(authority=self._officer.authority).select_related("case", "peer")[:_MOST]:
            if central.AWAITED & set(item.needs):
                what, who = _("Approve as central authority"), item.authority
                yield self._row(what, who, say(ROLES, "legal"), "approve", item, mine=True)

    def _needs(self, item: ExchangeItem, *, done: bool) -> Iterator[Due]:
        """Conditions and redactions come first; approvals wait until they are met."""
        first = [need for need in item.needs if not need.startswith("approval:")] or item.needs
        for role in dict.fromkeys(reasons.role_for(need) for need in first):
            wanted = [reasons.need_words(need) for need in first if reasons.role_for(need) == role]
            what = _("%(kind)s: %(needs)s") % {"kind": say(KINDS, item.kind), "needs": "; ".join(wanted)}
            barred = done or (item.drafter_id == self._officer.pk and role not in _DRAFTING)
            mine = role in self._roles and not barred
            yield self._row(what, say(ROLES, "originator"), say(ROLES, role), "item", item, mine=mine)

    def _to_me(self, what: str, item: ExchangeItem, role: str, doers: set[str] | frozenset[str], page: str) -> Due:
        mine, other = bool(self._roles & doers), state_name(item.peer.state_code)
        return self._row(what, other, say(ROLES, role), page, item, mine=mine)

    def _row(self, what: str, who: str, whom: str, page: str, item: ExchangeItem, *, mine: bool = False) -> Due:
        return Due(
            what, who, whom, mine, page if mine else "item", item.id, item.case.reference if item.case else "", item,
            clockface.of(item), item.created_at, clockface.urgency(item),
        )  # fmt: skip


def _plain(row: due_registers.Waiting) -> Due:
    return Due(row.what, row.who, row.whom, row.mine, row.page, since=row.since)
