"""Processes of a run: each in its own group, each ended by its id, whatever happens."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 12.0
_PDEATHSIG = 1
_alive: list[subprocess.Popen[Any]] = []


def start(words: list[str], *, env: dict[str, str] | None = None, log: Path | None = None) -> subprocess.Popen[str]:
    """Start a process in a group of its own. With `log` both outputs go there, else its pipes are the caller's."""
    output: Any = log.open("ab") if log else subprocess.PIPE
    process = subprocess.Popen(
        words,
        env=environment(env or {}),
        stdin=subprocess.DEVNULL if log else subprocess.PIPE,
        stdout=output,
        stderr=output if log else None,
        text=True,
        start_new_session=True,
        preexec_fn=_end_with_parent,  # noqa: PLW1509  (started by a single thread)
    )
    if log:
        output.close()
    _alive.append(process)
    return process


def python(*words: str) -> list[str]:
    return [sys.executable, *words]


def environment(more: dict[str, str]) -> dict[str, str]:
    """This process's environment without a node of its own, with the bench importable."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COUNTERSIGN_", "DJANGO_"))}
    path = [str(ROOT), *filter(None, [kept.get("PYTHONPATH")])]
    return kept | {"PYTHONPATH": os.pathsep.join(path)} | more


def end(process: subprocess.Popen[Any]) -> None:
    """SIGTERM to the process, SIGKILL to its group if it stays."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()
    _signal_group(process.pid, signal.SIGKILL)
    if process in _alive:
        _alive.remove(process)


@contextmanager
def ending_all() -> Iterator[None]:
    """Whatever was started is ended: at the end, on errors, on Ctrl-C and on SIGTERM."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        for process in reversed(list(_alive)):
            end(process)


class Worker:
    """A Python module in a process of its own that answers one JSON line with one JSON line."""

    def __init__(self, module: str, *words: str, env: dict[str, str] | None = None) -> None:
        self._process = start(python("-m", module, *words), env=env)
        self.pid = self._process.pid

    def ask(self, **command: Any) -> Any:
        self.send(**command)
        return self.answer()

    def send(self, **command: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a worker of the bench ended with status {self._process.wait()}.")
        return json.loads(line)

    def close(self) -> None:
        end(self._process)


def serve(acts: dict[str, Any]) -> None:
    """The worker's side: read a command a line, call the act of that name, print its result."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        command = json.loads(line)
        result = acts[command.pop("act")](**command)
        print(json.dumps(result), flush=True)


def wait_until(done: Any, *, seconds: float, what: str, pause: float = 0.05) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise RuntimeError(f"after {seconds:.0f} s still waiting for {what}.")
        time.sleep(pause)


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGTERM)
