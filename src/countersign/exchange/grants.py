"""Permissions as items: a grant that answers our own request lets an item be used beyond its caveats, as far as it says."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from countersign.exchange.models import ExchangeItem, Permission

_CODES: Final = {"permission.onward": "onward", "permission.court_use": "court_use"}


def on_arrival(grant: ExchangeItem, content: dict[str, Any]) -> None:
    """Keep what a grant gives: only as answer to a request that we sent to this peer, for an item of this peer.

    The recipient and the purpose are those of the grant; a grant that says less than was asked gives less.
    """
    if grant.kind not in _CODES or content.get("act") != "grant":
        return
    asked = ExchangeItem.objects.filter(
        id=grant.answers, direction=ExchangeItem.OUT, peer=grant.peer, kind=grant.kind
    ).first()
    item = ExchangeItem.objects.filter(id=content["item"], direction=ExchangeItem.IN, peer=grant.peer).first()
    if asked is None or item is None or item.authority != asked.authority:
        return
    until = date.fromisoformat(content["until"]) if content["until"] else None
    for code, recipient, purpose in _given(grant.kind, content):
        Permission.objects.create(
            item=item, code=code, recipient=recipient, purpose=purpose, until=until, granted_by=grant
        )


def _given(kind: str, content: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(code, recipient, purpose) of each permission in a grant."""
    if kind == "permission.court_use":
        return [("court_use", "", "")]
    given = [("onward", content["recipient"], "")] if content["recipient"] else []
    return given + ([("purpose", "", content["new_purpose"])] if content["new_purpose"] else [])
