"""The calling side of the link: HTTPS with both certificates pinned, bounded answers, every failure a coded one."""

from __future__ import annotations

import http.client
import json
import select
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from countersign.charter import hpke
from countersign.kernel import cbor, clock
from countersign.kernel.errors import CountersignError
from countersign.link import bodies, server
from countersign.link.errors import BodyMalformed, BodyTooLarge, PeerUnreachable
from countersign.link.station import Station

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 90.0
_LIMITS: Final = cbor.Limits(size=16 * 1024, depth=2, values=16)
SLOWEST_BYTES_A_SECOND: Final = 1024
"""An answer that comes more slowly than this, after READ_SECONDS, is given up: other peers wait behind it."""
_PART: Final = 64 * 1024


class PeerRefused(PeerUnreachable):
    """The peer answered with a coded refusal; nothing on this side was changed by it."""

    code = "PEER_REFUSED"

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"the peer refused: {code}: {reason}", peer_code=code)
        self.peer_code = code


class PeerClient:
    """Calls one peer. Connections are kept: one, or two where a value was asked for while a body was under way."""

    def __init__(
        self, station: Station, *, node: str, endpoint: str, certificate: tuple[Path, Path], pins: Sequence[bytes]
    ):
        self._station, self._node = station, node
        try:
            self._endpoint = urlsplit(endpoint)
            self._address = self._endpoint.hostname or "", self._endpoint.port
        except ValueError:
            raise _unreachable(node, "the address on its card is no address") from None
        self._context = _context(certificate, pins)
        self._idle: list[http.client.HTTPSConnection] = []
        self._closed = False

    def close(self) -> None:
        """Give up the connections; one that is in use goes when its answer is here."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

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
        path = f"{self._endpoint.path.rstrip('/')}/link/v1/{call}?node={self._station.node}"
        connection = self._kept() or self._new()
        try:
            connection.request("POST", path, body=payload, headers=headers | {"Content-Type": server.CONTENT_TYPE})
            response = connection.getresponse()
            status, data = response.status, _read(response, self._node)
        except (http.client.HTTPException, OSError) as error:
            connection.close()
            raise _unreachable(self._node, type(error).__name__) from None
        except CountersignError:
            connection.close()
            raise
        if self._closed:
            connection.close()
        else:
            self._idle.append(connection)
        if status != 200:
            raise _refusal(status, data)
        return data

    def _kept(self) -> http.client.HTTPSConnection | None:
        """A connection that is open and silent: one that says something unasked was closed by the other side."""
        while self._idle:
            connection = self._idle.pop()
            if connection.sock is not None and not _speaks(connection):
                return connection
            connection.close()
        return None

    def _new(self) -> http.client.HTTPSConnection:
        host, port = self._address
        try:
            connection = http.client.HTTPSConnection(host, port, timeout=CONNECT_SECONDS, context=self._context)
            connection.connect()
        except (http.client.HTTPException, OSError, ValueError) as error:  # ValueError: a name that cannot be one
            raise _unreachable(self._node, type(error).__name__) from None
        connection.sock.settimeout(READ_SECONDS)
        return connection


def _speaks(connection: http.client.HTTPSConnection) -> bool:
    waiting = select.poll()
    waiting.register(connection.sock, select.POLLIN)
    return bool(waiting.poll(0))


def _unreachable(node: str, why: str) -> PeerUnreachable:
    return PeerUnreachable(f"{node} cannot be reached ({why}).", field="peer")


def _context(certificate: tuple[Path, Path], pins: Sequence[bytes]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # the pin says more than a name would
    for der in pins:
        context.load_verify_locations(cadata=der)
    context.load_cert_chain(*certificate)
    return context


def _read(response: http.client.HTTPResponse, node: str) -> bytes:
    """The whole answer, as long as it says, within the limit, and not more slowly than is bearable."""
    length, begun = response.length, clock.monotonic()
    if length is None:
        raise _unreachable(node, "its answer has no length")
    if length > bodies.MAX_WIRE_BYTES:
        raise BodyTooLarge(f"the peer's answer of {length} bytes passes {bodies.MAX_WIRE_BYTES}.")
    data = bytearray()
    while len(data) < length:
        part = response.read1(min(_PART, length - len(data)))
        if not part:
            raise _unreachable(node, "its answer breaks off")
        data += part
        if clock.monotonic() - begun > READ_SECONDS + len(data) / SLOWEST_BYTES_A_SECOND:
            raise _unreachable(node, "its answer comes too slowly")
    response.close()  # the answer alone; the connection is kept
    return bytes(data)


def _refusal(status: int, data: bytes) -> PeerRefused:
    try:
        told = json.loads(data[:4096])
        return PeerRefused(str(told["code"])[:64], str(told["reason"])[:300])
    except (ValueError, KeyError, TypeError):
        return PeerRefused(f"HTTP_{status}", "no reason was given.")
