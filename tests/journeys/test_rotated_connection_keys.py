"""A node rotates its mTLS key while both run: the statement crosses, both ports re-read their files, nobody restarts."""

from __future__ import annotations

import socket
import ssl

import pytest
from support.processes import children_of

from countersign.node.demo import checker

pytestmark = pytest.mark.journey


def _shown_by_port(journey, state, client):
    """The certificate that the running link port of `state` shows to a caller with this certificate and key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.load_cert_chain(*client)
    try:
        with (
            socket.create_connection(("127.0.0.1", journey.ports[state]), timeout=5) as plain,
            context.wrap_socket(plain) as caller,
        ):
            caller.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            return caller.getpeercert(binary_form=True) if caller.recv(1) else b""
    except OSError:
        return b""


def _client(journey, state, folder):
    """Copies of a node's present certificate and key."""
    made = []
    for name in ("link.crt", "link.key"):
        made.append(folder / f"{state}-{name}")
        made[-1].write_bytes((journey.home(state) / "run" / name).read_bytes())
    return made


def _der(journey, state):
    return ssl.PEM_cert_to_DER_cert((journey.home(state) / "run" / "link.crt").read_text())


def _both_ways(journey, tag):
    before = {state: checker.count_stored(journey.home(state)) for state in ("CA", "IN")}
    for state in ("CA", "IN"):
        assert journey.bulk(state, 1, f"{tag}{state}") == 0
    for state in ("CA", "IN"):
        journey.wait(
            lambda state=state: checker.count_stored(journey.home(state)) == before[state] + 1, 40, f"{tag} at {state}"
        )


def test_a_rotated_certificate_is_told_shown_and_used_and_the_old_one_is_shut_out(journey, tmp_path):
    running = {state: children_of(journey.processes[state].pid) for state in ("CA", "IN")}
    ca_client, old_client = _client(journey, "CA", tmp_path), _client(journey, "IN", tmp_path)
    old = _der(journey, "IN")
    journey.run("IN", "keys", "rotate", "mtls", "--root", str(journey.home("IN").with_name("IN-root")))
    journey.wait(lambda: _der(journey, "IN") != old, 40, "India to serve the new certificate")
    new = _der(journey, "IN")
    journey.wait(lambda: _shown_by_port(journey, "IN", ca_client) == new, 20, "the port to show it")
    pins = journey.home("CA") / "run" / "pins.pem"
    journey.wait(lambda: ssl.DER_cert_to_PEM_cert(new) in pins.read_text(), 20, "Canada to pin it")
    _both_ways(journey, "ROTATED")

    old_id = next(line.split()[1] for line in journey.run("IN", "keys", "list").splitlines()[::-1] if "mtls" in line)
    root = str(journey.home("IN").with_name("IN-root"))
    journey.run("IN", "keys", "revoke", old_id, "--root", root, "--reason", "superseded")
    journey.wait(lambda: ssl.DER_cert_to_PEM_cert(old) not in pins.read_text(), 40, "Canada to drop the old pin")
    journey.wait(lambda: not _shown_by_port(journey, "CA", old_client), 20, "the old certificate to be shut out")
    assert _shown_by_port(journey, "CA", _client(journey, "IN", tmp_path)) == _der(journey, "CA")
    _both_ways(journey, "REVOKED")
    journey.settle()
    assert {state: children_of(journey.processes[state].pid) for state in ("CA", "IN")} == running, "nobody restarted"
