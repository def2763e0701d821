"""Fresh values: chosen by the receiver for one sender, good once and for ten minutes, worthless after a restart."""

from __future__ import annotations

import hmac
import secrets
import threading
from typing import Final

from countersign.kernel import clock
from countersign.link.bodies import FRESH_BYTES
from countersign.link.errors import NotFresh

LIFETIME_SECONDS: Final = 600
_RANDOM, _TIME, _TAG = 16, 8, 24


class FreshValues:
    """Issues and claims values. Stateless but for those already used, so no flood of requests can push one out."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._used: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def issue(self, peer: str) -> bytes:
        """A value only `peer` may use."""
        body = secrets.token_bytes(_RANDOM) + int(clock.monotonic() + LIFETIME_SECONDS).to_bytes(_TIME, "big")
        return body + self._tag(peer, body)

    def is_issued(self, peer: str, value: bytes) -> bool:
        """Whether the value was issued to `peer` and is still in time; does not use it up."""
        if len(value) != FRESH_BYTES or not hmac.compare_digest(value[-_TAG:], self._tag(peer, value[:-_TAG])):
            return False
        return int.from_bytes(value[_RANDOM : _RANDOM + _TIME], "big") >= clock.monotonic()

    def claim(self, peer: str, value: bytes) -> None:
        """Use a value up. Raises NotFresh for one that is foreign, old or used."""
        if not self.is_issued(peer, value):
            raise NotFresh("the fresh value was not issued by this process, or is too old.", field="fresh")
        with self._lock:
            at = clock.monotonic()
            for old in [used for used, until in self._used.items() if until < at]:
                del self._used[old]
            if value in self._used:
                raise NotFresh("the fresh value was used before: a replay.", field="fresh")
            self._used[value] = at + LIFETIME_SECONDS

    def _tag(self, peer: str, body: bytes) -> bytes:
        return hmac.digest(self._secret, peer.encode("utf-8") + b"\0" + body, "sha256")[:_TAG]
