"""The kinds of items, each with a schema and a version, and the registry through which streams add theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from countersign.exchange import schemas
from countersign.exchange.errors import ContentInvalid, KindUnknown

URGENT, ROUTINE = timedelta(hours=72), timedelta(days=7)
"""Directive (EU) 2023/977 article 5: three days urgent (not directly accessible), seven days otherwise."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind: its schema, version, gate action, answer clock (None: no answer is due), and whether it names persons."""

    name: str
    version: int
    schema: type[BaseModel]
    action: str
    clock: Callable[[Mapping[str, Any]], timedelta | None]
    personal: Callable[[Mapping[str, Any]], bool]
    answers: frozenset[str] = frozenset()


def _answer_clock(content: Mapping[str, Any]) -> timedelta:
    return URGENT if content["urgency"] == "urgent" else ROUTINE


def _no_clock(_: Mapping[str, Any]) -> None:
    return None


def _free_text_may_name_someone(_: Mapping[str, Any]) -> bool:
    """Free text and attachments cannot be seen through: the worst value holds (design section 5)."""
    return True


def _coded_only(content: Mapping[str, Any]) -> bool:
    return bool(content.get("explanation"))


KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind("request.information", 1, schemas.RequestInformation, "Ask", _answer_clock, _free_text_may_name_someone),
        Kind(
            "reply",
            1,
            schemas.Reply,
            "Release",
            _no_clock,
            _free_text_may_name_someone,
            frozenset({"request.information"}),
        ),
        Kind("refusal", 1, schemas.Refusal, "Release", _no_clock, _coded_only, frozenset({"request.information"})),
        Kind("note.test", 1, schemas.TestMessage, "Release", _no_clock, lambda _: False),
    )
}


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
        raise ContentInvalid([_told(item) for item in error.errors()]) from None
    return kind, model.model_dump(mode="json", by_alias=True)


def _told(error: Any) -> dict[str, str]:
    place = ".".join(str(part) for part in error["loc"]) or "content"
    return {"field": place, "reason": error["msg"]}
