"""The home sheet: what the gate must know of a draft and the other state must not. It never leaves.

A drafter types here only what cannot be derived: whose information it is, sensitive categories of persons and data, doubts
about political character or about how information was obtained. Approvers sign the sheet together with the content.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError

from countersign.exchange import kinds
from countersign.exchange.errors import ContentInvalid
from countersign.exchange.fields import Line, Strict, Text
from countersign.exchange.kinds import Kind

MEMBER: Final = "home"
_Codes = Annotated[list[Annotated[str, Field(pattern=r"^[a-z_]{2,40}$")]], Field(max_length=40)]


class Withheld(Strict):
    """Something taken out of the content: where it stood, the words taken out (empty: the whole element), and why."""

    path: Annotated[str, Field(pattern=r"^/[a-z_]{1,64}(/[0-9]{1,3})?$")]
    words: str
    category: Annotated[str, Field(pattern=r"^[a-z_]{2,40}$")]


class HomeSheet(Strict):
    """Declared by the drafter, kept at home, signed by the approvers."""

    origin: Literal[
        "own", "third_state", "third_agency", "scida_received", "ircc_shared", "open_source", "recipient_itself"
    ]
    owner: Line | None = None
    political: Literal["none", "suspected", "confirmed"]
    tainted: Literal["none", "suspected", "likely"]
    persons: _Codes = []
    data: _Codes = []
    withheld: Annotated[list[Withheld], Field(max_length=100)] = []
    note: Text | None = None


EMPTY: Final = HomeSheet(origin="own", political="none", tainted="none")
"""The sheet of a kind that is made of codes alone: there is nothing to declare."""


def take(draft: Any, kind: Kind, vocabulary: Mapping[str, tuple[str, ...]]) -> HomeSheet:
    """The sheet of a draft. Raises ContentInvalid naming each faulty field; `vocabulary`: the gate's sets by name."""
    given = draft.get(MEMBER)
    if given is None and not kind.personal(draft):
        return EMPTY
    if given is None:
        raise ContentInvalid(
            [{"field": MEMBER, "reason": "the home sheet is missing: state origin, political and tainted"}]
        )
    try:
        sheet = HomeSheet.model_validate(given)
    except ValidationError as error:
        raise ContentInvalid(
            [fault | {"field": f"{MEMBER}.{fault['field']}"} for fault in kinds.faults(error)]
        ) from None
    wrong = [
        {"field": f"{MEMBER}.{name}", "reason": f"{value} is not one of: {', '.join(known)}"}
        for name, values, known in (
            ("persons", sheet.persons, vocabulary["subjects"]),
            ("data", sheet.data, vocabulary["data"]),
        )
        for value in values
        if value not in known
    ]
    if wrong:
        raise ContentInvalid(wrong)
    return sheet
