"""Every status is a problem with a code, a reason and a remedy, and nothing under /api/ is ever HTML."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import officers_of, web_of

from countersign.exchange import queries
from countersign.web.api import limits, problems


@pytest.fixture
def ca(pair):
    with web_of.serving(pair.ca):
        yield web_of.machine(pair.ca)


def _is(answer, status, code):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    told = answer.json()
    assert told["status"] == status
    assert told["code"] == code
    assert told["type"] == f"urn:countersign:problem:{code}"
    assert told["title"]
    assert told["reason"]
    assert told["remedy"]
    return told


def _post(ca, body=b"{}", media_type="application/json", path="/api/v1/proposals", **headers):
    sent = {"Authorization": f"Bearer {ca.token()}", "Idempotency-Key": "key-00000009"} | headers
    return ca.client.post(path, body, media_type, headers=sent)


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"kind": 1, "kind": 2}', b"[" * 100, b"\xff", b'"\\ud800"', b"[NaN]", b"1e999"]
)
def test_bytes_that_are_not_json_are_refused(ca, body):
    told = _post(ca, body).json()
    assert told["code"] in ("JSON_MALFORMED", "TOO_LARGE") or not body


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'{"kind": []}', b'{"kind": "no.such"}', b'{"to_state": {}}',
                                  b'{"kind": "reply", "subjects": 3}'])  # fmt: skip
def test_json_that_is_no_draft_is_refused(ca, body):
    _is(_post(ca, body), 400, _post(ca, body).json()["code"])


def test_400_names_every_faulty_field(ca):
    draft = officers_of.request(ca.node) | {"question": "", "necessity": 1}
    told = _is(ca.propose(draft), 400, "CONTENT_INVALID")
    assert {fault["field"] for fault in told["errors"]} == {"question", "necessity"}


def test_403_and_404(ca):
    _is(web_of.signed_in(ca.node, "admin1").get("/api/v1/items"), 403, "OTHER_AUTHORITY")
    _is(ca.get("/items/nothing"), 404, "ITEM_UNKNOWN")
    for path in ("/api/", "/api/v2/items", "/api/v1/", "/api/v1/nothing", "/api/v1/items/", "/api/v1/proposals/"):
        _is(ca.client.get(path), 404, "NOT_FOUND")
    _is(ca.propose(officers_of.request(ca.node, to_state="XX")), 404, "PEER_UNKNOWN")


def test_405_names_the_methods(ca):
    for method in ("put", "patch", "delete", "post"):
        answer = getattr(ca.client, method)("/api/v1/items", b"", "application/json")
        _is(answer, 405, "METHOD_NOT_ALLOWED")
        assert answer["Allow"] == "GET"


def test_409_where_there_is_nothing_to_prove_yet(ca):
    name = ca.propose(officers_of.request(ca.node)).json()["id"]
    _is(ca.get(f"/items/{name}/proof"), 409, "CONFLICT")


def test_413_by_announced_length_and_415(ca):
    _is(_post(ca, b" " * ((1 << 20) + 1)), 413, "TOO_LARGE")
    for media_type in ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""):
        _is(_post(ca, b"{}", media_type), 415, "MEDIA_TYPE_UNSUPPORTED")


def test_422_names_the_parameter(ca):
    for query in (
        "limit=0",
        "limit=101",
        "limit=x",
        "direction=up",
        "state=lost",
        "kind=%00",
        "case=a",
        "cursor=" + "x" * 401,
    ):
        told = _is(ca.get(f"/items?{query}"), 422, "REQUEST_INVALID")
        assert told["field"] == query.partition("=")[0]
        assert told["errors"]


def test_428_without_an_idempotency_key(ca):
    _is(ca.propose(officers_of.request(ca.node), key=""), 428, "IDEMPOTENCY_KEY_MISSING")


def test_429_after_the_quota_and_the_headers_count_down(ca, clock_at, monkeypatch):
    monkeypatch.setattr(limits, "CALLS", 3)
    left = [ca.get("/items")["RateLimit"].partition(";")[2].partition(";")[0] for _ in range(3)]
    assert left == ["r=2", "r=1", "r=0"]
    answer = ca.get("/items")
    _is(answer, 429, "TOO_MANY_REQUESTS")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer["RateLimit-Policy"] == '"default";q=3;w=60'
    other = web_of.machine(ca.node, name="second.system")
    assert other.get("/items").status_code == 200
    clock_at.advance(60)
    assert ca.get("/items").status_code == 200


def test_strangers_are_counted_by_address(ca, monkeypatch):
    monkeypatch.setattr(limits, "CALLS", 2)
    codes = [ca.client.get("/api/v1/items").status_code for _ in range(4)]
    assert codes == [401, 401, 429, 429]
    assert ca.get("/items").status_code == 200


def test_500_says_nothing_of_what_went_wrong(ca, monkeypatch, capsys):
    def fail(*_):
        raise RuntimeError("Invented Person is a secret")

    monkeypatch.setattr(queries, "cases", fail)
    answer = ca.get("/cases")
    _is(answer, 500, "NODE_FAULT")
    told = capsys.readouterr()
    for place in (answer.content.decode(), told.out, told.err):
        assert "Invented" not in place


def test_503_when_the_database_or_a_key_does_not_answer(ca, monkeypatch):
    from django.db import OperationalError

    def locked(*_):
        raise OperationalError("database is locked")

    name = ca.propose(officers_of.request(ca.node)).json()["id"]
    monkeypatch.setattr(queries, "cases", locked)
    answer = ca.get("/cases")
    _is(answer, 503, "UNAVAILABLE")
    assert answer["Retry-After"]
    from countersign.charter.errors import KeyUnavailable
    from countersign.charter.providers import FileProvider

    def gone(*_):
        raise KeyUnavailable("the key file cannot be read.")

    monkeypatch.setattr(FileProvider, "key_encryption_key", gone)
    _is(ca.get(f"/items/{name}"), 503, "KEY_UNAVAILABLE")


def test_a_foreign_host_is_refused_as_a_problem(ca):
    from django.test import Client

    _is(Client(SERVER_NAME="evil.example").get("/api/v1/items"), 400, "INVALID_INPUT")


def test_a_cursor_serves_only_the_list_and_the_caller_it_was_made_for(ca):
    for number in range(3):
        ca.propose(officers_of.request(ca.node), key=f"key-page-{number:04}")
    cursor = ca.get("/items?limit=1").json()["next"]
    assert ca.get("/items", data={"cursor": cursor}).status_code == 200
    other = web_of.machine(ca.node, name="second.system")
    _is(other.get("/items", data={"cursor": cursor}), 400, "CURSOR_INVALID")
    for path, more in (("/cases", {}), ("/proposals", {}), ("/events", {}), ("/items", {"direction": "out"})):
        _is(ca.get(path, data={"cursor": cursor} | more), 400, "CURSOR_INVALID")

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.integers(0, len(cursor) - 1), st.sampled_from("AZaz09-_"))
    def tampered(place, letter):
        if cursor[place] != letter:
            _is(ca.get("/items", data={"cursor": cursor[:place] + letter + cursor[place + 1 :]}), 400, "CURSOR_INVALID")

    tampered()


def test_a_cursor_tells_nothing(ca):
    from countersign.web import sealing

    for number in range(2):
        ca.propose(officers_of.request(ca.node), key=f"key-page-{number:04}")
    for path in ("/items?limit=1", "/events?limit=1", "/decisions?limit=1"):
        cursor = ca.get(path).json()["next"]
        assert b"itm_" not in sealing.decode(cursor)
        assert b"20" not in sealing.decode(cursor)[12:][:0]


def test_every_operation_declares_every_status(ca):
    description = ca.client.get("/api/v1/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    for path, operations in description["paths"].items():
        for operation in operations.values():
            assert {str(status) for status in problems.STATUSES} <= set(operation["responses"]), path
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert list(response["content"]) == ["application/problem+json"]
            assert operation["security"], path


def test_the_description_is_whole_json_schema(ca):
    description = ca.client.get("/api/v1/openapi.json").json()
    text = json.dumps(description)
    import re

    named = set(re.findall(r'"#/components/schemas/([A-Za-z]+)"', text))
    assert named <= set(description["components"]["schemas"])
    assert {"RequestInformation", "Reply", "Refusal", "Spontaneous", "HomeSheet", "Problem"} <= named
    assert "TestMessage" not in text
