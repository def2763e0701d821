"""Sign-in links of a demonstration: good once, for half an hour, on loopback, on a node that says it is one. Nowhere else."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from countersign.charter import officers
from countersign.exchange.house import House
from countersign.kernel import clock
from countersign.kernel.errors import NotAllowed
from countersign.web import people, sealing
from countersign.web.errors import EntryLinkRefused
from countersign.web.models import EntryLink, Person

GOOD_FOR: Final = timedelta(minutes=30)


def is_open() -> bool:
    """Only a demonstration on loopback has such links (system check E113 refuses any other node that asks for them)."""
    return bool(settings.DEMONSTRATION and settings.LOOPBACK)


def make(house: House, login: str) -> str:
    """A fresh link for an officer: its address's path. Raises NotAllowed outside a demonstration."""
    if not is_open():
        raise NotAllowed("this node is no demonstration: people sign in with a second factor.", field="demonstration")
    officer = officers.find(login)
    if not Person.objects.filter(officer=officer).exists():
        people.link(house, login)
    token = secrets.token_urlsafe(24)
    EntryLink.objects.create(digest=_digest(token), officer=officer, expires_at=clock.now() + GOOD_FOR)
    return reverse("enter", args=[token])


@transaction.atomic
def redeem(token: str) -> Any:
    """The account of a fresh link, which is spent by it. Raises EntryLinkRefused."""
    row = EntryLink.objects.select_for_update(of=("self",)).filter(digest=_digest(token)).first()
    if row is None or row.used_at is not None or row.expires_at <= clock.now():
        raise EntryLinkRefused("this sign-in link was used already, or its half hour is over.")
    row.used_at = clock.now()
    row.save(update_fields=("used_at",))
    return Person.objects.select_related("user").get(officer_id=row.officer_id).user


def _digest(token: str) -> bytes:
    return sealing.digest("entry-link", token)
