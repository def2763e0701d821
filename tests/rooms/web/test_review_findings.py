"""What an outside reading of the desks found, each as a claim that it cannot happen again."""

from __future__ import annotations

import pytest
from support import desk_of, flow, officers_of, web_of
from support.desk_of import Visitor, text

from countersign.exchange import decisions, gate
from countersign.exchange.errors import GateRefused
from countersign.exchange.models import ExchangeItem, GateDecision
from countersign.kernel.errors import InvalidInput
from countersign.oversight import protection

KEY = b"k" * 32


@pytest.fixture
def india(pair):
    with web_of.serving(pair.in_):
        yield pair.in_


def _asked(pair):
    item = flow.send(pair, pair.ca, officers_of.request(pair.ca))
    flow.take(pair.in_, item.id, admit=True)
    return item


def test_a_reply_about_a_protected_person_is_held_though_it_names_nobody(pair, india):
    item = _asked(pair)
    protection.load_register(KEY, [officers_of.person()])
    told = gate.propose(india.house, officers_of.find("drafter"), officers_of.reply(india, item.id)).item
    for login, role in (("releaser", "releaser"), ("second", "second_officer")):
        flow.approve(india, told, login, role)
    assert ExchangeItem.objects.get(id=told.id).state == "held"


def test_a_reply_about_a_child_is_one_about_a_child_though_it_names_nobody(pair, india, monkeypatch):
    item = _asked(pair)
    child = officers_of.person() | {"born_on": "2015-01-01", "role": "suspect", "nationalities": [], "identifiers": []}
    from countersign.exchange import concerned

    monkeypatch.setattr(concerned, "_asked", lambda *_given: [child])
    try:
        decision = gate.propose(india.house, officers_of.find("drafter"), officers_of.reply(india, item.id)).decision
    except GateRefused as refused:
        decision = refused.decision
    assert decision.facts["age_status"] == "minor"
    assert "minor_offender" in decision.facts["subjects"]


def test_a_holding_answer_of_codes_stays_one_of_codes_whoever_was_asked_about(pair, india):
    suspect = officers_of.person() | {"role": "suspect", "nationalities": ["IN"]}
    item = flow.send(pair, pair.ca, officers_of.request(pair.ca, subjects=[suspect]))
    flow.take(india, item.id)
    flow.authorise(india, "reply.interim")
    base = {
        name: value
        for name, value in officers_of.reply(india, item.id).items()
        if name not in ("text", "subjects", "attachments", "evaluation", "necessity", "home")
    }
    from countersign.exchange import standing

    given = base | {"kind": "reply.interim", "reason": "in_hand", "expected_on": "2030-01-01"}
    assert standing.propose(india.house, officers_of.find("desk"), given).item.state == "released"


def test_nothing_is_said_about_a_person_before_the_request_was_found_in_order(pair, india):
    item = flow.send(pair, pair.ca, officers_of.request(pair.ca))
    flow.take(india, item.id)
    with pytest.raises(InvalidInput, match="found in order"):
        gate.propose(india.house, officers_of.find("drafter"), officers_of.reply(india, item.id))


def test_a_refusal_says_the_same_whatever_the_protection_check_answered(pair, india):
    item = _asked(pair)
    told = []
    for register in ([], [officers_of.person()]):
        protection.load_register(KEY, register)
        reply = officers_of.reply(india, item.id) | {
            "home": {"origin": "own", "political": "none", "tainted": "none", "data": ["source_identity"]}
        }
        draft = gate.propose(india.house, officers_of.find("drafter"), reply).item
        with pytest.raises(GateRefused) as refused:
            flow.approve(india, draft, "releaser", "releaser")
        told.append(refused.value.diagnostics())
        ExchangeItem.objects.filter(id=draft.id).update(state="refused")
    assert told[0] == told[1]
    assert "PROTECTION" not in str(told)


def test_a_leaf_is_never_added_outside_a_transaction(india):
    from django.db import connection

    assert not connection.in_atomic_block
    with pytest.raises(AssertionError):
        decisions.record_act(india.house, None, act="search", facts={})


def test_a_case_that_the_other_state_opened_is_no_ground_for_a_search(pair, india):
    flow.send(pair, pair.ca, officers_of.request(pair.ca))
    case = ExchangeItem.objects.get().case
    visitor = Visitor(india, "desk")
    assert "Search holdings" not in text(visitor.get(f"/cases/{case.id}"))
    assert "TEST-0001" not in text(visitor.get("/search"))
    shown = visitor.post("/search", {"words": "invented", "ground": "case:TEST-0001"})
    assert shown.status_code == 400


