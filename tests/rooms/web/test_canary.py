"""Marked words in drafts, file names, files, translations and approval phrases appear in no table, page of the log, or error."""

from __future__ import annotations

import logging

import pytest
from django.apps import apps
from support import desk_of, officers_of, web_of
from support.desk_of import Visitor

CANARY = "Kanarienvogel"


@pytest.fixture
def ca(pair):
    with web_of.serving(pair.ca):
        yield pair.ca


def _rows():
    """Every value of every table, as bytes."""
    for model in apps.get_models():
        for row in model.objects.values_list():
            for value in row:
                yield model.__name__, bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()


def test_what_is_written_on_the_pages_lies_in_clear_nowhere(ca, caplog):
    caplog.set_level(logging.WARNING)  # what a node logs; even of that the handler keeps no words
    visitor = Visitor(ca, "drafter")
    draft = visitor.draft(subjects={"name_latn": f"{CANARY} Person"}, question={"question": f"Who is {CANARY}?"})
    data = (CANARY * 1000).encode()
    told = visitor.raw(f"/drafts/{draft}/upload", b'{"name": "%s.txt", "size": %d}' % (CANARY.encode(), len(data)),
                       kind="application/json").json()  # fmt: skip
    visitor.raw(told["next"], data, **{"X-Begin": "0"})
    visitor.post(f"/drafts/{draft}/question", {"question": f"{CANARY}\u202e"})
    item = officers_of.release(ca, officers_of.request(ca))
    visitor.post(f"/items/{item.id}/translate", {"language": "fr", "text": f"{CANARY} parle"})
    visitor.post("/search", {"words": CANARY, "ground": "case:TEST-0001"})
    from countersign.web import signing

    key = (ca.home / "officers" / "releaser.key").read_bytes()
    signing.keep(ca.house, officers_of.find("releaser"), key, f"{CANARY} phrase of four words")
    assert [name for name, value in _rows() if CANARY.encode() in value or key in value] == []
    assert CANARY not in caplog.text


def test_an_error_page_repeats_nothing_that_was_sent(ca):
    visitor = Visitor(ca, "drafter")
    for path in (f"/items/{CANARY}", f"/cases/{CANARY}", f"/drafts/{CANARY}/question", f"/{CANARY}"):
        shown = visitor.get(path)
        assert shown.status_code in (400, 404)
        body = shown.content.decode().replace(f'name="next" value="{path}"', "")
        assert CANARY not in body, path


def test_a_key_that_was_brought_is_the_officers_alone(ca):
    desk_of.keep_key(ca, "releaser")
    from countersign.web import signing
    from countersign.web.errors import SignatureUnavailable

    assert signing.is_kept(officers_of.find("releaser"))
    assert not signing.is_kept(officers_of.find("second"))
    with pytest.raises(SignatureUnavailable):
        signing.sign(officers_of.find("second"), desk_of.PHRASE, b"message")
