"""From a seizure back to the manufacturer, between two nodes and on their pages: hits stay home, links are drawn, silence is shown."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from support import officers_of, precursors_of, web_of
from support.desk_of import Visitor, text

from countersign.exchange import contents, kinds
from countersign.exchange.errors import AlreadyDecided
from countersign.exchange.models import ExchangeItem
from countersign.exchange.prefill import prefilled
from countersign.kernel.errors import InvalidInput
from countersign.streams.precursors import picture, queries
from countersign.streams.precursors.models import Hit, Suspect
from countersign.streams.precursors.services import files, suspects, tracing

head, incident = precursors_of.head, precursors_of.incident


def _mark(node, mark):
    with node.active():
        return suspects.add(node.house, officers_of.find("p-desk"), mark)


@pytest.mark.parametrize(
    ("mark", "met"),
    [("TESU0000000", True), ("nfi 77 04", True), ("NFI-77/04", True), ("NFI-78/04", False), ("TESU 111111-1", False)],
)
def test_a_mark_is_met_however_it_is_written_and_only_at_home(ready, mark, met):
    _mark(ready.in_, mark)
    precursors_of.send(ready, ready.ca, incident(ready.ca))
    with ready.in_.active():
        assert Hit.objects.exists() is met
    with ready.ca.active():
        assert not Hit.objects.exists()
        assert not Suspect.objects.exists()


def test_the_set_is_at_rest_under_the_key_of_its_authority(ready):
    row = _mark(ready.in_, "NFI-77/04 blue drums")
    assert b"NFI" not in bytes(row.locked)


def test_a_hit_is_settled_once_by_a_person_who_is_named(ready):
    _mark(ready.in_, "NFI-77/04")
    precursors_of.send(ready, ready.ca, incident(ready.ca))
    with ready.in_.active():
        officer = officers_of.find("p-desk")
        hit = queries.open_hits(officer).get()
        assert (hit.due_at - hit.at).total_seconds() == 48 * 3600
        assert suspects.settle(ready.in_.house, officer, hit.pk, "confirmed").decided_by == officer
        with pytest.raises(AlreadyDecided):
            suspects.settle(ready.in_.house, officer, hit.pk, "rejected")


def test_a_mark_too_short_to_say_anything_is_refused_and_an_ended_one_is_not_looked_for(ready):
    with ready.in_.active(), pytest.raises(InvalidInput):
        suspects.add(ready.in_.house, officers_of.find("p-desk"), "A-1 2")
    row = _mark(ready.in_, "NFI-77/04")
    with ready.in_.active():
        suspects.end(ready.in_.house, officers_of.find("p-desk"), row.pk)
    precursors_of.send(ready, ready.ca, incident(ready.ca))
    with ready.in_.active():
        assert not Hit.objects.exists()


def test_the_chain_is_the_same_on_both_sides_with_what_waits(ready, seized):
    ask = {
        "kind": "request.backtrack",
        "incident": seized.id,
        "marks": ["NFI-77/04"],
        "asked": ["manufacturer", "seller"],
    }
    asked = precursors_of.send(ready, ready.ca, head(ready.ca) | ask)
    for node in (ready.ca, ready.in_):
        with node.active():
            (branch,) = tracing.branches(node.house, ExchangeItem.objects.get(id=seized.id))
            assert branch.waits
            assert branch.asked == ("manufacturer", "seller")
    links = [
        {"name": "Paper Broker (fictional)", "address": "3 Invented Lane"},
        {"name": "Narmada (fictional)", "address": "Surat"},
    ]
    precursors_of.send(
        ready,
        ready.in_,
        head(ready.in_) | {"kind": "reply.backtrack", "answers": asked.id, "links": links, "finding": "licit"},
    )
    for node in (ready.ca, ready.in_):
        with node.active():
            (branch,) = tracing.branches(node.house, ExchangeItem.objects.get(id=seized.id))
            assert [link.name for link in branch.links] == [link["name"] for link in links]
            assert branch.finding == "licit"


def test_the_picture_has_a_box_for_each_link_and_an_arrow_into_each(ready, seized):
    links = tuple(tracing.Link(f"Firm {place} (fictional)", "Street", "") for place in range(3))
    branches = [
        tracing.Branch(seized, ("manufacturer",), ("x",), "licit", links),
        tracing.Branch(seized, ("seller",), ("y",), "", ()),
    ]
    chain = picture.drawn("seizure", branches, ["manufacturer", "seller"], ["licit", ""])
    assert [node.sort for node in chain.nodes] == ["seizure", "request", "firm", "firm", "firm", "finding", "request"]
    assert len(chain.arrows) == len(chain.nodes) - 1
    assert [node.waits for node in chain.nodes if node.sort == "request"] == [False, True]
    assert all(node.x + picture.WIDTH <= chain.width for node in chain.nodes)
    assert all(node.y + picture.HEIGHT <= chain.height for node in chain.nodes)


@pytest.fixture
def ca(ready, seized):
    with web_of.serving(ready.ca):
        yield ready.ca


FORM = {
    "case_ref": "TEST-PEN-2", "type": "tablet_press", "happened_on": "2026-11-21", "place": "Invented depot", "name": "rotary press",
    "quantity": "1", "declared_as": "kitchen goods", "mode": "road", "wanted": "nothing",
}  # fmt: skip


def test_an_incident_is_told_on_its_page_and_stands_in_the_list(ca):
    visitor = Visitor(ca, "p-drafter")
    told = visitor.post("/streams/precursors/incidents/new", FORM)
    assert told.status_code == 302, told.content.decode()[-3000:]
    draft = re.search(r"drf_\w+", told["Location"]).group()
    photo = b"\x89PNG\r\n\x1a\n" + bytes(3 << 20)
    begun = visitor.raw(
        f"/drafts/{draft}/upload",
        json.dumps({"name": "press.png", "size": len(photo)}).encode(),
        kind="application/json",
    ).json()
    for begin in range(0, len(photo), begun["piece"]):
        visitor.raw(begun["next"], photo[begin : begin + begun["piece"]], **{"X-Begin": str(begin)})
    assert "rotary press" in text(visitor.get(f"/drafts/{draft}/check"))
    item = ExchangeItem.objects.get(id=re.search(r"itm_\w+", visitor.check(draft)["Location"]).group())
    content = contents.read(ca.house, item).content
    assert content["what"] == "rotary press"
    assert [(file["name"], file["size"]) for file in content["attachments"]] == [("press.png", len(photo))]
    assert "press.png" in text(visitor.get(f"/streams/precursors/incidents/{item.id}"))
    (file,) = content["attachments"]
    assert b"".join(visitor.get(f"/items/{item.id}/files/{file['id']}").streaming_content) == photo
    assert "tablet press" in visitor.get("/streams/precursors/incidents").content.decode()


def test_a_wrong_number_on_the_page_is_named_with_the_remedy_and_keeps_what_was_typed(ca):
    told = Visitor(ca, "p-drafter").post(
        "/streams/precursors/incidents/new",
        FORM | {"type": "seizure", "name": "4-piperidone", "cas": "41661-47-5", "quantity": "3"},
    )
    page = told.content.decode()
    assert told.status_code == 400
    assert "check digit" in page
    assert "Invented depot" in page


def test_the_question_is_asked_on_the_incidents_page_which_draws_it(ca, seized):
    visitor = Visitor(ca, "p-drafter")
    address = f"/streams/precursors/incidents/{seized.id}"
    done = visitor.post(address, {"act": "ask", "marks": "NFI-77/04\nblue drum", "asked": ["manufacturer"]})
    assert done.status_code == 302
    item = ExchangeItem.objects.get(kind="request.backtrack")
    assert contents.read(ca.house, item).content["marks"] == ["NFI-77/04", "blue drum"]
    assert "<svg" in visitor.get(address).content.decode()
    assert visitor.post(address, {"act": "nothing"}).status_code == 400


def test_an_own_incident_leaves_as_a_table_in_the_headings_of_pics(ca, seized):
    answer = Visitor(ca, "p-drafter").get(f"/streams/precursors/incidents/{seized.id}/file")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode()))
    assert (row["substance"], row["quantity"], row["container"]) == ("4-piperidone", "12.5 kg", "TESU 000000-0")
    assert tuple(row) == files.PICS


def test_marks_are_added_and_ended_on_their_page(ca):
    visitor = Visitor(ca, "p-desk")
    assert visitor.post("/streams/precursors/suspects", {"mark": "x"}).status_code == 400
    assert visitor.post("/streams/precursors/suspects", {"mark": "=TESU0000009"}).status_code == 302
    assert "=TESU0000009" in visitor.get("/streams/precursors/suspects").content.decode()
    key = Suspect.objects.get().pk
    assert visitor.post("/streams/precursors/suspects", {"end": str(key)}).status_code == 302
    assert "TESU0000009" not in visitor.get("/streams/precursors/suspects").content.decode()


def test_a_notice_leaves_as_a_table_and_comes_back_as_the_same_notice(ready):
    told = kinds.validate(prefilled(ready.in_.house.pack, precursors_of.notice(ready.in_)))[1]
    told["declared_use"] = "=invented()"
    fields = files.read_pen(files.pen_table(told))
    assert fields["pen_no"] == told["pen_no"]
    assert fields["declared_use"] == "=invented()"
    assert (fields["name_1"], fields["kilograms_1"]) == (told["lines"][0]["name"], told["lines"][0]["kilograms"])
    with pytest.raises(InvalidInput) as refused:
        files.read_pen("substance\nx\n")
    assert "pen_number" in refused.value.diagnostics()["remedy"]


def test_a_table_fills_the_form_and_proposes_nothing(ca):
    from django.core.files.uploadedfile import SimpleUploadedFile

    told = kinds.validate(prefilled(ca.house.pack, precursors_of.notice(ca)))[1]
    table = SimpleUploadedFile("notice.csv", files.pen_table(told).encode())
    before = ExchangeItem.objects.count()
    page = Visitor(ca, "p-drafter").post("/streams/precursors/notices/new", {"table": table})
    assert "Prairie Synthesis" in page.content.decode()
    assert ExchangeItem.objects.count() == before
