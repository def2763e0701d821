"""Plain SQL for the statements that every exchange repeats: the ORM takes twenty times as long to compose them as the
database to run them.

The text is such as SQLite and PostgreSQL both take; values are always bound.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

M = TypeVar("M", bound=models.Model)
Row = tuple[Any, ...]


def rows(query: str, *values: Any) -> list[Row]:
    """All rows of a SELECT."""
    with _Running(query, values) as cursor:
        return list(cursor.fetchall())


def one(query: str, *values: Any) -> Row | None:
    """The first row, if there is one."""
    with _Running(query, values) as cursor:
        row: Row | None = cursor.fetchone()
    return row


def run(query: str, *values: Any) -> int:
    """Run a statement; return how many rows it touched."""
    with _Running(query, values) as cursor:
        return int(cursor.rowcount)


def run_many(query: str, values: Sequence[Sequence[Any]]) -> None:
    """Run one prepared statement for each row of values."""
    if values:
        with _Running(query, values, many=True):
            pass


class _Running:
    """A statement at work. On SQLite it goes to the driver's own connection, for Django's cursor costs more than most of
    these statements; the state of the transaction is minded, and errors are Django's, as with that cursor."""

    __slots__ = ("_cursor", "_database")

    def __init__(self, query: str, values: Sequence[Any], *, many: bool = False) -> None:
        database = self._database = connections[DEFAULT_DB_ALIAS]
        if database.vendor == "sqlite":
            database.ensure_connection()
            database.validate_no_broken_transaction()
            with database.wrap_database_errors:
                act = database.connection.executemany if many else database.connection.execute
                self._cursor = act(_with_question_marks(query), values)
        else:
            self._cursor = database.cursor()
            act = self._cursor.executemany if many else self._cursor.execute
            act(query, values)

    def __enter__(self) -> Any:
        return self._cursor

    def __exit__(self, *_: object) -> None:
        self._cursor.close()


@lru_cache(maxsize=256)
def _with_question_marks(query: str) -> str:
    """The driver's own place-holders. No statement of ours has a per cent sign of its own."""
    return query.replace("%s", "?")


def for_update() -> str:
    """The end of a SELECT that locks its rows; on SQLite the transaction itself holds the lock."""
    return " FOR UPDATE" if connection.features.has_select_for_update else ""


def places(values: Collection[Any]) -> str:
    """Place-holders for a list of values, to stand in parentheses."""
    return ", ".join(["%s"] * len(values))


def moment(at: datetime) -> Any:
    """A time as this database stores it."""
    return connection.ops.adapt_datetimefield_value(at)


def _aware(at: datetime) -> datetime:
    """SQLite keeps times in UTC without saying so."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


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
        values = [_aware(value) if isinstance(value, datetime) else value for value in row]
        return self._model.from_db(DEFAULT_DB_ALIAS, self._names, values)
