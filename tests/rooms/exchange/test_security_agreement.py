"""Classified levels are refused in code unless a signed security agreement of exactly these two nodes names them."""

from __future__ import annotations

import pytest
from support import nodes, officers_of

from countersign.charter import arrangements
from countersign.charter.models import Arrangement
from countersign.exchange import gate
from countersign.exchange.models import ExchangeItem
from countersign.kernel.errors import InvalidInput
from countersign.law.errors import MarkingRefused

find = officers_of.find


def agreement(node_names, levels):
    text = nodes.ARRANGEMENT.replace("TEST-ARR-1", "TEST-SEC-1")
    return f"{text}nodes = {list(node_names)}\nlevels = {list(levels)}\n"


def _agree(pair, levels, *, names=None, eyes=("legal", "executive")):
    arrangements.register(agreement(names or (pair.ca.name, pair.in_.name), levels), by=find("legal"))
    for login in eyes:
        arrangements.confirm("TEST-SEC-1", by=find(login))


def _propose(node, level):
    return gate.propose(node.house, find("drafter"), officers_of.request(node, marking={"level": level})).item


@pytest.mark.parametrize("level", ["CONFIDENTIAL", "SECRET", "PROTECTED C", "TOP SECRET"])
def test_without_an_agreement_no_classified_level_is_even_proposed(pair, level):
    with pair.ca.active(), pytest.raises(MarkingRefused):
        _propose(pair.ca, level)


def test_under_an_agreement_it_waits_for_the_people_that_the_level_asks_for(pair):
    with pair.ca.active():
        _agree(pair, ["L3"])
        item = _propose(pair.ca, "CONFIDENTIAL")
        assert item.state == ExchangeItem.PROPOSED
        assert "approval:senior_officer" in item.needs
        with pytest.raises(MarkingRefused):
            _propose(pair.ca, "SECRET")


@pytest.mark.parametrize("case", ["one signature", "other nodes", "suspended", "ended"])
def test_an_agreement_that_does_not_hold_for_both_nodes_moves_nothing(pair, case):
    with pair.ca.active():
        names = ("ca.example", "elsewhere.example") if case == "other nodes" else None
        _agree(pair, ["L3"], names=names, eyes=("legal",) if case == "one signature" else ("legal", "executive"))
        if case in ("suspended", "ended"):
            Arrangement.objects.filter(reference="TEST-SEC-1").update(
                **({"suspended": True} if case == "suspended" else {"valid_until": "2026-03-01"})
            )
        with pytest.raises(MarkingRefused):
            _propose(pair.ca, "CONFIDENTIAL")


@pytest.mark.parametrize(
    ("names", "levels", "field"),
    [
        (("a", "b"), ("L5",), "levels"),
        (("a", "b"), (), "nodes"),
        ((), ("L3",), "nodes"),
        (("a", "a"), ("L3",), "nodes"),
        (("a", "b", "c"), ("L3",), "nodes"),
    ],
)
def test_an_agreement_that_is_none_names_the_field(pair, names, levels, field):
    with pair.ca.active(), pytest.raises(InvalidInput) as refused:
        arrangements.register(agreement(names, levels), by=find("legal"))
    assert refused.value.diagnostics()["field"] == field
