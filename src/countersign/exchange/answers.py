"""Requests and their answers: one slot a natural person, clocks that close, and the neutral answer at its drawn instant.

Protocol section 7: for a natural person unknown, barred and not releasable answer alike. The instant at which the
neutral answer leaves is drawn when the request arrives, before anybody has looked, and depends on nothing else.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from countersign.charter import packs
from countersign.charter.models import Peer
from countersign.exchange import checks, kinds
from countersign.exchange.errors import AlreadyAnswered
from countersign.exchange.kinds import Kind
from countersign.exchange.models import AnswerSlot, ClockPause, ExchangeItem
from countersign.exchange.schemas import NEUTRAL
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput

EARLIEST, LATEST = 0.5, 0.9
"""The neutral answer leaves between these fractions of the time that the request's clock allows."""
_STEPS: Final = 1 << 32
Window = tuple[datetime, datetime]


def check(kind: Kind, content: Mapping[str, Any], peer: Peer, home: str) -> None:
    """An answer names an item that was received from this very peer, of a kind that it answers, and a slot still open.

    Raises InvalidInput naming the field, or AlreadyAnswered.
    """
    name = content.get("answers")
    if not kind.answers or not name:
        return
    if not kind.counts(content, packs.state(home)):
        raise InvalidInput(
            f"{content.get('from_authority')} is not the authority designated for this.", field="from_authority",
            remedy="NOT_COMPETENT: the authority that the pack designates answers; route the matter to it.",
        )  # fmt: skip
    _check_day(content)
    asked = ExchangeItem.objects.filter(id=name, direction=ExchangeItem.IN, peer=peer).first()
    if asked is None or asked.kind not in kind.answers:
        raise InvalidInput("answers no request received from this peer.", field="answers")
    if content["kind"] in ("reply", "refusal", "reply.interim"):
        _check_person_rules(content, asked)
    if kind.closes:
        slot = _slot(asked, content)
        if slot is None:
            raise InvalidInput(
                "does not say about which subject it answers.",
                field="about",
                remedy="Give the place (from 0) of the person among the request's subjects; one answer each.",
            )
        if slot.answered_at is not None:
            raise AlreadyAnswered("this was answered already.", field="answers")


def _check_day(content: Mapping[str, Any]) -> None:
    expected = content.get("expected_on")
    if expected is not None and str(expected) < clock.now().date().isoformat():
        raise InvalidInput("an answer is not expected on a day that has passed.", field="expected_on")


def open_slots(item: ExchangeItem, content: Mapping[str, Any], *, window: Window | None) -> None:
    """One slot a natural person, or one in all. With a `window` (a request that arrived) draw each neutral instant."""
    places = kinds.persons(content) if item.kind in kinds.PERSONS_ASKED else []
    for place in places:
        AnswerSlot.objects.create(item=item, place=place, leaves_at=draw_instant(window) if window else None)
    if not places:
        AnswerSlot.objects.create(item=item)


def window_of(start: datetime, due: datetime, fixed: tuple[int, int] | None) -> Window:
    """When a neutral answer may leave: by fractions of the request's clock, or `fixed` seconds after its arrival."""
    if fixed is not None:
        return start + timedelta(seconds=fixed[0]), start + timedelta(seconds=fixed[1])
    return start + (due - start) * EARLIEST, start + (due - start) * LATEST


def draw_instant(window: Window) -> datetime:
    """A uniformly random instant of the window. It takes nothing but the request's own clock."""
    first, last = window
    return first + (last - first) * (secrets.randbelow(_STEPS) / _STEPS)


def on_release(item: ExchangeItem, content: Mapping[str, Any]) -> None:
    """What a release does to clocks: an answer closes its slot, a notice pauses. Raises AlreadyAnswered for a second one."""
    asked = ExchangeItem.objects.filter(id=item.answers, direction=ExchangeItem.IN, peer=item.peer).first()
    if asked is not None:
        _take_effect(item, content, asked, clock.now(), strict=True)


def on_arrival(item: ExchangeItem, content: Mapping[str, Any]) -> None:
    """The same at the side that asked; a second answer is filed and closes nothing."""
    kind = kinds.find(item.kind)
    asked = ExchangeItem.objects.filter(
        id=item.answers, direction=ExchangeItem.OUT, peer=item.peer, kind__in=kind.answers
    ).first()
    if asked is not None:
        _take_effect(item, content, asked, item.created_at, strict=False)


def _take_effect(
    answer: ExchangeItem, content: Mapping[str, Any], asked: ExchangeItem, at: datetime, *, strict: bool
) -> None:
    if answer.kind == "reply.interim":
        _pause(answer, content, asked, at)
    kind = kinds.find(answer.kind)
    if not kind.closes or (
        answer.direction == ExchangeItem.IN and not kind.counts(content, packs.state(answer.peer.state_code))
    ):
        return
    slot = _slot(asked, content)
    if slot is None:
        return
    if slot.answered_at is not None:
        if strict:
            raise AlreadyAnswered("this was answered already.", field="answers")
        return
    if not AnswerSlot.objects.filter(pk=slot.pk, answered_at=None).update(answered_at=at) and strict:
        raise AlreadyAnswered("this was answered at the same moment.", field="answers")
    if not asked.slots.filter(answered_at=None).exists():
        ExchangeItem.objects.filter(pk=asked.pk, answered_at=None).update(answered_at=at)


def _slot(asked: ExchangeItem, content: Mapping[str, Any]) -> AnswerSlot | None:
    return asked.slots.filter(place=content.get("about")).first()


def _pause(notice: ExchangeItem, content: Mapping[str, Any], asked: ExchangeItem, at: datetime) -> None:
    """Only the notice that a judge must authorise pauses, until the end (UTC) of the day it names."""
    if content["judicial_authority"] is None:
        return
    day = datetime.fromisoformat(content["expected_on"]).replace(tzinfo=UTC)
    ClockPause.objects.create(item=asked, notice=notice, begin=at, until=day + timedelta(days=1))


def _check_person_rules(content: Mapping[str, Any], asked: ExchangeItem) -> None:
    """About natural persons: the neutral answer goes by itself, and nothing said after a search may tell what was found."""
    if asked.kind not in kinds.PERSONS_ASKED or not asked.slots.exclude(place=None).exists():
        return
    if content.get("ground") == NEUTRAL:
        raise InvalidInput(
            "the neutral answer leaves by itself at the instant drawn when the request arrived.",
            field="ground",
            remedy="Do nothing: if no reply is released before, the neutral answer goes.",
        )
    if content["kind"] == "reply" and not checks.admitted(asked.id):
        raise InvalidInput(
            "nothing is said about a person before the request was found in order.",
            field="answers",
            remedy="Have the request admitted first; if it is not in order, refuse it in a coded ground.",
        )
    if content["kind"] != "reply" and checks.admitted(asked.id):
        raise InvalidInput(
            "holdings may have been searched for this request; a coded answer now would tell what was found.",
            field="kind",
            remedy="Reply, or do nothing: the neutral answer goes by itself. Coded answers come before admission.",
        )
