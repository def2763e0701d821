"""The chain from a seizure back to its manufacturer, as boxes and arrows. Numbers only; the words are in the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from countersign.streams.precursors.services.tracing import Branch

WIDTH, HEIGHT, GAP, ROW = 196, 62, 44, 82
FIRST: Final = "seizure"


@dataclass(frozen=True, slots=True)
class Node:
    """A box: what stands in it in one or two lines, and of which sort it is."""

    sort: str
    lines: tuple[str, ...]
    x: int
    y: int
    waits: bool = False

    @property
    def texts(self) -> list[tuple[int, str]]:
        return [(self.y + 26 + 18 * place, line) for place, line in enumerate(self.lines)]


@dataclass(frozen=True, slots=True)
class Chain:
    nodes: tuple[Node, ...]
    arrows: tuple[str, ...]
    width: int
    height: int


def drawn(seized: str, branches: Sequence[Branch], asked: Sequence[str], found: Sequence[str]) -> Chain:
    """`seized`: the words of the first box; `asked` and `found`: those of each branch, found empty while it waits."""
    rows = max(1, len(branches))
    longest = max((len(branch.links) + bool(branch.finding) for branch in branches), default=0)
    height = rows * ROW + 8
    first = Node(FIRST, _broken(seized), 4, (height - HEIGHT) // 2)
    nodes, arrows = [first], []
    for place, branch in enumerate(branches):
        before = first
        boxes = [("request", asked[place]), *(("firm", link.name) for link in branch.links)]
        boxes += [("finding", found[place])] if branch.finding else []
        for column, (sort, words) in enumerate(boxes, 1):
            waits = sort == "request" and branch.waits
            box = Node(sort, _broken(words), 4 + column * (WIDTH + GAP), 4 + place * ROW, waits)
            nodes.append(box)
            arrows.append(_arrow(before, box))
            before = box
    columns = 1 + (1 + longest if branches else 0)
    return Chain(tuple(nodes), tuple(arrows), columns * (WIDTH + GAP) - GAP + 8, height)


def _arrow(left: Node, right: Node) -> str:
    begin, end = (left.x + WIDTH, left.y + HEIGHT // 2), (right.x - 3, right.y + HEIGHT // 2)
    middle = (begin[0] + end[0]) // 2
    return f"M{begin[0]} {begin[1]} C{middle} {begin[1]} {middle} {end[1]} {end[0]} {end[1]}"


def _broken(words: str, most: int = 24) -> tuple[str, ...]:
    """In two lines at most; what is longer ends with an ellipsis, and the table beside has it whole."""
    lines = [""]
    for word in words.split():
        if len(lines[-1]) + len(word) + 1 <= most or not lines[-1]:
            lines[-1] = f"{lines[-1]} {word}".strip()
        else:
            lines.append(word)
    kept = [line if len(line) <= most else f"{line[: most - 1]}…" for line in lines[:2]]
    if len(lines) > 2:
        kept[1] = f"{kept[1][: most - 1]}…"
    return tuple(kept)
