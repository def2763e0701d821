"""Harmonised System codes of declarations: digits alone, and whether heading and goods fit."""

from __future__ import annotations

import re
from typing import Final

_DIGITS: Final = re.compile(r"\d+")
ELSEWHERE: Final = {"Safrole": frozenset({"3301"})}
"""Headings that are right as well: sassafras oil is an essential oil (HS 33.01)."""
PREPARED: Final = frozenset({"3003", "3004", "3824", "3814"})
"""Headings of medicaments and of mixtures: what is listed may stand under them as a part."""
CHEMISTRY: Final = ("28", "29")


def digits(code: str) -> str:
    """The digits of a code, at most ten; a leading nought that a table has eaten is put back where five or nine are left."""
    plain = "".join(_DIGITS.findall(code))[:10]
    return f"0{plain}" if len(plain) in (3, 5, 7, 9) else plain


def heading(code: str) -> str:
    """The four digits, or nothing for a shorter code."""
    plain = digits(code)
    return plain[:4] if len(plain) >= 4 else ""


def six(code: str) -> str:
    plain = digits(code)
    return plain[:6] if len(plain) >= 6 else ""


def fits(code: str, substance: str, hs6: str) -> bool:
    """Whether a code can be the substance's: its heading, or one that is right as well. A code of two digits tells too little."""
    found = heading(code)
    return not found or found == hs6[:4] or found in ELSEWHERE.get(substance, ()) or found in PREPARED
