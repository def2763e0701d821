"""Two running nodes and a browser, for a module's pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_socket
from support import browser


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser a process."""
    if not browser.CHROMIUM:
        pytest.skip(browser.MISSING)
    pytest_socket.enable_socket()
    # Playwright keeps an event loop in this thread; Django would refuse the database that the tests use beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    started, launched = browser.launch()
    yield launched
    launched.close()
    started.stop()


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Any]:
    """Two running nodes that are demonstrations, so that sign-in links exist."""
    pytest_socket.enable_socket()
    made = browser.journey_class()(tmp_path_factory.mktemp("b"), sqlite_template)
    try:
        for state in ("CA", "IN"):
            made.start(state)
        for state in ("CA", "IN"):
            made.wait(lambda at=state: browser.answers(made.ports[at] + 1), 60, f"the web port of {state}")
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def desks(chromium: Any, journey: Any) -> browser.Desks:
    return browser.Desks(chromium, journey.run, journey.ports)


@pytest.fixture(autouse=True)
def _sockets() -> None:
    pytest_socket.enable_socket()


@pytest.fixture
def language(request: pytest.FixtureRequest) -> str:
    """One language a run in the default suite, rotating by the day of the year; COUNTERSIGN_LANGUAGE names another."""
    from countersign.kernel import clock

    known = ("en", "fr", "hi", "pa")
    return os.environ.get("COUNTERSIGN_LANGUAGE") or known[clock.now().timetuple().tm_yday % len(known)]
