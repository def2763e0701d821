"""Typed identifiers: a short prefix that says what the thing is, then 128 random bits in base 32.

The random part carries no time and no count, so an id tells a reader of another list nothing.
"""

from __future__ import annotations

import base64
import re
import secrets
from typing import Final

from countersign.kernel.errors import InvalidInput

PREFIXES: Final = {
    "asr": "assurance",
    "cas": "case",
    "itm": "exchange item",
    "dec": "gate decision",
    "apr": "approval",
    "off": "officer",
    "arr": "arrangement",
    "att": "attachment",
    "fil": "carried file",
    "alm": "alarm",
    "sta": "standing authorisation",
    "rpf": "risk profile",
    "ras": "risk assessment",
    "drf": "draft of an officer",
    "dfl": "file of a draft",
    "trl": "translation",
    "flt": "kept filter",
    "mla": "request for mutual legal assistance",
    "upl": "file to be looked at",
}
_SHAPE: Final = re.compile(r"^([a-z]{3})_([a-z2-7]{26})$")


def new_id(prefix: str) -> str:
    """A fresh id such as `cas_…`. Raises KeyError for a prefix that is not registered above."""
    PREFIXES[prefix]
    body = base64.b32encode(secrets.token_bytes(16)).decode("ascii").rstrip("=").lower()
    return f"{prefix}_{body}"


def check_id(text: str, prefix: str, *, field: str = "id") -> str:
    """Return `text` if it is an id of the kind `prefix`, else raise InvalidInput."""
    match = _SHAPE.fullmatch(text)
    if match is None or match.group(1) != prefix:
        raise InvalidInput(
            f"not the reference of a {PREFIXES[prefix]}.",
            field=field,
            remedy=f"It looks like {prefix}_ followed by 26 letters and digits.",
        )
    return text
