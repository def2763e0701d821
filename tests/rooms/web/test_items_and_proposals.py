"""The API as a system of an agency meets it: it drafts, reads its own authority's items, follows clocks, and proves."""

from __future__ import annotations

import pytest
from support import officers_of, web_of, wire

from countersign.exchange import approvals, gate, intake, streams
from countersign.exchange.models import ExchangeItem, GateDecision
from countersign.ledger.core import evidence
from countersign.ledger.core.statements import RootKey


@pytest.fixture
def ca(pair):
    with web_of.serving(pair.ca):
        yield web_of.machine(pair.ca)


def _deliver(pair, *, files=(), reply_caveats=None):
    """A request from India, released, delivered and applied in Canada; its id."""
    with pair.in_.active():
        item = officers_of.release(pair.in_, officers_of.request(pair.in_), files=files)
    wire.settle(pair, pair.in_)
    with pair.ca.active():
        intake.apply_arrivals(pair.ca.house)
    return item.id


def test_a_draft_is_proposed_and_its_state_says_what_it_waits_for(ca):
    answer = ca.propose(officers_of.request(ca.node))
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert answer["Location"] == f"/api/v1/proposals/{told['id']}"
    assert told["state"] == "proposed"
    assert told["waits_for"]
    assert all(set(rule) == {"rule", "citation", "why", "remedy"} and rule["citation"] for rule in told["waits_for"])
    assert ca.get(f"/proposals/{told['id']}").json() == told
    assert [row["id"] for row in ca.get("/proposals").json()["proposals"]] == [told["id"]]
    assert ExchangeItem.objects.get().drafter.login == web_of.SYSTEM


def test_the_item_a_machine_drafted_is_released_by_people_alone(ca):
    name = ca.propose(officers_of.request(ca.node)).json()["id"]
    item = ExchangeItem.objects.get(id=name)
    officers_of.assess(ca.node, item)
    for login, role in (("releaser", "releaser"), ("second", "second_officer")):
        signature = officers_of.sign(ca.node, login, approvals.message(item, role))
        gate.approve(ca.node.house, officers_of.find(login), name, role=role, signature=signature)
    told = ca.get(f"/proposals/{name}/approvals").json()["approvals"]
    assert [(one["officer"], one["role"], one["counts"]) for one in told] == [
        ("releaser", "releaser", True), ("second", "second_officer", True)
    ]  # fmt: skip
    proposal = ca.get(f"/proposals/{name}").json()
    assert (proposal["state"], proposal["waits_for"]) == ("released", [])
    assert ca.get("/clocks").json()["items"][0]["clock"]["state"] == "running"
    assert [one["outcome"] for one in ca.get(f"/decisions?item={name}").json()["decisions"]] == [
        "allowed",
        "denied",
        "denied",
    ]


def test_a_machine_cannot_approve_by_any_operation(ca):
    name = ca.propose(officers_of.request(ca.node)).json()["id"]
    for method in ("post", "put", "patch", "delete"):
        sent = {"Authorization": f"Bearer {ca.token()}", "Idempotency-Key": "key-00000002"}
        answer = getattr(ca.client, method)(
            f"/api/v1/proposals/{name}/approvals", b"{}", "application/json", headers=sent
        )
        assert answer.status_code == 405
        assert answer["Allow"] == "GET"
    paths = ca.client.get("/api/v1/openapi.json").json()["paths"]
    asked = [f"/api/v1/streams/{stream.key}/{call.path}" for stream in streams.installed() for call in stream.calls]
    writing = {(path, verb) for path in paths for verb in paths[path] if verb != "get"}
    assert writing == {("/api/v1/proposals", "post"), *((path, "post") for path in asked)}


def test_a_machine_whose_officer_was_given_an_approving_role_is_refused_at_the_door(ca):
    officers_of.give(web_of.SYSTEM, "releaser")
    answer = ca.get("/items")
    assert (answer.status_code, answer.json()["code"]) == (403, "ACCOUNT_REFUSED")


def test_a_refusal_of_the_gate_tells_rule_citation_and_remedy(ca):
    draft = officers_of.request(ca.node, home={"origin": "own", "political": "confirmed", "tainted": "none"})
    answer = ca.propose(draft)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (403, "GATE_REFUSED")
    assert told["rules"][0]["citation"]
    assert told["rules"][0]["remedy"] == told["remedy"]
    assert len(told["policy_version"]) == 64


