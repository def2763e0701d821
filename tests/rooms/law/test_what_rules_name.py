"""Each rule of a set says whose law it is, and what cures it."""

from __future__ import annotations

import pytest
from rooms.law.harmless import SETS, STATES, WORDS

from countersign.charter import packs
from countersign.law import grammar

BOTH = pytest.mark.parametrize("state", STATES)


@BOTH
def test_every_curable_rule_names_a_cure_that_the_vocabulary_knows_and_every_other_names_none(state: str) -> None:
    for rule in SETS[state].rules.values():
        assert rule.curable is (bool(rule.cures) or rule.effect == "hold") or rule.effect == "forbid", rule.id
        for name, values in rule.cures.items():
            assert values <= set(WORDS.sets[name]), rule.id


@BOTH
def test_every_policy_text_says_whose_law_it_is(state: str) -> None:
    """A rule of a state's own folder looks at that state alone."""
    for path in packs.state(state).law_files():
        for policy in grammar.parse(path.read_text("utf-8")):
            assert f"Attribute(name='releasing'), right=Value(value=('StateV', '{state}'))" in repr(policy), policy
