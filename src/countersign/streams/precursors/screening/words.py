"""The words around a name: what negates it, what packs, weighs and grades it, and what says nothing about the goods."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from countersign.charter import packs
from countersign.streams.precursors.screening import text


def _vocabulary(path: Path) -> dict[str, frozenset[str]]:
    """The words of each role; the table says what each role means."""
    roles: dict[str, set[str]] = {}
    for row in _rows(path):
        roles.setdefault(row["role"], set()).add(row["word"])
    return {role: frozenset(words) for role, words in roles.items()}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


_VOCABULARY: Final = _vocabulary(packs.common_folder() / "precursors" / "around.csv")

FREE_AFTER: Final = _VOCABULARY["not_free"]
"""«free» before these negates nothing that stands before it: free base, free flowing, free of charge."""
_TIES: Final = _VOCABULARY["tie"]
"""Words that may stand between a name and what negates it after it."""
AFTER: Final = _VOCABULARY["negates_before"]
"""Words that negate what stands before them."""
_NOT_THERE: Final = re.compile(
    r"^(?:is |are |was )?not (?:present|detected|included|contained|added|used|found|allowed)"
    r"|^non (?:detecte|present|inclus|ajoute)"
)
_HAN_AFTER: Final = tuple(_VOCABULARY["negates_before_han"])
_HAN_BEFORE: Final = tuple(_VOCABULARY["negates_after_han"])
BEFORE: Final = _VOCABULARY["negates_after"]
"""Words that negate what stands after them, in the same noun phrase."""
_LINKS: Final = _VOCABULARY["link"]
"""Words that may stand between a negation and what it negates."""
_YES: Final = _VOCABULARY["present"]
CHEMISTRY: Final = _VOCABULARY["family"]
"""Words of whole families of chemicals: a line of these may well be what its code says."""
_VAGUE: Final = _VOCABULARY["vague"]
"""Words of descriptions that fit a thousand goods."""
_HAN: Final = re.compile("[\u3400-\u9fff]")
_VAGUE_HAN: Final = _VOCABULARY["vague_han"]
_HAN_CHEMISTRY: Final = re.compile(
    "化[学學]|化工|[试試][剂劑]|中[间間][体體]|生物[碱鹼]|[溶][剂劑]|[胺酮酸醇腈醛酯酐]$"
)
_PREFIX: Final = re.compile(r"(?:\([^()]{1,10}\)-?|[\[({+-]+)+$")
"""What stands at the head of a chemical name and is part of it: (+)-, (1r,2s)-, an opening bracket."""
_WORD: Final = re.compile(r"[^\W_]+(?:[\u0900-\u097f\u0a00-\u0a7f]+)*|[\u0900-\u097f\u0a00-\u0a7f]+")


@dataclass(frozen=True, slots=True)
class Around:
    """`before`: negations of one to three words, longest first; `idle`: words that name no goods."""

    before: tuple[str, ...]
    idle: frozenset[str]
    counter_ions: frozenset[str]
    han: tuple[str, ...]


@lru_cache(maxsize=1)
def shipped() -> Around:
    return load(packs.common_folder() / "precursors")


def load(folder: Path) -> Around:
    """Read the tables of words and of counter-ions."""
    negations, idle = set[str](), set[str]()
    for row in _rows(folder / "words.csv"):
        word = text.fold(row["word"]).strip(" -")
        (negations if row["role"] == "negation" else idle).add(word)
    ions = {text.fold(row["word"]) for row in _rows(folder / "salts.csv")}
    stems = {
        word.removesuffix(end)
        for word in negations
        for end in (" de", " d'", " of", " from", " du")
        if word.endswith(end)
    }
    before = sorted(
        (negations | stems) - AFTER - BEFORE - {"free", "less", "0%"} | {"free of", "free from"}, key=len, reverse=True
    )
    plain = {part for word in idle for part in split(word)}
    han = sorted((word for word in plain | _VAGUE_HAN if _HAN.search(word)), key=len, reverse=True)
    return Around(tuple(before), frozenset(plain | _VAGUE), frozenset(ions), tuple(han))


def split(folded: str) -> list[str]:
    """The words of a folded text, signs of Indian scripts with their letters."""
    return _WORD.findall(folded)


def negated(folded: str, begin: int, end: int, around: Around) -> bool:
    """Whether what stands at folded[begin:end] is said not to be there, in the same noun phrase."""
    while begin and folded[begin - 1].isascii() and folded[begin - 1].isalpha():
        begin -= 1  # a name found by its spelling may begin within the word before it
    if len(own := split(folded[begin:end])) > 1 and own[0] in BEFORE - {"nor"}:
        return True
    before = _PREFIX.sub("", folded[max(0, begin - 60) : begin])
    clause = re.split(r",(?!\d)|[;:/(]", before)[-1]
    after = folded[end : end + 40]
    return _before(clause, around) or _after(after)


def _before(clause: str, around: Around) -> bool:
    """A negation before it, with nothing between but links and other names that are negated with it."""
    bare = clause.rstrip(" -'")
    if bare.endswith(_HAN_BEFORE) or any(_ends_with(bare, word) for word in around.before):
        return True
    passed = 0
    for word in reversed(split(clause.replace("'", " "))):
        if word in BEFORE and (passed == 0 or word not in ("no", "non", "not", "pas", "ni")):
            return True
        if word in BEFORE and passed <= 1:
            return True
        if word in _YES or passed > 3:
            return False
        passed += word not in _LINKS
    return bool(re.search(r"(?<![\d.,])0 ?(?:%|percent|pour cent)\s*(?:d'|de |du |of )?$", clause))


def _after(after: str) -> bool:
    """A negation after it, with nothing between but ties."""
    if after.lstrip(" -:").startswith(_HAN_AFTER):
        return True
    if after[:1] in ",;/(":
        return False
    plain = after.lstrip(" -:")
    if _NOT_THERE.match(plain):
        return True
    for place, word in enumerate(following := split(plain)[:4]):
        if word in AFTER:
            return not (word == "free" and following[place + 1 : place + 2] and following[place + 1] in FREE_AFTER)
        if word not in _TIES:
            return False
    return False


def _ends_with(before: str, word: str) -> bool:
    if not before.endswith(word):
        return False
    left = before[: -len(word)]
    return not word.isascii() or not left or not (left[-1].isalnum() or left[-1] in ".,")


def is_chemistry(folded: str) -> bool:
    """Whether the text speaks of chemicals by their family."""
    return any(word in CHEMISTRY for word in split(folded)) or bool(_HAN_CHEMISTRY.search(folded))


def is_idle(folded: str, around: Around) -> bool:
    """Whether nothing in the text names goods: packing, numbers, grades, and words that fit anything."""
    return all(_idle(word, around) for word in split(folded))


def _idle(word: str, around: Around) -> bool:
    if word in around.idle or any(char.isdigit() for char in word) or (len(word) < 3 and word.isascii()):
        return True
    if not _HAN.search(word):
        return False
    for known in around.han:
        word = word.replace(known, "")
    return not _HAN.search(word)
