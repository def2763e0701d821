"""Systems of an authority screen by the API: authenticated, limited and noted as people are, each line answered, none lost."""

from __future__ import annotations

import json

import pytest
from support import precursors_of, web_of

from countersign.exchange.models import GateDecision
from countersign.streams.precursors.models import Screening
from countersign.streams.precursors.services import screening

PATH = "/api/v1/streams/precursors/screen"


@pytest.fixture
def engine():
    """No table is touched but by services that are tried on both."""
    return "sqlite"


@pytest.fixture
def system(pair):
    with web_of.serving(pair.ca):
        precursors_of.enrol(pair.ca)
        yield web_of.machine(pair.ca)


def _ask(system, body, **headers):
    sent = {"Authorization": f"Bearer {system.token()}"} | headers
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return system.client.post(PATH, text, content_type="application/json", headers=sent)


def test_each_line_is_answered_in_its_order_and_a_bad_one_stops_none(system):
    lines = [
        {"id": "a", "description": "4-piperidone hydrochloride", "cas": "41979-39-9", "date": "2026-06-01", "quantity": 25, "unit": "kg"},
        {"id": "b", "description": "cotton shirts", "hs_code": "6109.10", "value_usd": "1,85,000.00"},
        {"id": "c", "description": "acetone", "date": "not a day"},
        {"id": "d", "description": "acetone", "quantity": "1.000,5", "unit": "kg"},
    ]  # fmt: skip
    answer = _ask(system, {"lines": lines})
    assert answer.status_code == 200, answer.content
    a, b, c, d = answer.json()["answers"]
    assert (a["id"], a["verdict"], a["un"], a["substance"]) == ("a", "listed", "I", "4-Piperidone")
    assert {"un", "ca", "in"} <= set(a)
    assert (b["id"], b["verdict"]) == ("b", "clear")
    assert (c["id"], c["field"]) == ("c", "date")
    assert c["remedy"]
    assert d["faults"] == [{"field": "quantity", "reason": "1.000,5 is not a number that reads in one way."}]
    assert d["verdict"] == "listed"


def test_it_is_counted_and_noted_without_a_word_of_the_lines(system):
    _ask(system, {"lines": [{"id": "a", "description": "acetone"}]})
    assert Screening.objects.get().lines == 1
    assert GateDecision.objects.filter(action="precursors.screen").count() == 1


def test_the_hours_lines_have_an_end(system, monkeypatch):
    monkeypatch.setattr(screening, "AN_HOUR", 2)
    assert _ask(system, {"lines": [{"id": str(n), "description": "acetone"} for n in range(2)]}).status_code == 200
    told = _ask(system, {"lines": [{"id": "x", "description": "acetone"}]})
    assert (told.status_code, told.json()["code"]) == (403, "SCREENING_RATE")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "lines"), ({"lines": []}, "lines"), ({"lines": [{"description": "x"}]}, "lines.0.id"),
        ({"lines": [{"id": "a", "description": "x" * 4_001}]}, "lines.0.description"),
        ({"lines": [{"id": "a", "colour": "red"}]}, "lines.0.colour"),
        ({"lines": [{"id": str(n), "cas": "67-64-1"} for n in range(501)]}, "lines"), ([], "content"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_field(system, body, field):
    told = _ask(system, body)
    assert told.status_code == 400
    assert told.headers["Content-Type"] == "application/problem+json"
    assert told.json()["errors"][0]["field"] == field


def test_nobody_screens_without_a_token_or_without_the_role(system, pair):
    assert _ask(system, {"lines": [{"id": "a"}]}, Authorization="Bearer nothing").status_code == 401
    guard = web_of.signed_in(pair.ca, "guard")
    answer = guard.post(PATH, b"{}", content_type="application/json", headers={"X-CSRFToken": "x"})
    assert answer.status_code == 403
