"""Pages by cursor: opaque, sealed, bound to the caller and to the filters; they tell no count and no index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

from django.db.models import Model, Q, QuerySet
from ninja import Query

from countersign.charter.models import Officer
from countersign.kernel import jcs
from countersign.kernel.errors import CountersignError
from countersign.web import sealing
from countersign.web.errors import CursorInvalid

LARGEST: Final = 100
USUAL: Final = 50
_PURPOSE: Final = "cursor"
Row = TypeVar("Row", bound=Model)

Limit = Annotated[int, Query(ge=1, le=LARGEST, description="rows in a page")]
Cursor = Annotated[str, Query(max_length=400, description="`next` of the page before; empty for the first page")]


@dataclass(frozen=True, slots=True)
class Place:
    """By what a list is ordered, and in which direction. The primary key settles what is equal."""

    field: str
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page is asked for, by whom, of which list: `scope` names the list with its filters."""

    officer: Officer
    scope: str
    cursor: str
    limit: int

    @property
    def bound_to(self) -> str:
        return f"{self.officer.id}\n{self.scope}"


def cut(rows: QuerySet[Row], place: Place, asked: Asked) -> tuple[list[Row], str | None]:
    """The rows of the page asked for, and the cursor of the next one (None after the last). Raises CursorInvalid."""
    sign = "-" if place.newest_first else ""
    ordered = rows.order_by(f"{sign}{place.field}", f"{sign}pk")
    if asked.cursor:
        ordered = ordered.filter(_after(place, *_open(asked)))
    found = list(ordered[: asked.limit + 1])
    more = len(found) > asked.limit
    page = found[: asked.limit]
    return page, seal(asked, getattr(page[-1], place.field), page[-1].pk) if more else None


def seal(asked: Asked, value: Any, key: Any) -> str:
    """A cursor that goes on after this row."""
    shown = value.isoformat() if isinstance(value, datetime) else value
    return sealing.seal(_PURPOSE, jcs.canonical([shown, key]), bound_to=asked.bound_to)


def _open(asked: Asked) -> tuple[Any, Any]:
    try:
        value, key = jcs.parse(sealing.unseal(_PURPOSE, asked.cursor, bound_to=asked.bound_to))
    except (CountersignError, ValueError):
        raise CursorInvalid("not a cursor of this list.", field="cursor") from None
    return (datetime.fromisoformat(value) if isinstance(value, str) else value), key


def _after(place: Place, value: Any, key: Any) -> Q:
    way = "lt" if place.newest_first else "gt"
    return Q(**{f"{place.field}__{way}": value}) | Q(**{place.field: value, f"pk__{way}": key})


def scope_of(name: str, filters: Sequence[str] = ()) -> str:
    return "\n".join([name, *filters])
