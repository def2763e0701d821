"""Screening by an officer: counted, noted, limited by the hour; near misses in a row are told to a supervisor.

No line is kept here. A customs desk is never locked out for what it finds; only the rate has a limit, so that nobody can try
out which variants escape control.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q, Sum

from countersign.charter import alarms
from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import decisions
from countersign.exchange.house import House
from countersign.kernel import clock, hashing
from countersign.kernel.errors import InvalidInput, NotAllowed
from countersign.streams.precursors.models import Allowed, Screening
from countersign.streams.precursors.screening.result import CLEAR, LISTED, REVIEW, Goods, Reason, Result
from countersign.streams.precursors.screening.text import fold
from countersign.streams.precursors.services import listing

AN_HOUR: Final = 200_000
SINGLE: Final = 20
NEAR: Final = 15
"""So many reviews among single lines within the hour are told to a supervisor."""
ALARM: Final = "SCREENING_NEAR_MISSES"
PORTION: Final = 500
ALLOWED_FOR: Final = timedelta(days=180)
_HOUR: Final = timedelta(hours=1)
_CONTEXT: Final = "countersign/v1/precursors-allowed"


class TooManyLines(NotAllowed):
    code = "SCREENING_RATE"
    remedy = "Go on in an hour, or screen on the command line: countersign precursors screen."


def screen(house: House, officer: Officer, goods: Sequence[Goods]) -> list[Result]:
    """Answers to some lines, noted with their number and outcome. Raises TooManyLines."""
    _limit(officer, len(goods))
    results = [
        _spared(officer.authority, row, result)
        for row, result in zip(goods, listing.engine().screen(goods), strict=True)
    ]
    _note(house, officer, results)
    return results


@transaction.atomic
def allow(house: House, officer: Officer, goods: Goods, substance: str) -> Allowed:
    """A person found that this very description is not what it resembles. It ends by itself; a listed verdict is never spared."""
    require_role(officer, "analyst", "desk", "legal")
    if not goods.description.strip() or substance not in listing.current().substances:
        raise InvalidInput("a description and a substance of the list are needed.", field="description")
    row, _ = Allowed.objects.update_or_create(
        digest=_digest(officer.authority, goods),
        defaults={"substance": substance, "officer": officer, "at": clock.now(), "until": clock.now() + ALLOWED_FOR},
    )
    decisions.record_act(house, None, act="precursors.allow", facts={"officer": officer.id, "substance": substance})
    return row


def _spared(authority: str, row: Goods, result: Result) -> Result:
    """A review that a person of the authority has answered for this very line and substance; the answer of each law stays."""
    if result.verdict != REVIEW:
        return result
    known = Allowed.objects.filter(
        digest=_digest(authority, row), substance=result.substance or "", until__gt=clock.now()
    )
    spared = known.first()
    if spared is None:
        return result
    told = Reason("allowed", "people", {"until": spared.until.date().isoformat()})
    return replace(result, verdict=CLEAR, reasons=(*result.reasons, told))


def _digest(authority: str, goods: Goods) -> bytes:
    words = " ".join(fold(goods.description).split())
    return hashing.digest(_CONTEXT, authority, words, goods.cas.strip(), goods.hs_code.strip())


def _limit(officer: Officer, lines: int) -> None:
    since = clock.now() - _HOUR
    done = Screening.objects.filter(officer=officer, at__gt=since).aggregate(lines=Sum("lines"))["lines"] or 0
    if done + lines > AN_HOUR:
        raise TooManyLines(f"{AN_HOUR} lines were screened within the hour.", field="lines")


def _note(house: House, officer: Officer, results: Sequence[Result]) -> None:
    listed, reviews = (sum(one.verdict == verdict for one in results) for verdict in (LISTED, REVIEW))
    with transaction.atomic():
        Screening.objects.create(officer=officer, lines=len(results), listed=listed, reviews=reviews, at=clock.now())
        facts = {"officer": officer.id, "lines": len(results), "listed": listed, "reviews": reviews}
        decisions.record_act(house, None, act="precursors.screen", facts=facts)
    recent = Screening.objects.filter(officer=officer, at__gt=clock.now() - _HOUR)
    probing = recent.filter(Q(lines__lte=SINGLE) | Q(reviews__gt=F("lines") / 3))
    near = probing.aggregate(reviews=Sum("reviews"))["reviews"] or 0
    if near >= NEAR:
        alarms.raise_alarm(ALARM, officer.authority)
