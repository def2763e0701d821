"""A line as bad as a liaison post's: each packet waits its turn, its way and, now and then, for being sent again."""

from __future__ import annotations

import heapq
import itertools
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PACKET = 1448  # bytes of a TCP segment on Ethernet (1,500 less two headers with timestamps)


class LossyLine:
    """A relay to one port of this machine. A lost packet comes a resend timeout later and holds up all behind it, as TCP does."""

    def __init__(self, port: int, *, round_trip: float, bits: int, loss: float, seed: int) -> None:
        self._to, self._way, self._bits, self._loss = port, round_trip / 2, bits, loss
        self._resend = max(0.2, round_trip * 2)  # RFC 6298 section 2 with the common floor of 200 ms
        self._chance = random.Random(seed)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.packets = self.lost = 0
        self._turns = {"down": 0.0, "up": 0.0}
        self._lock = threading.Lock()
        self._opened: list[socket.socket] = []

    def serve(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            self._opened += [near, far]
            for source, target, way in ((near, far, "up"), (far, near, "down")):
                threading.Thread(target=self._carry, args=(source, target, way), daemon=True).start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        for opened in (self._listening, *self._opened):
            opened.close()

    def _carry(self, source: socket.socket, target: socket.socket, way: str) -> None:
        waiting: list[tuple[float, int, bytes]] = []
        more = threading.Condition()
        threading.Thread(target=self._deliver, args=(waiting, more, target), daemon=True).start()
        latest, packet = 0.0, b"first"
        for count in itertools.count():
            if not packet:
                return
            try:
                packet = source.recv(PACKET)
            except OSError:
                packet = b""  # the end, however it came, is carried on in its turn
            latest = max(latest, self._arrival(len(packet), way))
            with more:
                heapq.heappush(waiting, (latest, count, packet))
                more.notify()

    def _arrival(self, size: int, way: str) -> float:
        """When it is there: after the packets before it on the shared line, the way, and the resend if it was lost."""
        with self._lock:
            now = time.monotonic()
            self._turns[way] = max(self._turns[way], now) + size * 8 / self._bits
            self.packets += 1
            lost = self._chance.random() < self._loss
            self.lost += lost
            return self._turns[way] + self._way + lost * self._resend

    @staticmethod
    def _deliver(waiting: list[tuple[float, int, bytes]], more: threading.Condition, target: socket.socket) -> None:
        while True:
            with more:
                more.wait_for(lambda: bool(waiting))
                due, _, packet = heapq.heappop(waiting)
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                if not packet:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(packet)
            except OSError:
                return


@contextmanager
def lossy_line(port: int, *, round_trip: float, bits: int, loss: float, seed: int = 1) -> Iterator[LossyLine]:
    line = LossyLine(port, round_trip=round_trip, bits=bits, loss=loss, seed=seed)
    threading.Thread(target=line.serve, daemon=True).start()
    try:
        yield line
    finally:
        line.close()
