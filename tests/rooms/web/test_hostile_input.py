"""Every address of the desks, called with what nobody should send: an answer that refuses, never a fault of the node."""

from __future__ import annotations

import re

import pytest
from django.urls import get_resolver
from support import officers_of, web_of
from support.desk_of import Visitor, text

from countersign.charter import officers
from countersign.web.desk import pages

HOSTILE = (
    "%00",
    "x" * 6000,
    "9" * 5000,
    "%E2%80%AE",
    "%F0%9F%92%A5",
    "..%2F..%2Fetc",
    "%FF",
    "-1",
    "'%22%3E%3Cscript%3E",
)
FIELDS = (
    "kind", "case", "again", "sample", "turn", "save", "remove", "done", "another", "about", "item", "act", "outcome", "page",
    "show", "order", "reference", "name", "query", "drop", "words", "ground", "for", "found", "language", "next", "origin",
    "retyped", "role", "phrase", "digest", "use", "recipient", "authority", "level", "dated", "a_day", "days", "fingerprint",
    "text", "question", "born_on", "path", "category", "bare", "mitigated", "code", "to", "case_ref", "persons", "open",
)  # fmt: skip
VALUES = (
    "\x00",
    "\x00a",
    "9" * 5000,
    "\u202eevil",
    "\ud7ff\uffff",
    "x" * 30_000,
    "-1",
    "itm_\x00",
    "None",
    "a\r\nb: c",
    "१२",
)


@pytest.fixture
def ca(pair):
    with web_of.serving(pair.ca):
        yield pair.ca


def addresses(patterns, before=""):
    """Paths of the node's own pages, with a place for each part that varies."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            if not route.startswith(("accounts/", "api/")):
                yield from addresses(pattern.url_patterns, route)
        elif "^" not in route and route not in ("healthz", "readyz"):
            yield route


ROUTES = sorted(addresses(get_resolver().url_patterns))


class Everybody(Visitor):
    """One officer with every role a person can have, whose token is fetched once."""

    def __init__(self, node):
        officers_of.give("drafter", *(role for role in sorted(officers.ROLES) if role != "originator"))
        super().__init__(node, "drafter")
        self.client.get("/settings")
        self.token = self.client.cookies["csrftoken"].value

    def send(self, path, fields):
        return self.client.post(path, fields | {"csrfmiddlewaretoken": self.token})


@pytest.fixture
def visitor(ca):
    return Everybody(ca)


def filled(route, names):
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: names.get(part.group(1), names["*"]), route)


@pytest.mark.parametrize("value", HOSTILE)
def test_no_part_of_an_address_is_a_fault_of_the_node(visitor, value):
    for route in ROUTES:
        for path in {
            filled(route, {"*": value}),
            f"{filled(route, {'*': 'x'})}?{'&'.join(f'{name}={value}' for name in FIELDS)}",
        }:
            assert visitor.get(path).status_code < 500, path
            assert visitor.send(path, {}).status_code < 500, path


@pytest.mark.parametrize("value", VALUES)
def test_no_field_of_a_form_is_a_fault_of_the_node(visitor, value):
    draft, item = visitor.draft(), visitor.propose()
    real = {"draft_id": draft, "item_id": item, "page": "home", "node": "in.example", "*": "x"}
    for route in ROUTES:
        answer = visitor.send(filled(route, real), dict.fromkeys(FIELDS, value))
        assert answer.status_code < 500, (route, value[:20])


def test_pieces_and_ranges_with_numbers_that_are_none(visitor):
    draft = visitor.draft()
    for said in (b"", b"[]", b'"x"', b'{"name": "a.txt", "size": 1e999}', b'{"name": "a.txt", "size": -1}', b'{"name": "\\ud800", "size": 1}',
                 b'{"name": "a\\nb.txt", "size": 1}', b'{"name": "", "size": 1}', b'{"name": "' + b"x" * 400 + b'.txt", "size": 1}'):  # fmt: skip
        assert visitor.raw(f"/drafts/{draft}/upload", said, kind="application/json").status_code == 400, said[:40]
    told = visitor.raw(
        f"/drafts/{draft}/upload", b'{"name": "a.txt", "size": 3, "mark": "b\\nc"}', kind="application/json"
    ).json()
    for place in ("", "-1", "x", "9" * 5000, "1"):
        answer = visitor.raw(told["next"], b"abc", **{"X-Begin": place})
        assert answer.status_code == 400, place[:10]
    assert visitor.raw(told["next"], b"abc", **{"X-Begin": "0"}).json()["received"] == 3
    assert "a.txt" in text(visitor.get(f"/drafts/{draft}/files"))


@pytest.mark.parametrize("kind", ["request.information", "spontaneous", "note"])
@pytest.mark.parametrize("begun", [{"case": "cas_unknown"}, {"again": "itm_unknown"}, {"sample": "unknown"}, {}])
def test_a_draft_may_be_looked_at_and_proposed_from_its_first_moment(visitor, kind, begun):
    """Whatever it began from, every page of it opens, and an empty one is refused by name."""
    answer = visitor.send("/compose", {"kind": kind} | begun)
    if answer.status_code != 302:
        assert answer.status_code in (400, 403, 404)
        return
    draft = answer["Location"].split("/")[2]
    for page in pages.of(kind):
        assert visitor.get(f"/drafts/{draft}/{page}").status_code == 200, page
    assert visitor.check(draft).status_code == 400


@pytest.mark.parametrize("kind", ["spontaneous", "note", "request.information"])
def test_a_further_request_in_a_case_without_an_own_one_begins_like_any_other(visitor, kind):
    from countersign.exchange import gate

    base = officers_of.request(visitor.node)
    kept = ("version", "case_ref", "from_authority", "to_state", "to_authority", "purpose", "necessity", "home")
    note = {name: base[name] for name in kept} | {"kind": "note", "text": "A note."}
    item = gate.propose(visitor.node.house, officers_of.find("drafter"), note).item
    for begun in ({"case": item.case_id}, {"again": item.id}):
        answer = visitor.send("/compose", {"kind": kind} | begun)
        assert answer.status_code == 302
        draft = answer["Location"].split("/")[2]
        for page in pages.of(kind):
            assert visitor.get(f"/drafts/{draft}/{page}").status_code == 200, (page, begun)


@pytest.mark.parametrize("value", HOSTILE)
def test_no_part_of_a_call_of_the_api_is_a_fault_of_the_node(ca, value):
    machine = web_of.machine(ca)
    for path in ("items/{}", "items/{}/receipts", "items/{}/proof", "items/{}/attachments/{}", "cases/{}", "proposals/{}",
                 "items?case={}&kind={}&direction={}&cursor={}", "cases?cursor={}", "events?cursor={}", "decisions?item={}"):  # fmt: skip
        assert machine.get(f"/{path.replace('{}', value)}").status_code < 500, path


def test_who_may_not_translate_is_offered_no_translation(ca):
    item = Visitor(ca, "drafter").propose()
    address = f"/items/{item}/translate"
    assert address in Visitor(ca, "drafter").get(f"/items/{item}").content.decode()
    assert address not in Visitor(ca, "releaser").get(f"/items/{item}").content.decode()
