"""Copies of a PostgreSQL database by PostgreSQL's own tools: pg_dump while the node runs, pg_restore all or nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from django.db import connection

from countersign.kernel.errors import InvalidInput
from countersign.kernel.files import DiskFull, as_disk_full
from countersign.node import databases
from countersign.node.errors import DatabaseToolFailed, DatabaseToolMissing, DatabaseToolTooOld
from countersign.node.home import Home

_MARK: Final = " TABLE DATA public ledger_log "

INDEX = "exchange_searchtoken"
"""The search index; its rows stay out of copies."""


def dump(home: Home, target: Path) -> None:
    """Write a copy in PostgreSQL's own format, mode 0600. On a failure nothing is left behind."""
    tool = _tool(home, "pg_dump")
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise as_disk_full(error) from error
    try:
        _run(
            [
                tool,
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                f"--exclude-table-data={INDEX}",
                f"--file={target}",
                *_database(),
            ]
        )
    except DatabaseToolFailed as error:
        target.unlink(missing_ok=True)
        if "No space left" in error.reason:
            raise DiskFull("no space left for the copy.", field="file") from None
        raise


def restore(home: Home, source: Path) -> None:
    """Replace the node's tables by those of a copy, in one transaction. A damaged copy changes nothing."""
    tool = _tool(home, "pg_restore")
    _check(tool, source)
    _run(
        [
            tool,
            "--clean",
            "--if-exists",
            "--no-owner",
            "--no-privileges",
            "--single-transaction",
            *_database(),
            str(source),
        ]
    )


def _check(tool: str, source: Path) -> None:
    """Read the whole copy once without a database: it must be whole, and a node's."""
    try:
        listed = _run([tool, "--list", str(source)])
        _run([tool, f"--file={os.devnull}", str(source)])
    except DatabaseToolFailed as error:
        raise InvalidInput(
            f"{source} is not a whole copy: {error.reason}", field="file", remedy="Use another copy."
        ) from None
    if _MARK not in listed:
        raise InvalidInput(f"{source} is not a copy of a node's database.", field="file", remedy="Use another copy.")


def _tool(home: Home, name: str) -> str:
    """The tool's path, from the folder that node.toml names or from PATH; it may not be older than the server."""
    path = shutil.which(name, path=home.database_tools or None)
    if path is None:
        where = home.database_tools or "PATH"
        raise DatabaseToolMissing(f"{name} is not in {where}.", field="database_tools")
    connection.ensure_connection()
    server, said = connection.pg_version // 10_000, _run([path, "--version"])  # type: ignore[attr-defined]
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    if found is None or int(found[1]) < server:
        raise DatabaseToolTooOld(
            f"{path} is of PostgreSQL {found[1] if found else '?'}, the server of {server}: it would refuse.",
            field="database_tools",
            remedy=f"Install the client tools of PostgreSQL {server} or newer (Debian: apt install "
            f'postgresql-client-{server}) and name their folder in node.toml: database_tools = "FOLDER".',
        )
    return path


def _database() -> list[str]:
    """Where the database is. The password goes by the environment: a command line can be read by others."""
    from psycopg.conninfo import make_conninfo

    return [f"--dbname={make_conninfo('', **databases.conninfo(connection.settings_dict))}"]


def _run(command: list[str]) -> str:
    password = connection.settings_dict["PASSWORD"]
    environment = os.environ | {"LC_ALL": "C"} | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace", env=environment)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "error:" in line]
        told = lines[0][:300] if lines else f"{Path(command[0]).name} ended with status {done.returncode}"
        raise DatabaseToolFailed(f"{told}.", field="file")
    return done.stdout
