"""A node on PostgreSQL: where its database is, read from a URL without a password, and whether it is fit for a node.

The database is asked once before a node is made on it, and again by `countersign check`. No Django here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from countersign.kernel.errors import Conflict, InvalidInput
from countersign.node.errors import DatabaseUnreachable, DatabaseUnsuitable

OPTIONS: Final = frozenset({"service", "passfile", "sslmode", "sslrootcert", "sslcert", "sslkey"})
WANTED: Final = {
    "server_encoding": "UTF8",
    "fsync": "on",
    "full_page_writes": "on",
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "in_hot_standby": "off",
}
"""What a server must say of itself. Without the first a name in another script is lost, without the next two a power cut
takes what was acknowledged; the row locks of the logs are made for the isolation that is PostgreSQL's own default."""
_CONNECT_SECONDS: Final = 10
_QUERY: Final = "SELECT name, setting FROM pg_settings"
_KEEP_IT_IN_A_FILE: Final = (
    "Put HOST:PORT:NAME:USER:PASSWORD into a file of mode 600 and name it with ?passfile=FILE or PGPASSFILE, "
    "or use a service file with ?service=NAME."
)


def parse(url: str) -> dict[str, Any]:
    """The [database] table of postgresql://USER@HOST:PORT/NAME?host=FOLDER&OPTION=VALUE. Raises InvalidInput."""
    try:
        parts = urlsplit(url)
        user, host, port = parts.username, parts.hostname, parts.port
    except ValueError as error:
        raise InvalidInput(f"the URL is malformed: {error}.", field="database") from None
    if parts.scheme not in ("postgresql", "postgres") or not url.isprintable():
        raise InvalidInput(
            "not the URL of a PostgreSQL database.", field="database", remedy="Write postgresql://USER@HOST:PORT/NAME."
        )
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.password is not None or "password" in query:
        raise InvalidInput("a password may not stand on the command line.", field="database", remedy=_KEEP_IT_IN_A_FILE)
    table = {
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(user or ""),
        "HOST": query.pop("host", host or ""),
        "PORT": str(port or ""),
        "OPTIONS": query,
    }
    _check(table)
    return table


def conninfo(table: Mapping[str, Any]) -> dict[str, str]:
    """libpq's words for a [database] table, the password left out."""
    words = {
        "dbname": table.get("NAME"),
        "user": table.get("USER"),
        "host": table.get("HOST"),
        "port": table.get("PORT"),
    }
    options = {name: value for name, value in (table.get("OPTIONS") or {}).items() if name in OPTIONS}
    return {name: str(value) for name, value in (words | options).items() if value}


def probe(table: Mapping[str, Any]) -> None:
    """Insist that the database answers, is fit for a node, and is not another node's.

    Raises DatabaseUnreachable, DatabaseUnsuitable or Conflict.
    """
    try:
        import psycopg
        from psycopg.conninfo import make_conninfo
    except ImportError:
        raise DatabaseUnreachable(
            "Python's driver for PostgreSQL is not installed.", remedy="pip install 'countersign-node[postgres]'"
        ) from None
    try:
        words = conninfo(table) | {"client_encoding": "UTF8", "connect_timeout": str(_CONNECT_SECONDS)}
        with psycopg.connect(make_conninfo("", **words)) as server:
            found: dict[str, str] = dict(server.execute(_QUERY).fetchall())
            taken = server.execute("SELECT to_regclass('ledger_log')").fetchone() != (None,)
    except psycopg.OperationalError as error:
        raise unreachable(error) from None
    if faults := list_faults(found):
        raise DatabaseUnsuitable("; ".join(faults) + ".", field="database")
    if taken:
        raise Conflict(
            "the database holds a node's tables already.",
            field="database",
            remedy="Name an empty database; a node shares its database with nobody.",
        )


def list_faults(found: Mapping[str, str]) -> list[str]:
    """What is wrong with a server's settings, each named with what it is and what it should be."""
    wrong = [f"{name} is {found.get(name)}, not {value}" for name, value in WANTED.items() if found.get(name) != value]
    if found.get("synchronous_commit") == "off":
        wrong.append("synchronous_commit is off, not on")
    return wrong


def unreachable(error: Exception) -> DatabaseUnreachable:
    """The server's own words, on one line. They name host, port, user and database, never a password."""
    return DatabaseUnreachable(f"PostgreSQL does not answer: {' '.join(str(error).split())[:300]}", field="database")


def _check(table: dict[str, Any]) -> None:
    if unknown := sorted(set(table["OPTIONS"]) - OPTIONS):
        raise InvalidInput(
            f"`{unknown[0]}` is not an option of this URL.",
            field="database",
            remedy=f"Options are host, {', '.join(sorted(OPTIONS))}.",
        )
    if not table["NAME"] and "service" not in table["OPTIONS"]:
        raise InvalidInput(
            "the URL names no database.", field="database", remedy="Write postgresql://USER@HOST:PORT/NAME."
        )
