"""Every invariant is proved for both states, each proof can fail, and no example is shown that Cedar does not confirm."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import pytest
from rooms.law.harmless import SETS, STATES, mutated, random_facts
from rooms.law.proofs_support import CLAIMS, Facts, cedar_allows, forbid, gateway, meets, prover_of, rebuilt, rule_texts
from rooms.law.test_invariants import INVARIANTS

from countersign.law.errors import PolicyInvalid
from countersign.law.policies import CURABLE
from countersign.law.proofs import claims, findings
from countersign.law.proofs.claims import Claim
from countersign.law.proofs.prover import PLAIN, Prover

CATALOGUE = {f"INV-{number:02}" for number in range(1, 27)}
EACH = [
    pytest.param(state, claim, action, id=f"{state}-{claim.id}-{action}")
    for state in STATES
    for claim in CLAIMS[state].invariants
    for action in claim.actions
]

OPEN = {state: rebuilt(state, dict.fromkeys(rule_texts(state)), gateway("OPEN", "true", "action")) for state in STATES}
"""No rule but one that opens for everything: whatever an invariant forbids is then allowed."""


@cache
def open_prover(state: str, action: str) -> Prover:
    return Prover(OPEN[state], state, action)


def claim_of(state: str, name: str) -> Claim:
    return next(claim for claim in CLAIMS[state].invariants if claim.id == name)


@pytest.mark.parametrize(("state", "claim", "action"), EACH)
def test_the_invariant_holds_for_every_request_there_can_be(state: str, claim: Claim, action: str) -> None:
    proof = findings.prove(prover_of(state, action), claim)
    assert proof.example is None, proof.example
    assert not proof.empty, "its matter cannot come up"


@pytest.mark.parametrize(
    ("state", "claim"), [pytest.param(*row.values[:2], id=row.id) for row in EACH if row.values[2] != "Ask"]
)
def test_where_everything_is_open_the_invariant_is_refuted_by_a_request_that_cedar_allows(
    state: str, claim: Claim
) -> None:
    action = claim.actions[-1]
    open_to_all = OPEN[state]
    example = findings.prove(open_prover(state, action), claim).example
    assert example is not None
    assert cedar_allows(open_to_all, action, example)
    assert meets(state, claim.text, action, example)
    assert not cedar_allows(SETS[state], action, example)


PLANTED: dict[str, tuple[str, dict[str, str | None], tuple[str, ...]]] = {
    "the-asylum-bar-names-claimants-only": ("INV-01", {"INTL-ASYLUM-ORIGIN": forbid("INTL-ASYLUM-ORIGIN",
        'context.personal && context.subjects.contains(SubjectsV::"asylum_claimant") && '
        '(context.origin_state == context.recipient || context.origin_state == StateV::"unknown")')}, ()),
    "an-unknown-origin-is-no-bar": ("INV-01", {"INTL-ASYLUM-ORIGIN": forbid("INTL-ASYLUM-ORIGIN",
        'context.personal && context.subjects.containsAny([SubjectsV::"asylum_claimant", SubjectsV::"protected_person"])'
        " && context.origin_state == context.recipient")}, ()),
    "one-officer-is-enough": ("INV-03", {"GATE-4EYES": None}, (
        '@id("GATE-4EYES") @citation("c") @family("f") @effect("require_approval") @statement("s") @remedy("r") '
        '@confidence("high") @status("proposed")\nforbid (principal, action in [Action::"Ask", Action::"Release"], resource)\n'
        'unless { context.approvals.containsAll([ApprovalsV::"releasing_officer"]) };',)),
    "a-doubt-passes-the-protection-check": ("INV-27", {"GATE-PROTECTION-CHECK": forbid("GATE-PROTECTION-CHECK",
        'context.personal && context.protection_check == Protection_checkV::"hit"')}, ()),
    "neutrality-for-offences-only": ("INV-13", {"INTL-POLITICAL": forbid("INTL-POLITICAL",
        '[OffenceV::"expression", OffenceV::"military"].contains(context.offence)')}, ()),
    "risk-that-cannot-be-mitigated-in-an-emergency": ("INV-04", {"INTL-TORTURE-UNMITIGABLE": forbid(
        "INTL-TORTURE-UNMITIGABLE", 'context.mistreatment_risk == Mistreatment_riskV::"substantial_unmitigable" '
        '&& context.urgency != UrgencyV::"threat_to_life"')}, ()),
    "a-misdeclared-item": ("INV-25", {"GATE-CONSISTENT": None}, ()),
}  # fmt: skip
"""Name of the flaw: the invariant that it breaks, the rules that it changes, the rules that it adds."""


@pytest.mark.parametrize(("state", "flaw"), [(STATES[place % 2], flaw) for place, flaw in enumerate(PLANTED)])
def test_a_planted_flaw_is_found_with_a_true_example(state: str, flaw: str) -> None:
    name, changes, more = PLANTED[flaw]
    broken = rebuilt(state, changes, *more)
    claim = claim_of(state, name)
    for action in claim.actions:
        example = findings.prove(Prover(broken, state, action), claim).example
        assert example is not None
        assert cedar_allows(broken, action, example)
        assert meets(state, claim.text, action, example)
        assert not cedar_allows(SETS[state], action, example)


@pytest.mark.parametrize("state", STATES)
def test_the_shown_example_is_as_ordinary_as_it_can_be(state: str) -> None:
    """Without the asylum rule, what is shown differs from an ordinary item in little more than the person's protection."""
    broken = rebuilt(state, {"INTL-ASYLUM-ORIGIN": None})
    example = findings.prove(Prover(broken, state, "Release"), claim_of(state, "INV-01")).example
    assert example is not None
    assert (example["subjects"], example["data"]) in [
        (["asylum_claimant"], ["identity"]),
        (["protected_person"], ["identity"]),
    ]
    unlike = {name for name, value in PLAIN.items() if name not in CURABLE and example[name] != value} - {"subjects"}
    assert unlike <= {"origin_state"}, unlike


