"""Misspelt words put right: by the words that names are made of, one edit in seven or eight letters, two in more.

By deletions on both sides (W. Garbe's symmetric delete, 2012), so that a word costs some dozens of look-ups and no scan.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import combinations
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein

SHORTEST: Final = 7
TWO_FROM: Final = 9
_WORD: Final = re.compile(r"[a-z]{6,}[0-9]?[a-z]*|[a-z]+[0-9][a-z]{4,}")


class Speller:
    """Knows words; puts right what is near exactly one of them and is none itself."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = {word for word in known if word.isascii() and word.isalpha()}
        self._by_part: dict[str, set[str]] = {}
        for word in self._known:
            if len(word) >= SHORTEST:
                for part in _parts(word, 2 if len(word) >= TWO_FROM else 1):
                    self._by_part.setdefault(part, set()).add(word)
        self.right = lru_cache(maxsize=65_536)(self._right)

    def put_right(self, folded: str) -> tuple[str, Callable[[int], int]] | None:
        """The text with its misspelt words put right, and a function from its places to those of the text; None if none was."""
        pieces, last, shifts, length = [], 0, [(0, 0)], 0
        for match in _WORD.finditer(folded):
            better = self.right(match.group())
            if better is None:
                continue
            pieces += [folded[last : match.start()], better]
            length += match.start() - last + len(better)
            shifts.append((length, match.end() - length))
            last = match.end()
        if not pieces:
            return None
        pieces.append(folded[last:])

        def moved(place: int) -> int:
            shift = next(shift for begin, shift in reversed(shifts) if begin <= place)
            return min(place + shift, len(folded))

        return "".join(pieces), moved

    def _right(self, word: str) -> str | None:
        if word in self._known or len(word) < SHORTEST - 1:
            return None
        most = 2 if len(word) >= TWO_FROM else 1
        near = {other for part in _parts(word, most) for other in self._by_part.get(part, ())}
        scored = sorted((DamerauLevenshtein.distance(word, other), other) for other in near if other[0] == word[0])
        scored = [pair for pair in scored if pair[0] <= (2 if len(pair[1]) >= TWO_FROM else 1)]
        if not scored or (len(scored) > 1 and scored[0][0] == scored[1][0]):
            return None
        return scored[0][1]


def _parts(word: str, most: int) -> set[str]:
    """The word with up to `most` letters left out."""
    found = {word}
    for count in range(1, most + 1):
        for places in combinations(range(len(word)), count):
            found.add("".join(char for place, char in enumerate(word) if place not in places))
    return found
