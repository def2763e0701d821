"""Fault F17 on the real link port: strangers, idle crowds, dripping and endless bodies; the other node is unaffected."""

from __future__ import annotations

import resource
import socket
import ssl
import struct
import time

import pytest
from support.processes import family_of, resident_bytes

from countersign.node.demo import checker

pytestmark = pytest.mark.journey


def _context(journey, state):
    """A client with the node's own certificate, as its peer sees it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    run = journey.home(state) / "run"
    context.load_cert_chain(run / "link.crt", run / "link.key")
    return context


def _connect(journey, context=None):
    port = journey.ports["IN"]
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    # Closed by a reset: thousands of ports in waiting would be lost to the tests that follow.
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return context.wrap_socket(plain) if context else plain


def _answer(caller):
    """What a plain request gets; nothing where the connection is refused (TLS 1.3 says so at the first read)."""
    try:
        caller.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        return caller.recv(1)
    except OSError:
        return b""


def _exchange_works(journey, tag):
    before = checker.count_stored(journey.home("IN"))
    assert journey.bulk("CA", 1, tag) == 0
    journey.wait(lambda: checker.count_stored(journey.home("IN")) == before + 1, 30, "an item to arrive")


def test_a_caller_without_a_pinned_certificate_is_refused_by_the_fence(journey):
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bare.check_hostname = False
    bare.verify_mode = ssl.CERT_NONE
    with _connect(journey, bare) as stranger:
        assert _answer(stranger) == b""


def test_a_thousand_idle_connections_leave_the_exchange_alone(journey):
    idle = [_connect(journey) for _ in range(1_000)]
    try:
        _exchange_works(journey, "IDLE")
    finally:
        for each in idle:
            each.close()


def test_ten_thousand_connections_neither_stop_the_true_peer_nor_eat_the_memory(journey):
    count, held = _raise_limit(10_000), []
    before = _memory(journey)
    try:
        for number in range(count):
            held.append(_connect(journey))
            if number % 2:
                held[-1].sendall(HALF_A_HELLO)
        _exchange_works(journey, "CROWD")
        with _connect(journey, _context(journey, "CA")) as newcomer:
            assert _answer(newcomer) != b"", "a true peer that connects now is answered"
        grown = _memory(journey) - before
        _exchange_works(journey, "CROWD2")
        journey.wait(lambda: all(map(_was_closed, held[::50])), 60, "the idle crowd to be sent away")
    finally:
        for each in held:
            each.close()
    assert len(held) == count, f"{len(held)} of {count} connections (10,000 wanted; the hard limit on files decides)"
    assert grown < 160 << 20, f"{grown >> 20} MiB more for {count} connections"
    _exchange_works(journey, "ALONE")


HALF_A_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"


def _was_closed(caller):
    caller.setblocking(False)
    try:
        return caller.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _raise_limit(wanted):
    """Let this process hold as many connections as the machine allows; return how many of those wanted that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard > wanted + 500:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted + 500), hard))
        return wanted
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard - 500


def _memory(journey):
    return sum(resident_bytes(pid) for pid in family_of(journey.processes["IN"].pid))


def test_a_body_announced_with_ten_gigabytes_is_refused_unread(journey):
    with _connect(journey, _context(journey, "CA")) as caller:
        caller.sendall(
            b"POST /link/v1/sync?node=ca.example HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000000\r\n"
            b"Countersign-Fresh: 00\r\n\r\n"
        )
        assert b"409" in caller.recv(200)
    _exchange_works(journey, "HUGE")


def test_bodies_that_drip_byte_by_byte_leave_the_exchange_alone(journey):
    context = _context(journey, "CA")
    slow = []
    try:
        for _ in range(6):
            caller = _connect(journey, context)
            caller.sendall(b"POST /link/v1/hello?node=ca.example HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
            slow.append(caller)
        for _ in range(3):
            for caller in slow:
                try:
                    caller.sendall(b"x")
                except OSError:
                    continue
            time.sleep(0.3)
        _exchange_works(journey, "DRIP")
    finally:
        for caller in slow:
            caller.close()
