"""Approving on the page: the phrase signs exactly the bytes shown; who drafted never approves; a no is as near as a yes."""

from __future__ import annotations

import re

import pytest
from support import desk_of, officers_of, web_of
from support.desk_of import PHRASE, Visitor, text

from countersign.exchange.models import Approval, ExchangeItem
from countersign.web.models import SigningKey


@pytest.fixture
def ca(pair):
    with web_of.serving(pair.ca):
        yield pair.ca


@pytest.fixture
def item(ca):
    name = Visitor(ca, "drafter").propose()
    officers_of.assess(ca, ExchangeItem.objects.get(id=name))
    return name


def _digest(page):
    return re.search(r'name="digest" value="([0-9a-f]{64})"', page.content.decode()).group(1)


def _approve(visitor, item, role, *, phrase=PHRASE, digest=""):
    page = visitor.get(f"/items/{item}/approve")
    given = {"digest": digest or _digest(page), "role": role, "phrase": phrase}
    return visitor.post(f"/items/{item}/approve", given)


def test_two_people_approve_and_the_item_leaves(ca, item):
    for login, role in (("releaser", "releaser"), ("second", "second_officer")):
        desk_of.keep_key(ca, login)
        assert _approve(Visitor(ca, login), item, role).status_code == 302
    assert ExchangeItem.objects.get(id=item).state == "released"
    assert Approval.objects.count() == 2


def test_a_wrong_phrase_signs_nothing_and_after_five_the_key_rests(ca, item):
    desk_of.keep_key(ca, "releaser")
    visitor = Visitor(ca, "releaser")
    for _ in range(5):
        shown = _approve(visitor, item, "releaser", phrase="not the phrase at all")
        assert shown.status_code == 400
    shown = _approve(visitor, item, "releaser")
    assert "your approval key rests" in text(shown)
    assert not Approval.objects.exists()


def test_bytes_that_changed_since_the_page_was_shown_are_not_signed(ca, item):
    desk_of.keep_key(ca, "releaser")
    shown = _approve(Visitor(ca, "releaser"), item, "releaser", digest="0" * 64)
    assert shown.status_code == 400
    assert "what you read" in text(shown)
    assert not Approval.objects.exists()


def test_the_page_says_why_it_waits_with_source_and_remedy_and_who_else_must_act(ca, item):
    page = text(Visitor(ca, "releaser").get(f"/items/{item}/approve"))
    assert "Two different authorised humans" in page
    assert "GATE-4EYES" in page
    assert "approval by the second officer" in page
    assert "This is exactly what would leave" in page


def test_the_drafter_sees_no_form_and_cannot_send_one(ca, item):
    officers_of.give("drafter", "releaser")
    desk_of.keep_key(ca, "drafter")
    visitor = Visitor(ca, "drafter")
    assert "others must approve it" in text(visitor.get(f"/items/{item}/approve"))
    shown = visitor.post(f"/items/{item}/approve", {"digest": "0" * 64, "role": "releaser", "phrase": PHRASE})
    assert shown.status_code == 400
    assert not Approval.objects.exists()


def test_declining_takes_a_ground_and_ends_the_item(ca, item):
    visitor = Visitor(ca, "releaser")
    assert visitor.post(f"/items/{item}/decline", {"role": "releaser", "ground": ""}).status_code == 400
    assert visitor.post(f"/items/{item}/decline", {"role": "releaser", "ground": "DISPROPORTIONATE"}).status_code == 302
    assert ExchangeItem.objects.get(id=item).state == "refused"
    late = visitor.get(f"/items/{item}/approve")
    assert late.status_code == 409
    assert "decided already" in text(late)


def test_only_the_enrolled_key_is_taken_and_only_under_a_long_phrase(ca):
    from django.core.files.uploadedfile import SimpleUploadedFile

    visitor, right = Visitor(ca, "releaser"), (ca.home / "officers" / "releaser.key").read_bytes()
    for key, phrase, status in (
        (b"k" * 32, PHRASE, 400),
        (b"short", PHRASE, 400),
        (right, "short", 400),
        (right, PHRASE, 302),
    ):
        given = {"key": SimpleUploadedFile("my.key", key), "phrase": phrase, "again": phrase}
        assert visitor.post("/signature", given).status_code == status
    assert SigningKey.objects.get().officer.login == "releaser"


@pytest.mark.parametrize(
    ("login", "path"),
    [("desk", "/items/{item}/approve"), ("releaser", "/items/{item}/assess"), ("drafter", "/items/{item}/record"), ("desk", "/node"),
     ("drafter", "/review"), ("reviewer", "/compose"), ("desk", "/peering"), ("desk", "/log"), ("releaser", "/risk"),
     ("admin1", "/items/{item}"), ("admin1", "/cases"), ("admin1", "/search"), ("desk", "/overview"), ("desk", "/standing")],
)  # fmt: skip
def test_a_page_is_shut_to_roles_that_have_no_business_there(ca, item, login, path):
    shown = Visitor(ca, login).get(path.format(item=item))
    assert shown.status_code == 403
    assert "Who is it?" not in shown.content.decode()


def test_an_officer_of_another_authority_reads_neither_item_nor_case_nor_draft(ca, item):
    from countersign.charter import officers

    public = officers.create_key_file(ca.home / "officers" / "other.key")
    officers.enrol(ca.house.pack, login="other", name="Test other", authority=web_of.other_authority(ca),
                   roles=["desk", "originator", "releaser"], public_key=public)  # fmt: skip
    visitor, case = Visitor(ca, "other"), ExchangeItem.objects.get(id=item).case_id
    for path in (f"/items/{item}", f"/items/{item}/approve", f"/items/{item}/proof", f"/cases/{case}"):
        shown = visitor.get(path)
        assert shown.status_code in (400, 403)
        assert "Who is it?" not in shown.content.decode()
    assert "TEST-WEB-1" not in text(visitor.get("/cases?show=all"))
