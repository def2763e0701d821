"""How the node's other processes wake its courier: a datagram to a Unix socket in the run folder.

Losing it costs a second, nothing else.
"""

from __future__ import annotations

import socket

from countersign.node.home import Home

_NAME = "courier.sock"


class Waker:
    """A Unix datagram socket in the run folder: a release wakes the courier at once instead of at the next second."""

    def __init__(self, home: Home) -> None:
        home.run.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = home.run / _NAME
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))

    def close(self) -> None:
        self._socket.close()

    def wait(self, seconds: float) -> bool:
        """Sleep until woken or until `seconds` have passed; return whether it was woken."""
        self._socket.settimeout(seconds)
        try:
            self._socket.recv(16)
        except TimeoutError:
            return False
        self._socket.settimeout(0)
        try:
            while self._socket.recv(16):
                pass
        except BlockingIOError:
            return True
        return True


def wake(home: Home) -> None:
    """Wake the courier, if one runs. Losing the datagram costs a second, nothing else."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(0)
            sender.sendto(b"w", str(home.run / _NAME))
    except OSError:
        return  # no courier, or no descriptor left: a release never fails of it
