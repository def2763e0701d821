"""What the protection check answered is told nobody: a hold is a neutral status, with no rule, the same for every reason."""

from __future__ import annotations

import re

import pytest
from support import officers_of, web_of

from countersign.exchange import approvals, checks, gate
from countersign.exchange.models import ExchangeItem, GateDecision

ANSWERS = ("doubt", "hit", "not_run", "unavailable")
_VARIES = re.compile(r"(itm|dec)_[a-z2-7]{26}|\d{4}-\d\d-\d\dT[0-9:.]+Z")


@pytest.fixture
def ca(pair):
    with web_of.serving(pair.ca):
        yield web_of.machine(pair.ca)


def _answering(answer):
    checks.register_protection(lambda _: answer)


def _normal(response):
    return response.status_code, _VARIES.sub("*", response.content.decode())


def _held(ca, answer, number):
    """An item with all approvals that the check holds."""
    _answering(answer)
    name = ca.propose(officers_of.request(ca.node), key=f"key-held-{number:04}").json()["id"]
    item = ExchangeItem.objects.get(id=name)
    officers_of.assess(ca.node, item)
    for login, role in (("releaser", "releaser"), ("second", "second_officer")):
        signature = officers_of.sign(ca.node, login, approvals.message(item, role))
        gate.approve(ca.node.house, officers_of.find(login), name, role=role, signature=signature)
    return name


def test_a_held_item_is_told_as_held_with_no_rule_alike_for_every_answer(ca):
    seen = {path: set() for path in ("/proposals/{}", "/items/{}", "/decisions?item={}", "/proposals/{}/approvals")}
    for number, answer in enumerate(ANSWERS):
        name = _held(ca, answer, number)
        assert ca.get(f"/proposals/{name}").json()["state"] == "held"
        assert ca.get(f"/proposals/{name}").json()["waits_for"] == []
        assert (
            ca.get(f"/decisions?item={name}").json()["decisions"][0] | {"rules": []}
            == ca.get(f"/decisions?item={name}").json()["decisions"][0]
        )
        assert ca.get(f"/decisions?item={name}").json()["decisions"][0]["outcome"] == "held"
        for path, told in seen.items():
            told.add(_normal(ca.get(path.format(name))))
    assert {path: len(told) for path, told in seen.items()} == dict.fromkeys(seen, 1)


def test_a_draft_that_waits_for_people_looks_alike_whatever_the_check_says(ca):
    told = set()
    for number, answer in enumerate(("clear", *ANSWERS)):
        _answering(answer)
        made = ca.propose(officers_of.request(ca.node), key=f"key-open-{number:04}")
        name = made.json()["id"]
        told.add((_normal(made), _normal(ca.get(f"/proposals/{name}")), _normal(ca.get(f"/decisions?item={name}"))))
    assert len(told) == 1


def test_a_refused_draft_looks_alike_whatever_the_check_says(ca):
    draft = officers_of.request(ca.node, home={"origin": "own", "political": "confirmed", "tainted": "none"})
    told = set()
    for number, answer in enumerate(("clear", *ANSWERS)):
        _answering(answer)
        told.add(_normal(ca.propose(draft, key=f"key-hopeless-{number:04}")))
    assert len(told) == 1


def test_no_word_of_the_protection_check_is_in_any_answer(ca):
    name = _held(ca, "hit", 1)
    hold = next(rule for rule in ca.node.house.policies.rules.values() if rule.effect == "hold")
    for path in (f"/proposals/{name}", f"/items/{name}", "/items", "/decisions", "/events", "/cases", "/clocks"):
        told = ca.get(path).content.decode()
        assert hold.id not in told, path
        assert "protection" not in told.lower(), path
    assert (
        GateDecision.objects.filter(item_id=name).count()
        == len(ca.get(f"/decisions?item={name}").json()["decisions"]) + 1
    )
