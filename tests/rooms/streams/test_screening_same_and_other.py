"""What says the same is judged the same; what says something else is not: how a line is written never moves the verdict, one atom does."""

from __future__ import annotations

import csv
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.charter import packs
from countersign.streams.precursors.screening import engine, lists, structure
from countersign.streams.precursors.screening.result import Goods

DAY = date(2026, 6, 1)
with (packs.common_folder() / "precursors" / "names.csv").open(encoding="utf-8", newline="") as source:
    TABLE = [row for row in csv.DictReader(source) if row["confidence"] != "low" and row["kind"] != "abbreviation"]
NAMES = sorted(
    {row["name"] for row in TABLE if row["language"] == "en" and len(row["name"]) > 7 and row["name"].isascii()}
)


@pytest.fixture(scope="module")
def screening():
    structures = structure.start()
    yield engine.shipped(structures)
    if structures is not None:
        structures.close()


PLAIN = engine.shipped()


def _verdict(engine_, text, number=""):
    result = engine_.screen([Goods("1", DAY, text, number)])[0]
    return result.verdict, result.substance


def _same(*texts):
    return {_verdict(PLAIN, text) for text in texts}


@given(st.sampled_from(NAMES), st.sampled_from(["upper", "title", "lower"]))
def test_case_keeps_the_verdict(name, how):
    assert len(_same(name, getattr(name, how)())) == 1


@given(
    st.sampled_from([name for name in NAMES if "-" in name]), st.sampled_from("\u2010\u2011\u2012\u2013\u2212\uff0d")
)
def test_another_dash_keeps_the_verdict(name, dash):
    assert len(_same(name, name.replace("-", dash))) == 1


@given(st.sampled_from(NAMES), st.data())
def test_an_invisible_character_keeps_the_verdict(name, data):
    place = data.draw(st.integers(1, len(name) - 1))
    assert len(_same(name, f"{name[:place]}\u200b{name[place:]}")) == 1


@given(st.sampled_from(NAMES))
def test_full_width_letters_keep_the_verdict(name):
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in name)
    assert len(_same(name, wide)) == 1


@pytest.mark.parametrize("salt", ["hydrochloride", "hydrochloride hydrate", "HCl", "sulphate", "oxalate"])
def test_a_salt_of_a_base_is_the_base(screening, salt):
    assert _verdict(screening, "4-piperidone")[0] == "listed"
    assert _verdict(screening, f"4-piperidone {salt}") == _verdict(screening, "4-piperidone")


@pytest.mark.parametrize("name", ["Safrole", "Ephedrine", "Acetone", "Toluene", "Potassium permanganate"])
def test_a_name_in_another_script_is_the_same_substance(screening, name):
    own = _verdict(screening, name)
    others = [row["name"] for row in TABLE if row["substance"] == name and row["language"] != "en"]
    assert len(others) > 5
    assert {one: _verdict(screening, one) for one in others} == dict.fromkeys(others, own)


@given(st.sampled_from(NAMES), st.sampled_from(["free from {}", "{} free", "contains no {}", "sans {}", "without {}"]))
def test_what_is_said_not_to_be_there_is_not_found(name, negation):
    assert _verdict(PLAIN, f"cosmetic lotion, {negation.format(name)}")[0] == "clear"


@pytest.mark.parametrize(
    ("listed", "other"),
    [
        ("4-piperidone", "4-piperidinol"),
        ("1-phenyl-2-propanone", "1-phenyl-1-propanone"),
        ("phenylacetic acid", "phenoxyacetic acid"),
        ("acetic anhydride", "acetic acid"),
        ("piperonal", "piperazine"),
        ("N-acetylanthranilic acid", "N-acetylsulfanilic acid"),
        ("3,4-methylenedioxyphenyl-2-propanone", "3,4-dimethoxyphenyl-2-butanone"),
        ("toluene", "xylene"),
    ],
)
def test_one_atom_moves_the_verdict(screening, listed, other):
    assert _verdict(screening, listed)[0] == "listed"
    assert _verdict(screening, other)[0] != "listed"


def test_a_temporary_order_holds_within_its_window_alone():
    row = next(one for one in lists.shipped().listings if one.kind == "temp" and one.end is not None)
    inside, after = (
        Goods("1", row.effective, row.substance),
        Goods("2", date.fromordinal(row.end.toordinal() + 1), row.substance),
    )
    results = PLAIN.screen([inside, after])
    assert results[0].ca == "temp"
    assert results[1].ca != "temp"


def test_an_unknown_date_asks_the_lists_of_that_day():
    on = Goods("1", date(1971, 1, 1), "4-piperidone")
    assert PLAIN.screen([on])[0].verdict != "listed"


EPHEDRINES = {"Ephedrine", "Pseudoephedrine"}


@pytest.mark.parametrize(
    ("name", "substances", "form"),
    [
        ("(1R,2S)-2-(methylamino)-1-phenylpropan-1-ol", {"Ephedrine"}, None),
        ("(1S,2R)-2-(methylamino)-1-phenylpropan-1-ol", {"Ephedrine"}, "form_mirror"),
        ("(1S,2S)-2-(methylamino)-1-phenylpropan-1-ol", {"Pseudoephedrine"}, None),
        ("(1R,2R)-2-(methylamino)-1-phenylpropan-1-ol", {"Pseudoephedrine"}, "form_mirror"),
        ("2-(methylamino)-1-phenylpropan-1-ol", EPHEDRINES, "form_open"),
        ("5-[(1Z)-prop-1-en-1-yl]-2H-1,3-benzodioxole", {"Isosafrole"}, "form_any"),
        ("1-phenylprop-1-en-2-ol", {"1-Phenyl-2-propanone (P-2-P)"}, "form_tautomer"),
        ("3-hydroxy-2-phenylbut-2-enamide", {"alpha-Phenylacetoacetamide (APAA)"}, "form_tautomer"),
    ],
)
def test_the_stereo_form_decides_and_is_reported_and_a_tautomer_is_the_same(screening, name, substances, form):
    if "structure" in screening.layers_off:
        pytest.skip("needs Java, py2opsin and RDKit")
    found = screening.screen([Goods("1", DAY, name)])[0]
    assert {found.substance, *found.others} == substances
    assert [one.code for one in found.reasons if one.code.startswith("form_")] == ([form] if form else [])
    assert found.verdict == "listed"


@given(st.sampled_from(sorted(EPHEDRINES | {"Isosafrole", "Lysergic acid"})), st.sampled_from(["AAAAAAAA", "UHFFFAOY"]))
def test_the_report_never_loses_a_substance_without_saying_so(key, read):
    from countersign.streams.precursors.screening import stereo

    forms = {key: stereo.Form("KWGRBVOP", "AAAAAAAA"), "another": stereo.Form(stereo.NONE, stereo.NONE)}
    named, code = stereo.told(read, forms, forms)
    assert named
    assert code == ("open" if read == stereo.NONE else "mirror")
    assert stereo.told("ZZZZZZZZ", [key], forms) == ((key,), "other")
