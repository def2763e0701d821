"""Repeating a POST is harmless: the same key with the same body has the same answer, to the byte, for 24 hours."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from countersign.exchange import walls
from countersign.exchange.house import House
from countersign.kernel import clock
from countersign.web import sealing
from countersign.web.api import bodies, problems
from countersign.web.api.auth import Caller
from countersign.web.errors import IdempotencyKeyMissing, IdempotencyKeyReused
from countersign.web.models import KeptAnswer

KEPT: Final = timedelta(hours=24)
PATTERN: Final = "[A-Za-z0-9_-]{8,128}"
PARAMETER: Final = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "fresh for every new act, the same to repeat it; kept 24 hours",
    "schema": {"type": "string", "pattern": f"^{PATTERN}$"},
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an act answered: status, the item it made (empty if none), and the body."""

    status: int
    body: bytes
    item: str = ""

    def respond(self) -> HttpResponse:
        media_type = problems.MEDIA_TYPE if self.status >= 400 else bodies.JSON
        response = HttpResponse(self.body, status=self.status, content_type=media_type)
        if self.item:
            response["Location"] = f"/api/v1/proposals/{self.item}"
        return response


def once(house: House, caller: Caller, request: HttpRequest, act: Callable[[], Answer]) -> HttpResponse:
    """Do `act` and keep its answer in one transaction, or give the answer kept. What raises leaves nothing behind.

    Raises IdempotencyKeyMissing, IdempotencyKeyReused.
    """
    key = sealing.digest("idempotency-key", _key(request))
    body = sealing.digest("idempotency-body", request.path, request.body)
    KeptAnswer.objects.filter(at__lt=clock.now() - KEPT).delete()
    with transaction.atomic():
        kept = _begin(caller, key, body)
        if kept.status:
            return _again(house, caller, kept, body)
        answer = act()
        _keep(house, caller, kept, answer)
    return answer.respond()


def _key(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise IdempotencyKeyMissing("an act needs an idempotency key.", field="Idempotency-Key")
    if not re.fullmatch(PATTERN, key):
        raise IdempotencyKeyMissing("not an idempotency key.", field="Idempotency-Key")
    return key


def _begin(caller: Caller, key: bytes, body: bytes) -> KeptAnswer:
    """The row of this key, made now or found. On PostgreSQL a call with the same key waits here until the first is done."""
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(officer=caller.officer, key_digest=key, body_digest=body, at=clock.now())
    except IntegrityError:
        return KeptAnswer.objects.get(officer=caller.officer, key_digest=key)


def _again(house: House, caller: Caller, kept: KeptAnswer, body: bytes) -> HttpResponse:
    if bytes(kept.body_digest) != body:
        raise IdempotencyKeyReused("this key was used for another body.", field="Idempotency-Key")
    text = walls.unlock(house.station, authority=caller.officer.authority, item=_bound(kept), locked=bytes(kept.answer))
    return Answer(kept.status, text, kept.item).respond()


def _keep(house: House, caller: Caller, kept: KeptAnswer, answer: Answer) -> None:
    kept.status, kept.item = answer.status, answer.item
    kept.answer = walls.lock(house.station, authority=caller.officer.authority, item=_bound(kept), content=answer.body)
    kept.save(update_fields=("status", "item", "answer"))


def _bound(kept: KeptAnswer) -> str:
    return f"kept-answer:{bytes(kept.key_digest).hex()}"
