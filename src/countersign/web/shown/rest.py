"""What of an item's content the page's own words do not show: listed one by one, so that nobody signs what was not shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

SHOWN: Final = frozenset({
    "question", "text", "explanation", "ground", "reason", "expected_on", "judicial_authority", "outcome", "timely", "act",
    "recipient", "until", "necessity", "purpose", "urgency", "legal_basis", "from_authority", "to_authority", "to_state",
    "attachments", "evaluation", "caveats", "handling", "threatened", "threat", "place", "expected", "call_back", "assurance",
    "finding", "given_on", "learned_on",
})  # fmt: skip
"""Members that `parts/content.html` shows whole."""
_PARTLY: Final[Mapping[str, frozenset[str]]] = {
    "offence": frozenset({"category", "in_law"}),
    "marking": frozenset({"level", "tlp", "pap", "readers"}),
    "subjects": frozenset({"type", "names", "born_on", "identifiers"}),
}
"""Of these members the template shows these parts."""
_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})


def of(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(where it stands, what it says) of everything else, in the order of the content. Empty values say nothing."""
    return [(path, str(value)) for path, value in _leaves(_left(content)) if value not in _EMPTY]


def _left(content: Mapping[str, Any]) -> dict[str, Any]:
    left: dict[str, Any] = {}
    for name, value in content.items():
        if name in SHOWN or name == "home":
            continue
        parts = _PARTLY.get(name)
        if parts is None:
            left[name] = value
        elif isinstance(value, Mapping):
            left[name] = {key: inner for key, inner in value.items() if key not in parts}
        elif isinstance(value, list):
            left[name] = [{key: inner for key, inner in item.items() if key not in parts} for item in value]
    return left


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _leaves(inner, f"{path}.{place}")
    else:
        yield path, value
