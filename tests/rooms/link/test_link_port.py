"""The link port as a hostile caller meets it: every answer is a coded refusal, nothing crashes, nothing is a 500."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import wire

from countersign.kernel import cbor
from countersign.link import bodies, server, sync
from countersign.link.server import LinkApplication


@pytest.fixture
def engine():
    return "sqlite"


def _call(app, path, body=b"", *, node="ca.example", fresh="", length=None, method="POST"):
    told = {}
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": f"node={node}",
        "CONTENT_LENGTH": str(len(body)) if length is None else length,
        "HTTP_COUNTERSIGN_FRESH": fresh,
        "wsgi.input": io.BytesIO(body),
    }
    payload = b"".join(app(environ, lambda status, _: told.update(status=int(status.split()[0]))))
    return told["status"], payload


@pytest.fixture
def port(pair, monkeypatch):
    """India's link port, without the connection housekeeping that would close the test's connection."""
    monkeypatch.setattr(server, "close_old_connections", lambda: None)
    return LinkApplication(pair.in_.house.station)


def _fresh(pair, port):
    with pair.in_.active():
        status, payload = _call(port, "/link/v1/hello")
    assert status == 200
    _, _, key_id, sealed = cbor.decode(payload)
    return pair.ca.house.station.provider.open_seal(key_id, sealed, server.hello_info("ca.example", key_id))


def _wire(pair, fresh):
    with pair.ca.active():
        state = wire.state_of(pair, pair.ca)
        body = sync.build(pair.ca.house.station, state, fresh=fresh, reply_fresh=b"r" * 48)
        return sync.seal(pair.ca.house.station, state, body)


def test_a_body_with_a_fresh_value_is_answered_once_and_a_replay_is_refused(pair, port):
    fresh = _fresh(pair, port)
    request = _wire(pair, fresh)
    with pair.in_.active():
        assert _call(port, "/link/v1/sync", request, fresh=fresh.hex())[0] == 200
        status, payload = _call(port, "/link/v1/sync", request, fresh=fresh.hex())
    assert (status, json.loads(payload)["code"]) == (409, "NOT_FRESH")


def test_only_the_named_peer_can_read_its_fresh_value(pair, port):
    from countersign.kernel.errors import CountersignError

    with pair.in_.active():
        _, payload = _call(port, "/link/v1/hello")
    _, _, key_id, sealed = cbor.decode(payload)
    with pytest.raises(CountersignError):
        pair.in_.house.station.provider.open_seal(key_id, sealed, server.hello_info("ca.example", key_id))


@pytest.mark.parametrize(
    ("path", "changes", "status", "code"),
    [
        ("/link/v1/hello", {"node": "xx.example"}, 404, "PEER_UNKNOWN"),
        ("/link/v1/sync", {}, 409, "NOT_FRESH"),
        ("/link/v1/sync", {"fresh": "zz"}, 409, "NOT_FRESH"),
        ("/other", {}, 404, "NOT_FOUND"),
        ("/link/v1/sync", {"method": "GET"}, 404, "NOT_FOUND"),
    ],
)
def test_a_wrong_call_is_a_coded_refusal(pair, port, path, changes, status, code):
    with pair.in_.active():
        found, payload = _call(port, path, **changes)
    assert (found, json.loads(payload)["code"]) == (status, code)


@pytest.mark.parametrize(
    ("length", "code"),
    [
        ("", "INVALID_INPUT"),
        ("x", "INVALID_INPUT"),
        ("10000000000", "BODY_TOO_LARGE"),
        ("-1", "BODY_TOO_LARGE"),
        ("5", "INVALID_INPUT"),
    ],
)
def test_a_length_that_is_missing_huge_or_a_lie_is_refused_before_the_body_is_read(pair, port, length, code):
    fresh = _fresh(pair, port)
    with pair.in_.active():
        _, payload = _call(port, "/link/v1/sync", b"abc", fresh=fresh.hex(), length=length)
    assert json.loads(payload)["code"] == code


def test_a_fresh_value_in_the_header_that_is_not_the_one_in_the_seal_is_refused(pair, port):
    request = _wire(pair, _fresh(pair, port))
    other = _fresh(pair, port)
    with pair.in_.active():
        status, _ = _call(port, "/link/v1/sync", request, fresh=other.hex())
    assert status == 403


def test_a_third_call_at_once_waits_its_turn_and_other_peers_are_unaffected(pair, port):
    fresh = _fresh(pair, port)
    port._busy["ca.example"] = server.MAX_AT_ONCE
    with pair.in_.active():
        status, payload = _call(port, "/link/v1/sync", b"x", fresh=fresh.hex())
        assert (status, json.loads(payload)["code"]) == (503, "BUSY")
        assert _call(port, "/link/v1/hello")[0] == 200


def test_a_body_that_drips_is_ended_by_the_deadline(pair, port, monkeypatch):
    from countersign.kernel import clock

    fresh = _fresh(pair, port)
    real, ticks = clock.monotonic, iter(range(0, 100_000, 30))
    start = real()
    with pair.in_.active():
        monkeypatch.setattr(clock, "monotonic", lambda: start + next(ticks))
        status, payload = _call(port, "/link/v1/sync", b"x" * 300_000, fresh=fresh.hex())
    assert (status, "slowly" in payload.decode()) == (400, True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.binary(max_size=400), cut=st.integers(0, 2000), flip=st.integers(0, 16_000))
def test_no_bytes_crash_the_sync_call(pair, port, junk, cut, flip):
    fresh = _fresh(pair, port)
    real = bytearray(_wire(pair, fresh))
    real[flip % len(real)] ^= 0xFF
    for body in (junk, bytes(real), bytes(real[: cut % len(real)]) + junk):
        with pair.in_.active():
            status, payload = _call(port, "/link/v1/sync", body, fresh=fresh.hex())
        assert status in (400, 403, 409, 413, 422), payload
        assert set(json.loads(payload)) >= {"code", "reason", "remedy"}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_signed_body_of_a_lying_peer_crashes_the_sync_call(pair, port, data):
    """The peer's own contact key signs nonsense: deep, wrong types, unknown hashes, ranges upside down."""
    values = st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.binary(max_size=64) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4),
        max_leaves=8,
    )
    fresh = _fresh(pair, port)
    with pair.ca.active():
        state = wire.state_of(pair, pair.ca)
        good = cbor.decode(sync.build(pair.ca.house.station, state, fresh=fresh).encode())
    field = data.draw(st.sampled_from(sorted(set(good) - {"v", "from", "to", "fresh"})))
    good[field] = data.draw(values)
    with pair.ca.active():

        class Raw:
            slice = None

            def encode(self):
                return cbor.encode(good)

        request = sync.seal(pair.ca.house.station, state, Raw())
    with pair.in_.active():
        status, payload = _call(port, "/link/v1/sync", request, fresh=fresh.hex())
    assert status in (200, 400, 403, 409, 413, 422, 503), payload


def test_limits_of_the_wire_are_what_the_protocol_document_says():
    assert bodies.MAX_WIRE_BYTES == 20 << 20
    assert bodies.MAX_LEAVES == 8_192
