"""System checks: every unsafe setting is a coded error that `countersign check` prints and `countersign run` refuses."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from typing import Any, Final

from django.core import checks
from django.core.checks import CheckMessage, Error, Warning

from countersign.ledger.core import statements
from countersign.node import databases, env
from countersign.node.home import current

MAX_SKEW_YEARS: Final = 3
SHORTEST_WINDOW: Final = 86_400
CODES: Final = {
    "countersign.E101": "the key folder or a key file can be read by others",
    "countersign.E102": "a needed key is missing",
    "countersign.E103": "the database's tables are not up to date",
    "countersign.E104": "SQLite does not run with WAL and FULL",
    "countersign.E105": "a fault-test variable is set outside a fault test",
    "countersign.E106": "the root key lies inside the node's home",
    "countersign.E107": "a log is behind its mark: the database is an old copy",
    "countersign.E108": "the clock is far from the newest thing the node knows",
    "countersign.E109": "debug output is on",
    "countersign.E111": "the PostgreSQL server cannot be reached",
    "countersign.E112": "PostgreSQL is set up in a way that the node cannot work with",
    "countersign.E113": "sign-in links of a demonstration are asked for on a node that others can reach",
    "countersign.W110": "the protection register has no key: every personal item is held",
    "countersign.W111": "neutral answers leave within a day: people have no time to look, and an answer's speed may tell",
}


def register_all() -> None:
    for check in (
        _files,
        _keys,
        _tables,
        _sqlite,
        _postgres,
        _fault_variables,
        _root,
        _marks,
        _clock,
        _protection,
        _neutral_window,
        _demonstration,
    ):
        checks.register(check, "countersign")


def _error(code: str, detail: str, hint: str) -> Error:
    return Error(f"{CODES[code]}: {detail}", hint=hint, id=code)


def _files(**_: Any) -> Sequence[CheckMessage]:
    home = current()
    found = []
    for path in [home.keys, *sorted(home.keys.glob("*.key"))]:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            found.append(_error("countersign.E101", path.name, "chmod 700 the folder and 600 its files."))
    return found


def _keys(**_: Any) -> Sequence[CheckMessage]:
    from django.db import DatabaseError

    from countersign.charter import keyring, packs
    from countersign.charter.errors import KeyUnavailable
    from countersign.node.house import key_encryption_keys, station_of

    home = current()
    pack = packs.state(home.state)
    provider = station_of(home, pack).provider
    found: list[CheckMessage] = []
    for name in key_encryption_keys(pack):
        if not (home.keys / f"kek-{name}.key").exists():
            found.append(
                _error("countersign.E102", f"key-encryption key {name}", "Bring it back from its own safe copy.")
            )
    for role in statements.ONLINE_ROLES:
        try:
            missing = not provider.has(role, bytes(keyring.newest(role).key_id))
        except KeyUnavailable:
            missing = True
        except DatabaseError:
            return found  # told by E103 or E111
        if missing:
            found.append(
                _error("countersign.E102", f"{role} key", f"Make one: countersign keys rotate {role} --root FOLDER.")
            )
    return found


def _tables(**_: Any) -> Sequence[CheckMessage]:
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    if _unreachable():
        return []  # told by E111
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return [_error("countersign.E103", "the database cannot be read", "Check disk, path and rights.")]
    if plan:
        return [_error("countersign.E103", f"{len(plan)} steps are missing", "Run `countersign keys upgrade`.")]
    return []


def _sqlite(**_: Any) -> Sequence[CheckMessage]:
    from django.db import connection

    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
    if mode != "wal" or synchronous < 2:
        return [_error("countersign.E104", f"{mode}, {synchronous}", "Use the shipped settings on a local disk.")]
    return []


def _postgres(**_: Any) -> Sequence[CheckMessage]:
    from django.db import connection

    if connection.vendor != "postgresql":
        return []
    if reason := _unreachable():
        return [_error("countersign.E111", reason, "Start it, or correct the [database] table of node.toml.")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings")
        found = dict(cursor.fetchall())
    faults = databases.list_faults(found)
    if found["TimeZone"] != "UTC":
        faults.append(f"TimeZone is {found['TimeZone']}, not UTC")
    return [_error("countersign.E112", fault, "Change it on the server or in node.toml.") for fault in faults]


def _unreachable() -> str:
    """Why PostgreSQL does not answer, in its own words; empty where it does, and for SQLite."""
    from django.db import OperationalError, connection

    if connection.vendor != "postgresql":
        return ""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        return databases.unreachable(error).reason
    return ""


def _fault_variables(**_: Any) -> Sequence[CheckMessage]:
    found: list[CheckMessage] = []
    if not env.flag("COUNTERSIGN_FAULT_TESTS"):
        for name in ("COUNTERSIGN_FAILPOINTS", "COUNTERSIGN_CLOCK_OFFSET"):
            if env.text(name):
                found.append(_error("countersign.E105", name, "Unset it."))
    if env.flag("COUNTERSIGN_DEBUG"):
        found.append(_error("countersign.E109", "COUNTERSIGN_DEBUG", "Unset it."))
    return found


def _root(**_: Any) -> Sequence[CheckMessage]:
    home = current()
    inside = [path for path in home.folder.rglob("root-*.key") if path.is_file()]
    if inside:
        return [_error("countersign.E106", inside[0].name, "Keep the root key on its own medium, off line.")]
    return []


def _marks(**_: Any) -> Sequence[CheckMessage]:
    from django.db import DatabaseError

    from countersign.ledger.errors import LogBehindMark
    from countersign.ledger.marks import Marks
    from countersign.ledger.models import Log

    marks = Marks(current().marks)
    found: list[CheckMessage] = []
    try:
        logs = list(Log.objects.exclude(kind=Log.MIRROR))
    except DatabaseError:
        return []
    for log in logs:
        try:
            marks.check(log.origin, log.size)
        except LogBehindMark as error:
            found.append(_error("countersign.E107", error.reason, error.remedy))
    return found


def _clock(**_: Any) -> Sequence[CheckMessage]:
    """The machine's clock decides expiry only, but years of skew mean that something is wrong."""
    from django.db import DatabaseError

    from countersign.charter.models import OwnKey
    from countersign.kernel import clock

    try:
        newest = OwnKey.objects.order_by("-not_before").values_list("not_before", flat=True).first()
    except DatabaseError:
        return []
    if newest and abs((clock.now() - newest).days) > MAX_SKEW_YEARS * 365:
        return [_error("countersign.E108", f"{abs((clock.now() - newest).days)} days", "Set the clock.")]
    return []


def _protection(**_: Any) -> Sequence[CheckMessage]:
    from countersign.node.house import PROTECTION_KEY

    if not (current().keys / PROTECTION_KEY).exists():
        return [
            Warning(
                CODES["countersign.W110"],
                hint="The immigration authority loads it: countersign protection load FILE.",
                id="countersign.W110",
            )
        ]
    return []


def _neutral_window(**_: Any) -> Sequence[CheckMessage]:
    window = current().neutral_seconds
    if window is not None and window[1] < SHORTEST_WINDOW:
        return [
            Warning(CODES["countersign.W111"], hint="Take neutral_seconds out of node.toml.", id="countersign.W111")
        ]
    return []


def _demonstration(**_: Any) -> Sequence[CheckMessage]:
    """Links that sign anybody in belong to a demonstration on loopback and to nothing else."""
    from django.conf import settings

    if not settings.DEMONSTRATION or settings.LOOPBACK:
        return []
    return [
        _error("countersign.E113", current().host, "Take `demonstration` out of node.toml, or listen on 127.0.0.1.")
    ]
