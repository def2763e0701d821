"""The AS2 pair as the run sees it: a server process, a client process, portions of messages."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import as2_keys, processes


@dataclass(slots=True)
class Tally:
    """What AS2 portions gave so far. `pairs`: how many pairs sent at the same time."""

    pairs: int = 1
    ms: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    seconds: float = 0.0
    count: int = 0
    wire: int = 0

    def add(self, results: list[dict[str, Any]], seconds: float) -> None:
        count = sum(len(result["ms"]) for result in results)
        for result in results:
            self.ms += result["ms"]
            self.wire += result["wire"]
        self.rates.append(count / seconds)
        self.seconds += seconds
        self.count += count

    @property
    def rate(self) -> float:
        return self.count / self.seconds if self.seconds else 0.0


class Pairs:
    """Two independent AS2 pairs: portions go through one, or through both at once for the best of two cores."""

    def __init__(self, folder: Path, port: int) -> None:
        self._workers = [_pair(folder / f"as2-{number}", port + number) for number in (0, 1)]
        self._next = 1
        self.one, self.two, self.alone = Tally(1), Tally(2), Tally(1)
        self._run(self._workers, 3, Tally(2))

    def portion(self, count: int) -> None:
        """One message after the other through one pair."""
        if count:
            self._run(self._workers[:1], count, self.one)

    def single(self, count: int, pause: float) -> None:
        """One message at a time, each after the same pause as our single items."""
        for _ in range(count):
            time.sleep(pause)
            self._run(self._workers[:1], 1, self.alone)

    def portion_of_both(self, count: int) -> None:
        """As many through each pair, at the same time."""
        if count:
            self._run(self._workers, count, self.two)

    def _run(self, workers: list[processes.Worker], count: int, tally: Tally) -> None:
        begun = time.perf_counter()
        for worker in workers:
            worker.send(act="send", first=self._next, count=count)
        results = [worker.answer() for worker in workers]
        tally.add(results, time.perf_counter() - begun)
        self._next += count


def _pair(folder: Path, port: int) -> processes.Worker:
    folder.mkdir()
    for name in ("sender", "receiver"):
        key, certificate = as2_keys.make_key(name)
        (folder / f"{name}.key").write_bytes(key)
        (folder / f"{name}.crt").write_bytes(certificate)
    words = processes.python("-m", "bench.as2_server", str(folder), str(port))
    processes.start(words, log=folder / "server.log")
    processes.wait_until(lambda: _listens(port), seconds=30, what="the AS2 server")
    return processes.Worker("bench.as2_worker", str(folder), str(port))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