@pytest.mark.parametrize("login", ["reviewer", "admin1"])
def test_reviewers_and_administrators_read_no_content(pair, india, login):
    item = _asked(pair)
    visitor, case = Visitor(india, login), ExchangeItem.objects.get().case_id
    for path in (f"/items/{item.id}", f"/cases/{case}", "/cases", "/search", f"/items/{item.id}/use",
                 f"/items/{item.id}/evidence?open=1"):  # fmt: skip
        shown = visitor.get(path)
        assert shown.status_code == 403, path
        assert "Who is it?" not in shown.content.decode()


def test_a_reviewer_makes_an_evidence_file_without_content(pair, india):
    item = _asked(pair)
    assert Visitor(india, "reviewer").get(f"/items/{item.id}/proof").status_code == 200
    assert Visitor(india, "admin1").get(f"/items/{item.id}/proof").status_code == 403


def test_the_first_reading_of_a_received_item_is_on_record_and_later_ones_add_nothing(pair, india):
    item = _asked(pair)
    visitor = Visitor(india, "desk")
    for _ in range(3):
        visitor.get(f"/items/{item.id}")
    Visitor(india, "drafter").get(f"/items/{item.id}")
    rows = GateDecision.objects.filter(item_id=item.id, action="read")
    assert {decisions.read_record(india.house, row)["officer"] for row in rows} == {
        officers_of.find("desk").id, officers_of.find("drafter").id,
    }  # fmt: skip
    assert rows.count() == 2


def test_a_use_names_who_asked_and_for_whom(pair, india):
    item = _asked(pair)
    Visitor(india, "desk").post(f"/items/{item.id}/use", {"use": "private_body", "recipient": "Example Bank"})
    record = decisions.read_record(india.house, GateDecision.objects.get(item_id=item.id, action="Use"))
    assert record["beside"] == {
        "officer": officers_of.find("desk").id, "use": "private_body", "recipient": "Example Bank",
    }  # fmt: skip


def test_the_reviewers_screen_shows_neither_hold_nor_the_checks_answer(pair, india):
    item = _asked(pair)
    protection.load_register(KEY, [officers_of.person()])
    told = gate.propose(india.house, officers_of.find("drafter"), officers_of.reply(india, item.id)).item
    row = GateDecision.objects.filter(item=told).first()
    shown = text(Visitor(india, "reviewer").get(f"/review/{row.id}"))
    assert "decide the same again" in shown
    assert "hit" not in shown.split()
    assert "PROTECTION" not in shown


def test_a_changed_draft_is_shown_again_before_it_is_proposed(pair):
    with web_of.serving(pair.ca):
        visitor = Visitor(pair.ca, "drafter")
        draft = visitor.draft()
        shown = visitor.post(f"/drafts/{draft}/check", {"turn": "0"})
        assert "another tab" in text(shown)
        assert not ExchangeItem.objects.exists()


def test_the_check_page_shows_the_caveats_that_will_be_attached(pair):
    with web_of.serving(pair.ca):
        visitor = Visitor(pair.ca, "drafter")
        assert "Do not pass on without permission" in text(visitor.get(f"/drafts/{visitor.draft()}/check"))


def test_another_file_of_the_same_name_and_size_begins_anew(pair):
    with web_of.serving(pair.ca):
        visitor = Visitor(pair.ca, "drafter")
        draft = visitor.draft()
        told = [
            visitor.raw(
                f"/drafts/{draft}/upload", b'{"name": "a.txt", "size": 9, "mark": "%d"}' % mark, kind="application/json"
            ).json()
            for mark in (1, 1, 2)
        ]
        assert told[0]["id"] == told[1]["id"] != told[2]["id"]


@pytest.mark.parametrize(("path", "headers"), [("/upload/dfl_x", {"X-Begin": "²"})])
def test_odd_digits_are_refused_in_words(pair, path, headers):
    with web_of.serving(pair.ca):
        visitor = Visitor(pair.ca, "drafter")
        draft = visitor.draft()
        headers = {name: value.encode().decode("latin-1") for name, value in headers.items()}
        assert visitor.raw(f"/drafts/{draft}{path}", b"x", **headers).status_code == 400
        assert visitor.post("/compose", {"kind": "request.information", "case": "cas_unknown"}).status_code == 400


def test_sign_in_pages_and_errors_are_kept_by_no_browser(pair):
    with web_of.serving(pair.ca):
        visitor = Visitor(pair.ca, "drafter")
        for path in ("/accounts/2fa/", "/accounts/sessions/", "/nowhere", "/accounts/login/"):
            assert "no-store" in visitor.get(path)["Cache-Control"], path


def test_hardly_any_different_letters_make_no_phrase(pair):
    with web_of.serving(pair.ca):
        from countersign.web import signing

        key = (pair.ca.home / "officers" / "releaser.key").read_bytes()
        with pytest.raises(InvalidInput):
            signing.keep(pair.ca.house, officers_of.find("releaser"), key, "111111111111")
        desk_of.keep_key(pair.ca, "releaser")
