"""Fields that the schemas of kinds are made of. Strict: nothing is coerced, every text is bounded and visible."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from countersign.law import markings

_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Control characters, direction marks, and characters that show nothing and tell two equal-looking texts apart."""
_HALF: Final = re.compile("[\ud800-\udfff]")
_JOINER: Final = re.compile("(.?)([\u200c\u200d])", re.S)
_JOINS: Final = re.compile("[\u0600-\u06ff\u0750-\u077f\u0900-\u0dff]")
"""Scripts in which a joiner shapes letters: Arabic, and the Indic blocks from Devanagari to Sinhala."""


def _plain_text(text: str) -> str:
    """Refuse what a reader cannot see: control characters, direction marks, zero-width characters out of place."""
    if found := _INVISIBLE.search(text):
        raise ValueError(f"contains the invisible character U+{ord(found.group()):04X}; type the text anew")
    if _HALF.search(text):
        raise ValueError("contains half a character; type the text anew")
    for match in _JOINER.finditer(text):
        if not _JOINS.match(match.group(1)):
            raise ValueError(f"contains the invisible character U+{ord(match.group(2)):04X}; type the text anew")
    return text


def _one_line(text: str) -> str:
    if "\n" in text:
        raise ValueError("must be a single line")
    if not text.strip():
        raise ValueError("is empty but for spaces")
    return text


def _iso_date(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(_plain_text)]
Line = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_plain_text), AfterValidator(_one_line)]
Code = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9._-]{0,63}$")]
StateCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
ItemId = Annotated[str, Field(pattern=r"^itm_[a-z2-7]{26}$")]
Version = Annotated[int, Field(ge=1, le=1)]
Hex32 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Day = Annotated[date, BeforeValidator(_iso_date)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Workstream = Literal["precursors", "networks", "cyber", "fraud", "immigration", "governance"]
OffenceCategory = Literal[
    "none", "drug_trafficking", "precursor_diversion", "organised_crime", "extortion", "homicide", "firearms", "fraud",
    "money_laundering", "cybercrime", "immigration_fraud", "migrant_smuggling", "human_trafficking", "terrorism",
    "fiscal", "expression", "military",
]  # fmt: skip

Purpose = Literal[
    "intelligence_lead", "investigation", "prosecution_evidence", "extradition", "border_screening",
    "immigration_removal", "cyber_defence", "asset_recovery", "victim_protection", "humanitarian", "administrative",
    "statistics",
]  # fmt: skip


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PersonName(Strict):
    """A name as written in one script; several may stand for one person."""

    text: Line
    script: Literal["Latn", "Deva", "Guru", "Arab"]


class Identifier(Strict):
    """A number or address that singles out a subject; its type says what category of data it is."""

    type: Literal[
        "phone", "email", "account", "passport", "document", "aadhaar", "registration", "ip", "vehicle", "other"
    ]
    value: Line


class Subject(Strict):
    """A person or company that the item is about, and in what part it appears."""

    type: Literal["person", "company"]
    names: Annotated[list[PersonName], Field(min_length=1, max_length=20)]
    role: Literal["suspect", "victim", "witness", "bystander", "account_holder", "detainee", "other"] = "other"
    born_on: Day | None = None
    nationalities: Annotated[list[StateCode], Field(max_length=5)] = []
    identifiers: Annotated[list[Identifier], Field(max_length=20)] = []


class Offence(Strict):
    """The offence: its category, and its provision in the law of each state, keyed by state code."""

    label: Line
    category: OffenceCategory
    in_law: Annotated[dict[StateCode, Line], Field(min_length=1, max_length=4)]


class Attachment(Strict):
    """An attachment: `id` and `sha256` are filled in by the node from the file itself."""

    id: Annotated[str, Field(pattern=r"^att_[a-z2-7]{26}$")]
    name: Line
    media_type: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]{1,80}$")]
    size: Annotated[int, Field(ge=0, le=4 << 30)]
    sha256: Hex32


class Evaluation(Strict):
    """4x4: source A (no doubt), B (mostly reliable), C (mostly unreliable), X (cannot be assessed); information 1
    (accuracy not in doubt) to 4 (not known to the source, not corroborated). Europol guidelines.

    `admiralty`: the grade in that system where the originator gave one, such as B2. It is kept as it is, and the 4x4 grades
    are never better than it."""

    source: Literal["A", "B", "C", "X"]
    information: Literal["1", "2", "3", "4"]
    admiralty: Annotated[str, Field(pattern=r"^[A-F][1-6]$")] | None = None

    @model_validator(mode="after")
    def _not_better(self) -> Evaluation:
        if self.admiralty is not None:
            source, information = markings.four_by_four(self.admiralty)
            if self.source < source or self.information < information:
                raise ValueError(
                    f"better than the Admiralty grade {self.admiralty}, which is {source}{information} at best"
                )
        return self


class Marking(Strict):
    """How to protect the item (national level), who may read it (TLP), what may be done with it (PAP): three fields.

    `readers`: the named persons of TLP:RED at the receiver (FIRST TLP 2.0); no other label has them."""

    level: Line
    tlp: Literal["none", "clear", "green", "amber", "amber_strict", "red"] = "none"
    pap: Literal["none", "clear", "green", "amber", "red"] = "none"
    readers: Annotated[list[Line], Field(max_length=10)] = []

    @model_validator(mode="after")
    def _named(self) -> Marking:
        if self.readers and self.tlp != "red":
            raise ValueError("only TLP:RED names its readers; take the names out, or mark the item TLP:RED")
        return self


class Handling(Strict):
    """What use is allowed: H0 to H3 (Europol handling codes), further conditions, and how long the item may be kept."""

    code: Literal["H0", "H1", "H2", "H3"] = "H1"
    conditions: Annotated[list[Line], Field(max_length=10)] = []
    retain_until: Day | None = None


class Caveat(Strict):
    """A condition of use, filled in by the node: its code and its text word for word."""

    code: Annotated[str, Field(pattern=r"^C_[A-Z]{2,20}$")]
    text: Text


class Addressed(Strict):
    """The header that every item to another state carries. `marking` and `caveats` are filled in by the node."""

    version: Version
    case_ref: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{3,63}$")]
    from_authority: Code
    to_state: StateCode
    to_authority: Code
    copy_spoc: bool = True
    workstream: Workstream = "networks"
    purpose: Purpose
    language: Language = "en"
    handling: Handling = Handling()
    marking: Marking
    caveats: Annotated[list[Caveat], Field(max_length=20)] = []


class Answering(Addressed):
    """An answer: to which item and, where that asks about several subjects, about which of them (from 0)."""

    answers: ItemId
    about: Annotated[int, Field(ge=0, le=49)] | None = None


class ForDesk(Addressed):
    """A kind that works only if whoever is at the desk reads it: TLP:RED, which names its readers, is no label for it."""

    @model_validator(mode="after")
    def _for_whoever_is_there(self) -> ForDesk:
        if self.marking.tlp == "red":
            raise ValueError("this kind goes to whoever is at the desk, not to named readers; mark it AMBER+STRICT")
        return self


class AnsweringForDesk(Answering, ForDesk):
    """An answer of that sort."""
