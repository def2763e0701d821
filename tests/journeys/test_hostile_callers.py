"""Fault F17 on the real link port: strangers, idle crowds, dripping and endless bodies; the other node is unaffected."""

from __future__ import annotations

import socket
import ssl
import time

import pytest

from countersign.node import home as homes
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
    port = homes.read(journey.home("IN")).link_port
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
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
