"""Bad lines and odd browsers: no script, a line that drops, a slow one, a session that ends mid-form."""

from __future__ import annotations

import re

import pytest
from support.lossy import lossy_line

pytestmark = pytest.mark.journey


def _to_question(person):
    """A draft at its question, by pressing on."""
    person.go("/compose")
    person.page.locator("main form button.button").first.click()
    person.page.wait_for_url("**/to")
    person.page.locator("[name=offence]").select_option("extortion")
    person.page.locator("main form button.button").first.click()
    person.page.wait_for_url("**/subjects")
    person.page.locator("[name=name_latn]").fill("Invented Person")
    person.page.locator("[name=born_on]").fill("1990-01-01")
    person.page.locator("main form button.button").first.click()
    person.page.wait_for_url("**/question")


def test_without_script_everything_but_live_updates_works(desks):
    person = desks.enter("CA", "ca-drafter", java_script_enabled=False)
    _to_question(person)
    person.page.locator("[name=question]").fill("Who is it?")
    person.page.locator("[name=necessity]").fill("Needed for a test.")
    person.page.locator("main form button.button").first.click()
    person.page.wait_for_url("**/files")
    person.page.set_input_files("#file", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"invented " * 1000})
    person.page.locator("main button[data-without-script]").click()
    assert "a.txt" in person.page.locator("main").inner_text()
    person.page.locator("main form button.button").last.click()
    person.page.wait_for_url("**/home")
    for name, value in (("origin", "own"), ("political", "none"), ("tainted", "none")):
        person.page.locator(f"[name={name}][value={value}]").check()
    person.page.locator("main form button.button").first.click()
    person.page.wait_for_url("**/check")
    person.page.locator("main form button.button").first.click()
    person.page.wait_for_url(re.compile("/items/itm_"))
    assert person.faults == []


def test_what_is_typed_outlives_a_dropped_line(desks):
    person = desks.enter("CA", "ca-drafter")
    _to_question(person)
    person.page.locator("[name=question]").fill("Typed before the line dropped")
    person.page.locator("[name=necessity]").fill("Needed.")
    person.page.context.set_offline(True)
    person.page.locator("main form button.button").first.click()
    person.page.wait_for_selector("#line:not([hidden])")
    assert person.page.locator("[name=question]").input_value() == "Typed before the line dropped"
    person.page.context.set_offline(False)
    person.page.wait_for_url("**/files", timeout=20_000)


def test_a_session_that_ends_mid_form_loses_no_word(desks):
    person = desks.enter("CA", "ca-drafter")
    _to_question(person)
    person.page.locator("[name=question]").fill("Typed before the session ended")
    person.page.locator("[name=necessity]").fill("Needed.")
    kept = [cookie for cookie in person.page.context.cookies() if cookie["name"] != "sessionid"]
    person.page.context.clear_cookies()
    person.page.context.add_cookies(kept)
    person.page.locator("main form button.button").first.click()
    person.page.wait_for_selector("#line:not([hidden])")
    assert person.page.locator("[name=question]").input_value() == "Typed before the session ended"


def test_a_draft_is_saved_while_it_is_written(desks):
    person = desks.enter("CA", "ca-drafter")
    _to_question(person)
    person.page.locator("[name=question]").fill("Half a sentence")
    person.page.wait_for_selector("[data-draft-saved]:not(:empty)", timeout=20_000)
    person.page.reload()
    assert person.page.locator("[name=question]").input_value() == "Half a sentence"


def test_a_request_with_a_file_is_written_over_a_slow_line_that_loses_packets(desks, journey):
    """300 ms there and back, 512 kbit/s, one packet in fifty lost."""
    with lossy_line(journey.ports["CA"] + 1, round_trip=0.3, bits=512_000, loss=0.02) as line:
        through = {"server": f"http://127.0.0.1:{line.port}", "bypass": "<-loopback>"}
        person = desks.enter("CA", "ca-drafter", proxy=through)
        began = line.packets
        _to_question(person)
        person.page.locator("[name=question]").fill("Who is it?")
        person.page.locator("[name=necessity]").fill("Needed.")
        person.page.locator("main form button.button").first.click()
        person.page.wait_for_url("**/files")
        person.page.set_input_files(
            "#file", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"invented " * 20_000}
        )
        listed = person.page.locator("table", has_text="a.txt").locator("tbody tr")
        listed.wait_for(timeout=60_000)
        assert "not whole" not in listed.inner_text()
        assert line.packets > began
        assert line.lost > 0, "the line was meant to lose packets"
        assert person.faults == []


def test_a_double_click_makes_one_item(desks):
    person = desks.enter("CA", "ca-drafter")
    _to_question(person)
    person.page.locator("[name=question]").fill("Who is it?")
    person.page.locator("[name=necessity]").fill("Needed.")
    person.page.locator("main form button.button").first.click()
    person.page.wait_for_url("**/files")
    person.page.locator("main form button.button:visible").last.click()
    person.page.wait_for_url("**/home")
    for name in ("origin", "political", "tainted"):
        person.page.locator(f"[name={name}]").first.check()
    person.page.locator("main form button.button").first.click()
    person.page.wait_for_url("**/check")
    person.page.locator("main form button.button").first.dblclick()
    person.page.wait_for_url(re.compile("/items/itm_"))
    made = person.page.url
    person.page.go_back()
    person.page.wait_for_load_state()
    person.go(re.search(r"/drafts/drf_\w+", person.page.url).group() if "/drafts/" in person.page.url else "/")
    assert "/drafts/" not in person.page.url
    assert made.rpartition("/")[2].startswith("itm_")
