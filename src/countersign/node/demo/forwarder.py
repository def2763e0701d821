"""A line between two nodes that can be cut: forwards TCP on loopback, byte for byte."""

from __future__ import annotations

import contextlib
import socket
import threading

_BLOCK = 64 * 1024


class Forwarder:
    """Listens on one loopback port and forwards to another until it is cut; `join` mends it."""

    def __init__(self, port: int, target: int) -> None:
        self._target = target
        self._open = threading.Event()
        self._open.set()
        self._live: set[socket.socket] = set()
        self._server = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self._open.clear()
        for each in list(self._live):
            _close(each)

    def join(self) -> None:
        self._open.set()

    def close(self) -> None:
        self.cut()
        _close(self._server)

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            if not self._open.is_set():
                _close(near)
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._target), timeout=5)
            except OSError:
                _close(near)
                continue
            self._live |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while block := source.recv(_BLOCK):
                sink.sendall(block)
        for each in (source, sink):
            self._live.discard(each)
            _close(each)


def _close(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        each.close()
