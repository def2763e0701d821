"""Free ports on loopback."""

from __future__ import annotations

import random
import socket

_BELOW_OUTGOING = range(20_000, 32_000)
"""Ports that the system does not give to outgoing connections: one of those, just closed, could not be listened on."""


def free_ports() -> int:
    """The first of three neighbouring free ports."""
    while True:
        port = random.choice(_BELOW_OUTGOING)
        if all(_is_free(port + more) for more in range(3)):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
