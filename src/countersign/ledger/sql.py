"""Plain SQL for the statements that every exchange repeats: the ORM takes twenty times as long to compose them as the
database to run them.

The text is such as SQLite and PostgreSQL both take; values are always bound.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models

M = TypeVar("M", bound=models.Model)
Row = tuple[Any, ...]


def rows(query: str, *values: Any) -> list[Row]:
    """All rows of a SELECT."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def one(query: str, *values: Any) -> Row | None:
    """The first row, if there is one."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()


def run(query: str, *values: Any) -> int:
    """Run a statement; return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.rowcount


def run_many(query: str, values: Sequence[Sequence[Any]]) -> None:
    """Run one prepared statement for each row of values."""
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(query, values)


def for_update() -> str:
    """The end of a SELECT that locks its rows; on SQLite the transaction itself holds the lock."""
    return " FOR UPDATE" if connection.features.has_select_for_update else ""


def places(values: Collection[Any]) -> str:
    """Place-holders for a list of values, to stand in parentheses."""
    return ", ".join(["%s"] * len(values))


def moment(at: datetime) -> Any:
    """A time as this database stores it."""
    return connection.ops.adapt_datetimefield_value(at)


class Columns(Generic[M]):
    """The columns of a model in a SELECT, and instances from its rows. What is left out is read when it is asked for."""

    def __init__(self, model: type[M], alias: str, *, without: Iterable[str] = ()) -> None:
        self._model, self._alias, self._without = model, alias, frozenset(without)

    @cached_property
    def _names(self) -> list[str]:
        fields = self._model._meta.concrete_fields
        return [field.attname for field in fields if field.attname not in self._without]

    def __len__(self) -> int:
        return len(self._names)

    def __str__(self) -> str:
        return ", ".join(f'{self._alias}."{name}"' for name in self._names)

    def instance(self, row: Sequence[Any]) -> M:
        """An instance of a row that was selected with these columns."""
        values = [value.replace(tzinfo=UTC) if isinstance(value, datetime) else value for value in row]
        return self._model.from_db(DEFAULT_DB_ALIAS, self._names, values)
