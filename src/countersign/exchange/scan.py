"""What content shows by itself: categories of persons and data that nobody has to declare, and a scan of free text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from countersign.exchange import kinds

ADULT, MINOR, UNKNOWN, NO_PERSON = "adult", "minor", "unknown", "no_person"
MAJORITY: Final = 18
_IDENTIFIERS: Final = {
    "account": "bank_account",
    "passport": "passport_number",
    "document": "document_number_only",
    "aadhaar": "aadhaar_number",
    "ip": "ip_indicator",
}
_ROLES: Final = {"suspect", "victim", "bystander", "account_holder", "detainee"}
_TWELVE: Final = re.compile(r"(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}(?!\d)")
# Verhoeff's check digit (J. Verhoeff, Error Detecting Decimal Codes, 1969): the dihedral group of ten and its permutation.
_GROUP: Final = tuple(
    tuple((a + b) % 5 if a < 5 and b < 5 else (a + b) % 5 + 5 if a < 5 else (a - b) % 5 + 5 if b < 5 else (a - b) % 5
          for b in range(10))
    for a in range(10)
)  # fmt: skip
_STEP: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def data_found(content: Mapping[str, Any]) -> set[str]:
    """Categories of data that the content shows: of its subjects, their identifiers, and numbers in free text."""
    found = {"identity"} if kinds.persons(content) else set()
    for subject in content.get("subjects", ()):
        found |= {_IDENTIFIERS[item["type"]] for item in subject["identifiers"] if item["type"] in _IDENTIFIERS}
    if any(_has_aadhaar(text) for text in texts(content)):
        found.add("aadhaar_number")
    return found


def persons_found(content: Mapping[str, Any], *, recipient: str, releasing: str, today: date) -> set[str]:
    """Categories of persons that the subjects show: their part, nationality, and children by date of birth."""
    found = set()
    for subject in content.get("subjects", ()):
        if subject["type"] == "company":
            found.add("company")
            continue
        found |= {subject["role"]} & _ROLES
        found |= {"recipient_national"} if recipient in subject["nationalities"] else set()
        found |= {"releasing_citizen"} if releasing in subject["nationalities"] else set()
        if age_of(subject, today) == MINOR:
            found.add({"suspect": "minor_offender", "victim": "minor_victim"}.get(subject["role"], "minor_other"))
    return found


def age_status(content: Mapping[str, Any], today: date) -> str:
    """The worst of all persons: minor, then unknown, then adult; no_person where the content names none."""
    ages = {age_of(content["subjects"][place], today) for place in kinds.persons(content)}
    for worst in (MINOR, UNKNOWN, ADULT):
        if worst in ages:
            return worst
    return NO_PERSON


def age_of(subject: Mapping[str, Any], today: date) -> str:
    if not subject.get("born_on"):
        return UNKNOWN
    born = date.fromisoformat(subject["born_on"])
    birthday_passed = (today.month, today.day) >= (born.month, born.day)
    years = today.year - born.year - (not birthday_passed)
    if not 0 <= years <= 130:
        return UNKNOWN
    return ADULT if years >= MAJORITY else MINOR


def texts(value: Any) -> Iterator[str]:
    """Every text in the content, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from texts(member)
    elif isinstance(value, list):
        for element in value:
            yield from texts(element)


def _has_aadhaar(text: str) -> bool:
    return any(_checks_out(re.sub(r"\D", "", match.group())) for match in _TWELVE.finditer(text))


def _checks_out(digits: str) -> bool:
    """Twelve digits, the first not 0 or 1, with a right check digit: an Aadhaar number as the authority issues them."""
    if digits[0] in "01":
        return False
    check = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _ in range(place % 8):
            value = _STEP[value]
        check = _GROUP[check][value]
    return check == 0
