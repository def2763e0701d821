"""A state changes its own list by a table: checked row by row, approved by two, told to the other side, and screened by at once."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from support import flow, precursors_of, web_of
from support.desk_of import Visitor, text

from countersign.charter.models import Alarm
from countersign.exchange.errors import ContentInvalid
from countersign.exchange.models import ExchangeItem
from countersign.kernel.errors import InvalidInput
from countersign.streams.precursors.models import ListChange
from countersign.streams.precursors.screening import structure
from countersign.streams.precursors.screening.result import Goods
from countersign.streams.precursors.services import files, listing, notices

HEADER = "substance,type,instrument,effective,end,source,cas,smiles,formula,names\n"
NEW = (
    "4-Methylanisole (invented listing),temp,Invented temporary order,2026-11-01,2027-10-31,invented,104-93-8,Cc1ccc(OC)cc1,C8H10O,"
    "4-methylanisole|p-cresyl methyl ether|\u092a\u0948\u0930\u093e \u092e\u0947\u0925\u093f\u0932 \u090f\u0928\u093f\u0938\u094b\u0932\n"
)
needs = pytest.mark.skipif(bool(structure.missing()), reason="needs RDKit, py2opsin and Java")


def _rows(table):
    return files.read_list(HEADER + table)


def _update(node, rows):
    return precursors_of.head(node) | {"kind": "controllist.update", "rows": rows}


def _is(node, description, *, cas="", day=date(2026, 11, 26)):
    with node.active():
        (found,) = listing.engine().screen([Goods("1", day, description, cas)])
        return found.verdict, found.ca, found.substance


@needs
def test_a_substance_that_no_list_had_is_screened_by_name_number_and_structure_on_both_sides(ready):
    key = "4-Methylanisole (invented listing)"
    assert _is(ready.in_, "4-methylanisole")[0] == "clear"
    with ready.ca.active():
        precursors_of.release(ready.ca, _update(ready.ca, _rows(NEW)))
    flow.arrive(ready, ready.ca)
    for node in (ready.ca, ready.in_):
        assert _is(node, "p-Cresyl methyl ether, 200 kg drums") == ("listed", "temp", key)
        assert _is(
            node, "\u092a\u0948\u0930\u093e \u092e\u0947\u0925\u093f\u0932 \u090f\u0928\u093f\u0938\u094b\u0932"
        ) == ("listed", "temp", key)
        assert _is(node, "solvent", cas="104-93-8") == ("listed", "temp", key)
        assert _is(node, "1-methoxy-4-methylbenzene") == ("listed", "temp", key)
        assert _is(node, "4-methylanisole", day=date(2026, 10, 31))[1] == "none"
        assert _is(node, "4-piperidone hydrochloride")[2] == "4-Piperidone"


@needs
def test_an_open_notice_bears_the_substance_that_a_change_brings(ready):
    plain = {"name": "4-methylanisole", "kilograms": "5.0"}
    with ready.in_.active():
        told = precursors_of.notice(ready.in_)
        item = precursors_of.release(ready.in_, told | {"lines": [*told["lines"], plain]})
    flow.arrive(ready, ready.in_)
    with ready.ca.active():
        precursors_of.release(ready.ca, _update(ready.ca, _rows(NEW)))
    flow.arrive(ready, ready.ca)
    for node in (ready.in_, ready.ca):
        with node.active():
            listing.rescreen(node.house)
            row = notices.find(item.id)
            assert row.substances == ["4-Methylanisole (invented listing)", "4-Piperidone"]
            assert [(one["line"], one["law"], one["is"]) for one in row.delta] == [(1, "ca", "temp")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("104-93-8", "104-93-9"), "rows.0.new.cas"), (("2026-11-01", "2026-13-01"), "rows.0.effective"),
        (("temp", "forbidden"), "rows.0.type"), (("Cc1ccc(OC)cc1,C8H10O", ",C8H10O"), "rows.0.new"),
        (("104-93-8,Cc1ccc(OC)cc1,C8H10O", ",,"), "rows.0.new"),
    ],
)  # fmt: skip
def test_a_row_that_is_not_right_is_refused_with_its_field(ready, change, field):
    table = NEW.replace(*change)
    if ",,," in table:
        table = NEW.replace("104-93-8,Cc1ccc(OC)cc1,C8H10O,", ",,C8H10O,")
    with ready.ca.active(), pytest.raises(ContentInvalid) as refused:
        precursors_of.release(ready.ca, _update(ready.ca, _rows(table)))
    assert refused.value.facts["errors"][0]["field"] == field


@needs
@pytest.mark.parametrize(
    ("change", "words"),
    [(("Cc1ccc(OC)cc1", "Cc1ccc(OC)cc"), "cannot be read"), (("C8H10O", "C8H12O"), "the structure is C8H10O"),
     (("104-93-8", "67-64-1"), "is the number of Acetone"), (("Cc1ccc(OC)cc1,C8H10O", "CC(C)=O,C3H6O"), "the structure is that of"),
     (("p-cresyl methyl ether", "kg"), "too short"), (("4-Methylanisole (invented listing)", "Toluene"), "is known already")],
)  # fmt: skip
def test_a_structure_a_formula_or_a_number_that_disagrees_is_refused(ready, change, words):
    with ready.ca.active():
        with pytest.raises(InvalidInput, match=words):
            precursors_of.release(ready.ca, _update(ready.ca, _rows(NEW.replace(*change))))
        assert not ListChange.objects.exists()


@needs
def test_a_wrong_row_from_elsewhere_is_left_out_with_an_alarm_and_the_others_count(ready):
    bad, good = (_rows(NEW.replace(*change))[0] for change in (("C8H10O", "C8H12O"), ("4-Methyl", "Para-Methyl")))
    with ready.ca.active():
        sent = precursors_of.release(ready.ca, _update(ready.ca, [good]))
    flow.arrive(ready, ready.ca)
    with ready.in_.active():
        arrived = ExchangeItem.objects.get(id=sent.id)
        with transaction.atomic():
            listing.on_update(ready.in_.house, arrived, _update(ready.ca, [bad, good]))
        assert {row["substance"] for row in ListChange.objects.values_list("row", flat=True)} == {good["substance"]}
        assert Alarm.objects.filter(code="LIST_ROW_LEFT_OUT", closed_at=None).exists()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("substance,type\na,b\n", "header lacks"),
        (HEADER + "a,b\n", "more or fewer cells"),
        ("", "header lacks"),
        ("substance,type\n", "header lacks"),
        (HEADER, "no row"),
    ],
)
def test_a_table_of_another_shape_is_refused(table, words):
    with pytest.raises(InvalidInput, match=words):
        files.read_list(table)


def test_the_designated_authority_brings_a_table_on_the_page(ready):
    table = io.BytesIO((HEADER + f"Toluene,temp,Invented order,{datetime.now(UTC).date()},,invented,,,,\n").encode())
    table.name = "changes.csv"
    with web_of.serving(ready.ca):
        page = "/streams/precursors/lists"
        begun = Visitor(ready.ca, "p-drafter").post(page, {"case_ref": "TEST-LIST-1", "table": table})
        assert begun.status_code == 302, text(begun)
        visitor = Visitor(ready.ca, "p-drafter")
        draft = re.search(r"drf_\w+", begun["Location"]).group()
        assert "Toluene" in text(visitor.get(f"/drafts/{draft}/check"))
        item = ExchangeItem.objects.get(id=re.search(r"itm_\w+", visitor.check(draft)["Location"]).group())
        for login, role in (("p-releaser", "releaser"), ("p-second", "second_officer")):
            flow.approve(ready.ca, item, login, role)
        assert ListChange.objects.get().row["substance"] == "Toluene"
        bad = io.BytesIO(b"nothing\n")
        bad.name = "x.csv"
        refused = visitor.post(page, {"case_ref": "TEST-LIST-1", "table": bad})
        assert (refused.status_code, "header lacks" in text(refused)) == (400, True)
        assert "Tell a change" not in text(Visitor(ready.ca, "desk").get(page))


def test_an_unknown_substance_without_its_identifiers_teaches_what_is_missing(ready):
    row = _rows(NEW)[0]
    del row["new"]
    with ready.ca.active(), pytest.raises(InvalidInput) as refused:
        precursors_of.release(ready.ca, _update(ready.ca, [row]))
    assert "`new`" in refused.value.remedy


def _arrive(node, item, rows):
    with transaction.atomic():
        listing.on_update(node.house, item, precursors_of.head(node) | {
            "from_authority": "HEALTH-CANADA", "kind": "controllist.update", "rows": rows,
        })  # fmt: skip


@needs
def test_what_a_peer_brings_adds_to_an_answer_and_never_takes_from_it(ready):
    """A name that covers a listed one, a number and a structure of a listed substance, and the same substance told anew."""
    poison = NEW.replace(
        "4-methylanisole|p-cresyl methyl ether", "acetic anhydride technical grade|chemical for industry"
    )
    with ready.ca.active():
        sent = precursors_of.release(ready.ca, _update(ready.ca, _rows(poison.replace("temp", "none"))))
    flow.arrive(ready, ready.ca)
    lines = [
        ("Acetic anhydride technical grade", "108-24-7"),
        ("Acetic anhydride technical grade", ""),
        ("Chemical for industry", "108-24-7"),
    ]
    for words, cas in lines:
        verdict, ca, substance = _is(ready.in_, words, cas=cas)
        assert (verdict, substance) == ("listed", "Acetic anhydride"), words
        assert ca == "A"
    key = "4-Methylanisole (invented listing)"
    with ready.in_.active():
        item = ExchangeItem.objects.get(id=sent.id)
        for change in (("104-93-8", "108-24-7"), ("Cc1ccc(OC)cc1,C8H10O", "C,CH4"), ("104-93-8", "")):
            _arrive(ready.in_, item, _rows(NEW.replace(*change)))
            assert listing.current().substances[key].cas == "104-93-8"
            assert listing.current().by_cas["108-24-7"] == "Acetic anhydride"
        assert Alarm.objects.filter(code="LIST_ROW_LEFT_OUT", closed_at=None).exists()
        twice = [
            _rows(
                NEW.replace("4-Methylanisole", f"Invented {n}")
                .replace("104-93-8", "75-52-5")
                .replace("Cc1ccc(OC)cc1,C8H10O", ",")
            )[0]
            for n in "AB"
        ]
        _arrive(ready.in_, item, twice)
        assert [one for one in listing.current().substances if one.startswith("Invented ")] == [
            "Invented A (invented listing)"
        ]
