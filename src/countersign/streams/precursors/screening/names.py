"""Names in all languages at once: one automaton over the squeezed text, one over the sound, and words put right before.

A name counts where it stands between borders; the longest wins, so that a whole name of other goods covers the listed word in it.
Short names and names that mean other things as well need a second sign.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import ahocorasick_rs
from rapidfuzz import fuzz, process

from countersign.charter import packs
from countersign.streams.precursors.screening import sound, spelling, text, words
from countersign.streams.precursors.screening.text import Line

OTHER: Final = ""
SHORT: Final = 5
_SOUNDED: Final = frozenset({"en", "fr", "hi", "pa", "hi-Latn"})
_LEAST_LATIN: Final = 5
_LEAST_INDIC: Final = 4
_CLOSE: Final = 78.0
_ALIKE: Final = 84.0
_RUN: Final = re.compile(r"[\u3400-\u9fff\d,()'n-]*[\u3400-\u9fff]{3}[\u3400-\u9fff\d,()'n-]*")
"""A run of Chinese with the digits and brackets of chemistry."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name as the tables have it. `substances`: whose it is; none for other goods. `weak`: it needs a second sign."""

    name: str
    substances: tuple[str, ...]
    weak: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found at folded[begin:end], by which layer; `score` out of 100 where it is not letter for letter."""

    name: Name
    begin: int
    end: int
    layer: str
    score: float = 100.0


class Finder:
    """Names ready to be found. Make it once; it is used by many threads and changes nothing."""

    def __init__(self, names: list[Name]) -> None:
        self._names = _by_squeezed(names)
        keys = list(self._names)
        self._exact = ahocorasick_rs.AhoCorasick(keys)
        self._exact_keys = keys
        self._sounds = _by_sound(names)
        self._sound_keys = list(self._sounds)
        self._sound = ahocorasick_rs.AhoCorasick(self._sound_keys)
        self._han = {
            text.fold(name.name): name for name in names if _RUN.fullmatch(text.fold(name.name)) and not name.weak
        }
        self._speller = spelling.Speller({word for name in names for word in words.split(text.fold(name.name))})

    def find(self, line: Line) -> list[Hit]:
        """Every name, none inside another, in the order of the text."""
        hits = _longest(self._letter_for_letter(line, "name"))
        rest = [hit for hit in self._put_right(line) if not _covered(hit, hits)]
        hits = _longest([*hits, *rest])
        sounded = [hit for hit in self._by_ear(line) if not _covered(hit, hits)]
        if not hits and not sounded and _RUN.search(line.folded):
            sounded = self._alike(line)
        return sorted(_longest([*hits, *sounded]), key=lambda hit: hit.begin)

    def _alike(self, line: Line) -> list[Hit]:
        """Chinese runs that no name was found in, beside the name that is most like them; other goods compete."""
        found = []
        for run in _RUN.finditer(line.folded):
            near = process.extractOne(run.group(), list(self._han), scorer=fuzz.ratio, score_cutoff=_ALIKE)
            if near is not None and self._han[near[0]].substances:
                found.append(Hit(self._han[near[0]], run.start(), run.end(), "likeness", near[1]))
        return found

    def _letter_for_letter(self, line: Line, layer: str) -> list[Hit]:
        found = []
        for place, begin, end in self._exact.find_matches_as_indexes(line.squeezed, overlapping=True):
            if line.bounded(begin, end):
                span = line.span(begin, end)
                if _han_goes_on(line.folded, *span):
                    continue
                found.append(Hit(self._names[self._exact_keys[place]], *span, layer))
        return found

    def _put_right(self, line: Line) -> list[Hit]:
        """The same on the text with misspelt words put right; places are those of the text as it stands."""
        changed = self._speller.put_right(line.folded)
        if changed is None:
            return []
        mended, moved = changed
        hits = self._letter_for_letter(Line(mended), "spelling")
        return [Hit(hit.name, moved(hit.begin), moved(hit.end), hit.layer, 90.0) for hit in hits if not hit.name.weak]

    def _by_ear(self, line: Line) -> list[Hit]:
        heard = _Heard(line.folded)
        found = []
        for place, begin, end in self._sound.find_matches_as_indexes(heard.keys, overlapping=True):
            window = heard.window(begin, end)
            if window is None:
                continue
            best = (
                None if _goes_on(line.folded, window.begin, window.end) else self._best(self._sound_keys[place], window)
            )
            if best is not None:
                found.append(Hit(best[0], window.begin, window.end, "sound", best[1]))
        return found

    def _best(self, key: str, window: _Window) -> tuple[Name, float] | None:
        """The name of this key whose sound fits best, if it fits well and its last vowel is of the same class."""
        least = _LEAST_INDIC if window.indic else _LEAST_LATIN
        if sum(char.isalpha() for char in key) < least:
            return None
        scored = sorted(
            ((fuzz.ratio(sounded, window.sound), name) for sounded, name in self._sounds[key]
             if sound.last_vowel(sounded) == sound.last_vowel(window.sound)),
            key=lambda pair: -pair[0],
        )  # fmt: skip
        if not scored or scored[0][0] < _CLOSE:
            return None
        return (scored[0][1], scored[0][0])


@dataclass(frozen=True, slots=True)
class _Window:
    begin: int
    end: int
    sound: str
    indic: bool


class _Heard:
    """The sounds of a text's words, their keys joined, and the way back to the text."""

    def __init__(self, folded: str) -> None:
        self._starts: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        self._spans: list[tuple[int, int]] = []
        self._sounds: list[str] = []
        parts, length, cursor = [], 0, 0
        for number, word in enumerate(words.split(folded)):
            begin = folded.index(word, cursor)
            cursor = begin + len(word)
            spelled = sound.spelled(word)
            key = sound.key(spelled)
            self._starts.setdefault(length, number)
            length += len(key)
            parts.append(key)
            self._ends[length] = number
            self._spans.append((begin, cursor))
            self._sounds.append(spelled)
        self.keys = "".join(parts)
        self._folded = folded

    def window(self, begin: int, end: int) -> _Window | None:
        """The words of keys[begin:end], if it begins and ends with whole words."""
        first, last = self._starts.get(begin), self._ends.get(end)
        if first is None or last is None or last < first:
            return None
        left, right = self._spans[first][0], self._spans[last][1]
        return _Window(left, right, "".join(self._sounds[first : last + 1]), not self._folded[left:right].isascii())


