"""The screening holds its bars on lines that were made by somebody who had not seen it, with the structure layer and without."""

from __future__ import annotations

import pytest
from support import screening_of

from countersign.streams.precursors.screening import engine, structure


@pytest.fixture(scope="module")
def scored():
    structures = structure.start()
    if structures is None:
        pytest.fail(f"the structure layer cannot run: {', '.join(structure.missing())}")
    found = {}
    for name in ("dev", "scoring"):
        rows = screening_of.lines(name)
        goods = [screening_of.goods(row) for row in rows]
        found[name] = screening_of.score(rows, engine.shipped(structures).screen(goods))
    structures.close()
    return found


@pytest.mark.parametrize("name", ["dev", "scoring"])
def test_nearly_all_of_what_is_listed_is_caught_in_every_category_and_language(scored, name):
    score = scored[name]
    assert score.caught >= 0.97
    assert {one: share for one, share in score.by_language.items() if share < 0.93} == {}
    assert {one: share for one, share in score.by_category.items() if share < 0.93} == {}


@pytest.mark.parametrize("name", ["dev", "scoring"])
def test_ordinary_goods_and_shared_abbreviations_pass(scored, name):
    score = scored[name]
    assert score.false_positives <= 0.01
    assert score.reviews <= 0.03
    assert score.collisions <= 0.05


@pytest.mark.parametrize("name", ["dev", "scoring"])
def test_the_three_legal_answers_are_those_of_the_day(scored, name):
    assert scored[name].law >= 0.98
    assert scored[name].dated_wrong == []


@pytest.mark.parametrize("name", ["dev", "scoring"])
def test_wrong_numbers_and_codes_that_disagree_are_flagged(scored, name):
    assert scored[name].f1["cas_invalid"] >= 0.98
    assert scored[name].f1["hs_mismatch"] >= 0.95


def test_without_java_or_rdkit_the_other_layers_still_run_and_the_answer_says_so():
    rows = screening_of.lines("scoring")[::4]
    results = engine.shipped().screen(screening_of.goods(row) for row in rows)
    score = screening_of.score(rows, results)
    assert score.caught >= 0.93
    assert score.false_positives <= 0.02
    assert {result.layers_off for result in results} == {("structure", "class_rules")}
    assert results[0].as_json()["layers_off"] == ["structure", "class_rules"]
