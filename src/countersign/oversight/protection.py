"""The protection check: one question, one of few answers, and nothing personal leaves unless it is `clear`.

Only the gate asks. The register holds keyed tokens, so that reading the table tells no name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from countersign.kernel import clock, hashing
from countersign.kernel.errors import InvalidInput
from countersign.oversight.models import ProtectionRegister, ProtectionToken

MAX_AGE: Final = timedelta(hours=24)
_CONTEXT: Final = "countersign/v1/protection-token"
_NOT_WORD: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class ProtectionGate:
    """The check as the gate calls it. `key`: the register's 32-byte HMAC key, from the key provider's folder."""

    key: bytes

    def __call__(self, content: Mapping[str, Any]) -> str:
        """clear, doubt, hit or unavailable for everybody the content lists as a subject."""
        register = ProtectionRegister.objects.order_by("-loaded_at").first()
        if register is None or not timedelta(0) <= clock.now() - register.loaded_at <= MAX_AGE:
            return "unavailable"
        answers = {self._subject(subject) for subject in content.get("subjects", [])}
        for answer in ("hit", "doubt"):
            if answer in answers:
                return answer
        return "clear"

    def _subject(self, subject: Mapping[str, Any]) -> str:
        tokens = list(tokens_of(self.key, subject))
        if ProtectionToken.objects.filter(token__in=tokens).exists():
            return "hit"
        if subject["type"] == "person" and not subject.get("born_on"):
            # Without a date of birth a name alone cannot clear anybody.
            return "doubt"
        return "clear"


def tokens_of(key: bytes, subject: Mapping[str, Any]) -> Iterator[bytes]:
    """Tokens of a subject: each name alone, each with the date of birth, each identifier."""
    born = subject.get("born_on") or ""
    for name in subject["names"]:
        yield hashing.keyed(key, _CONTEXT, "name", normalise(name["text"]), born)
    for identifier in subject.get("identifiers", []):
        yield hashing.keyed(key, _CONTEXT, "identifier", normalise(identifier["value"]))


def normalise(text: str) -> str:
    """NFKC, case folded, letters with their vowel signs and digits only, words sorted (given and family name swap)."""
    kept = "".join(
        char if unicodedata.category(char)[0] in "LMN" else " " for char in unicodedata.normalize("NFKC", text)
    )
    return " ".join(sorted(_NOT_WORD.split(kept.casefold().strip())))


@transaction.atomic
def load_register(key: bytes, subjects: Iterable[Mapping[str, Any]]) -> int:
    """Replace the register by the immigration authority's present list; return how many tokens it holds."""
    tokens = {token for subject in subjects for token in tokens_of(key, subject)}
    ProtectionToken.objects.all().delete()
    ProtectionToken.objects.bulk_create(ProtectionToken(token=token) for token in tokens)
    ProtectionRegister.objects.all().delete()
    ProtectionRegister.objects.create(loaded_at=clock.now())
    return len(tokens)


def read_key(path: Path) -> bytes:
    """The register's key from its file (32 bytes)."""
    key = path.read_bytes()
    if len(key) != 32:
        raise InvalidInput("the register's key is not 32 bytes.", field="key")
    return key
