"""Two nodes in one process, each with its own database, keys and marks; SQLite files or PostgreSQL databases."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support import nodes
from support.nodes import SCRATCH, Pair, postgres_server, sqlite_template

_TEMPLATE = SCRATCH / "template"
ROOT_ONLY = "root-only fault:"
"""With this a skip says why; it is the one reason that --no-skips lets pass."""


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(SCRATCH))
    SCRATCH.chmod(0o700)
    _TEMPLATE.mkdir(exist_ok=True)
    lines = ['node = "none.example"', 'state = "CA"', 'host = "127.0.0.1"', "link_port = 1", "web_port = 2"]
    (_TEMPLATE / "node.toml").write_text("\n".join(lines) + "\n")
    os.environ["COUNTERSIGN_HOME"] = str(_TEMPLATE)
    os.environ["DJANGO_SETTINGS_MODULE"] = "countersign.node.settings"
    import django

    from countersign.node import logs

    logs.configure()
    django.setup()


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(SCRATCH, ignore_errors=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the slow tests as well")
    parser.addoption("--no-skips", action="store_true", help="a skip is a failure")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--full"):
        kept = [item for item in items if "full" not in item.keywords]
        config.hook.pytest_deselected(items=[item for item in items if "full" in item.keywords])
        items[:] = kept


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if session.config.getoption("--no-skips") and any(ROOT_ONLY not in str(report.longrepr) for report in skipped):
        session.exitstatus = 1


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def unpeered(engine: str, tmp_path: Path, sqlite_template: Path, request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Two fresh nodes that do not know each other."""
    server = request.getfixturevalue("postgres_server") if engine == "postgres" else None
    made = []
    for name, state in (("ca.example", "CA"), ("in.example", "IN")):
        place = tmp_path / state
        place.mkdir()
        database = nodes.database(engine, place, f"n{os.urandom(6).hex()}", server)
        made.append(nodes.make_node(name, state, tmp_path / f"home-{state}", nodes.open_connection(database)))
    yield Pair(*made)
    for node in made:
        node.connection.close()


@pytest.fixture
def pair(unpeered: Pair) -> Pair:
    """Two nodes, peered, with an arrangement in force and an empty protection register."""
    nodes.peer_up(unpeered)
    return unpeered


@pytest.fixture
def clock_at() -> Iterator[Any]:
    """A clock that the test moves; it begins now, for the nodes of the pair were made just before."""
    from countersign.kernel import clock
    from countersign.kernel.clock import FixedClock

    fixed = FixedClock(datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1))
    before = clock.install(fixed)
    yield fixed
    clock.install(before)


__all__ = ["postgres_server", "sqlite_template"]
