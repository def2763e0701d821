"""Nobody signs what was not shown: every value that a schema admits appears on the item's and the approval page."""

from __future__ import annotations

import html

import pytest
from support import officers_of, web_of
from support.desk_of import Visitor

from countersign.exchange import contents, gate
from countersign.exchange.kinds import KINDS
from countersign.web.shown import rest


@pytest.fixture
def ca(pair):
    with web_of.serving(pair.ca):
        yield pair.ca


def test_every_member_of_every_kind_is_shown_by_the_page_or_listed():
    """A member that a stream or a later version adds is listed by itself: only what the template names is left out."""
    members = {name for kind in KINDS.values() for name in kind.schema.model_fields}
    listed = {path for path, _ in rest.of(dict.fromkeys(members, "x") | {"subjects": [], "offence": {}, "marking": {}})}
    assert members - listed - rest.SHOWN - {"offence", "marking", "subjects"} == set()


def test_a_hidden_corner_of_a_request_is_on_both_pages(ca):
    draft = officers_of.request(
        ca,
        offence={"label": "ZZLABEL source is the brother", "category": "extortion", "in_law": {"CA": "CC s.346", "IN": "BNS s.308"}},
        subjects=[officers_of.person() | {"nationalities": ["ZZ"], "role": "witness"}],
        marking={"level": ca.house.pack.default_marking, "pap": "amber"},
        handling={"code": "H3", "conditions": ["ZZCONDITION"], "retain_until": "2031-05-06"},
        workstream="fraud",
        copy_spoc=False,
        home={"origin": "third_agency", "owner": "ZZOWNER", "political": "none", "tainted": "none", "persons": ["journalist"],
              "data": ["health"], "note": "ZZNOTE"},
    )  # fmt: skip
    try:
        item = gate.propose(ca.house, officers_of.find("drafter"), draft).item
    except gate.GateRefused:
        from countersign.exchange.models import ExchangeItem

        item = ExchangeItem.objects.get()
    page = html.unescape(Visitor(ca, "drafter").get(f"/items/{item.id}").content.decode())
    for words in ("ZZLABEL source is the brother", "ZZ", "Witness", "PAP:AMBER", "ZZCONDITION", "6 May 2031", "fraud", "False", "ZZOWNER",
                  "Journalist", "Health", "ZZNOTE"):  # fmt: skip
        assert words in page, words


def test_the_sheet_that_is_signed_is_on_the_approval_page(ca):
    draft = officers_of.request(ca, home={"origin": "own", "political": "none", "tainted": "none", "note": "ZZNOTE"})
    item = gate.propose(ca.house, officers_of.find("drafter"), draft).item
    page = html.unescape(Visitor(ca, "releaser").get(f"/items/{item.id}/approve").content.decode())
    assert "ZZNOTE" in page
    kept = contents.read(ca.house, item)
    for path, value in rest.of(kept.content):
        assert path in page
        assert value in page
