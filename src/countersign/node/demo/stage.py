"""Two nodes on this machine as processes of their own, driven by the same command line that people use."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from countersign.kernel.errors import Conflict, CountersignError, Unavailable
from countersign.node.demo.forwarder import Forwarder

READY_SECONDS = 60


class StepFailed(CountersignError):
    """A step of the story did not do what it should."""

    code = "DEMO_STEP_FAILED"
    remedy = "The lines above say where; the nodes' logs are in the demo folder."


@dataclass
class Actor:
    """One node of the demonstration."""

    node: str
    state: str
    authority: str
    home: Path
    root: Path
    web_port: int
    link_port: int
    public_port: int
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def short(self) -> str:
        return self.state.lower()


class Stage:
    """The folder, the ports, the processes and the lines between them."""

    def __init__(self, folder: Path, base: int) -> None:
        self.folder = folder
        self.ca = self._actor("ca.example", "CA", "RCMP", base)
        self.in_ = self._actor("in.example", "IN", "NIA", base + 10)
        self._lines: dict[str, Forwarder] = {}

    def _actor(self, node: str, state: str, authority: str, base: int) -> Actor:
        short = state.lower()
        return Actor(
            node, state, authority, self.folder / short, self.folder / f"{short}-root", base, base + 1, base + 2
        )

    def other(self, actor: Actor) -> Actor:
        return self.in_ if actor is self.ca else self.ca

    @staticmethod
    def is_free(port: int) -> bool:
        """Whether nobody listens on the port."""
        return _is_free(port)

    def check_ports(self) -> None:
        """Raise Conflict naming the first port that somebody else holds."""
        for actor in (self.ca, self.in_):
            for port in (actor.web_port, actor.link_port, actor.public_port):
                if not _is_free(port):
                    raise Conflict(
                        f"port {port} is taken by another process.",
                        field="port",
                        remedy=f"End it (`ss -ltnp 'sport = :{port}'` names it), or choose others: ./demo --port 9400",
                    )

    def run(self, actor: Actor, *words: str, refused: bool = False) -> str:
        """Run one command of `actor`'s node; return what it printed. Raises StepFailed on the wrong outcome."""
        command = [sys.executable, "-m", "countersign.node.cli", "--home", str(actor.home), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        if (done.returncode != 0) is not refused:
            what = "was not refused" if refused else "failed"
            raise StepFailed(f"`countersign {' '.join(words[:2])}` {what}:\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def start(self, actor: Actor, **environment: str) -> None:
        """Start a node and wait until its link port answers."""
        log = (self.folder / f"{actor.short}.log").open("ab")
        command = [sys.executable, "-m", "countersign.node.cli", "--home", str(actor.home), "run"]
        actor.process = subprocess.Popen(
            command, stdout=log, stderr=log, start_new_session=True, env=os.environ | environment
        )
        log.close()
        if actor.short not in self._lines:
            self._lines[actor.short] = Forwarder(actor.public_port, actor.link_port)
        self.wait(lambda: not _is_free(actor.link_port), f"{actor.node} to listen", READY_SECONDS)

    def stop(self, actor: Actor) -> None:
        """End a node in order."""
        if actor.process is not None:
            actor.process.terminate()
            try:
                actor.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill(actor)
            actor.process = None

    def kill(self, actor: Actor) -> None:
        """Kill a node and all its children at once, as a power cut would."""
        if actor.process is not None:
            os.killpg(actor.process.pid, signal.SIGKILL)
            actor.process.wait()
            actor.process = None
            self.wait(lambda: _is_free(actor.link_port), "the port to be free", READY_SECONDS)

    def cut(self) -> None:
        for line in self._lines.values():
            line.cut()

    def join(self) -> None:
        for line in self._lines.values():
            line.join()

    def close(self) -> None:
        """End everything that was started."""
        for actor in (self.ca, self.in_):
            self.stop(actor)
        for line in self._lines.values():
            line.close()

    def wait(self, condition: Callable[[], object], what: str, seconds: float, *, every: float = 0.1) -> None:
        """Wait until `condition()` holds. Raises Unavailable after `seconds`."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"waited {seconds:.0f} s in vain for {what}.", remedy="See the nodes' logs in the demo folder."
                )
            time.sleep(every)

    def reset(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
