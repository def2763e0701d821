"""The guides of officer, releaser and desk, followed sentence by sentence: nothing is done that the pages do not say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.browser import ARTEFACTS, PHRASE

pytestmark = pytest.mark.journey

DOCS = Path(__file__).resolve().parents[2] / "docs" / "use"
PICTURES = ARTEFACTS.parent / "guides"
STEP = re.compile(r"^\d+\. (.+)$|^!\[[^\]]*\]\(pictures/([a-z-]+)\.png\)$", re.M)
QUOTED = re.compile("“([^”]+)”")


def _follow(person, guide):
    """Do what each numbered sentence of a guide says; keep its pictures where they stand."""
    for words, picture in STEP.findall((DOCS / f"{guide}.md").read_text("utf-8")):
        if picture:
            PICTURES.mkdir(parents=True, exist_ok=True)
            person.page.screenshot(path=PICTURES / f"{picture}.png")
            continue
        _do(person, words)


def _do(person, words):
    verb, quoted = words.split()[0], QUOTED.findall(words)
    page, main = person.page, person.page.locator("main")
    if verb == "Open":
        page.locator("nav").get_by_role("link", name=quoted[0], exact=True).click()
    elif verb == "Press":
        _press(main, quoted[0])
    elif verb == "Choose":
        _choose(main, *quoted)
    elif verb == "Type":
        typed, label = (PHRASE, quoted[0]) if words.startswith("Type your phrase") else quoted[:2]
        main.get_by_label(label, exact=False).first.fill(typed)
    elif verb == "Tick":
        main.get_by_role("group", name=quoted[1]).get_by_label(quoted[0], exact=True).check()
    elif verb == "Add":
        data = {"name": quoted[0], "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n" + b"invented " * 40_000}
        main.get_by_label("Add a file").set_input_files(data)
        main.get_by_role("rowheader", name=quoted[0]).wait_for()
    elif verb == "You":
        main.get_by_text(quoted[0], exact=False).first.wait_for()
    else:
        raise AssertionError(f"the guide says what nobody can follow: {words}")
    page.wait_for_load_state()


def _choose(main, value, label):
    """One of a list, or of a group of round buttons."""
    group = main.get_by_role("group", name=label)
    if group.count():
        group.get_by_label(value, exact=False).first.check()
        return
    field = main.get_by_label(label, exact=False).first
    wanted = field.evaluate("(e, w) => [...e.options].map(o => o.label).find(l => l.startsWith(w))", value)
    field.select_option(label=wanted)


def _press(main, name):
    before = main.page.url
    pressed = (
        main.get_by_role("button", name=name, exact=True).or_(main.get_by_role("link", name=name, exact=True)).first
    )
    pressed.click()
    for _ in range(100):
        if main.page.url != before:
            return
        main.page.wait_for_timeout(50)


def _ready(person, words):
    """Wait until the desk shows the line; arrivals are filed a moment after their receipt."""
    for _ in range(150):
        person.go("/")
        if words in person.page.locator("main").inner_text():
            return
        person.page.wait_for_timeout(200)
    raise AssertionError(f"{words} did not come")


def test_the_guides_lead_from_a_request_to_its_answer(desks, journey):
    officer = desks.enter("CA", "ca-drafter")
    _follow(officer, "officer")
    risk = desks.enter("CA", "risk")
    _ready(risk, "assessment of the risk")
    risk.page.locator("main a[data-row]").first.click()
    risk.page.locator("main a[href$=assess]").click()
    risk.page.locator("[name=bare][value=low]").check()
    risk.page.locator("[name=mitigated][value=low]").check()
    risk.page.locator("main form button.button").click()
    risk.page.wait_for_url(re.compile("/items/itm_[a-z2-7]{26}$"))
    releaser = desks.enter("CA", "ca-releaser")
    _follow(releaser, "releaser")
    second = desks.enter("CA", "ca-second")
    second.go(releaser.page.url.replace(releaser.base, "") + "/approve")
    second.page.locator("main [name=phrase]").first.fill(PHRASE)
    second.page.locator("main form[action$=approve] button").click()
    second.page.wait_for_url(re.compile("/items/itm_[a-z2-7]{26}$"))
    journey.settle()
    desk = desks.enter("IN", "desk")
    _ready(desk, "Take in hand")
    _follow(desk, "desk")


def test_every_picture_of_the_guides_is_there_and_every_guide_is_linked():
    readme = (DOCS.parent / "use.md").read_text("utf-8")
    for guide in sorted(DOCS.glob("*.md")):
        for name in re.findall(r"\]\((pictures/[a-z-]+\.png)\)", guide.read_text("utf-8")):
            assert (DOCS / name).is_file(), name
        assert f"use/{guide.name}" in readme, guide.name
