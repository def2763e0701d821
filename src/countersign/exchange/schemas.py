"""Schemas of the first kinds. Strict: an unknown field is an error, nothing is coerced, every text is bounded."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

_INVISIBLE: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_ALLOWED_CONTROLS: Final = frozenset("\n\t")

REFUSAL_GROUNDS: Final = (
    "NOT_HELD",
    "NOT_COMPETENT",
    "NO_PREDICATE",
    "DISPROPORTIONATE",
    "NEEDS_JUDICIAL",
    "ONGOING_INVESTIGATION",
    "SOVEREIGNTY_SECURITY_PUBLIC_ORDER",
    "SAFETY_OF_PERSON",
    "NEUTRALITY",
    "MISTREATMENT_RISK",
    "ASSURANCE_REQUIRED",
    "ORIGINATOR_CONSENT",
    "MINOR_OFFENCE",
    "DEFECTIVE_REQUEST",
    "BUDGET_EXCEEDED",
    "ACCREDITATION",
    "SUSPENDED",
    "NO_RELEASABLE_INFORMATION",
)
NEUTRAL: Final = "NO_RELEASABLE_INFORMATION"


def _plain_text(text: str) -> str:
    """Refuse what a reader cannot see: control characters and direction marks that turn text around."""
    for char in text:
        if char in _INVISIBLE or (unicodedata.category(char) == "Cc" and char not in _ALLOWED_CONTROLS):
            raise ValueError(f"contains the invisible character U+{ord(char):04X}; type the text anew")
        if 0xD800 <= ord(char) <= 0xDFFF:
            raise ValueError("contains half a character; type the text anew")
    return text


def _one_line(text: str) -> str:
    if "\n" in text:
        raise ValueError("must be a single line")
    return text


Text = Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(_plain_text)]
Line = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_plain_text), AfterValidator(_one_line)]
Code = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9._-]{0,63}$")]
Version = Annotated[int, Field(ge=1, le=1)]
Hex32 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _iso_date(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_iso_date)]


class PersonName(Strict):
    """A name as written in one script; several may stand for one person."""

    text: Line
    script: Literal["Latn", "Deva", "Guru", "Arab"]


class Subject(Strict):
    """A person or company that the item is about."""

    type: Literal["person", "company"]
    names: Annotated[list[PersonName], Field(min_length=1, max_length=20)]
    born_on: Day | None = None
    identifiers: Annotated[list[Line], Field(max_length=20)] = []


class Offence(Strict):
    """The offence in the law of each state, keyed by state code."""

    label: Line
    in_law: Annotated[dict[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], Line], Field(min_length=1, max_length=4)]


class Attachment(Strict):
    """An attachment: `id` and `sha256` are filled in by the node from the file itself."""

    id: Annotated[str, Field(pattern=r"^att_[a-z2-7]{26}$")]
    name: Line
    media_type: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]{1,80}$")]
    size: Annotated[int, Field(ge=0, le=4 << 30)]
    sha256: Hex32


class Addressed(Strict):
    """What every item to another state carries."""

    version: Version
    case_ref: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{3,63}$")]
    from_authority: Code
    to_state: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    to_authority: Code
    purpose: Annotated[str, Field(pattern=r"^[a-z_]{3,40}$")]


class RequestInformation(Addressed):
    kind: Literal["request.information"]
    offence: Offence
    legal_basis: Code
    urgency: Literal["routine", "urgent"]
    necessity: Text
    question: Text
    subjects: Annotated[list[Subject], Field(max_length=50)] = []
    attachments: Annotated[list[Attachment], Field(max_length=20)] = []


class Reply(Addressed):
    kind: Literal["reply"]
    answers: Annotated[str, Field(pattern=r"^itm_[a-z2-7]{26}$")]
    necessity: Text
    text: Text
    subjects: Annotated[list[Subject], Field(max_length=50)] = []
    attachments: Annotated[list[Attachment], Field(max_length=20)] = []


class Refusal(Addressed):
    """A coded refusal. About a natural person the one negative answer is the neutral one; NOT_HELD would tell."""

    kind: Literal["refusal"]
    answers: Annotated[str, Field(pattern=r"^itm_[a-z2-7]{26}$")]
    ground: Literal[REFUSAL_GROUNDS]  # type: ignore[valid-type]  # the tuple above is the list
    about_natural_person: bool
    explanation: Text | None = None

    @model_validator(mode="after")
    def _neutral(self) -> Refusal:
        if self.about_natural_person and self.ground == "NOT_HELD":
            raise ValueError(f"NOT_HELD tells what is held about a person; use {NEUTRAL}")
        if self.ground == NEUTRAL and self.explanation is not None:
            raise ValueError("the neutral answer carries no explanation: any word would tell cases apart")
        return self


class TestMessage(Strict):
    """Fixed bytes that prove the channel after peering. Nothing can be added to them."""

    __test__ = False

    kind: Literal["note.test"]
    version: Version
    text: Literal["Countersign test message 1. If you read this, sealing, log and receipts work."]
