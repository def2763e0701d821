"""What counsel confirmed: a rule's text, by an office, on a day, bound by the hash of that text.

A rule says so itself: `@status("confirmed: OFFICE, YYYY-MM-DD, sha256:HEX")`. Change one sign of the rule, and it is no longer
what was confirmed: the pack does not load until the rule says `proposed` again or is confirmed anew.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from countersign.law.errors import PolicyInvalid

PROPOSED: Final = "proposed"
CONFIRMED: Final = "confirmed"
_WRITTEN: Final = re.compile(
    r"confirmed: (?P<office>[^,]{3,120}), (?P<day>\d{4}-\d\d-\d\d), sha256:(?P<digest>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """By which office, on which day, for the text with which digest (hex)."""

    office: str
    day: date
    digest: str

    def __str__(self) -> str:
        return f"{CONFIRMED}: {self.office}, {self.day.isoformat()}, sha256:{self.digest}"


def digest(policy: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a policy in Cedar's JSON form with all its annotations but `status`: what counsel reads."""
    notes = {name: text for name, text in policy.get("annotations", {}).items() if name != "status"}
    whole = dict(policy) | {"annotations": notes}
    return hashlib.sha256(json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def read(status: str, policy: Mapping[str, Any]) -> Confirmed | None:
    """None for `proposed`. Raises PolicyInvalid where the status is neither, or speaks of another text than the rule has."""
    if status == PROPOSED:
        return None
    name = policy.get("annotations", {}).get("id", "(no id)")
    told = _WRITTEN.fullmatch(status)
    if told is None:
        raise PolicyInvalid(
            f"the status of the rule {name} is neither `proposed` nor `confirmed: OFFICE, DATE, sha256:HEX`."
        )
    try:
        found = Confirmed(told["office"], date.fromisoformat(told["day"]), told["digest"])
    except ValueError:
        raise PolicyInvalid(f"the rule {name} was confirmed on a day that is none: {told['day']}.") from None
    if found.digest != digest(policy):
        raise PolicyInvalid(
            f"the rule {name} was changed after {found.office} confirmed it.",
            remedy="Set it to `proposed`, or have the new text confirmed (`countersign law confirm`).",
        )
    return found
