"""The main job, by people in browsers on two live nodes and by keyboard alone: asked, refused, assessed, approved, delivered, answered, proved."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Error as PlaywrightError
from support import keyboard
from support.browser import PHRASE

pytestmark = pytest.mark.journey


def _fill(person, **given):
    """Fill in by keyboard, in the order of the page."""
    for name, value in given.items():
        field = person.page.locator(f"main [name={name}]").first
        kind = field.evaluate("e => e.type || e.tagName")
        if kind in ("radio", "checkbox"):
            for one in [value] if isinstance(value, str) else value:
                keyboard.tick(person.page, name, one)
        elif kind == "select-one":
            keyboard.choose(person.page, field, value)
        else:
            keyboard.write(person.page, field, value)


def _on(person):
    """Press the page's main button by keyboard and wait until the next page stands."""
    before = person.page.url
    keyboard.press(person.page, person.page.locator("main form button.button:visible").first)
    try:
        person.page.wait_for_url(lambda url: url != before, timeout=15_000)
    except PlaywrightError:
        raise AssertionError(f"{before} went nowhere: {person.page.locator('main').inner_text()[:1500]}") from None
    person.page.wait_for_load_state()


def _item(person):
    return re.search(r"/items/(itm_[a-z2-7]{26})", person.page.url).group(1)


def _open(person, item):
    """Open an item that is on its way; the desk files arrivals a moment after their receipt."""
    for _ in range(100):
        person.go(f"/items/{item}")
        if person.page.locator(f"code:text-is('{item}')").count():
            return
        person.page.wait_for_timeout(200)
    raise AssertionError(f"{item} did not arrive: {person.page.locator('main').inner_text()[:300]}")


def _approve(desks, state, login, item, role, name=""):
    person = desks.enter(state, login)
    person.go(f"/items/{item}/approve")
    if name:
        person.look(name)
    keyboard.tick(person.page, "role", role)
    keyboard.write(person.page, person.page.locator("main form[action$=approve] [name=phrase]"), PHRASE)
    keyboard.press(person.page, person.page.locator("main form[action$=approve] button"))
    person.page.wait_for_url(f"**/items/{item}")
    person.page.context.close()


@pytest.fixture(scope="module")
def told(desks, journey):
    """The story's first half, played once: a request written by an officer and delivered. What later tests stand on."""
    drafter = desks.enter("CA", "ca-drafter")
    drafter.look("home-empty")
    drafter.go("/compose")
    drafter.look("compose")
    _on(drafter)
    drafter.look("draft-to")
    _fill(drafter, offence="extortion", urgency="urgent")
    _on(drafter)
    _fill(drafter, name_latn="Gurnaam Udaharan Example", name_guru="ਗੁਰਨਾਮ ਉਦਾਹਰਨ", name_deva="गुरनाम उदाहरण", born_on="1985-01-31",
          identifier="+91-00000-00147")  # fmt: skip
    drafter.look("draft-subjects")
    _on(drafter)
    _fill(drafter, question="Who subscribed to the number?", necessity="Three invented shopkeepers were called.", source="B",
          information="2")  # fmt: skip
    drafter.look("draft-question")
    _on(drafter)
    drafter.page.set_input_files(
        "#file", {"name": "calls.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n" + b"x" * 700_000}
    )
    drafter.page.wait_for_selector("text=calls.pdf")
    drafter.look("draft-files")
    keyboard.press(drafter.page, drafter.page.locator("main form button.button:visible").last)
    drafter.page.wait_for_url("**/home")
    _fill(drafter, origin="own", political="none", tainted="none")
    drafter.look("draft-home")
    _on(drafter)
    drafter.look("draft-check")
    _on(drafter)
    item = _item(drafter)
    drafter.look("item-proposed")
    assert "assess" in drafter.page.locator("main").inner_text()
    return {"request": item, "drafter": drafter}


def test_a_request_is_assessed_approved_delivered_and_answered(desks, journey, told):
    item = told["request"]
    risk = desks.enter("CA", "risk")
    risk.look("home-risk")
    risk.go(f"/items/{item}/assess")
    _fill(risk, bare="low", mitigated="low")
    risk.look("assess")
    _on(risk)
    _approve(desks, "CA", "ca-releaser", item, "releaser", "approve")
    _approve(desks, "CA", "ca-second", item, "second_officer")
    journey.settle()
    desk = desks.enter("IN", "desk")
    desk.look("home-desk")
    _open(desk, item)
    desk.look("item-received")
    keyboard.press(desk.page, desk.page.locator("main form[action$=take] button"))
    desk.page.wait_for_selector("a[href$=admit]")
    desk.go(f"/items/{item}/admit")
    desk.look("admit")
    _fill(desk, found=["predicate", "purpose", "proportionate", "neutral"])
    _on(desk)
    answering = desks.enter("IN", "in-drafter")
    answering.go(f"/items/{item}/answer")
    answering.look("answer")
    keyboard.press(answering.page, answering.page.locator("main button[value=refusal]"))
    answering.page.wait_for_url("**/refusal")
    answering.look("draft-refusal")
    keyboard.press(answering.page, answering.page.locator("main form[action$=discard] button"))
    answering.page.wait_for_url(answering.base + "/")
    answering.go(f"/items/{item}/answer")
    keyboard.press(answering.page, answering.page.locator("main button[value=reply]"))
    answering.page.wait_for_url("**/answer")
    _fill(answering, about="0")
    _fill(answering, text="The number was subscribed by Example Traders (invented), as Informant Example told us.",
          necessity="It answers the question and nothing else.", source="B", information="2")  # fmt: skip
    answering.look("draft-answer")
    _on(answering)
    _fill(answering, origin="own", political="none", tainted="none", categories=["source_identity"])
    _on(answering)
    _on(answering)
    reply = _item(answering)
    answering.look("item-to-withhold")
    answering.go(f"/items/{reply}/withhold")
    _fill(answering, path="/text", words=", as Informant Example told us", category="source_identity")
    answering.look("withhold")
    _on(answering)
    answering.look("item-withheld")
    _approve(desks, "IN", "in-releaser", reply, "releaser", "approve-with-difference")
    _approve(desks, "IN", "in-second", reply, "second_officer")
    journey.settle()
    drafter = told["drafter"]
    _open(drafter, reply)
    drafter.look("item-answer")
    assert "[withheld]" in drafter.page.locator("main").inner_text()
    drafter.go(f"/items/{item}/proof")
    drafter.look("proof")
    with drafter.page.expect_download() as got:
        keyboard.press(drafter.page, drafter.page.locator("main a[href$=evidence]"))
    assert got.value.suggested_filename == f"{item}.evidence"
    drafter.go("/cases?show=all")
    drafter.look("cases")
    keyboard.press(drafter.page, drafter.page.locator("main a[data-row]").first)
    drafter.page.wait_for_url("**/cases/cas_*")
    drafter.look("case")
