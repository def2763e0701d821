"""Redaction: done to the payload, shown as a difference, the full version at home, and nothing counted that is still there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import flow, officers_of

from countersign.charter.errors import RoleRequired
from countersign.exchange import contents, gate, queries, redaction, withholding
from countersign.exchange.errors import GateRefused
from countersign.exchange.home_sheet import HomeSheet, Withheld
from countersign.exchange.models import Approval, ExchangeItem
from countersign.kernel.errors import InvalidInput

find = officers_of.find


@pytest.fixture
def engine():
    """Rules of the room, not of the database: SQLite is enough."""
    return "sqlite"


SECRET = "as Informant Example told us"


def _drafted(pair):
    """A spontaneous item of Canada that names a source; inside `pair.ca.active()`."""
    base = officers_of.request(pair.ca)
    kept = (
        "version",
        "case_ref",
        "from_authority",
        "to_state",
        "to_authority",
        "purpose",
        "necessity",
        "urgency",
        "offence",
    )
    draft = {name: base[name] for name in kept} | {
        "kind": "spontaneous",
        "text": f"The van is blue, {SECRET}. It is parked.",
        "evaluation": {"source": "B", "information": "2"},
        "subjects": [
            officers_of.person(),
            officers_of.person() | {"names": [{"text": "Bystander Example", "script": "Latn"}], "role": "bystander"},
        ],
        "home": base["home"] | {"data": ["source_identity"]},
    }
    item = gate.propose(pair.ca.house, find("drafter"), draft).item
    officers_of.assess(pair.ca, item)
    return item


CUTS = [
    Withheld(path="/text", words=f", {SECRET}", category="source_identity"),
    Withheld(path="/subjects/1", words="", category="bystander_identity"),
]


def test_the_gate_asks_for_redaction_and_counts_it_only_when_it_is_done(pair):
    with pair.ca.active():
        item = _drafted(pair)
        decision = gate.standing(pair.ca.house, item)
        assert {"source_identity", "bystander_identity"} <= decision.missing("redactions")
        with pytest.raises(GateRefused):
            flow.approve(pair.ca, item, "releaser", "releaser")
        outcome = withholding.withhold(pair.ca.house, find("drafter"), item.id, CUTS[:1])
        assert outcome.decision.missing("redactions") == {"bystander_identity"}
        withholding.withhold(pair.ca.house, find("drafter"), item.id, CUTS[1:])
        officers_of.assess(pair.ca, item)
        flow.approve(pair.ca, item, "releaser", "releaser")
        assert flow.approve(pair.ca, item, "second", "second_officer").item.state == ExchangeItem.RELEASED
    flow.arrive(pair, pair.ca)
    with pair.in_.active():
        content = contents.read(pair.in_.house, queries.find(item.id)).content
        assert "Informant" not in str(content)
        assert "Bystander" not in str(content)
        assert redaction.MARK in content["text"]


def test_the_full_version_stays_home_and_the_difference_shows_what_would_leave(pair):
    with pair.ca.active():
        item = _drafted(pair)
        item = withholding.withhold(pair.ca.house, find("drafter"), item.id, CUTS).item
        kept = contents.read(pair.ca.house, item)
        assert SECRET in kept.full["text"]
        lines = redaction.difference(kept.full, kept.content)
        assert any(line.startswith("-") and SECRET in line for line in lines)
        assert any(line.startswith("+") and redaction.MARK in line for line in lines)
        assert not any(line.startswith("+") and "Bystander" in line for line in lines)


def test_a_redaction_voids_every_approval(pair):
    with pair.ca.active():
        item = _drafted(pair)
        withholding.withhold(pair.ca.house, find("drafter"), item.id, CUTS)
        officers_of.assess(pair.ca, item)
        flow.approve(pair.ca, item, "releaser", "releaser")
        again = [Withheld(path="/text", words="blue", category="method")]
        outcome = withholding.withhold(pair.ca.house, find("releaser"), item.id, again)
        assert "releasing_officer" in outcome.decision.missing("approvals")
        assert Approval.objects.count() == 1
        assert flow.approve(pair.ca, item, "second", "second_officer").item.state == ExchangeItem.PROPOSED


@pytest.mark.parametrize(
    ("cut", "field"),
    [
        (Withheld(path="/text", words="not there", category="source_identity"), "words"),
        (Withheld(path="/subjects/9", words="", category="bystander_identity"), "path"),
        (Withheld(path="/text", words="", category="source_identity"), "path"),
        (Withheld(path="/text", words="blue", category="colour"), "category"),
    ],
)
def test_a_cut_that_names_nothing_is_refused_and_changes_nothing(pair, cut, field):
    with pair.ca.active():
        item = _drafted(pair)
        before = bytes(item.digest)
        with pytest.raises(InvalidInput) as refused:
            withholding.withhold(pair.ca.house, find("drafter"), item.id, [cut])
        assert refused.value.field == field
        assert bytes(queries.find(item.id).digest) == before


def test_somebody_without_a_part_in_it_redacts_nothing(pair):
    with pair.ca.active():
        item = _drafted(pair)
        with pytest.raises(RoleRequired):
            withholding.withhold(pair.ca.house, find("admin1"), item.id, CUTS)


words = st.text(alphabet="abcdefgh ", min_size=3, max_size=12).filter(str.strip)


@settings(max_examples=200, deadline=None)
@given(before=words, secret=words, after=words)
def test_a_category_is_verified_only_when_its_words_are_nowhere_left(before, secret, after):
    content = {"text": f"{before}{secret}{after}", "other": [{"deep": after}]}
    sheet = HomeSheet(
        origin="own", political="none", tainted="none",
        withheld=[Withheld(path="/text", words=secret, category="source_identity")],
    )  # fmt: skip
    cut = redaction.apply(content, sheet.withheld)
    everywhere = str(cut)
    assert ("source_identity" in redaction.verified(sheet, cut, content)) is (
        secret.casefold() not in everywhere.casefold()
    )
    assert content["text"] == f"{before}{secret}{after}"
