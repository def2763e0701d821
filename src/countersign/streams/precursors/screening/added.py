"""What changes of lists brought is looked for beside the shipped substances: it adds to an answer and never takes from it.

A change comes from the other state as well. Whatever names, numbers and structures it brings, a line that the shipped lists hold
keeps its substance, its classes and its reasons.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from countersign.streams.precursors.screening.engine import Engine
from countersign.streams.precursors.screening.result import CLEAR, HS_MISMATCH, LISTED, REVIEW, Goods, Result

_GRAVE: Final = (CLEAR, REVIEW, LISTED)


class Added:
    """Two engines as one: `base` on the shipped substances, `more` on what was brought."""

    def __init__(self, base: Engine, more: Engine) -> None:
        self._base, self._more = base, more

    @property
    def layers_off(self) -> tuple[str, ...]:
        return self._base.layers_off

    def screen(self, goods: Iterable[Goods]) -> list[Result]:
        """Answers in the order of the lines."""
        rows = list(goods)
        return [both(one, other) for one, other in zip(self._base.screen(rows), self._more.screen(rows), strict=True)]


def both(base: Result, more: Result) -> Result:
    """The base's answer with what was found beside it: the graver verdict, and a class where the base has none."""
    if more.substance is None:
        return base
    verdict = max(base.verdict, more.verdict, key=_GRAVE.index)
    told = replace(base, verdict=verdict, reasons=(*base.reasons, *more.reasons), un=_class(base.un, more.un),
                   ca=_class(base.ca, more.ca), in_=_class(base.in_, more.in_))  # fmt: skip
    if base.substance is None:
        flags = tuple(flag for flag in base.flags if flag != HS_MISMATCH)
        return replace(told, substance=more.substance, others=more.others, flags=flags)
    return replace(told, others=(*base.others, more.substance))


def _class(base: str, more: str) -> str:
    return more if base == "none" else base
