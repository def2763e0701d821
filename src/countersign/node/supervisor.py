"""`countersign run`: starts web port, link port and courier, restarts what dies, and ends them all when it ends."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field

import structlog

from countersign.exchange.house import House
from countersign.kernel.errors import Conflict
from countersign.node import pins
from countersign.node.home import Home

GRACE_SECONDS = 5.0
MAX_PAUSE_SECONDS = 30.0
WATCH_SECONDS = 0.2
_PDEATHSIG = 1
log = structlog.get_logger("supervisor")


@dataclass(slots=True)
class Child:
    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    not_before: float = 0.0
    started: float = field(default=0.0)


def children_of(home: Home) -> list[Child]:
    """The three processes of a node."""
    # A worker that hangs on a slow caller is killed by granian before the supervisor would have to kill granian itself.
    granian = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--workers",
        "1",
        "--no-access-log",
        "--workers-kill-timeout",
        "3",
        "--log-level",
        "warning",
    ]
    run = home.run
    return [
        Child("courier", [sys.executable, "-m", "countersign.node.cli", "--home", str(home.folder), "run", "--only", "courier"]),
        Child(
            "link",
            [
                *granian, "--host", home.host, "--port", str(home.link_port), "--blocking-threads", "16",
                "--backlog", "1024", "--backpressure", "32", "--http", "1", "--http1-header-read-timeout", "10000",
                "--ssl-certificate", str(run / "link.crt"), "--ssl-keyfile", str(run / "link.key"),
                "--ssl-ca", str(run / "pins.pem"), "--ssl-client-verify", "--ssl-protocol-min", "tls1.3",
                "countersign.node.wsgi_link:application",
            ],
        ),
        Child(
            "web",
            [
                *granian, "--host", home.host, "--port", str(home.web_port), "--blocking-threads", "16",
                "--http1-header-read-timeout", "10000",
                "countersign.node.wsgi_web:application",
            ],
        ),
    ]  # fmt: skip


def check_ports(home: Home) -> None:
    """Raise Conflict, naming the port, where another process listens on one of ours."""
    for name, port in (("link", home.link_port), ("web", home.web_port)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((home.host, port))
            except OSError:
                raise Conflict(
                    f"the {name} port {port} is taken by another process.",
                    field=f"{name}_port",
                    remedy=f"End that process (`ss -ltnp 'sport = :{port}'` names it) or change node.toml.",
                ) from None


class Supervisor:
    """Keeps the children of one node alive until SIGTERM or SIGINT."""

    def __init__(self, home: Home, house: House) -> None:
        self._home, self._house = home, house
        self._children = children_of(home)
        self._stopping = False

    def run(self) -> int:
        check_ports(self._home)
        pins.refresh(self._home, self._house.station)
        seen = self._pins_stamp()
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        try:
            while not self._stopping:
                for child in self._children:
                    self._keep(child)
                if (now := self._pins_stamp()) != seen:
                    seen = now
                    self._reload_link()
                time.sleep(WATCH_SECONDS)
        finally:
            self._end_all()
        return 0

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _keep(self, child: Child) -> None:
        if child.process is not None:
            if child.process.poll() is None:
                return
            lived = time.monotonic() - child.started
            child.failures = 0 if lived > MAX_PAUSE_SECONDS else child.failures + 1
            child.not_before = time.monotonic() + min(MAX_PAUSE_SECONDS, 0.1 * 2**child.failures)
            log.warning("supervisor.died", child=child.name, code=child.process.returncode)
            child.process = None
        if time.monotonic() >= child.not_before:
            child.started = time.monotonic()
            child.process = subprocess.Popen(
                child.command,
                env=self._environment(),
                preexec_fn=_end_with_parent,  # noqa: PLW1509  (the supervisor has one thread)
            )

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "COUNTERSIGN_HOME": str(self._home.folder),
            "DJANGO_SETTINGS_MODULE": "countersign.node.settings",
        }

    def _pins_stamp(self) -> tuple[int, ...]:
        return tuple((self._home.run / name).stat().st_mtime_ns for name in ("pins.pem", "link.crt", "link.key"))

    def _reload_link(self) -> None:
        for child in self._children:
            if child.name == "link" and child.process is not None:
                child.process.send_signal(signal.SIGHUP)

    def _end_all(self) -> None:
        alive = [child.process for child in self._children if child.process is not None]
        for process in alive:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in alive:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _end_with_parent() -> None:
    """The kernel ends the child when the supervisor dies, however it dies (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGTERM)
