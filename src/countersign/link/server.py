"""The link port: two calls, as a plain WSGI application behind granian with pinned client certificates.

POST /link/v1/hello?node=NAME   a fresh value, sealed so that only NAME can read it
POST /link/v1/sync?node=NAME    header Countersign-Fresh: the value; body: a sealed sync body; answer: the same

The certificate is a fence, not an identity (granian cannot name it): who speaks is decided by the fresh value, which
only the named peer could open, and by the contact signature inside the seal.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import parse_qs

import structlog
from django.db import OperationalError, close_old_connections

from countersign.charter import hpke, peering, validity
from countersign.kernel import cbor, clock, hashing
from countersign.kernel.errors import CountersignError, InvalidInput, NotFound, Unavailable
from countersign.kernel.files import DiskFull
from countersign.ledger.core import statements
from countersign.link import bodies, sync
from countersign.link.errors import BodyTooLarge, Busy, NotFresh, PeerUnreachable, WrongRecipient
from countersign.link.fresh import FreshValues
from countersign.link.station import Station

CONTENT_TYPE: Final = "application/countersign-sync"
MAX_AT_ONCE: Final = 2
READ_SECONDS: Final = 60
_PART: Final = 64 * 1024

log = structlog.get_logger("link.server")
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class LinkApplication:
    """WSGI application of one node."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._fresh = FreshValues()
        self._busy: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        close_old_connections()
        try:
            payload = self._route(environ)
        except CountersignError as error:
            return _refuse(start_response, error)
        except OperationalError as error:
            return _refuse(start_response, database_fault(error))
        except Exception:
            # Outermost guard: whatever a peer sends, it learns nothing of the inside and the process goes on.
            log.exception("link.fault")
            return _refuse(start_response, CountersignError("the node failed; nothing was accepted."))
        finally:
            close_old_connections()
        start_response("200 OK", [("Content-Type", CONTENT_TYPE), ("Content-Length", str(len(payload)))])
        return [payload]

    def _route(self, environ: dict[str, Any]) -> bytes:
        node = parse_qs(environ.get("QUERY_STRING", "")).get("node", [""])[0]
        match environ.get("REQUEST_METHOD"), environ.get("PATH_INFO"):
            case "POST", "/link/v1/hello":
                return self._hello(node)
            case "POST", "/link/v1/sync":
                return self._sync(environ, node)
        raise NotFound("the link port knows POST /link/v1/hello and POST /link/v1/sync.", field="path")

    def _hello(self, node: str) -> bytes:
        peer = peering.find_active(node)
        # A fresh value is no content: the peer whose key has just ended must be able to bring its next one.
        key = validity.newest(peer, statements.HPKE, at=clock.now() - validity.OVERLAP)
        if key is None:
            raise PeerUnreachable(f"{peer.node} has no valid HPKE key.", field="peer")
        sealed = hpke.seal(peering.parts_of(key)[0], self._fresh.issue(node), hello_info(node, bytes(key.key_id)))
        return cbor.encode([bodies.VERSION, hpke.SUITE_ID, bytes(key.key_id), sealed])

    def _sync(self, environ: dict[str, Any], node: str) -> bytes:
        try:
            value = bytes.fromhex(environ.get("HTTP_COUNTERSIGN_FRESH", ""))
        except ValueError:
            raise NotFresh("the header Countersign-Fresh is not hexadecimal.", field="fresh") from None
        if not self._fresh.is_issued(node, value):
            raise NotFresh("no fresh value of this process came with the call.", field="fresh")
        with self._place(node):
            wire = _read(environ)
            state, body = sync.open_(self._station, wire)
            if state.peer.node != node or body.fresh != value:
                raise WrongRecipient("the body is not of the node that opened the call.", field="from")
            self._fresh.claim(node, value)
            payload = sync.answer(self._station, state, body, next_fresh=self._fresh.issue(node))
        log.info("link.sync", peer=node, bytes_in=len(wire), bytes_out=len(payload))
        return payload

    @contextmanager
    def _place(self, node: str) -> Iterator[None]:
        """At most two calls of a peer at once, so that a slow or hostile one leaves the threads to the others."""
        with self._lock:
            if self._busy[node] >= MAX_AT_ONCE:
                raise Busy(f"{node} has {MAX_AT_ONCE} calls open already.", field="node")
            self._busy[node] += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy[node] -= 1


def hello_info(node: str, key_id: bytes) -> bytes:
    return hashing.digest("countersign/v1/hello", node, key_id)


def database_fault(error: Exception) -> CountersignError:
    """A database that is full, busy or away is a state with its own message, not a fault of the caller."""
    told = str(error).lower()
    if "full" in told or "no space left" in told:
        return DiskFull("no space left for the database.")
    if "connection" in told:
        return Unavailable("the database does not answer.", remedy="Start it; `countersign check` says more.")
    return Unavailable("the database is busy.")


def _read(environ: dict[str, Any]) -> bytes:
    """Read the announced body, within its limit and within READ_SECONDS."""
    try:
        length = int(environ.get("CONTENT_LENGTH") or "")
    except ValueError:
        raise InvalidInput("the call needs a Content-Length.", field="content-length") from None
    if not 0 <= length <= bodies.MAX_WIRE_BYTES:
        raise BodyTooLarge(f"{length} bytes; at most {bodies.MAX_WIRE_BYTES} are read.", field="content-length")
    deadline, parts, left = clock.monotonic() + READ_SECONDS, [], length
    while left:
        part = environ["wsgi.input"].read(min(_PART, left))
        if not part or clock.monotonic() > deadline:
            raise InvalidInput("the body ended early or came too slowly.", field="body")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _refuse(start_response: StartResponse, error: CountersignError) -> Iterable[bytes]:
    payload = json.dumps(error.diagnostics()).encode()
    log.warning("link.refused", code=error.instance_code, field=error.field)
    start_response(
        f"{error.status} Refused",
        [("Content-Type", "application/problem+json"), ("Content-Length", str(len(payload)))],
    )
    return [payload]
