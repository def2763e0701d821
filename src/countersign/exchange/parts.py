"""Content as named parts and back: each top-level member, and each element of a list, is a part of its own, so that
evidence can show one and withhold another. Names are JSON pointers (RFC 6901); values RFC 8785 JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from countersign.kernel import jcs
from countersign.kernel.errors import InvalidInput

ITEM_ID: Final = "id"
_NAME: Final = re.compile(r"^/([a-z_]{1,64})(?:/(0|[1-9][0-9]{0,3}))?$")


def split(item_id: str, content: Mapping[str, Any]) -> dict[str, bytes]:
    """Content (whose member names are a-z and underscore) as parts, with the item's id as a part of its own."""
    parts = {ITEM_ID: item_id.encode("ascii")}
    for member, value in content.items():
        if isinstance(value, list) and value:
            for place, element in enumerate(value):
                parts[f"/{member}/{place}"] = jcs.canonical(element, field=member)
        else:
            parts[f"/{member}"] = jcs.canonical(value, field=member)
    return parts


def join(parts: Mapping[str, bytes]) -> tuple[str, dict[str, Any]]:
    """Item id and content. Raises InvalidInput for a name or a value that `split` would not have made."""
    content: dict[str, Any] = {}
    lists: dict[str, dict[int, Any]] = {}
    for name, data in parts.items():
        if name != ITEM_ID:
            _place(name, data, content, lists)
    for member, elements in lists.items():
        if member in content or set(elements) != set(range(len(elements))):
            raise InvalidInput("the elements of a list are not complete.", field=member)
        content[member] = [elements[place] for place in range(len(elements))]
    try:
        return parts[ITEM_ID].decode("ascii"), content
    except (KeyError, UnicodeDecodeError):
        raise InvalidInput("the item's id is missing.", field="id") from None


def _place(name: str, data: bytes, content: dict[str, Any], lists: dict[str, dict[int, Any]]) -> None:
    """Put one part where its name says; a list that was not taken apart would have a second commitment."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise InvalidInput("a part has a name that is not a member of the content.", field="parts")
    member, place = match.groups()
    value = jcs.parse_canonical(data, field=member)
    if place is not None:
        lists.setdefault(member, {})[int(place)] = value
    elif isinstance(value, list) and value:
        raise InvalidInput("a list is not taken apart.", field="parts")
    else:
        content[member] = value