def test_a_received_item_is_read_through_the_gate_and_the_reading_is_logged(pair):
    name = _deliver(pair)
    with web_of.serving(pair.ca):
        ca = web_of.machine(pair.ca)
        assert ca.get("/items?direction=in").json()["items"][0]["id"] == name
        answer = ca.get(f"/items/{name}")
        assert answer.status_code == 200
        assert answer.json()["content"]["question"] == "Who is it?"
        assert GateDecision.objects.filter(item_id=name, action="Use", allowed=True).count() == 1
        again = ca.get(f"/items/{name}", headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == answer["ETag"]
        assert GateDecision.objects.filter(item_id=name, action="Use").count() == 1


def test_what_the_gate_forbids_a_machine_does_not_read(pair):
    name = _deliver(pair)
    with web_of.serving(pair.ca):
        ca = web_of.machine(pair.ca)
        ExchangeItem.objects.filter(id=name).update(state=ExchangeItem.FROZEN)
        answer = ca.get(f"/items/{name}")
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
        assert answer.json()["rules"]
        assert b"Who is it" not in answer.content
        for path in (f"/items/{name}/proof?open=all", f"/items/{name}/proof"):
            assert ca.get(path).json()["code"] == "GATE_REFUSED"


def test_an_attachment_is_the_very_bytes_and_taking_it_is_an_export(pair, tmp_path):
    file = tmp_path / "paper.pdf"
    file.write_bytes(b"%PDF-1.4 invented " * 5000)
    name = _deliver(pair, files=[file])
    with web_of.serving(pair.ca):
        ca = web_of.machine(pair.ca)
        listed = ca.get(f"/items/{name}").json()["content"]["attachments"][0]
        answer = ca.get(f"/items/{name}/attachments/{listed['id']}")
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/octet-stream"
        assert b"".join(answer.streaming_content) == file.read_bytes()
        assert GateDecision.objects.filter(action="Use").count() == 2
        assert ca.get(f"/items/{name}/attachments/att_x").status_code == 404


def test_receipts_and_a_proof_that_verifies_off_line(pair):
    name = _deliver(pair)
    with web_of.serving(pair.ca):
        ca = web_of.machine(pair.ca)
        told = ca.get(f"/items/{name}/receipts").json()
        assert told["delivery"] == "stored"
        assert [(one["receipt"], one["given_by"]) for one in told["receipts"]] == [("stored", "own")]
        answer = ca.get(f"/items/{name}/proof?open=/question")
        assert answer.status_code == 200, answer.content
        assert answer["Content-Type"] == "application/octet-stream"
        fingerprints = [RootKey(node.name, node.root.public).fingerprint() for node in (pair.ca, pair.in_)]
        verdict = evidence.verify(answer.content, trusted=fingerprints)
        assert verdict.proved
        assert [(part.name, part.content) for part in verdict.opened] == [("/question", b'"Who is it?"')]
        missing = ca.get(f"/items/{name}/proof?open=/nothing")
        assert (missing.status_code, missing.json()["code"]) == (404, "NOT_FOUND")
    with web_of.serving(pair.in_):
        sender = web_of.machine(pair.in_)
        assert [one["given_by"] for one in sender.get(f"/items/{name}/receipts").json()["receipts"]] == ["peer"]


def test_another_authoritys_item_is_answered_as_one_that_does_not_exist(ca):
    name = ca.propose(officers_of.request(ca.node)).json()["id"]
    stranger = web_of.machine(ca.node, name="other.system", authority=web_of.other_authority(ca.node))
    for path in ("/items/{}", "/items/{}/receipts", "/items/{}/proof", "/items/{}/attachments/att_x", "/proposals/{}",
                 "/proposals/{}/approvals"):  # fmt: skip
        there = stranger.get(path.format(name))
        nowhere = stranger.get(path.format("itm_" + "a" * 26))
        assert there.status_code == nowhere.status_code == 404
        assert there.content == nowhere.content
        assert set(there.headers) == set(nowhere.headers)
    assert stranger.get(f"/decisions?item={name}").content == stranger.get(f"/decisions?item=itm_{'a' * 26}").content
    for path in ("/items", "/cases", "/proposals", "/clocks", "/decisions", "/events"):
        told = stranger.get(path).json()
        assert [value for value in told.values() if isinstance(value, list)] == [[]], path


def test_a_case_shows_its_items_and_has_an_etag(ca):
    name = ca.propose(officers_of.request(ca.node)).json()["id"]
    case = ca.get("/cases").json()["cases"][0]
    assert case["reference"] == "TEST-0001"
    answer = ca.get(f"/cases/{case['id']}")
    assert [row["id"] for row in answer.json()["items"]] == [name]
    assert ca.get(f"/cases/{case['id']}", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert ca.get("/cases/cas_x").status_code == ca.get("/cases/cas_" + "a" * 26).status_code == 404


def test_the_event_feed_tells_reference_class_and_clock_alone_and_goes_on_from_its_cursor(ca):
    start = ca.get("/events").json()
    assert start["events"] == []
    name = ca.propose(officers_of.request(ca.node)).json()["id"]
    first = ca.get("/events", data={"cursor": start["next"]}).json()
    assert first["events"] == [
        {"item": name, "kind_class": "request", "clock": {"state": "none", "due_at": None, "resumes_at": None}}
    ]
    later = ca.get("/events", data={"cursor": first["next"]}).json()
    assert (later["events"], later["next"]) == ([], first["next"])


def test_pages_hand_out_every_row_once(ca):
    made = [ca.propose(officers_of.request(ca.node), key=f"key-0000000{n}").json()["id"] for n in range(5)]
    seen, cursor = [], ""
    while True:
        page = ca.get("/items", data={"limit": 2, "cursor": cursor}).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(made)
    assert len(seen) == 5


def test_a_person_reads_without_asking_the_gate_and_writes_with_the_csrf_token(pair):
    name = _deliver(pair)
    with web_of.serving(pair.ca):
        client = web_of.signed_in(pair.ca, "drafter")
        assert client.get(f"/api/v1/items/{name}").status_code == 200
        assert not GateDecision.objects.filter(action="Use").exists()
        sent = {"Idempotency-Key": "key-00000001"}
        refused = client.post("/api/v1/proposals", officers_of.request(pair.ca), "application/json", headers=sent)
        assert (refused.status_code, refused.json()["code"]) == (403, "CSRF_FAILED")
        from django.middleware.csrf import _get_new_csrf_string

        secret = _get_new_csrf_string()
        client.cookies["csrftoken"] = secret
        sent["X-CSRFToken"] = secret
        made = client.post("/api/v1/proposals", officers_of.request(pair.ca), "application/json", headers=sent)
        assert made.status_code == 201