def test_the_twenty_six_of_the_catalogue_are_there() -> None:
    names = [{claim.id for claim in CLAIMS[state].invariants} for state in STATES]
    assert set.union(*names) >= CATALOGUE
    assert CATALOGUE - names[0] == {"INV-09", "INV-11"}
    assert CATALOGUE - names[1] == {"INV-05", "INV-06", "INV-08", "INV-22", "INV-23"}


@pytest.mark.parametrize("state", STATES)
def test_the_claims_say_what_the_tests_of_decisions_say_in_another_language(state: str) -> None:
    """Two wordings of each invariant, in Python and in the language of the policies, on facts near and far."""
    dice = random.Random(f"{state} wordings")
    pairs = [
        (claim, *INVARIANTS[name])
        for claim in CLAIMS[state].invariants
        for name in INVARIANTS
        if claim.id == f"INV-{name[:2]}"
    ]
    assert len(pairs) > 25
    for claim, topic, demand in pairs:
        drawn = [random_facts(dice, (state,)) for _ in range(12)]
        drawn += [_near(dice, state, claim) for _ in range(12)]
        broken = [topic(facts) and not demand(facts) for facts in drawn]
        assert [meets(state, claim.text, "Release", facts) for facts in drawn] == broken, claim.id
        assert any(broken), claim.id


@cache
def _breaking(state: str, claim: Claim) -> Facts:
    facts = findings.prove(open_prover(state, claim.actions[0]), claim).example
    assert facts is not None
    return facts


def _near(dice: random.Random, state: str, claim: Claim) -> Facts:
    """A request that breaks the invariant, and in two of three cases is changed a little."""
    return mutated(dice, _breaking(state, claim), dice.randint(0, 2)) | {"releasing": state}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "text",
    [
        "context.nothing", 'context.purpose == OffenceV::"fraud"', "context.purpose", "true }; permit (principal, action, resource) when { true",
        "true } unless { false", "", "context.personal &&",
    ],
)  # fmt: skip
def test_a_claim_that_is_no_condition_of_the_vocabulary_is_refused(state: str, text: str) -> None:
    with pytest.raises(PolicyInvalid):
        claims.read_condition("X", text, SETS[state].vocabulary)


@pytest.mark.parametrize(
    "content",
    [
        "invariants = 1", "[[invariants]]\nid = 'A'", "[[invariants]]\nid = 'A'\nsays = 's'\nactions = ['Fly']\nnever = 'true'",
        "[[invariants]]\nid = 'A'\nsays = 's'\nactions = []\nnever = 'true'",
        2 * "[[invariants]]\nid = 'A'\nsays = 's'\nactions = ['Ask']\nnever = 'true'\n", "[[known]]\nid = 'A'", "= 1",
    ],
)  # fmt: skip
def test_a_malformed_file_of_claims_is_a_named_refusal(tmp_path: Any, content: str) -> None:
    path = tmp_path / "proofs.toml"
    path.write_text(content)
    with pytest.raises(PolicyInvalid):
        claims.load([path], SETS["CA"].vocabulary)


def test_an_invariant_whose_matter_cannot_come_up_does_not_hold() -> None:
    never = claims.read_condition("X", "context.personal && !context.personal", SETS["CA"].vocabulary)
    proof = findings.prove(prover_of("CA", "Release"), Claim("X", "says", ("Release",), "", never))
    assert (proof.example, proof.empty, proof.holds) == (None, True, False)
