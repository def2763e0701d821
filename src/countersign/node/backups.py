"""Backup and restore of a node's database. Keys, marks and attachments have their own safe copies, never these."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection, connections

from countersign.charter.providers import FileProvider
from countersign.exchange import search
from countersign.kernel.errors import Conflict, InvalidInput, Unavailable
from countersign.kernel.files import DiskFull, as_disk_full, sync_folder
from countersign.link import restore
from countersign.link.courier import Courier
from countersign.node import pgtools, supervisor
from countersign.node.courier_process import connector
from countersign.node.home import Home

if TYPE_CHECKING:
    from countersign.exchange.house import House


def backup(home: Home, target: Path) -> int:
    """Copy the database while the node runs; return the size in bytes."""
    if target.exists():
        raise Conflict(
            f"{target} exists already.", field="file", remedy="Choose another name; copies are never overwritten."
        )
    if connection.vendor == "sqlite":
        _copy_sqlite(home.sqlite, target)
    else:
        pgtools.dump(home, target)
    return target.stat().st_size


def put_back(home: Home, house: House, source: Path) -> None:
    """Replace the database by a copy, and stop signing until the peers were asked. The node must not run."""
    supervisor.check_ports(home)
    if not source.is_file():
        raise InvalidInput(f"{source} is not a file.", field="file")
    connections.close_all()
    if connection.vendor == "sqlite":
        _check_sqlite(source)
        _replace_sqlite(home, source)
    else:
        pgtools.restore(home, source)
    search.forget()
    restore.begin(house.station)


def from_peers(house: House, root_folder: Path) -> Iterator[str]:
    """Ask every peer for this node's own log, then start new epochs; yield what was taken back and what is lost."""
    root = FileProvider(root_folder).find_root()
    for peer in restore.begin(house.station):
        courier = Courier(house.station, connect=connector(house))
        taken = restore.fetch(house.station, peer, courier.once)
        report = restore.finish(house.station, peer, root)
        yield f"{peer.node}: {taken} leaves taken back; every channel goes on in a new epoch."
        for text, lost in (
            ("released here, never left, lost", report.never_left),
            ("received and receipted, content lost: ask the sender to send it again", report.received_and_lost),
        ):
            for item in lost:
                yield f"  {text}: {item}"
        if report.signed_beyond_peer:
            yield f"  {report.signed_beyond_peer} signed leaves reached nobody on line;"
            yield "  carried files made since the copy must not be imported."


def _copy_sqlite(source: Path, target: Path) -> None:
    try:
        with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as live, sqlite3.connect(target) as copy:
            live.backup(copy)
            _without_index(copy)
        copy.close()
        live.close()
        os.chmod(target, 0o600)
        sync_folder(target.parent)
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        if "full" in str(error):
            raise DiskFull("no space left for the copy.", field="file") from None
        raise Unavailable(f"the copy failed: {error}", field="file") from None
    except OSError as error:
        raise as_disk_full(error) from error


def _without_index(copy: sqlite3.Connection) -> None:
    """The search index does not go into copies: it is made anew from the items, under the keys of the node they are on."""
    copy.commit()
    copy.execute("PRAGMA journal_mode=DELETE")
    copy.execute("DELETE FROM exchange_searchtoken")
    copy.commit()
    copy.execute("VACUUM")


def _replace_sqlite(home: Home, source: Path) -> None:
    """Bring the copy beside the database first: a full disk must not cost the old one its last commits (its WAL)."""
    aside = home.sqlite.with_name(".restored.part")
    try:
        shutil.copyfile(source, aside)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise as_disk_full(error) from error
    for suffix in ("-wal", "-shm"):
        home.sqlite.with_name(home.sqlite.name + suffix).unlink(missing_ok=True)
    os.replace(aside, home.sqlite)
    sync_folder(home.folder)


def _check_sqlite(source: Path) -> None:
    """A copy is put back only if SQLite finds it whole and it is a node's database."""
    try:
        with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as copy:
            whole = copy.execute("PRAGMA integrity_check").fetchone()[0]
            copy.execute("SELECT origin FROM ledger_log LIMIT 1")
        copy.close()
    except sqlite3.Error as error:
        raise InvalidInput(f"{source} is not a node's database: {error}.", field="file") from None
    if whole != "ok":
        raise InvalidInput(f"{source} is damaged.", field="file", remedy="Use an older copy.")