def load(folder: Path) -> list[Name]:
    """Both tables of names. A name of several substances names them all."""
    listed: dict[str, tuple[list[str], str, bool]] = {}
    for row in _rows(folder / "names.csv"):
        doubtful = row["confidence"] == "low" and not row["source"].startswith("rule transliteration")
        known = listed.setdefault(row["name"], ([], row["kind"], doubtful))
        known[0].append(row["substance"])
    found = [
        Name(name, tuple(dict.fromkeys(keys)), _weak(kind, doubtful=doubtful), kind)
        for name, (keys, kind, doubtful) in listed.items()
    ]
    others = [Name(row["name"], (), weak=False, kind=row["what"]) for row in _rows(folder / "others.csv")]
    return [*found, *others]


@lru_cache(maxsize=1)
def shipped() -> Finder:
    """The names of the common pack, with the systematic and common names of the substances themselves."""
    return Finder(load(packs.common_folder() / "precursors"))


@lru_cache(maxsize=4)
def of(names: tuple[tuple[str, str], ...]) -> Finder:
    """Of (substance, name) of what changes of lists brought, and of nothing else."""
    return Finder([Name(name, (substance,), weak=False, kind="listed") for substance, name in names])


def _weak(kind: str, *, doubtful: bool) -> bool:
    return kind == "abbreviation" or doubtful


def _by_squeezed(names: list[Name]) -> dict[str, Name]:
    """By squeezed form; a listed name goes before other goods of the same form, a strong one before a weak one."""
    found: dict[str, Name] = {}
    for name in names:
        key = text.squeezed(text.fold(name.name))
        known = found.get(key)
        if len(key) < 2 or (
            known is not None and (bool(known.substances), not known.weak) >= (bool(name.substances), not name.weak)
        ):
            continue
        found[key] = name
    return found


def _by_sound(names: list[Name]) -> dict[str, list[tuple[str, Name]]]:
    found: dict[str, list[tuple[str, Name]]] = {}
    for name in names:
        if name.weak or any("\u3400" <= char <= "\u9fff" for char in name.name):
            continue
        sounded = "".join(sound.spelled(word) for word in words.split(text.fold(name.name)))
        key = sound.key(sounded)
        if sum(char.isalpha() for char in key) >= _LEAST_INDIC:
            found.setdefault(key, []).append((sounded, name))
    return found


def _goes_on(folded: str, begin: int, end: int) -> bool:
    """Whether a hyphen ties the words to others, so that they are a part of a longer name."""
    left = begin > 1 and folded[begin - 1] == "-" and folded[begin - 2].isalnum()
    right = end + 1 < len(folded) and folded[end] == "-" and folded[end + 1].isalnum()
    return left or right


_HAN_AFTER: Final = frozenset("肟酸醇酯胺氰醛酮烯炔腈酰烷苷磺")
_HAN_BEFORE: Final = frozenset("基氯溴氟碘苯硝羟羥环環二三四聚异異叔仲氰氨醛酰醯氢氫代氧乙丁戊己萘")


def _han_goes_on(folded: str, begin: int, end: int) -> bool:
    """Whether a Chinese name is a part of a longer one: another syllable of chemistry stands beside it."""
    after = folded[end : end + 1]
    before = folded[begin - 1 : begin] if begin else ""
    inside = folded[begin:end]
    return bool(inside) and (
        (after in _HAN_AFTER and bool(after))
        or (before in _HAN_BEFORE and bool(before) and "\u3400" <= inside[0] <= "\u9fff")
    )


def _longest(hits: list[Hit]) -> list[Hit]:
    """The longest of those that overlap; of equal ones the surer layer."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.begin - hit.end, -hit.score)):
        if not any(hit.begin < other.end and other.begin < hit.end for other in kept):
            kept.append(hit)
    return kept


def _covered(hit: Hit, hits: list[Hit]) -> bool:
    """Inside a name that was found letter for letter, or nearly as long."""
    return any(other.begin <= hit.begin and hit.end <= other.end for other in hits)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))
