"""The kinds of items, each with a schema and a version, and the registry through which streams add theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from countersign.charter.packs import StatePack
from countersign.exchange import schemas
from countersign.exchange.clocks import Period
from countersign.exchange.errors import ContentInvalid, KindUnknown

URGENT, ROUTINE = Period(hours=72), Period(hours=7 * 24)
"""Directive (EU) 2023/977 article 5: three days urgent (not directly accessible), seven days otherwise."""
LIFE: Final = Period(hours=1)
"""A threat to life is answered within the hour (own judgement; the work plan may set another)."""
FLASH: Final = "flash.threat_to_life"
Content = Mapping[str, Any]


Hook = Callable[[Any, Any, dict[str, Any]], None]
"""Called with the house, the item and its content."""


def _no_data(_: Content) -> frozenset[str]:
    return frozenset()


def _counts(_: Content, __: StatePack) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind: schema, version, what the gate calls it, its answer clock, and whether it names persons.

    `action`: Ask or Release, by content. `item_type`: the gate's attribute. `answers`: kinds that it answers.
    `closes`: it ends the clock of what it answers. `standing`: a standing authorisation may cover it. `data`: categories of data
    that every such item holds. `channel`: the channel it goes by, whoever sends it. `counts`: whether an answer by this
    authority of that state counts. `released`, `arrived`: what a stream does then, in the same transaction.
    """

    name: str
    version: int
    schema: type[BaseModel]
    action: Callable[[Content], str]
    item_type: str
    clock: Callable[[Content], Period | None]
    personal: Callable[[Content], bool]
    answers: frozenset[str] = frozenset()
    closes: bool = False
    standing: bool = False
    data: Callable[[Content], frozenset[str]] = _no_data
    channel: str = ""
    counts: Callable[[Content, StatePack], bool] = _counts
    released: Hook | None = None
    arrived: Hook | None = None


def _asks(_: Content) -> str:
    return "Ask"


def _releases(_: Content) -> str:
    return "Release"


def _asks_or_releases(content: Content) -> str:
    return "Ask" if content["act"] == "ask" else "Release"


def _answer_clock(content: Content) -> Period:
    return URGENT if content["urgency"] == "urgent" else ROUTINE


def _life_clock(content: Content) -> Period | None:
    return LIFE if content["act"] == "ask" else None


def _permission_clock(content: Content) -> Period | None:
    return ROUTINE if content["act"] == "ask" else None


def _no_clock(_: Content) -> None:
    return None


def _free_text(_: Content) -> bool:
    """Free text and attachments cannot be seen through: the worst value holds (design section 5)."""
    return True


def _coded_refusal(content: Content) -> bool:
    return bool(content.get("explanation"))


def _codes_alone(_: Content) -> bool:
    return False


def _asks_in_words(content: Content) -> bool:
    return bool(content.get("necessity") or content.get("recipient"))


def _assistance(house: Any, item: Any, content: dict[str, Any]) -> None:
    from countersign.exchange import assistance  # it stands on this module

    assistance.on_status(house, item, content)


PERSONS_ASKED: Final = ("request.information", FLASH)
"""Kinds that may ask about natural persons: admission before any search, one answer a person, the neutral answer."""
_REQUESTS: Final = frozenset(PERSONS_ASKED)
_GIVEN: Final = frozenset({"reply", "spontaneous"})
_ASKABLE: Final = frozenset({"permission.onward", "permission.court_use"})

KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind("request.information", 1, schemas.RequestInformation, _asks, "voluntary_request", _answer_clock, _free_text),
        Kind("reply", 1, schemas.Reply, _releases, "lead", _no_clock, _free_text, _REQUESTS, closes=True),
        Kind("reply.interim", 1, schemas.ReplyInterim, _releases, "coded_answer", _no_clock, _codes_alone,
             _REQUESTS, standing=True),
        Kind("refusal", 1, schemas.Refusal, _releases, "coded_answer", _no_clock, _coded_refusal,
             _REQUESTS | _ASKABLE, closes=True, standing=True),
        Kind("spontaneous", 1, schemas.Spontaneous, _releases, "lead", _no_clock, _free_text),
        Kind(FLASH, 1, schemas.FlashThreatToLife, _asks_or_releases, "lead", _life_clock, _free_text),
        Kind("note", 1, schemas.Note, _releases, "note", _no_clock, _free_text),
        Kind("feedback.outcome", 1, schemas.FeedbackOutcome, _releases, "feedback", _no_clock, _codes_alone, _GIVEN,
             standing=True),
        Kind("permission.onward", 1, schemas.PermissionOnward, _asks_or_releases, "permission", _permission_clock,
             _asks_in_words, _ASKABLE, closes=True),
        Kind("permission.court_use", 1, schemas.PermissionCourtUse, _asks_or_releases, "permission", _permission_clock,
             _asks_in_words, _ASKABLE, closes=True),
        Kind("assurance.breach", 1, schemas.AssuranceBreach, _releases, "note", _no_clock, _codes_alone),
        Kind("mla.status", 1, schemas.MlaStatus, _releases, "note", _no_clock, _codes_alone, channel="mlat",
             released=_assistance, arrived=_assistance),
        Kind("recall", 1, schemas.Recall, _releases, "note", _no_clock, _codes_alone, standing=True),
        Kind("note.test", 1, schemas.TestMessage, _releases, "note", _no_clock, _codes_alone, standing=True),
    )
}  # fmt: skip


def find(name: str) -> Kind:
    """The registered kind. Raises KindUnknown."""
    try:
        return KINDS[name]
    except (KeyError, TypeError):
        raise KindUnknown(
            "no such kind of item.", field="kind", remedy=f"One of: {', '.join(sorted(KINDS))}."
        ) from None


def validate(content: Any) -> tuple[Kind, dict[str, Any]]:
    """Validate content against its kind's schema; return the kind and the content with nothing dropped or coerced.

    Raises ContentInvalid with every faulty field.
    """
    if not isinstance(content, dict):
        raise ContentInvalid([{"field": "content", "reason": "not an object"}])
    kind = find(content.get("kind"))  # type: ignore[arg-type]  # any JSON value; an unhashable one is unknown as well
    try:
        model = kind.schema.model_validate(content)
    except ValidationError as error:
        raise ContentInvalid(faults(error)) from None
    return kind, model.model_dump(mode="json", by_alias=True)


def whole(content: Content) -> dict[str, Any]:
    """The content with the defaults of its kind, for readers of what came from elsewhere; as it is where it fits no kind."""
    try:
        return validate(dict(content))[1]
    except (ContentInvalid, KindUnknown):
        return dict(content)


def faults(error: ValidationError) -> list[dict[str, str]]:
    """Every faulty field with its reason."""
    return [
        {
            "field": ".".join(str(part) for part in item["loc"]) or "content",
            "reason": item["msg"].removeprefix("Value error, "),
        }
        for item in error.errors()
    ]


def persons(content: Content) -> list[int]:
    """Places (from 0) of the natural persons among the subjects."""
    return [place for place, subject in enumerate(content.get("subjects", ())) if subject["type"] == "person"]
