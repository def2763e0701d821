"""Walls inside the house: content at rest is encrypted under its authority's own key; only its officers pass."""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from django.db.models import Q, QuerySet

from countersign.charter.models import Officer
from countersign.exchange.errors import NotNamed, NotYours
from countersign.exchange.models import ExchangeItem, NamedReader
from countersign.kernel import cbor
from countersign.kernel.errors import IntegrityFault
from countersign.link.station import Station

_NONCE = 12
READERS: Final = frozenset({
    "originator", "desk", "liaison_officer", "analyst", "releaser", "second_officer", "senior_officer", "legal",
    "risk_officer", "executive", "head", "fiu_head",
})  # fmt: skip
"""Roles that read their authority's content."""


def lock(station: Station, *, authority: str, item: str, content: bytes) -> bytes:
    """Encrypt content for its authority, bound to the item."""
    nonce = secrets.token_bytes(_NONCE)
    kek = station.provider.key_encryption_key(authority)
    return nonce + kek.encrypt(nonce, content, _aad(authority, item))


def unlock(station: Station, *, authority: str, item: str, locked: bytes) -> bytes:
    """Decrypt. Raises IntegrityFault for bytes that were changed or belong elsewhere."""
    kek = station.provider.key_encryption_key(authority)
    try:
        return kek.decrypt(locked[:_NONCE], locked[_NONCE:], _aad(authority, item))
    except (InvalidTag, ValueError):
        raise IntegrityFault("the content at rest does not open: it was changed or moved.") from None


def require_member(officer: Officer, authority: str) -> None:
    """Only officers of the authority that owns the content read it; an administrator reads none by that role alone."""
    if officer.authority != authority:
        raise NotYours(f"this content belongs to {authority}.", field="as")
    require_reader(officer)


def require_item(officer: Officer, item: ExchangeItem) -> None:
    """A member who may read this item: what the other state sent for named persons (TLP:RED) is read by these alone."""
    require_member(officer, item.authority)
    if not is_open(officer, item):
        raise NotNamed("TLP:RED: only the persons whom the sender named read this item.", field="as")


def is_open(officer: Officer, item: ExchangeItem) -> bool:
    """Whether the item is for everybody of its authority, or names the officer."""
    return not item.named_only or item.readers.filter(officer=officer).exists()


def open_to(officer: Officer, rows: QuerySet[ExchangeItem]) -> QuerySet[ExchangeItem]:
    """Of these items, those that the officer may read."""
    return rows.filter(Q(named_only=False) | Q(pk__in=NamedReader.objects.filter(officer=officer).values("item")))


def require_same(officer: Officer, authority: str) -> None:
    """Of the same authority; nothing is read by it."""
    if officer.authority != authority:
        raise NotYours(f"this belongs to {authority}.", field="as")


def require_reader(officer: Officer) -> None:
    """Content is read by those whose work it is: who draft, assess, advise and approve. Administrators, reviewers and
    protection officers read none by these roles alone."""
    if not set(officer.roles) & READERS:
        raise NotYours("this role reads no content.", field="as")


def _aad(authority: str, item: str) -> bytes:
    return cbor.encode(["countersign/v1/content-at-rest", authority, item])
