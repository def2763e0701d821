"""What a system of the authority may call: declaration lines in, verdicts out. Never a refusal: a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from countersign.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from countersign.charter.models import Officer
    from countersign.exchange.house import House
    from countersign.streams.precursors.screening.result import Goods

MOST: Final = 500
Short = Annotated[str, Field(max_length=64)]
Number = Annotated[float, Field(ge=0, lt=1e12)] | Annotated[str, Field(max_length=32)] | None


class DeclarationLine(BaseModel):
    """One line as it was declared. `date`: YYYY-MM-DD, the day whose lists count; today where it is left out. A number may be
    written as 18500, "18,500.00" or "1,85,000.00"."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(min_length=1, max_length=64)]
    date: Short = ""
    origin: Short = ""
    destination: Short = ""
    hs_code: Short = ""
    description: Annotated[str, Field(max_length=4_000)] = ""
    cas: Short = ""
    quantity: Number = None
    unit: Short = ""
    value_usd: Number = None
    mode: Short = ""


class DeclarationLines(BaseModel):
    """What is asked."""

    model_config = ConfigDict(extra="forbid")

    lines: Annotated[list[DeclarationLine], Field(min_length=1, max_length=MOST)]


class FieldFault(BaseModel):
    """A field that could not be read, beside an answer that does without it."""

    field: str
    reason: str


class LineVerdict(BaseModel):
    """The answer to a line: each law's class on the day, flags, and the evidence of each layer."""

    model_config = ConfigDict(populate_by_name=True)

    id: str
    verdict: Literal["listed", "review", "clear"]
    un: str
    ca: str
    in_: Annotated[str, Field(alias="in")]
    flags: list[Literal["cas_invalid", "hs_mismatch"]]
    substance: str | None
    reasons: list[dict[str, str]]
    layers_off: list[str] = []
    faults: list[FieldFault] = []


class LineUnread(BaseModel):
    """A line that could not be read, with what would help."""

    id: str
    field: str
    error: str
    remedy: str


class LineAnswers(BaseModel):
    """One answer a line, in their order."""

    answers: list[LineVerdict | LineUnread]


def screen(house: House, officer: Officer, asked: DeclarationLines) -> LineAnswers:
    """Counted, noted and limited as on the page. Raises TooManyLines, Unavailable."""
    from countersign.streams.precursors.services import screening

    read = [_read(line) for line in asked.lines]
    goods = [one for one in read if not isinstance(one, LineUnread)]
    found = iter(screening.screen(house, officer, goods) if goods else ())
    return LineAnswers(
        answers=[
            one if isinstance(one, LineUnread) else LineVerdict.model_validate(_flat(next(found).as_json()))
            for one in read
        ]
    )


def _read(line: DeclarationLine) -> Goods | LineUnread:
    from countersign.streams.precursors.screening import reading

    try:
        return reading.goods(line.model_dump(), line.id)
    except InvalidInput as refused:
        told = refused.diagnostics()
        return LineUnread(
            id=line.id, field=str(told.get("field", "")), error=str(told["reason"]), remedy=str(told["remedy"])
        )


def _flat(answer: dict[str, Any]) -> dict[str, Any]:
    return answer | {"reasons": [{name: str(value) for name, value in reason.items()} for reason in answer["reasons"]]}
