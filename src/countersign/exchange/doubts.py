"""Free text that says more than was declared: a doubt that a person settles, or a contradiction that stops the item.

A scan cannot understand a text. So a find is never taken as a fact: it is declared by the drafter, taken out, or found not to be
so by a legal adviser, on record. Until then nobody can approve.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from countersign.charter import packs
from countersign.exchange import scan
from countersign.exchange.home_sheet import HomeSheet
from countersign.kernel import hashing
from countersign.law import beside
from countersign.law.decide import Decision
from countersign.law.policies import Rule

PREFIX: Final = "doubt_"
MEMBERS: Final = (
    "question",
    "text",
    "necessity",
    "explanation",
    "threat",
    "threatened",
    "place",
    "handling",
    "recipient",
    "declared_use",
    "declared_as",
    "what",
)
"""Members of a content that people write in their own words."""
_LABEL: Final = re.compile(r"\bTLP\s*:?\s*(RED|AMBER\+STRICT|AMBER|GREEN)\b", re.I)
_LABELS: Final = {"GREEN": "green", "AMBER": "amber", "AMBER+STRICT": "amber_strict", "RED": "red"}
_LABELLED: Final = "label:"
_REMEMBERED: Final = 4_096
_FOUND_BEFORE: Final[dict[bytes, frozenset[str]]] = {}
_ORDER: Final = ("none", "clear", "green", "amber", "amber_strict", "red")


@dataclass(frozen=True, slots=True)
class Word:
    """What is looked for under one heading: `declares`, the codes that say the same; `contradicts`, the origin that it denies."""

    code: str
    pattern: re.Pattern[str]
    declares: frozenset[str]
    contradicts: str


@lru_cache(maxsize=1)
def lexicon() -> tuple[Word, ...]:
    """The words of the common pack."""
    return load(packs.common_folder() / "doubts.toml")


def load(path: Path) -> tuple[Word, ...]:
    content = tomllib.loads(path.read_text("utf-8"))
    return tuple(
        Word(code, _pattern(entry["words"]), frozenset(entry.get("declares", ())), entry.get("contradicts", ""))
        for code, entry in content.items()
    )


def codes() -> tuple[str, ...]:
    """Everything a doubt can be about."""
    return tuple(word.code for word in lexicon() if word.declares)


def found(content: Mapping[str, Any], sheet: HomeSheet) -> frozenset[str]:
    """Doubts that the texts raise and the home sheet does not declare."""
    said = _said(content)
    declared = {*sheet.persons, *sheet.data}
    return frozenset(
        word.code for word in lexicon() if word.declares and not word.declares & declared and word.code in said
    )


def contradictions(content: Mapping[str, Any], sheet: HomeSheet) -> tuple[Rule, ...]:
    """What the texts say that cannot be true beside what was declared: another's caveat on own information, a stricter label."""
    said = _said(content)
    others = any(word.contradicts == sheet.origin and word.code in said for word in lexicon())
    marked = content.get("marking", {}).get("tlp", "red")
    labels = {code.removeprefix(_LABELLED) for code in said if code.startswith(_LABELLED)}
    stricter = any(_ORDER.index(label) > _ORDER.index(marked) for label in labels)
    return (beside.OTHERS_CAVEAT,) * others + (beside.STRICTER_LABEL,) * stricter


def guard(decision: Decision, content: Mapping[str, Any], sheet: HomeSheet, settled: Iterable[str]) -> Decision:
    """The decision, or a no where a text contradicts what was declared, or a doubt is open. `settled`: codes on record."""
    for against in contradictions(content, sheet):
        decision = decision.but(against)
    still = {f"{PREFIX}{code}" for code in found(content, sheet)} - set(settled)
    return decision.but(replace(beside.DOUBT, cures={"conditions": frozenset(still)})) if still else decision


def _said(content: Mapping[str, Any]) -> frozenset[str]:
    """Headings that any text of the content falls under, and labels that it names."""
    return frozenset().union(*map(_said_in, _texts(content)))


def _said_in(text: str) -> frozenset[str]:
    """The same of one text. It is looked at five times on its way through the gate and does not change: what was found is
    remembered under its digest, the text is not."""
    name = hashing.sha256(text.encode("utf-8", "surrogatepass"))
    known = _FOUND_BEFORE.get(name)
    if known is None:
        folded = _folded(text)
        known = frozenset(word.code for word in lexicon() if word.pattern.search(folded))
        known |= {f"{_LABELLED}{_LABELS[match.group(1).upper()]}" for match in _LABEL.finditer(folded)}
        if len(_FOUND_BEFORE) >= _REMEMBERED:
            _FOUND_BEFORE.clear()
        _FOUND_BEFORE[name] = known
    return known


def _texts(content: Mapping[str, Any]) -> Iterator[str]:
    for member in MEMBERS:
        yield from scan.texts(content.get(member))
    for file in content.get("attachments", ()):
        yield file["name"]


def _folded(text: str) -> str:
    """Compatibility forms, without case; accents of Latin letters fall, vowel signs of Indic scripts stay."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    kept = "".join(char for char in plain if not "\u0300" <= char <= "\u036f")
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", kept).casefold())


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    parts = []
    for word in sorted(map(_folded, words), key=len, reverse=True):
        body = re.escape(word).replace(r"\#", r"[0-9]")
        parts.append(rf"(?<!\w){body}(?!\w)" if word.isascii() else body)
    return re.compile("|".join(parts))
