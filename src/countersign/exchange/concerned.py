"""Whom an answer concerns: the persons of the request that it answers are its persons too, named in it or not.

A reply that says «the number is his» tells about the person who was asked about. So protection check, age, categories and
risk look at the asked persons beside those that the answer names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from countersign.exchange import contents, kinds
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem


def whole(house: House, content: Mapping[str, Any], authority: str) -> dict[str, Any]:
    """The content with everybody whom it concerns among its subjects: its own, then the persons asked about (the one that
    `about` names, or all). For checks alone, never to be sent."""
    asked = _asked(house, content, authority)
    return dict(content) | {"subjects": [*content.get("subjects", ()), *asked]} if asked else dict(content)


def _asked(house: House, content: Mapping[str, Any], authority: str) -> list[dict[str, Any]]:
    name = content.get("answers")
    if not name or content.get("kind") not in kinds.KINDS:
        return []
    rows = ExchangeItem.objects.select_related("arrived", "arrived__peer")
    item = rows.filter(id=name, direction=ExchangeItem.IN, kind__in=kinds.PERSONS_ASKED, authority=authority).first()
    if item is None:
        return []
    asked = contents.read(house, item).content
    places = kinds.persons(asked)
    about = content.get("about")
    return [asked["subjects"][place] for place in places if about is None or place == about]
