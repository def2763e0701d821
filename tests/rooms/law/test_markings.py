"""Markings: never mapped down, joined by the strictest, and refused where classified or unknown."""

from __future__ import annotations

from itertools import permutations, product

import pytest
from rooms.law.harmless import STATES, WORDS, facts_of

from countersign.charter import packs
from countersign.charter.packs import Marking
from countersign.law import markings
from countersign.law.errors import MarkingRefused

PACKS = packs.states()
PAIRS = list(permutations(STATES, 2))
ALL = [pytest.param(state, name, id=f"{state}-{name}") for state in STATES for name in PACKS[state].markings]
SCALES = markings.scales()
LEVELS = ["L0", "L1", "L2", "L3", "L4", "L5"]
ORDERS = [SCALES.tlp, SCALES.pap, SCALES.handling, tuple(LEVELS)]


@pytest.mark.parametrize(("here", "there"), PAIRS)
def test_a_marking_never_maps_down_and_never_higher_than_needed(here: str, there: str) -> None:
    for marking in PACKS[here].markings.values():
        other = markings.equivalent(marking, PACKS[there].markings)
        assert other.level >= marking.level
        assert not [m for m in PACKS[there].markings.values() if marking.level <= m.level < other.level]


@pytest.mark.parametrize(("here", "there"), PAIRS)
def test_there_and_back_again_is_never_milder(here: str, there: str) -> None:
    for marking in PACKS[here].markings.values():
        other = markings.equivalent(marking, PACKS[there].markings)
        assert markings.equivalent(other, PACKS[here].markings).level >= marking.level


@pytest.mark.parametrize(
    ("here", "name", "there", "expected"),
    [
        ("CA", "UNMARKED", "IN", "UNCLASSIFIED"),
        ("CA", "PROTECTED A", "IN", "OFFICIAL USE"),
        ("CA", "PROTECTED B", "IN", "RESTRICTED"),
        ("CA", "CONFIDENTIAL", "IN", "CONFIDENTIAL"),
        ("CA", "PROTECTED C", "IN", "SECRET"),
        ("CA", "SECRET", "IN", "SECRET"),
        ("CA", "TOP SECRET", "IN", "TOP SECRET"),
        ("IN", "UNCLASSIFIED", "CA", "UNMARKED"),
        ("IN", "OFFICIAL USE", "CA", "PROTECTED A"),
        ("IN", "RESTRICTED", "CA", "PROTECTED B"),
        ("IN", "CONFIDENTIAL", "CA", "CONFIDENTIAL"),
        ("IN", "SECRET", "CA", "SECRET"),
        ("IN", "TOP SECRET", "CA", "TOP SECRET"),
    ],
)
def test_each_marking_has_the_pair_that_the_tables_of_both_states_give_it(
    here: str, name: str, there: str, expected: str
) -> None:
    assert markings.equivalent(PACKS[here].markings[name], PACKS[there].markings).name == expected


def test_without_a_pair_the_next_higher_is_taken_and_without_any_it_is_refused() -> None:
    some = {name: Marking(name, level, "secret") for name, level in (("LOW", "L1"), ("HIGH", "L4"))}
    assert markings.equivalent(Marking("X", "L2", "restricted"), some).name == "HIGH"
    assert markings.equivalent(Marking("X", "L0", "unmarked"), some).name == "LOW"
    with pytest.raises(MarkingRefused):
        markings.equivalent(Marking("X", "L5", "top_secret"), some)
    with pytest.raises(MarkingRefused):
        markings.equivalent(Marking("X", "L0", "unmarked"), {})
    for level in ("L6", "l2", "secret"):
        with pytest.raises(MarkingRefused):
            markings.equivalent(Marking("X", level, "secret"), PACKS["CA"].markings)


