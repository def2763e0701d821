"""The stream's work in a real browser, in the language of the day: a line with its evidence, a notice, an incident and its chain, shipments."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.journey

STREAM = "/streams/precursors"
TABLE = (
    "id,date,origin,destination,hs_code,description,cas,quantity,unit,value_usd,mode,exporter,consignee\n"
    "a,2026-11-02,IN,CA,2914.11,acetone,67-64-1,100,kg,90,sea,Invented Exports (fictional),Invented Import (fictional)\n"
    "b,2026-11-03,IN,CA,6109.10,cotton shirts,,10,kg,100,sea,Invented Cotton (fictional),Invented Shop (fictional)\n"
    "c,2026-11-04,IN,CA,2933.39,4-piperidone hydrochloride,,25,kg,,post,Invented Exports (fictional),Quick Freight (fictional)\n"
)
NOTICE = {
    "pen_no": "CA-2026-000412", "case_ref": "TEST-PEN-9", "exporter_name": "Prairie Synthesis Ltd (fictional)",
    "exporter_address": "2 Invented Street, Calgary", "importer_name": "Narmada Intermediates (fictional)",
    "importer_address": "1 Invented Road, Surat", "exit": "CAVAN", "entry": "INNSA", "dispatch_on": "2027-03-01",
    "declared_use": "an invented research programme", "name_1": "4-piperidone hydrochloride hydrate", "cas_1": "40064-34-4",
    "hs_1": "2933.39", "kilograms_1": "25.0",
}  # fmt: skip
INCIDENT = {
    "case_ref": "TEST-PEN-9", "happened_on": "2026-11-20", "place": "Invented yard, Vancouver", "name": "4-piperidone",
    "quantity": "12.5", "packing": "42 drums, NFI-77/04", "declared_as": "plastic granules", "container": "TESU 000000-0",
    "origin": "IN", "destination": "CA",
}  # fmt: skip


@pytest.fixture(scope="module")
def people(desks):
    found = {}

    def person(login, language):
        if (login, language) not in found:
            found[login, language] = desks.enter("CA", login, language=language)
        return found[login, language]

    return person


def _fill(person, fields):
    for name, value in fields.items():
        person.page.locator(f"main [name={name}]").first.fill(value)


def _press(person):
    person.page.locator("main form button.button:not(.quiet)").last.click()


def test_a_line_is_screened_with_its_evidence(people, language):
    person = people("ca-drafter", language)
    person.go(f"{STREAM}/screen")
    _fill(person, {"description": "4\u2010PIPERIDONE hydrochloride, 25 kg drums", "hs_code": "2933.39"})
    person.page.locator("main form button.button:not(.quiet)").first.click()
    person.page.wait_for_selector("#answer")
    assert "4-Piperidone" in person.page.locator("#answer").inner_text()
    person.look("precursors-screen")


def test_a_notice_is_written_and_stands_on_the_board(people, language):
    person = people("ca-drafter", language)
    person.go(f"{STREAM}/notices/new")
    person.look("precursors-notice-new")
    _fill(person, NOTICE | {"cas_1": "40064-34-5"})
    _press(person)
    person.page.wait_for_selector(".error-summary")
    assert person.page.locator("[name=declared_use]").input_value() == NOTICE["declared_use"]
    person.look("precursors-notice-refused")
    _fill(person, NOTICE)
    _press(person)
    person.page.wait_for_url("**/items/*")
    person.go(STREAM + "/")
    person.look("precursors-board")


def test_an_incident_is_told_and_its_chain_is_drawn(people, language):
    person = people("ca-drafter", language)
    person.go(f"{STREAM}/incidents/new")
    _fill(person, INCIDENT)
    person.page.locator("[name=type]").select_option("seizure")
    person.page.locator("[name=wanted]").select_option("backtrack")
    person.look("precursors-incident-new")
    _press(person)
    person.page.wait_for_url("**/drafts/*/files")
    photo = {"name": "drums.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(600_000)}
    person.page.set_input_files("#file", photo)
    person.page.wait_for_selector("table.stack")
    person.look("precursors-incident-files")
    _press(person)
    person.page.wait_for_url("**/check")
    person.look("precursors-incident-check")
    _press(person)
    person.page.wait_for_url("**/items/*")
    person.go(f"{STREAM}/incidents")
    person.look("precursors-incidents")
    person.page.locator("tbody th a").first.click()
    assert person.page.locator("svg.picture rect").count() >= 1
    person.look("precursors-incident")


def test_a_file_is_screened_while_its_officer_looks_on(people, language):
    """Brought in sealed pieces, screened by the running node, found first, the report as a table."""
    person = people("ca-drafter", language)
    person.go(f"{STREAM}/screen")
    person.page.locator(f"form[action='{STREAM}/screen/larger'] button").click()
    person.page.wait_for_url("**/drafts/*/files")
    rows = [f"{place},cotton shirts {place}" for place in range(4_000)] + ["last,4-piperidone hydrochloride", "empty,"]
    table = "id,description\n" + "\n".join(rows)
    person.page.set_input_files("#file", {"name": "November.csv", "mimeType": "text/csv", "buffer": table.encode()})
    person.page.wait_for_selector("table.stack")
    _press(person)
    person.page.wait_for_url("**/screen/upl_*")
    person.look("precursors-upload-begun")
    person.page.wait_for_selector("#answer .tag.good", timeout=60_000)
    assert "4-piperidone" in person.page.locator("#answer tbody tr").first.inner_text()
    person.look("precursors-upload-done")
    with person.page.expect_download() as download:
        person.page.locator("#answer a[href$='/report']").click()
    assert len(Path(download.value.path()).read_text("utf-8").splitlines()) == 4_003


def test_shipments_are_ranked_and_marks_are_kept(people, language):
    person = people("desk", language)
    person.go(f"{STREAM}/shipments")
    person.page.set_input_files("[name=file]", {"name": "s.csv", "mimeType": "text/csv", "buffer": TABLE.encode()})
    _press(person)
    person.page.wait_for_selector("tbody tr")
    assert "4-piperidone" in person.page.locator("tbody tr").first.inner_text()
    person.look("precursors-shipments")
    person.go(f"{STREAM}/suspects")
    _fill(person, {"mark": "NFI-77/04"})
    _press(person)
    person.page.wait_for_selector("tbody tr")
    person.look("precursors-suspects")


@pytest.mark.parametrize("path", ["/", "/screen", "/notices/new", "/incidents", "/shipments", "/lists"])
def test_at_320_pixels_nothing_is_cut(people, language, path):
    person = people("desk" if path == "/shipments" else "ca-drafter", language)
    person.page.set_viewport_size({"width": 320, "height": 640})
    try:
        person.go(STREAM + path)
        assert person.page.evaluate("document.documentElement.scrollWidth") <= 320
        person.look(f"precursors-narrow{path.replace('/', '-')}")
    finally:
        person.page.set_viewport_size({"width": 1200, "height": 900})
