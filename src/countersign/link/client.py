"""The calling side of the link: HTTPS with both certificates pinned, bounded answers, every failure a coded one."""

from __future__ import annotations

import json
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import urllib3

from countersign.charter import hpke
from countersign.kernel import cbor
from countersign.link import bodies, server
from countersign.link.errors import BodyMalformed, BodyTooLarge, PeerUnreachable
from countersign.link.station import Station

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 90.0
_LIMITS: Final = cbor.Limits(size=16 * 1024, depth=2, values=16)
_PART: Final = 256 * 1024


class PeerRefused(PeerUnreachable):
    """The peer answered with a coded refusal; nothing on this side was changed by it."""

    code = "PEER_REFUSED"

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"the peer refused: {code}: {reason}", peer_code=code)
        self.peer_code = code


class PeerClient:
    """Calls one peer. Holds a connection pool and the fresh value for the next call."""

    def __init__(
        self, station: Station, *, node: str, endpoint: str, certificate: tuple[Path, Path], pins: Sequence[bytes]
    ):
        self._station, self._node, self._endpoint = station, node, endpoint.rstrip("/")
        self._pool = urllib3.PoolManager(
            num_pools=1,
            ssl_context=_context(certificate, pins),
            assert_hostname=False,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            retries=False,
        )

    def hello(self) -> bytes:
        """Ask for a fresh value and open it."""
        match cbor.decode(self._post("hello", b"", {}), _LIMITS, field="hello"):
            case [bodies.VERSION, hpke.SUITE_ID, bytes() as key_id, bytes() as sealed]:
                return self._station.provider.open_seal(key_id, sealed, server.hello_info(self._station.node, key_id))
        raise BodyMalformed("the answer to hello is malformed.")

    def sync(self, wire: bytes, fresh: bytes) -> bytes:
        """Exchange one sealed body for another."""
        return self._post("sync", wire, {"Countersign-Fresh": fresh.hex()})

    def _post(self, call: str, payload: bytes, headers: dict[str, str]) -> bytes:
        url = f"{self._endpoint}/link/v1/{call}?node={self._station.node}"
        try:
            response = self._pool.request(
                "POST",
                url,
                body=payload,
                headers=headers | {"Content-Type": server.CONTENT_TYPE},
                preload_content=False,
            )
            status, data = response.status, _read(response)
            response.release_conn()
        except (urllib3.exceptions.HTTPError, ssl.SSLError, OSError) as error:
            raise PeerUnreachable(f"{self._node} cannot be reached ({type(error).__name__}).", field="peer") from None
        if status != 200:
            raise _refusal(status, data)
        return data


def _context(certificate: tuple[Path, Path], pins: Sequence[bytes]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # the pin says more than a name would
    for der in pins:
        context.load_verify_locations(cadata=der)
    context.load_cert_chain(*certificate)
    return context


def _read(response: Any) -> bytes:
    parts, size = [], 0
    for part in response.stream(_PART):
        size += len(part)
        if size > bodies.MAX_WIRE_BYTES:
            raise BodyTooLarge(f"the peer's answer passes {bodies.MAX_WIRE_BYTES} bytes.")
        parts.append(part)
    return b"".join(parts)


def _refusal(status: int, data: bytes) -> PeerRefused:
    try:
        told = json.loads(data[:4096])
        return PeerRefused(str(told["code"])[:64], str(told["reason"])[:300])
    except (ValueError, KeyError, TypeError):
        return PeerRefused(f"HTTP_{status}", "no reason was given.")
