"""A rule is confirmed for exactly its text, and a workstream is open only when every rule that may apply in it is confirmed."""

from __future__ import annotations

import json
from datetime import date

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms.law.harmless import OTHER, SETS, STATES, facts_of
from strategies import examples

from countersign.law import confirmation, grammar, opening, policies
from countersign.law.confirmation import Confirmed
from countersign.law.errors import PolicyInvalid

ACTIONS = ("Ask", "Release", "Use", "Route")
STREAMS = ("precursors", "networks", "cyber", "fraud", "immigration", "governance")
TEXT = """@id("A") @citation("c") @family("f") @effect("forbid") @statement("s") @remedy("r") @confidence("high")
@status("{status}")
forbid (principal, action == Action::"Ask", resource) when {{ {when} }};"""


def as_json(text):
    return next(iter(json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"].values()))


def confirmed(when="context.personal", *, digest=""):
    text = TEXT.format(status="proposed", when=when)
    told = Confirmed("Office of Invented Counsel", date(2026, 12, 1), digest or confirmation.digest(as_json(text)))
    return TEXT.format(status=told, when=when)


def compiled(text):
    return policies.compile_texts([text], SETS["CA"].vocabulary)


def test_a_rule_is_confirmed_by_an_office_on_a_day_for_its_text():
    rule = compiled(confirmed()).rules["A"]
    assert rule.status == "confirmed"
    assert (rule.confirmed.office, rule.confirmed.day) == ("Office of Invented Counsel", date(2026, 12, 1))


@pytest.mark.parametrize(
    ("before", "after"), [("context.personal", "context.bulk"), ('@remedy("r")', '@remedy("other")')]
)
def test_a_rule_that_was_changed_after_it_was_confirmed_does_not_load(before, after):
    with pytest.raises(PolicyInvalid, match="changed after"):
        compiled(confirmed().replace(before, after))


@pytest.mark.parametrize(
    "status",
    [
        "confirmed",
        "Confirmed",
        "confirmed: X, 2026-12-01, sha256:00",
        "agreed",
        "confirmed: Office, 2026-13-01, sha256:" + "0" * 64,
    ],
)
def test_a_status_that_names_no_office_day_and_text_is_refused(status):
    with pytest.raises(PolicyInvalid, match="rule A"):
        compiled(TEXT.format(status=status, when="context.personal"))


WHENS = {
    'context.workstream == WorkstreamV::"cyber"': {"cyber"},
    'context.workstream != WorkstreamV::"cyber"': set(STREAMS) - {"cyber"},
    '[WorkstreamV::"cyber", WorkstreamV::"fraud"].contains(context.workstream)': {"cyber", "fraud"},
    '!([WorkstreamV::"cyber", WorkstreamV::"fraud"].contains(context.workstream))': set(STREAMS) - {"cyber", "fraud"},
    'context.workstream == WorkstreamV::"cyber" && context.personal': {"cyber"},
    'context.workstream == WorkstreamV::"cyber" || context.personal': set(STREAMS),
    'context.workstream == WorkstreamV::"cyber" && context.workstream == WorkstreamV::"fraud"': set(),
    "context.personal": set(STREAMS),
}


@pytest.mark.parametrize("when", WHENS)
def test_a_rule_bears_on_the_workstreams_that_its_text_does_not_rule_out(when):
    policy = grammar.parse(TEXT.format(status="proposed", when=when))[0]
    assert {stream for stream in STREAMS if opening.bears(policy, stream)} == WHENS[when]


@pytest.mark.parametrize("state", STATES)
@examples(60)
@given(data=st.data())
def test_no_rule_that_does_not_bear_on_a_workstream_ever_fires_in_it(state, data):
    """Otherwise a workstream could open while an unconfirmed rule still decides in it."""
    stream, action = data.draw(st.sampled_from(STREAMS)), data.draw(st.sampled_from(ACTIONS))
    vocabulary = SETS[state].vocabulary
    facts = facts_of(state, action, workstream=stream)
    for name in vocabulary.booleans:
        facts[name] = data.draw(st.booleans())
    for name in ("purpose", "item_type", "agency", "recipient_agency", "channel", "urgency", "mistreatment_risk"):
        facts[name] = data.draw(st.sampled_from(vocabulary.enums[name]))
    found = SETS[state].second.find(action, vocabulary.typed(facts))
    parsed = {policy.annotations["id"]: policy for text in SETS[state].texts for policy in grammar.parse(text)}
    assert all(opening.bears(parsed[name], stream) for name in found.permits | found.forbids)


def test_a_workstream_waits_for_what_bears_on_it_and_for_nothing_else():
    text = (
        confirmed('context.workstream == WorkstreamV::"cyber"')
        + "\n"
        + TEXT.format(status="proposed", when='context.workstream == WorkstreamV::"fraud"').replace(
            '@id("A")', '@id("B")'
        )
    )
    found = compiled(text)
    waiting = {
        stream: [rule.id for rule in opening.unconfirmed(found, action="Ask", workstream=stream)] for stream in STREAMS
    }
    assert waiting == {stream: (["B"] if stream == "fraud" else []) for stream in STREAMS}
    assert opening.unconfirmed(found, action="Release", workstream="fraud") == ()


@pytest.mark.parametrize("state", STATES)
def test_every_workstream_of_the_shipped_packs_is_closed_until_counsel_confirms(state):
    assert all(
        opening.unconfirmed(SETS[state], action=action, workstream=stream) for action in ACTIONS for stream in STREAMS
    )
    assert OTHER
