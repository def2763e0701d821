"""Every rule matters, its deletion is noticed, and more approvals never harm; each of these can fail."""

from __future__ import annotations

import pytest
from rooms.law.harmless import GATE, SETS, STATES
from rooms.law.proofs_support import ACTIONS, CLAIMS, NOTES, cedar_allows, forbid, gateway, meets, prover_of, rebuilt

from countersign.law.errors import PolicyInvalid
from countersign.law.proofs import findings
from countersign.law.proofs.prover import Prover

BOTH = pytest.mark.parametrize("state", STATES)
EACH = pytest.mark.parametrize("action", ACTIONS)


@BOTH
def test_every_rule_decides_some_request_alone(state: str) -> None:
    """So none can be left out, or be lost, without a change of what is allowed; the requests are confirmed by Cedar."""
    lives = [life for action in ACTIONS for life in findings.lives(prover_of(state, action))]
    assert {life.rule for life in lives} == set(SETS[state].rules)
    assert {life.rule for life in lives if life.alone} == set(SETS[state].rules)
    assert all(life.fires for life in lives)


@BOTH
def test_what_a_forbid_alone_stops_is_allowed_once_the_rule_is_deleted(state: str) -> None:
    """By policies really compiled without it, for every thirtieth rule; and what a gateway alone opens is then shut."""
    for start, action in enumerate(GATE):
        for place, life in enumerate(findings.lives(prover_of(state, action))):
            if place % 30 == start and life.alone:
                without = rebuilt(state, {life.rule: None})
                stops = life.rule in prover_of(state, action).rules.forbids
                assert cedar_allows(SETS[state], action, life.alone) is not stops
                assert cedar_allows(without, action, life.alone) is stops


@BOTH
def test_a_rule_on_which_an_invariant_rests_breaks_it_by_its_deletion_and_no_other_does(state: str) -> None:
    """Recomputed the slow way for some invariants: policies without the rule, asked anew."""
    claims = [claim for claim in CLAIMS[state].invariants if claim.id in ("INV-01", "INV-53")]
    for claim in claims:
        action = claim.actions[0]
        proof = findings.prove(prover_of(state, action), claim)
        others = ["INTL-TAX" if action == "Ask" else "USE-H2"]
        for rule in [*proof.rests_on, *others]:
            without = rebuilt(state, {rule: None})
            example = findings.prove(Prover(without, state, action), claim).example
            assert (example is not None) is (rule in proof.rests_on), (claim.id, rule)
            assert example is None or (
                cedar_allows(without, action, example) and meets(state, claim.text, action, example)
            )


@BOTH
def test_the_rules_that_protect_people_each_hold_an_invariant(state: str) -> None:
    """Families of which no rule that ends with a final no, or holds, may be deleted without a proof that breaks."""
    held = {
        rule
        for claim in CLAIMS[state].invariants
        for action in claim.actions
        for rule in findings.prove(prover_of(state, action), claim).rests_on
    }
    families = {
        "asylum",
        "mistreatment",
        "political",
        "witness",
        "bulk",
        "privilege",
        "sigint",
        "transnational_repression",
    }
    final = {
        rule.id for rule in SETS[state].rules.values() if rule.family in families and rule.effect in ("forbid", "hold")
    } - {"INTL-INTERPOL-3"}  # narrower than the rules on political character, and for one channel
    assert len(final) >= 12
    assert final <= held, final - held
    assert {"GATE-4EYES", "INTL-ASYLUM-THIRD", "INTL-TNR-APPROVAL", "INTL-POLITICAL-DOUBT"} <= held


@pytest.mark.parametrize("state", STATES[:1])
@pytest.mark.parametrize(
    ("more", "alone", "fires"),
    [
        (forbid("X", "context.personal && !context.personal"), False, False),
        (forbid("X", 'context.purpose == PurposeV::"extradition" && context.purpose == PurposeV::"statistics"'), False, False),
        (forbid("X", "context.personal && context.bulk && context.graded"), False, True),
        (forbid("X", "context.graded && context.necessity"), True, True),
        (gateway("X", "context.bulk && context.personal"), False, False),
        (gateway("X", 'context.marking == MarkingV::"top_secret"'), False, False),
        (gateway("X", '[StateV::"CA", StateV::"IN"].contains(context.releasing) && !context.personal && context.subjects.contains(SubjectsV::"company") && context.data == [DataV::"method"]'), False, True),
        (gateway("X", 'context.agency == AgencyV::"policy" && context.personal'), True, True),
    ],
    ids=["contradiction", "two-values", "another-says-it", "a-good-forbid", "opens-what-is-forbidden", "opens-top-secret",
         "another-opens-it", "a-good-gateway"],
)  # fmt: skip
def test_a_planted_rule_that_is_dead_or_superfluous_is_found(state: str, more: str, alone: bool, fires: bool) -> None:
    life = findings.life_of(Prover(rebuilt(state, {}, more), state, "Release"), "X")
    assert (life.alone is not None, life.fires) == (alone, fires)


@EACH
@BOTH
def test_more_approvals_and_the_like_never_turn_a_yes_into_a_no(state: str, action: str) -> None:
    growing = CLAIMS[state].growing[action]
    assert {"approvals", "conditions", "redactions"} <= set(growing)
    assert findings.harm(prover_of(state, action), growing) is None


@pytest.mark.parametrize("state", STATES[1:])
@pytest.mark.parametrize(
    "flaw",
    [
        forbid("X", 'context.approvals.contains(ApprovalsV::"minister") && context.personal'),
        forbid("X", 'context.conditions.contains(ConditionsV::"opc_notified") && !context.approvals.contains(ApprovalsV::"court")'),
        f'@id("X") {NOTES.format(effect="forbid")}\nforbid (principal, action, resource)\n'
        'unless { [ApprovalsV::"releasing_officer", ApprovalsV::"second_officer"].containsAll(context.approvals) };',
    ],
    ids=["too-high-an-approval", "a-condition", "no-more-than-two"],
)  # fmt: skip
def test_a_planted_rule_that_punishes_an_approval_is_found_with_both_requests(state: str, flaw: str) -> None:
    broken = rebuilt(state, {}, flaw)
    found = findings.harm(Prover(broken, state, "Release"), CLAIMS[state].growing["Release"])
    assert found is not None
    assert cedar_allows(broken, "Release", found.before)
    assert not cedar_allows(broken, "Release", found.after)
    assert all(
        set(found.before[name]) <= set(value) if isinstance(value, list) else found.before[name] == value
        for name, value in found.after.items()
    )


@BOTH
def test_caveats_bind_the_user_so_that_more_of_them_may_harm_a_use(state: str) -> None:
    found = findings.harm(prover_of(state, "Use"), ("caveats",))
    assert found is not None
    assert cedar_allows(SETS[state], "Use", found.before)
    assert not cedar_allows(SETS[state], "Use", found.after)


def test_only_sets_can_grow() -> None:
    with pytest.raises(PolicyInvalid):
        findings.harm(prover_of("CA", "Use"), ("personal",))
