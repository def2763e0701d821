"""Worker on the sender's home: releases items through the real gate, and times single items to their receipt."""

from __future__ import annotations

import cProfile
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from typing import Any

from bench import content
from bench.processes import serve
from bench.watching import Watch
from countersign.node.boot import boot_house

HOME, HOUSE = boot_house()
_woken_at: list[float] = []

from countersign.charter import officers, peering  # noqa: E402  (models need Django set up)
from countersign.exchange import approvals, gate  # noqa: E402
from countersign.link.models import OutItem  # noqa: E402
from countersign.node import waking  # noqa: E402
from countersign.oversight import risk  # noqa: E402

LOOK_SECONDS = 0.000_05
COMMIT_SECONDS = 0.02
UNWATCHED_SECONDS = 0.1
GIVE_UP_SECONDS = 60.0


def _wake() -> None:
    """The node's own wake, which the commit of a release calls; when that was is the beginning of a single item's way."""
    _woken_at.append(time.perf_counter())
    waking.wake(HOME)


HOUSE = replace(HOUSE, station=replace(HOUSE.station, wake=_wake))
_CARL, _DORA, _EVE, _RITA = (officers.find(f"ca-{who}") for who in ("carl", "dora", "eve", "rita"))
_PEER = peering.of_state("IN")


def release_one(number: int) -> OutItem:
    """Propose, have the risk assessed, then two approvals, each signed over these bytes with its officer's own key file."""
    item = gate.propose(HOUSE, _CARL, content.draft(number), peer=_PEER).item
    risk.assess(HOUSE, _RITA, item.id, bare="low", mitigated="low", mitigation=[])
    for officer, role in ((_DORA, "releaser"), (_EVE, "second_officer")):
        key = HOME.officers / f"{officer.login}.key"
        signature = officers.sign_with(key, approvals.message(item, role))
        item = gate.approve(HOUSE, officer, item.id, role=role, signature=signature).item
    assert item.released is not None
    return item.released


def release(first: int, count: int) -> dict[str, float]:
    """Release `count` items; wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    for number in range(first, first + count):
        release_one(number)
    return {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def profiled(first: int, count: int, path: str) -> bool:
    """The same under cProfile."""
    profile = cProfile.Profile()
    profile.runcall(release, first, count)
    profile.dump_stats(path)
    return True


def single(first: int, count: int, pause: float) -> dict[str, list[float]]:
    """One item at a time on an idle pair. `seen`: from the commit of the release (the first thing after it is to wake the
    courier) until another connection can read the row as STORED. In ms."""
    seen: list[float] = []
    gate_ms: list[float] = []
    written = Watch(HOME.sqlite.with_name(f"{HOME.sqlite.name}-wal"))
    with (
        closing(written),
        closing(sqlite3.connect(f"file:{HOME.sqlite}?mode=ro", uri=True, isolation_level=None)) as reader,
    ):
        for number in range(first, first + count):
            time.sleep(pause)
            begin = time.perf_counter()
            item = release_one(number)
            written.forget()
            approved = time.perf_counter()
            _wait_stored(reader, written, item.pk)
            seen.append((time.perf_counter() - _woken_at[-1]) * 1e3)
            gate_ms.append((approved - begin) * 1e3)
    return {"seen": seen, "gate": gate_ms}


def _wait_stored(reader: sqlite3.Connection, written: Watch, key: int) -> None:
    """Look when the database was written, by a plain connection: who looks all the time slows the pair down."""
    deadline = time.perf_counter() + GIVE_UP_SECONDS
    looking = 0.0
    while time.perf_counter() < deadline:
        if _is_stored(reader, key, seconds=looking):
            return
        written.wait(UNWATCHED_SECONDS)
        looking = COMMIT_SECONDS
    raise RuntimeError("an item got no receipt in a minute.")


def _is_stored(reader: sqlite3.Connection, key: int, *, seconds: float) -> bool:
    """Look once, and then for `seconds`: what is written is synced first, and to be seen after that."""
    query = f"SELECT state FROM {OutItem._meta.db_table} WHERE id = ?"
    deadline = time.perf_counter() + seconds
    while reader.execute(query, [key]).fetchone() != (OutItem.STORED,):
        if time.perf_counter() >= deadline:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def ready() -> dict[str, Any]:
    return {"bytes": len(content.encoded(content.draft(1)))}


if __name__ == "__main__":
    serve({"release": release, "single": single, "profiled": profiled, "ready": ready})
