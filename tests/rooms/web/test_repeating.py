"""A repeated POST is harmless, and what is kept of it tells nobody anything."""

from __future__ import annotations

import json

import pytest
from support import officers_of, web_of

from countersign.exchange.models import ExchangeItem
from countersign.web.models import KeptAnswer


@pytest.fixture
def ca(pair):
    with web_of.serving(pair.ca):
        yield web_of.machine(pair.ca)


def test_the_same_key_and_body_have_the_same_answer_to_the_byte(ca):
    first, second = (ca.propose(officers_of.request(ca.node)) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert first["Location"] == second["Location"]
    assert ExchangeItem.objects.count() == 1


def test_a_refusal_of_the_gate_is_kept_as_well(ca):
    draft = officers_of.request(ca.node, home={"origin": "own", "political": "confirmed", "tainted": "none"})
    first, second = (ca.propose(draft) for _ in range(2))
    assert first.status_code == second.status_code == 403
    assert first.content == second.content
    assert first["Content-Type"] == second["Content-Type"] == "application/problem+json"
    assert ExchangeItem.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(ca):
    ca.propose(officers_of.request(ca.node))
    answer = ca.propose(officers_of.request(ca.node, question="Another?"))
    assert (answer.status_code, answer.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert ExchangeItem.objects.count() == 1


def test_a_malformed_draft_uses_up_no_key(ca):
    draft = officers_of.request(ca.node)
    assert ca.propose(draft | {"question": ""}).json()["code"] == "CONTENT_INVALID"
    assert ca.propose(draft).status_code == 201


@pytest.mark.parametrize("key", ["", "short", "with space in it", "x" * 129])
def test_an_act_without_a_proper_key_is_refused(ca, key):
    answer = ca.propose(officers_of.request(ca.node), key=key)
    assert (answer.status_code, answer.json()["code"]) == (428, "IDEMPOTENCY_KEY_MISSING")
    assert not ExchangeItem.objects.exists()


def test_two_machines_may_use_the_same_key(ca):
    other = web_of.machine(ca.node, name="second.system")
    one, two = (each.propose(officers_of.request(ca.node)).json()["id"] for each in (ca, other))
    assert one != two


def test_a_key_is_kept_for_a_day_and_no_content_of_it_in_clear(ca, clock_at):
    first = ca.propose(officers_of.request(ca.node))
    kept = KeptAnswer.objects.get()
    assert (kept.status, kept.item) == (201, first.json()["id"])
    stored = b"".join(bytes(part) for part in (kept.key_digest, kept.body_digest, kept.answer))
    for word in (b"key-00000001", b"TEST-0001", b"Invented", b"proposed"):
        assert word not in stored
    clock_at.advance(24 * 3600 + 1)
    again = ca.propose(officers_of.request(ca.node))
    assert again.json()["id"] != first.json()["id"]
    assert KeptAnswer.objects.count() == 1


def test_the_order_of_members_makes_another_body(ca):
    draft = officers_of.request(ca.node)
    assert ca.propose(json.dumps(draft).encode()).status_code == 201
    assert ca.propose(json.dumps(dict(reversed(draft.items()))).encode()).status_code == 422
