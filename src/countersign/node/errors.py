"""Refusals of the node itself: its database and the tools that copy it."""

from __future__ import annotations

from countersign.kernel.errors import Conflict, Unavailable


class DatabaseUnreachable(Unavailable):
    """The PostgreSQL server does not answer, or does not admit the node."""

    code = "DATABASE_UNREACHABLE"
    remedy = "Start the server, or correct host, port, name, user and password file in node.toml."


class DatabaseUnsuitable(Conflict):
    """The server answers, but works in a way in which this node would lose or garble what it accepts."""

    code = "DATABASE_UNSUITABLE"
    remedy = "Change the named setting of the server or of the database (docs/operate.md, PostgreSQL)."


class DatabaseToolMissing(Unavailable):
    code = "DATABASE_TOOL_MISSING"
    remedy = (
        "Install PostgreSQL's client tools (Debian: apt install postgresql-client), or name their folder in "
        'node.toml: database_tools = "FOLDER".'
    )


class DatabaseToolTooOld(Conflict):
    """PostgreSQL's tools refuse a server that is newer than they are."""

    code = "DATABASE_TOOL_TOO_OLD"


class DatabaseToolFailed(Unavailable):
    code = "DATABASE_TOOL_FAILED"
    remedy = "Do what the tool says. Nothing was changed."
