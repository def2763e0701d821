"""A person who looked at a description spares the next the question: for half a year, for this authority, and never a listed one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support import flow, precursors_of, web_of
from support.desk_of import Visitor, text

from countersign.exchange.models import GateDecision
from countersign.kernel import clock
from countersign.streams.precursors.models import Allowed
from countersign.streams.precursors.screening import structure

PAGE = "/streams/precursors/screen"
ASKED = {"description": "4-(2-methylanilino)piperidine", "hs_code": "2933.39"}
PARENT = "N-Phenyl-4-piperidinamine (4-AP)"
pytestmark = pytest.mark.skipif(bool(structure.missing()), reason="needs RDKit, py2opsin and Java")


@pytest.fixture
def ca(pair):
    with pair.ca.active():
        precursors_of.enrol(pair.ca)
        precursors_of.enrol(pair.ca, "CBSA", "b-")
    with web_of.serving(pair.ca):
        yield pair.ca


def _verdict(node, login="p-desk", asked=ASKED):
    page = Visitor(node, login).post(PAGE, asked).content.decode()
    return next(word for word in ("listed", "to be looked at", "nothing found") if f">{word}<" in page)


def _allow(node, login="p-desk", **changes):
    return Visitor(node, login).post(PAGE, ASKED | {"cas": "", "allow": PARENT} | changes)


def test_what_a_person_looked_at_is_not_asked_about_again_until_it_ends(ca):
    assert _verdict(ca) == "to be looked at"
    assert "half a year" in text(_allow(ca))
    assert _verdict(ca) == "nothing found"
    assert _verdict(ca, "b-p-desk") == "to be looked at"
    assert _verdict(ca, asked=ASKED | {"hs_code": "2933.99"}) == "to be looked at"
    assert GateDecision.objects.filter(action="precursors.allow").count() == 1
    with flow.at(clock.now() + timedelta(days=181)):
        assert _verdict(ca) == "to be looked at"


def test_a_listed_line_is_never_spared(ca):
    _allow(ca, description="4-piperidone hydrochloride", allow="4-Piperidone")
    assert _verdict(ca, asked={"description": "4-piperidone hydrochloride", "hs_code": "2933.39"}) == "listed"


@pytest.mark.parametrize("changes", [{"description": " "}, {"allow": "Unheardofium"}])
def test_what_is_allowed_is_a_description_and_a_substance_of_the_list(ca, changes):
    assert _allow(ca, **changes).status_code == 400
    assert not Allowed.objects.exists()


def test_who_only_approves_allows_nothing(ca):
    assert _allow(ca, "p-releaser").status_code in (400, 403)
    assert not Allowed.objects.exists()
