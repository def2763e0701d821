"""A file of lines is screened in portions while its officer looks on: nothing is lost, nothing lies open, and a day later it is gone."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from support import flow, officers_of, precursors_of, web_of
from support.desk_of import Visitor, text

from countersign.exchange.models import GateDecision
from countersign.kernel import clock
from countersign.kernel.errors import NotFound, TooLarge
from countersign.streams.precursors.models import Screening, Upload, UploadPortion
from countersign.streams.precursors.services import screening, uploads
from countersign.web.models import Draft, DraftFile

find = officers_of.find
PAGE = "/streams/precursors/screen"
WORD = "4-piperidone hydrochloride"


def _file(rows, *, name="lines.csv"):
    lines = ["id,description,cas"] + [f"{place},{words},{cas}" for place, (words, cas) in enumerate(rows)]
    file = io.BytesIO("\n".join(lines).encode())
    file.name = name
    return file


@pytest.fixture
def ca(pair):
    with pair.ca.active():
        precursors_of.enrol(pair.ca)
    with web_of.serving(pair.ca):
        yield pair.ca


def _begun(node, rows):
    return uploads.begin(node.house, find("p-drafter"), _file(rows), name="lines.csv")


def test_every_row_is_answered_once_and_the_counts_say_so(ca):
    kinds = [(WORD, ""), ("cotton shirts", ""), ("", "no cell"), ("acetone", "67-64-2")]
    rows = [(f"{words} {place}" if words else "", cas) for place in range(700) for words, cas in kinds]
    upload = _begun(ca, rows)
    assert upload.portions.count() == 6
    while uploads.work(ca.house):
        pass
    upload.refresh_from_db()
    told = list(uploads.report(ca.house, upload))
    assert [row["id"] for row in told] == [str(place) for place in range(len(rows))]
    assert upload.faults == sum("error" in row for row in told) == 699
    assert upload.rows == upload.done == 2_800
    assert upload.ended_at is not None
    assert upload.listed == sum(row.get("verdict") == "listed" for row in told) >= 700
    assert sum(Screening.objects.values_list("lines", flat=True)) == 2_800 - 699


def test_a_round_ends_in_time_and_the_next_goes_on_where_it_was(ca, monkeypatch):
    upload = _begun(ca, [("cotton shirts", "")] * 2_500)
    monkeypatch.setattr(uploads, "ROUND_SECONDS", 0.0)
    moments = iter(range(1_000))
    monkeypatch.setattr(uploads.time, "monotonic", lambda: float(next(moments)) / 2)
    monkeypatch.setattr(uploads, "ROUND_SECONDS", 0.6)
    assert uploads.work(ca.house) == 500
    upload.refresh_from_db()
    assert (upload.done, upload.ended_at) == (500, None)
    assert [uploads.work(ca.house) for _ in range(5)] == [500, 500, 500, 500, 0]


def test_when_the_hours_lines_are_used_up_the_rest_waits_and_goes_on(ca, monkeypatch):
    monkeypatch.setattr(screening, "AN_HOUR", 1_200)
    upload = _begun(ca, [(f"cotton shirts {n}", "") for n in range(2_000)])
    while uploads.work(ca.house):
        pass
    upload.refresh_from_db()
    assert (upload.done, upload.rests) == (1_000, True)
    with flow.at(clock.now() + timedelta(minutes=61)):
        while uploads.work(ca.house):
            pass
    upload.refresh_from_db()
    assert (upload.done, upload.rests) == (2_000, False)


def test_more_rows_than_an_hour_has_are_refused_whole(ca, monkeypatch):
    monkeypatch.setattr(uploads, "AN_HOUR", 1_500)
    with pytest.raises(TooLarge, match="more than 1500 rows"):
        _begun(ca, [("cotton shirts", "")] * 1_501)
    assert not Upload.objects.exists()
    assert not UploadPortion.objects.exists()


def test_nothing_of_it_lies_open_and_it_is_gone_after_a_day(ca):
    upload = _begun(ca, [(WORD, "")])
    uploads.work(ca.house)
    rows = [*UploadPortion.objects.values_list("sealed", flat=True), upload.name]
    assert not any(WORD.encode() in bytes(row) or b"lines" in bytes(row) for row in rows)
    with flow.at(clock.now() + timedelta(hours=25)):
        uploads.work(ca.house)
    assert not Upload.objects.exists()


def test_what_is_taken_away_while_it_waits_holds_up_nothing(ca):
    first, second = _begun(ca, [(WORD, "")]), _begun(ca, [("cotton shirts", "")])
    portion = first.portions.get()
    uploads.drop(ca.house, find("p-drafter"), first.id)
    assert uploads._screen(ca.house, first, portion) == 0
    assert uploads.work(ca.house) == 1
    second.refresh_from_db()
    assert second.ended_at is not None


def test_it_is_its_officers_own(ca):
    upload = _begun(ca, [(WORD, "")])
    with pytest.raises(NotFound):
        uploads.find(find("p-desk"), upload.id)
    assert Visitor(ca, "p-desk").get(f"{PAGE}/{upload.id}").status_code == 404


def test_the_page_shows_how_far_it_is_then_what_was_found_then_the_whole_report(ca):
    visitor = Visitor(ca, "p-drafter")
    rows = [("cotton shirts", ""), ("=cmd|' /C calc'!A0", ""), (WORD, ""), ("", "")]
    answer = visitor.post(PAGE, {"file": _file(rows)})
    assert answer.status_code == 302, text(answer)
    address = answer["Location"]
    assert "0 of 4 lines" in text(visitor.get(address))
    assert 'hx-trigger="every 2s"' in visitor.get(address).content.decode()
    uploads.work(ca.house)
    assert visitor.get(address, headers={"HX-Request": "true"}).status_code == 286
    page = text(visitor.get(address))
    assert "4 of 4 lines" in page
    assert WORD in page
    assert "cotton shirts" not in page
    report = b"".join(visitor.get(f"{address}/report").streaming_content).decode()
    table = list(csv.DictReader(io.StringIO(report)))
    assert [row["verdict"] for row in table] == ["clear", "clear", "listed", ""]
    assert table[1]["description"].startswith("'=")
    assert table[3]["faults"].startswith("description:")
    assert (gone := visitor.post(address)).status_code == 302, text(gone)
    assert visitor.get(address).status_code == 404
    assert GateDecision.objects.filter(action="precursors.upload_drop").count() == 1


def test_a_larger_file_comes_in_sealed_pieces(ca):
    visitor = Visitor(ca, "p-drafter")
    begun = visitor.post(f"{PAGE}/larger")
    draft = re.search(r"drf_\w+", begun["Location"]).group()
    data = _file([(WORD, "")] + [("cotton shirts of an invented firm", "")] * 9_000).getvalue()
    told = {"name": "big.csv", "size": len(data)}
    piece = visitor.raw(f"/drafts/{draft}/upload", json.dumps(told).encode(), kind="application/json").json()
    assert visitor.post(f"/drafts/{draft}/files").status_code == 400
    for begin in range(0, len(data), piece["piece"]):
        visitor.raw(piece["next"], data[begin : begin + piece["piece"]], **{"X-Begin": str(begin)})
    done = visitor.post(f"/drafts/{draft}/files")
    assert (done.status_code, done["Location"]) == (307, f"{PAGE}/collected/{draft}")
    assert visitor.get(done["Location"])["Location"] == PAGE
    made = visitor.post(done["Location"])
    assert "0 of 9001 lines" in text(visitor.get(made["Location"])).replace(",", "")
    assert not DraftFile.objects.exists()
    assert not Draft.objects.filter(id=draft).exists()


def test_a_file_that_is_no_table_is_refused_and_leaves_nothing(ca):
    file = io.BytesIO(b"\xff\xfe\x00")
    file.name = "lines.csv"
    answer = Visitor(ca, "p-drafter").post(PAGE, {"file": file})
    assert answer.status_code == 400
    assert not Upload.objects.exists()
