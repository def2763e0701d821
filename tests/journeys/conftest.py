"""Two real nodes as processes on loopback, made quickly in process and then run by their own supervisors."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_socket
from support import nodes
from support.ports import free_ports

from countersign.node.demo import checker


class Journey:
    """Homes, processes and the lines between two nodes."""

    def __init__(self, folder: Path, template: Path, *, lines: bool = False) -> None:
        """`lines`: peers call the third port of a node; the test stands there and forwards, cuts or listens."""
        self.folder = folder
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.nodes: dict[str, nodes.TestNode] = {}
        self.ports = {"CA": free_ports(), "IN": free_ports()}
        for name, state in (("ca.example", "CA"), ("in.example", "IN")):
            home = folder / state
            place = folder / f"{state}-database"
            place.mkdir()
            shutil.copyfile(template, place / "db.sqlite3")
            from django.conf import settings

            database = dict(settings.DATABASES["default"]) | {"NAME": place / "db.sqlite3"}
            node = nodes.make_node(name, state, home, nodes.open_connection(database), port=self.ports[state],
                endpoint=f"https://127.0.0.1:{self.ports[state] + 2}" if lines else "",
            )  # fmt: skip
            self.nodes[state] = node
        self.pair = nodes.Pair(self.nodes["CA"], self.nodes["IN"])
        nodes.peer_up(self.pair)
        for state, node in self.nodes.items():
            node.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            node.connection.close()
            shutil.move(folder / f"{state}-database" / "db.sqlite3", node.home / "db.sqlite3")
            for login in ("drafter", "releaser", "second"):
                _alias(node.home, state, login)

    def home(self, state: str) -> Path:
        return self.nodes[state].home

    def start(self, state: str) -> None:
        """Run a node under its supervisor, marked as part of a fault test."""
        log = (self.folder / f"{state}.log").open("ab")
        self.processes[state] = subprocess.Popen(
            [sys.executable, "-m", "countersign.node.cli", "--home", str(self.home(state)), "run"],
            stdout=log, stderr=log, start_new_session=True, env=self.environment(state),
        )  # fmt: skip
        log.close()

    def environment(self, state: str) -> dict[str, str]:
        failpoints = self.home(state) / "failpoints"
        failpoints.mkdir(exist_ok=True)
        return os.environ | {"COUNTERSIGN_FAULT_TESTS": "1", "COUNTERSIGN_FAILPOINTS": str(failpoints)}

    def arm(self, state: str, step: str) -> Path:
        """Let the next process of the node that reaches `step` kill itself."""
        armed = self.home(state) / "failpoints" / "armed"
        armed.write_text(step)
        return armed

    def run(self, state: str, *words: str, refused: bool = False) -> str:
        """Run a command of a node; insist on its outcome; return what it printed."""
        command = [sys.executable, "-m", "countersign.node.cli", "--home", str(self.home(state)), *words]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=self.environment(state), timeout=120
        )
        said = done.stdout + done.stderr
        assert (done.returncode != 0) is refused, f"countersign {' '.join(words)}\n{said}"
        return said

    def kill(self, state: str) -> None:
        """Kill a node with all its children at once."""
        process = self.processes.pop(state)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def bulk(self, state: str, count: int, tag: str) -> int:
        """Release items through the gate in a process of its own; return its exit status."""
        command = [sys.executable, "-m", "countersign.node.demo.bulk", str(self.home(state)), str(count), tag]
        return subprocess.run(
            command, env=self.environment(state), check=False, timeout=120, capture_output=True
        ).returncode

    def settle(self, seconds: float = 60) -> None:
        """Wait until both outboxes are empty and the outside checker finds nothing wrong."""
        homes = (self.home("CA"), self.home("IN"))
        self.wait(lambda: not any(checker.count_waiting(home) for home in homes), seconds, "the outboxes to empty")
        self.wait(lambda: not checker.check(*homes), seconds, "the checker to be content")

    def wait(self, condition: Callable[[], Any], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                logs = "".join(f"{path.name}:\n{path.read_text()[-1500:]}\n" for path in self.folder.glob("*.log"))
                found = checker.check(self.home("CA"), self.home("IN"))
                raise AssertionError(f"waited {seconds} s for {what}; checker: {found}\n{logs}")
            time.sleep(0.05)

    def close(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _alias(home: Path, state: str, login: str) -> None:
    """The bulk releaser knows its people as ca-drafter and so on."""
    import sqlite3

    name = f"{state.lower()}-{login}"
    shutil.copyfile(home / "officers" / f"{login}.key", home / "officers" / f"{name}.key")
    with sqlite3.connect(home / "db.sqlite3") as database:
        database.execute("UPDATE charter_officer SET login = ? WHERE login = ?", (name, login))
    database.close()


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Journey]:
    """Two running nodes, shared by the tests of a module."""
    pytest_socket.enable_socket()
    made = Journey(tmp_path_factory.mktemp("j"), sqlite_template)
    try:
        for state in ("CA", "IN"):
            made.start(state)
        assert made.bulk("CA", 1, "UP") == 0
        made.settle()
        yield made
    finally:
        made.close()
        pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _loopback() -> Iterator[None]:
    """Journeys speak on loopback."""
    pytest_socket.enable_socket()
    yield
    pytest_socket.disable_socket(allow_unix_socket=True)
