"""Whole numbers as a browser or a script sends them: digits, few enough to be a place or a count."""

from __future__ import annotations

from typing import Final

_MOST: Final = 18  # more do not fit a column of eight bytes; far more would cost time to read


def whole(text: str) -> int | None:
    """The number that the digits say, 0 or more; None for anything else."""
    return int(text) if text.isdecimal() and len(text) <= _MOST else None
