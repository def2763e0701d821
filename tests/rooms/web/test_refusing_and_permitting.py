"""Answers besides the reply, on their pages: a refusal with and without words, a permission asked for and given."""

from __future__ import annotations

import re

import pytest
from support import flow, officers_of, web_of
from support.desk_of import Visitor, text

from countersign.exchange import contents
from countersign.exchange.models import ExchangeItem, Permission

OWN = {"origin": "own", "political": "none", "tainted": "none"}


@pytest.fixture
def asked(pair):
    """A request about a firm that Canada has in hand: of a firm more grounds may be told than of a person."""
    firm = {"type": "company", "names": [{"text": "Invented Traders", "script": "Latn"}]}
    item = flow.send(pair, pair.in_, officers_of.request(pair.in_, subjects=[firm]))
    flow.take(pair.ca, item.id)
    return item


def _begin(visitor, item, kind):
    page = visitor.post(f"/items/{item}/answer", {"kind": kind}, follow=True)
    return re.search(r"drf_\w+", page.request["PATH_INFO"]).group()


def _made(visitor, draft):
    done = visitor.check(draft)
    assert done.status_code == 302, text(done)[:900]
    return ExchangeItem.objects.get(id=re.search(r"itm_\w+", done["Location"]).group())


def test_a_refusal_with_words_asks_the_drafter_of_the_words_and_believes_nobody_else(pair, asked):
    with web_of.serving(pair.ca):
        desk = Visitor(pair.ca, "desk")
        draft = _begin(desk, asked.id, "refusal")
        given = {"ground": "NOT_COMPETENT", "explanation": "Ask the customs authority."}
        shown = desk.post(f"/drafts/{draft}/refusal", given)
        assert shown.status_code == 400
        assert shown.content.decode().count('<p class="error">') == 3
        assert shown.content.decode().count('<p class="error" id="id_necessity_error">') == 1
        answers = OWN | {"tainted": "suspected", "necessity": "It saves a second request."}
        assert desk.post(f"/drafts/{draft}/refusal", given | answers)["Location"].endswith("/check")
        made = _made(desk, draft)
        sheet = contents.read(pair.ca.house, made).sheet
        assert (sheet.origin, sheet.political, sheet.tainted) == ("own", "none", "suspected")
        assert made.state != "released"


def test_a_refusal_in_codes_alone_is_asked_nothing(pair, asked):
    with web_of.serving(pair.ca):
        desk = Visitor(pair.ca, "desk")
        draft = _begin(desk, asked.id, "refusal")
        assert desk.post(f"/drafts/{draft}/refusal", {"ground": "NOT_COMPETENT"})["Location"].endswith("/check")
        made = _made(desk, draft)
        assert contents.read(pair.ca.house, made).content["explanation"] is None
        assert (made.kind, made.state) == ("refusal", "proposed")


def test_passing_on_is_asked_for_and_granted_on_the_pages(pair):
    request = flow.send(pair, pair.ca, officers_of.request(pair.ca))
    flow.take(pair.in_, request.id, admit=True)
    reply = flow.send(pair, pair.in_, officers_of.reply(pair.in_, request.id))
    with web_of.serving(pair.ca):
        desk = Visitor(pair.ca, "desk")
        draft = _begin(desk, reply.id, "permission")
        wanted = {"kind": "permission.onward", "necessity": "It concerns the border."}
        assert "Name who would receive the item." in text(desk.post(f"/drafts/{draft}/permission", wanted))
        wanted["recipient"] = "CBSA"
        assert desk.post(f"/drafts/{draft}/permission", wanted)["Location"].endswith("/home")
        home = OWN | {"handling": "H1", "tlp": "none", "level": pair.ca.house.pack.default_marking}
        assert desk.post(f"/drafts/{draft}/home", home)["Location"].endswith("/check")
        question = _made(desk, draft)
        for login, role in (("releaser", "releaser"), ("second", "second_officer")):
            flow.approve(pair.ca, question, login, role)
    flow.arrive(pair, pair.ca)
    flow.take(pair.in_, question.id)
    with web_of.serving(pair.in_):
        desk = Visitor(pair.in_, "desk")
        draft = _begin(desk, question.id, "verdict")
        assert desk.post(f"/drafts/{draft}/verdict", {"act": "grant"}).status_code == 400
        granted = {"act": "grant", "necessity": "It is the agency that acts."} | OWN | {"origin": "recipient_itself"}
        assert desk.post(f"/drafts/{draft}/verdict", granted)["Location"].endswith("/check")
        verdict = _made(desk, draft)
        for login, role in (("releaser", "releaser"), ("second", "second_officer")):
            flow.approve(pair.in_, verdict, login, role)
    flow.arrive(pair, pair.in_)
    with pair.ca.active():
        assert Permission.objects.get().recipient == "CBSA"
