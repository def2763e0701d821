"""What a threat to life relaxes is proved, frozen in the packs, and never more than that; two approvals stay whatever it is."""

from __future__ import annotations

import pytest
from rooms.law.harmless import SETS, STATES
from rooms.law.proofs_support import ACTIONS, CLAIMS, forbid, prover_of, rebuilt

from countersign.charter import packs
from countersign.law import flashlist
from countersign.law.errors import PolicyInvalid
from countersign.law.proofs import relaxing, report
from countersign.law.proofs.prover import Prover, decided

BOTH = pytest.mark.parametrize("state", STATES)


def frozen_of(state):
    return flashlist.load(
        [packs.common_folder() / "law" / "flash.toml", packs.state(state).folder / "law" / "flash.toml"]
    )


def relaxed_of(provers):
    return [one for prover in provers for one in relaxing.relaxed(prover)]


@BOTH
def test_the_rules_that_a_threat_to_life_relaxes_are_the_frozen_ones(state):
    found = relaxed_of(prover_of(state, action) for action in ACTIONS)
    assert {one.rule for one in found} == frozen_of(state)
    assert {one.action for one in found} <= {"Ask", "Release"}


@BOTH
def test_each_relaxing_shows_a_request_of_which_cedar_says_the_same(state):
    """Sent as urgent the rule stands in the way (or a gateway is shut); as a threat to life it does not."""
    for one in relaxed_of(prover_of(state, action) for action in ACTIONS):
        plain = decided(SETS[state], one.action, one.example | {"urgency": relaxing.PLAIN})
        grave = decided(SETS[state], one.action, one.example | {"urgency": relaxing.GRAVE})
        if one.opens:
            assert one.rule not in {rule.id for rule in plain.fired}
        else:
            assert one.rule in {rule.id for rule in plain.fired}
            assert one.rule not in {rule.id for rule in grave.fired}


@BOTH
def test_a_rule_that_newly_spares_a_threat_to_life_is_found_and_fails_the_report(state):
    lax = forbid(
        "A-NEW-RULE", 'context.data.contains(DataV::"tax") && !(context.urgency == UrgencyV::"threat_to_life")'
    )
    changed = rebuilt(state, {}, lax)
    assert "A-NEW-RULE" in {one.rule for one in relaxing.relaxed(Prover(changed, state, "Release"))}
    found = report.examine(changed, state, CLAIMS[state], lambda _line: None, frozen=frozen_of(state))
    assert "a threat to life relaxes A-NEW-RULE, which is not on the frozen list" in found.faults()


@BOTH
def test_a_name_on_the_list_that_is_not_relaxed_is_a_fault(state):
    found = report.examine(
        SETS[state], state, CLAIMS[state], lambda _line: None, frozen=frozen_of(state) | {"GATE-4EYES"}
    )
    assert found.faults() == ["the frozen list names GATE-4EYES, which a threat to life does not relax"]


@BOTH
def test_no_forbid_but_the_one_on_tainted_leads_is_ever_skipped(state):
    """Break-glass skips no forbid: of what is relaxed, one rule is a final no, and with the deputy head and a legal adviser."""
    final = {one.rule for one in relaxed_of(prover_of(state, action) for action in ACTIONS)
             if SETS[state].rules[one.rule].effect == "forbid"}  # fmt: skip
    assert final == {"INTL-TAINTED-LEAD"}


@pytest.mark.parametrize("text", ["relaxes = 1", "relaxes = [1]", "other = []", "relaxes = ["])
def test_a_list_that_is_none_is_refused(tmp_path, text):
    folder = tmp_path / "xx" / "law"
    folder.mkdir(parents=True)
    (folder / "flash.toml").write_text(text)
    with pytest.raises(PolicyInvalid, match=r"xx/law/flash\.toml"):
        flashlist.load([folder / "flash.toml"])
