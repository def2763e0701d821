"""Redaction: words or whole elements are taken out of the payload; the full version stays home, linked, under the same key.

The gate counts a redaction only where what was taken out is really absent from the bytes that would leave.
"""

from __future__ import annotations

import copy
import difflib
import json
from collections.abc import Mapping
from typing import Any, Final

from countersign.exchange import scan
from countersign.exchange.home_sheet import HomeSheet, Withheld
from countersign.kernel.errors import InvalidInput

MARK: Final = "[withheld]"
"""What stands in place of withheld words: that something was withheld is said, why is not."""


def apply(content: Mapping[str, Any], cuts: list[Withheld]) -> dict[str, Any]:
    """The content without what `cuts` name. Raises InvalidInput where a cut names nothing."""
    changed = copy.deepcopy(dict(content))
    removed: list[tuple[str, int]] = []
    for cut in cuts:
        member, place = _place(cut.path)
        if cut.words:
            _cut_words(changed, member, place, cut)
        else:
            removed.append((member, _element(changed, member, place, cut)))
    for member, index in sorted(removed, reverse=True):
        del changed[member][index]
    return changed


def verified(sheet: HomeSheet, content: Mapping[str, Any], full: Mapping[str, Any] | None) -> set[str]:
    """Categories of which everything that was to be withheld is absent from every text of the content."""
    left = "\n".join(scan.texts(content)).casefold()
    gone: dict[str, bool] = {}
    for cut in sheet.withheld:
        telling = [cut.words] if cut.words else _telling(cut, full or {})
        absent = bool(telling) and not any(words.casefold() in left for words in telling)
        gone[cut.category] = gone.get(cut.category, True) and absent
    return {category for category, absent in gone.items() if absent}


def _telling(cut: Withheld, full: Mapping[str, Any]) -> list[str]:
    """What would tell a removed element: a subject's names and identifiers, an attachment's id, any other's texts."""
    member, place = _place(cut.path)
    elements = full.get(member, [])
    if place is None or not isinstance(elements, list) or place >= len(elements):
        return []
    element = elements[place]
    if isinstance(element, dict) and "names" in element:
        return [name["text"] for name in element["names"]] + [item["value"] for item in element["identifiers"]]
    if isinstance(element, dict) and "sha256" in element:
        return [element["id"]]
    return list(scan.texts(element))


def difference(full: Mapping[str, Any], content: Mapping[str, Any]) -> list[str]:
    """A unified diff of what stays home against what would leave, line by line."""
    before, after = (
        json.dumps(side, ensure_ascii=False, indent=2, sort_keys=True).splitlines() for side in (full, content)
    )
    return list(difflib.unified_diff(before, after, "stays home", "would leave", lineterm="", n=1))


def _place(path: str) -> tuple[str, int | None]:
    member, _, place = path[1:].partition("/")
    return member, int(place) if place else None


def _element(content: dict[str, Any], member: str, place: int | None, cut: Withheld) -> int:
    if place is None or not isinstance(content.get(member), list) or place >= len(content[member]):
        raise InvalidInput(
            f"{cut.path} names no element of a list.", field="path", remedy="Name one as /subjects/0, or give words."
        )
    return place


def _cut_words(content: dict[str, Any], member: str, place: int | None, cut: Withheld) -> None:
    """Replace the words wherever they stand in that member, at any depth."""
    if member not in content or not any(cut.words in text for text in scan.texts(content[member])):
        raise InvalidInput(f"the words do not stand in {cut.path}.", field="words", remedy="Copy them exactly.")
    if place is None:
        content[member] = _replaced(content[member], cut.words)
    else:
        content[member][_element(content, member, place, cut)] = _replaced(content[member][place], cut.words)


def _replaced(value: Any, words: str) -> Any:
    if isinstance(value, str):
        return value.replace(words, MARK)
    if isinstance(value, list):
        return [_replaced(element, words) for element in value]
    if isinstance(value, dict):
        return {name: _replaced(element, words) for name, element in value.items()}
    return value
