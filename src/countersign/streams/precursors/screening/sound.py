"""How a name sounds: Devanagari, Gurmukhi, romanised Hindi and Latin in one key of consonants, digits and a last vowel.

Vowels of chemical names are written in many ways in Indian scripts, consonants in few. So names are found by their consonants
and told apart by how well the whole of the sound fits. Own scheme, after the ISO 15919 tables of both scripts.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_CONSONANTS: Final = [
    "k",
    "k",
    "g",
    "g",
    "n",
    "c",
    "c",
    "j",
    "j",
    "n",
    "t",
    "t",
    "d",
    "d",
    "n",
    "t",
    "t",
    "d",
    "d",
    "n",
    "n",
    "p",
    "p",
    "b",
    "b",
    "m",
    "y",
    "r",
    "r",
    "l",
    "l",
    "l",
    "v",
    "s",
    "s",
    "s",
    "h",
]
"""From ka (U+0915, U+0A15) on, aspirated and retroflex ones as the plain ones."""
_INDEPENDENT: Final = {
    5: "a", 6: "a", 7: "i", 8: "i", 9: "u", 10: "u", 11: "ri", 13: "e", 14: "e", 15: "e", 16: "e", 17: "o", 18: "o",
    19: "o", 20: "o",
}  # fmt: skip
_SIGNS: Final = {0x3E: "a", 0x3F: "i", 0x40: "i", 0x41: "u", 0x42: "u", 0x43: "ri", 0x45: "e", 0x46: "e", 0x47: "e", 0x48: "e",
                 0x49: "o", 0x4A: "o", 0x4B: "o", 0x4C: "o"}  # fmt: skip
_NUKTA: Final = {0x58: "k", 0x59: "k", 0x5A: "g", 0x5B: "j", 0x5C: "d", 0x5D: "d", 0x5E: "f", 0x5F: "y"}
_VOWELS_AND_SIGNS: Final = _INDEPENDENT | _SIGNS | _NUKTA | {0x01: "n", 0x02: "n", 0x70: "n"}
_LATIN: Final = (
    (re.compile("ph"), "f"), (re.compile("th"), "t"), (re.compile("dh"), "d"), (re.compile("bh"), "b"), (re.compile("gh"), "g"),
    (re.compile("kh"), "k"), (re.compile("chh?"), "c"), (re.compile("sh"), "s"), (re.compile("ck|q"), "k"),
    (re.compile("x"), "ks"),
    (re.compile("c(?=[eiy])"), "s"), (re.compile("c"), "k"), (re.compile("w"), "v"), (re.compile("z"), "j"),
)  # fmt: skip
_DOUBLED: Final = re.compile(r"([a-z])\1+")
_VOWELS: Final = re.compile("[aeiouy]+")
_LAST: Final = re.compile("([aeiouy]+)[^aeiouy]*$")
_CLASSES: Final = {"o": "o", "u": "u"}


@lru_cache(maxsize=65_536)
def spelled(word: str) -> str:
    """A folded word in plain Latin letters as it sounds; digits stay. Of a script that is not known, nothing."""
    if word.isascii():
        sounded = _latin(word)
    else:
        sounded = "".join(_letters(unicodedata.normalize("NFD", word).replace("\u093c", "").replace("\u0a3c", "")))
    return _SAME.get(sounded, sounded)


def key(sound: str) -> str:
    """Consonants and digits alone, with h and y, which come and go, left out."""
    return _VOWELS.sub("", sound).replace("h", "")


def last_vowel(sound: str) -> str:
    """The class of the last vowel, which tells piperidine from piperidone: `o`, `u`, or `i` for the others."""
    found = _LAST.search(sound)
    return _CLASSES.get(found[1][-1], "i") if found else ""


_SILENT: Final = re.compile("(?<=[bcdfgjklmnprstvxz])e$")
_SAME: Final = dict.fromkeys(("aml", "amla", "amal", "tejab", "tezab", "tejaba", "esid", "aisid", "asid"), "asid")
"""Words for acid, native and borrowed."""


def _latin(word: str) -> str:
    word = _SILENT.sub("", word)
    for pattern, sound in _LATIN:
        word = pattern.sub(sound, word)
    return _DOUBLED.sub(r"\1", word)


def _letters(word: str) -> list[str]:
    """Letter by letter; characters of other scripts say nothing, Latin letters and digits themselves."""
    found = [_letter(word, place) for place in range(len(word))]
    return [_DOUBLED.sub(r"\1", "".join(found))]


def _letter(word: str, place: int) -> str:
    char = word[place]
    base = ord(char) & 0x7F
    if ord(char) >> 7 not in (0x12, 0x14):
        return char if char.isalnum() and char.isascii() else ""
    if 0x15 <= base <= 0x39:
        return _consonant(word, place, base)
    if 0x66 <= base <= 0x6F:
        return str(base - 0x66)
    return _VOWELS_AND_SIGNS.get(base, "")


def _consonant(word: str, place: int, base: int) -> str:
    """With its inherent vowel, but for the last of a word and before a sign or virama."""
    follows = word[place + 1 : place + 2]
    inherent = bool(follows) and follows.isalpha() and not _is_sign(follows)
    return _CONSONANTS[base - 0x15] + ("a" if inherent else "")


def _is_sign(char: str) -> bool:
    base = ord(char) & 0x7F
    return base in _SIGNS or base == 0x4D
