"""Sign-in links of a demonstration, languages, settings, and pages that say what is missing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client, override_settings
from support import officers_of, web_of
from support.desk_of import Visitor, text

from countersign.kernel.errors import NotAllowed
from countersign.web import entry
from countersign.web.models import EntryLink, Preference


@pytest.fixture
def ca(pair):
    with web_of.serving(pair.ca):
        yield pair.ca


@pytest.fixture
def demonstration():
    with override_settings(DEMONSTRATION=True, LOOPBACK=True):
        yield


def _enter(path):
    client = Client(SERVER_NAME="localhost")
    return client, client.post(path)


def test_a_link_signs_in_once(ca, demonstration):
    path = entry.make(ca.house, "desk")
    client, done = _enter(path)
    assert done["Location"] == "/"
    assert client.get("/").status_code == 200
    assert _enter(path)[1].status_code == 403


def test_looking_at_the_link_does_not_spend_it(ca, demonstration):
    path = entry.make(ca.house, "desk")
    assert Client(SERVER_NAME="localhost").get(path).status_code == 200
    assert _enter(path)[1].status_code == 302


def test_a_link_ends_after_half_an_hour(ca, demonstration):
    path = entry.make(ca.house, "desk")
    EntryLink.objects.update(expires_at=EntryLink.objects.get().expires_at - timedelta(minutes=31))
    assert _enter(path)[1].status_code == 403


def test_elsewhere_there_are_no_links(ca):
    with pytest.raises(NotAllowed):
        entry.make(ca.house, "desk")
    assert Client(SERVER_NAME="localhost").post("/entry/whatever").status_code == 404


def test_a_demonstration_that_others_can_reach_is_refused_by_the_system_check():
    from countersign.node.checks import _demonstration

    with override_settings(DEMONSTRATION=True, LOOPBACK=False):
        assert [found.id for found in _demonstration()] == ["countersign.E113"]
    with override_settings(DEMONSTRATION=True, LOOPBACK=True):
        assert _demonstration() == []


@pytest.mark.parametrize("language", ["fr", "hi", "pa", "en"])
def test_the_language_is_chosen_on_the_page_and_kept(ca, language):
    visitor = Visitor(ca, "desk")
    back = visitor.post("/language", {"language": language, "next": "/cases"})
    assert back["Location"] == "/cases"
    assert f'<html lang="{language}"' in visitor.get("/").content.decode()
    assert Preference.objects.get().language == language
    assert f'<html lang="{language}"' in Visitor(ca, "desk").get("/").content.decode()


def test_an_unknown_language_changes_nothing_and_no_page_leads_elsewhere(ca):
    visitor = Visitor(ca, "desk")
    back = visitor.post("/language", {"language": "tlh", "next": "https://elsewhere.example/"})
    assert back["Location"] == "/"
    assert not Preference.objects.exists()
    assert '<html lang="en"' in visitor.get("/", headers={"Accept-Language": "tlh"}).content.decode()


def test_the_clock_of_the_post_stands_beside_both_capitals(ca):
    visitor = Visitor(ca, "desk")
    visitor.post("/settings", {"language": "en", "post_zone": "America/Vancouver"})
    shown = visitor.get("/").content.decode()
    assert "Post (Vancouver)" in shown
    assert "Ottawa" in shown
    assert "New Delhi" in shown


def test_a_page_that_is_missing_says_so_in_words(ca):
    shown = Visitor(ca, "desk").get("/no/such/page")
    assert shown.status_code == 404
    assert "There is no such page" in text(shown)


def test_pages_are_never_kept_by_a_browser_and_allow_no_foreign_script(ca):
    answer = Visitor(ca, "desk").get("/")
    assert "no-store" in answer["Cache-Control"]
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_no_template_holds_inline_style_or_script():
    import re
    from pathlib import Path

    from countersign import web

    for path in (Path(web.__path__[0]) / "templates").rglob("*.html"):
        words = path.read_text()
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=", words), path.name
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", words), path.name


def test_the_saved_filter_holds_codes_alone(ca):
    visitor = Visitor(ca, "desk")
    visitor.post("/cases", {"name": "Late ones", "query": "show=late&order=newest&reference=secret name&words=secret"})
    from countersign.web.models import SavedFilter

    assert SavedFilter.objects.get().query == "show=late&order=newest"
    assert "Late ones" in text(visitor.get("/cases"))
    assert b"Late" not in bytes(SavedFilter.objects.get().name)
    visitor.post("/cases", {"drop": SavedFilter.objects.get().id})
    assert not SavedFilter.objects.exists()


def test_search_on_the_page_finds_a_name_in_each_script_and_asks_in_whose_name(ca):
    names = [{"text": "Invented Person", "script": "Latn"}, {"text": "ਗੁਰਨਾਮ ਉਦਾਹਰਨ", "script": "Guru"},
             {"text": "गुरनाम उदाहरण", "script": "Deva"}]  # fmt: skip
    item = officers_of.release(ca, officers_of.request(ca, subjects=[officers_of.person() | {"names": names}]))
    visitor = Visitor(ca, "desk")
    for words in ("invented per", "ਗੁਰਨਾਮ", "गुरनाम"):
        shown = visitor.post("/search", {"words": words, "ground": "case:TEST-0001"}).content.decode()
        assert item.id in shown, words
    assert "Nothing is found" in text(visitor.post("/search", {"words": "nobody", "ground": "case:TEST-0001"}))
    assert visitor.post("/search", {"words": "invented", "ground": "case:OTHER-1"}).status_code == 400


def test_a_translation_stands_beside_the_original_with_its_translator(ca):
    item = officers_of.release(ca, officers_of.request(ca))
    visitor = Visitor(ca, "desk")
    assert visitor.post(f"/items/{item.id}/translate", {"language": "hi", "text": "यह कौन है?"}).status_code == 302
    shown = text(visitor.get(f"/items/{item.id}"))
    assert "यह कौन है?" in shown
    assert "Who is it?" in shown
    assert "Translated by Test desk" in shown
    from countersign.web.models import Translation

    assert "कौन".encode() not in bytes(Translation.objects.get().content)
