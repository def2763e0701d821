"""Pictures drawn on the server: who waits on whom, an item's journey, bars. Numbers only; the words are in the template.

Each has a table or a list beside it that says the same. No inline style: classes and SVG attributes alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

ROW: Final = 46
LEFT_EDGE, RIGHT_EDGE = 292, 508
_HALF: Final = ROW // 2


@dataclass(frozen=True, slots=True)
class Box:
    name: str
    y: int
    count: int


@dataclass(frozen=True, slots=True)
class Line:
    """From one who waits (left) to one who is waited on (right)."""

    path: str
    width: int
    count: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Waits:
    """The picture of who waits on whom: boxes left and right, a line for each pair, thicker for more items."""

    waiting: list[Box]
    awaited: list[Box]
    lines: list[Line]
    height: int


def waits(pairs: Iterable[tuple[str, str]]) -> Waits:
    """`pairs`: (who waits, on whom), one for each thing due."""
    counted = Counter(pairs)
    left = _boxes(_totals((who, n) for (who, _), n in counted.items()))
    right = _boxes(_totals((whom, n) for (_, whom), n in counted.items()))
    at_left, at_right = {b.name: b for b in left}, {b.name: b for b in right}
    lines = [_line(at_left[who], at_right[whom], count) for (who, whom), count in counted.most_common()]
    return Waits(left, right, lines, ROW * max(len(left), len(right), 1) + 8)


def _totals(named: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    totals: Counter[str] = Counter()
    for name, count in named:
        totals[name] += count
    return totals.most_common()


def _boxes(totals: list[tuple[str, int]]) -> list[Box]:
    return [Box(name, 4 + ROW * place, count) for place, (name, count) in enumerate(totals)]


def _line(left: Box, right: Box, count: int) -> Line:
    begin, end = left.y + _HALF - 4, right.y + _HALF - 4
    middle = (LEFT_EDGE + RIGHT_EDGE) // 2
    path = f"M{LEFT_EDGE} {begin} C{middle} {begin} {middle} {end} {RIGHT_EDGE - 8} {end}"
    return Line(path, min(2 + count, 9), count, middle, (begin + end) // 2)


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    value: int
    y: int
    width: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Horizontal bars and the height that they take."""

    bars: list[Bar]
    height: int


def chart(values: Iterable[tuple[str, int]], *, longest: int = 240) -> Chart:
    """Bars in the order given, the largest as long as `longest`."""
    rows = list(values)
    most = max((value for _, value in rows), default=0) or 1
    drawn = [Bar(name, value, 28 * place, round(longest * value / most)) for place, (name, value) in enumerate(rows)]
    return Chart(drawn, 28 * len(drawn))
