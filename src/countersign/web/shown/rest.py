"""What of an item's content the page's own words do not show: listed one by one, so that nobody signs what was not shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from countersign.web import stream_pages
from countersign.web.shown import words
from countersign.web.shown.words import Words

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
LABELS: Final[Words] = {
    "kind": _("Kind"), "version": _("Version of the kind"), "case_ref": _("Case"), "workstream": _("Work stream"),
    "language": _("Language of the text"), "copy_spoc": _("Headers to the single point of contact"), "answers": _("Answers"),
    "about": _("About person (from 0)"), "item": _("About the item"), "offence.label": _("Offence"),
    "subjects.role": _("Part in the case"), "subjects.nationalities": _("Nationality"), "new_purpose": _("New purpose"),
    "names.script": _("Script"), "reference": _("File number"), "status": _("State"), "on": _("On"),
    "about_natural_person": _("About a natural person"),
}  # fmt: skip
"""Labels by path, places left out."""
_YES_NO: Final[Words] = {"True": _("Yes"), "False": _("No")}
VALUES: Final[Mapping[str, Words]] = {
    "kind": words.KINDS, "workstream": words.WORKSTREAMS, "language": dict(words.LANGUAGES), "copy_spoc": _YES_NO,
    "subjects.role": words.PERSON_ROLES, "new_purpose": words.PURPOSES, "about_natural_person": _YES_NO,
    "status": words.ASSISTANCE,
}  # fmt: skip
"""Words for values that are codes."""
_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Field:
    """A field that travels: where it stands and what it says there, and both in the reader's words."""

    path: str
    value: str
    label: str
    words: str


def of(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(where it stands, what it says) of everything else, in the order of the content. Empty values say nothing."""
    return [(path, str(value)) for path, value in _leaves(_left(content)) if value not in _EMPTY]


def told(content: Mapping[str, Any]) -> list[Field]:
    """The same in the reader's words, of which nothing is left out: what has no words is shown as it travels."""
    return [_told(str(content.get("kind", "")), path, value) for path, value in of(content)]


def _told(kind: str, path: str, value: str) -> Field:
    steps = path.split(".")
    key = ".".join(step for step in steps if not step.isdigit())
    place = next((f" {int(step) + 1}" for step in steps if step.isdigit()), "")
    label, words = stream_pages.field_words(kind, key, value) or _own(key, value) or ("", value)
    return Field(path, value, f"{label}{place}" if label else "", str(words))


def _own(key: str, value: str) -> tuple[str, str] | None:
    """Fields of the header and of the exchange's own kinds."""
    if key not in LABELS:
        return None
    return str(LABELS[key]), str(VALUES.get(key, {}).get(value, value))


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