def test_a_foreign_secret_is_a_secret_and_no_protected_person_file() -> None:
    """SECRET and PROTECTED C are of one level; only the first is about the national interest."""
    levels = {name: marking.level for name, marking in PACKS["CA"].markings.items()}
    assert levels["SECRET"] == levels["PROTECTED C"] == PACKS["IN"].markings["SECRET"].level
    secret = markings.equivalent(PACKS["IN"].markings["SECRET"], PACKS["CA"].markings)
    assert (secret.name, secret.marking) == ("SECRET", "secret")


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order[-1])
def test_the_strictest_is_one_of_the_values_and_none_is_stricter(order: tuple[str, ...]) -> None:
    for one, two in product(order, order):
        joined = markings.strictest(order, one, two)
        assert joined in (one, two)
        assert order.index(joined) == max(order.index(one), order.index(two))
        assert joined == markings.strictest(order, two, one) == markings.strictest(order, joined, one, two)


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order[-1])
def test_a_value_that_is_not_on_the_scale_is_joined_with_nothing(order: tuple[str, ...]) -> None:
    with pytest.raises((MarkingRefused, ValueError)):
        markings.strictest(order, order[0], "purple")


@pytest.mark.parametrize(("state", "name"), ALL)
def test_open_limited_and_sensitive_markings_move_and_classified_ones_do_not(state: str, name: str) -> None:
    marking = markings.named(PACKS[state].markings, name)
    if marking.level in ("L0", "L1", "L2"):
        markings.require_movable(marking, SCALES)
    else:
        with pytest.raises(MarkingRefused, match=marking.level):
            markings.require_movable(marking, SCALES)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", ["", "protected b", "PROTECTED  B", "COSMIC", "default", "L2", "TLP:RED"])
def test_an_unknown_marking_is_refused_and_the_known_ones_are_named(state: str, name: str) -> None:
    with pytest.raises(MarkingRefused) as caught:
        markings.named(PACKS[state].markings, name)
    assert all(known in caught.value.diagnostics()["remedy"] for known in PACKS[state].markings)


@pytest.mark.parametrize("level", ["", "L6", "L9", "l2", "L"])
def test_a_level_that_no_scale_knows_does_not_move(level: str) -> None:
    with pytest.raises(MarkingRefused):
        markings.require_movable(Marking("X", level, "unmarked"), SCALES)


@pytest.mark.parametrize("state", STATES)
def test_every_level_of_a_pack_is_on_the_scale_and_every_value_in_the_vocabulary(state: str) -> None:
    pack = PACKS[state]
    assert set(SCALES.moves) == set(LEVELS)
    for marking in pack.markings.values():
        assert marking.level in SCALES.moves
        WORDS.typed(facts_of(state, marking=marking.marking))
    assert SCALES.moves[pack.markings[pack.default_marking].level]
    assert pack.markings[pack.default_marking].level == "L2"


def test_the_scales_are_those_of_the_vocabulary_and_each_handling_code_has_its_text() -> None:
    assert SCALES.tlp == WORDS.enums["tlp"]
    assert SCALES.handling == WORDS.enums["handling"]
    assert set(SCALES.handling_texts) == set(SCALES.handling)
    assert all(SCALES.handling_texts.values())


@pytest.mark.parametrize("state", STATES)
def test_stricter_levels_never_carry_a_milder_value_of_the_gate(state: str) -> None:
    severity = {
        "unmarked": 0, "protected_a": 1, "protected_b": 2, "restricted": 2, "confidential": 3, "protected_c": 4,
        "secret": 4, "top_secret": 5,
    }  # fmt: skip
    for one, two in product(PACKS[state].markings.values(), repeat=2):
        if one.level <= two.level:
            assert severity[one.marking] <= severity[two.marking] or one.level == two.level


@pytest.mark.parametrize("level", LEVELS)
def test_an_agreement_of_both_nodes_moves_what_it_names_and_the_highest_level_never(level: str) -> None:
    marking, agreed = Marking("X", level, "unmarked"), frozenset({level})
    if level == "L5":
        with pytest.raises(MarkingRefused):
            markings.require_movable(marking, SCALES, agreed)
    else:
        markings.require_movable(marking, SCALES, agreed)
