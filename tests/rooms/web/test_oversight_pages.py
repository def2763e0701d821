"""Pages of the law, the lane, the head, the protection officer, assurances and counts: acts done as people do them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from support import flow, officers_of, web_of
from support.desk_of import PHRASE, Visitor, fields_of, keep_key, text

from countersign.charter import officers
from countersign.exchange import duty, gate, in_force, queries
from countersign.exchange.models import ExchangeItem, GateDecision, LawAdoption, LifeLane, RecallDue
from countersign.kernel import clock
from countersign.oversight import late, protection
from countersign.oversight.models import Assurance, LateFlag


@pytest.fixture
def engine():
    """Pages alone; the services are tried on both databases elsewhere."""
    return "sqlite"


@pytest.fixture
def ca(pair):
    with web_of.serving(pair.ca):
        yield pair.ca


def _declined(node):
    item = gate.propose(node.house, officers_of.find("drafter"), officers_of.request(node)).item
    officers_of.assess(node, item)
    return gate.decline(
        node.house, officers_of.find("second"), item.id, role="second_officer", ground="MISTREATMENT_RISK"
    )


def test_two_people_adopt_the_law_on_its_page(ca):
    LawAdoption.objects.all().delete()
    for login, role in (("legal", "legal"), ("executive", "executive")):
        keep_key(ca, login)
        page = Visitor(ca, login).get("/law")
        assert "not in force" in text(page)
        done = Visitor(ca, login).post("/law", {"role": role, "phrase": PHRASE})
        assert done.status_code == 302, text(done)
    assert in_force.is_adopted(ca.house)
    assert "in force" in text(Visitor(ca, "reviewer").get("/law"))


def test_a_wrong_phrase_adopts_nothing(ca):
    LawAdoption.objects.all().delete()
    keep_key(ca, "legal")
    done = Visitor(ca, "legal").post("/law", {"role": "legal", "phrase": "not this one at all"})
    assert done.status_code == 400
    assert not LawAdoption.objects.exists()


def test_a_trial_answers_and_stores_nothing(ca):
    visitor = Visitor(ca, "reviewer")
    begun = visitor.get("/law/trial")
    before = GateDecision.objects.count()
    given = fields_of(begun, "political")
    said = text(visitor.post("/law/trial", given | {"political": "confirmed"}))
    assert "would be denied" in said
    assert "INTL-POLITICAL" in visitor.post("/law/trial", given | {"political": "confirmed"}).content.decode()
    cured = given | {
        "caveats": ["C_ORCON", "C_PURPOSE", "C_CORRECT", "C_NOEVID", "C_NOMISTREAT"],
        "conditions": ["accuracy_characterised", "risk_assessed"],
    }
    assert "would be allowed" in text(visitor.post("/law/trial", cured))
    assert GateDecision.objects.count() == before


def test_a_trial_begins_with_a_recorded_decision_for_a_reviewer(ca):
    item = gate.propose(ca.house, officers_of.find("drafter"), officers_of.request(ca)).item
    row = GateDecision.objects.filter(item=item, action="Ask").first()
    page = Visitor(ca, "reviewer").get(f"/law/trial?of={row.id}")
    assert fields_of(page, "political")["offence"] == "extortion"
    assert fields_of(page, "political")["action"] == "Ask"
    assert fields_of(page, "political")["protection_check"] == "clear"


@pytest.mark.parametrize("login", ["drafter", "releaser", "desk", "admin1"])
def test_others_neither_read_the_law_page_nor_try_the_rules(ca, login):
    for path in ("/law", "/law/trial", "/statistics", "/late", "/assurances", "/escalations"):
        assert Visitor(ca, login).get(path).status_code == 403, path


def test_the_executive_sets_the_roster_and_a_threat_to_life_is_written_and_downgraded_on_pages(ca):
    now = clock.now()
    given = {"officer": "drafter", "place": "1", "begins": now.strftime("%Y-%m-%dT%H:%M"), "hours": "8"}
    assert Visitor(ca, "executive").post("/duty", given).status_code == 302
    assert (
        Visitor(ca, "executive")
        .post("/duty", given | {"officer": "releaser", "place": "2", "stands_for": ["legal"]})
        .status_code
        == 302
    )
    assert "Test releaser" in text(Visitor(ca, "desk").get("/duty"))
    drafter = Visitor(ca, "drafter")
    assert "Threat to life" in text(drafter.get("/compose"))
    begun = drafter.post("/compose", {"kind": "flash.threat_to_life"})
    name = re.search(r"/drafts/(drf_\w+)/danger", begun["Location"]).group(1)
    danger = {
        "act": "ask", "threatened": "An invented shopkeeper", "threat": "He will be shot.", "place": "Brampton", "expected": "tonight",
        "necessity": "The calls come from abroad.", "source": "B", "information": "2", "call_back": "Test drafter, +1 555 0100",
    }  # fmt: skip
    missing = drafter.post(f"/drafts/{name}/danger", danger | {"call_back": ""})
    assert missing.status_code == 400
    onward = drafter.post(f"/drafts/{name}/danger", danger)["Location"]
    assert onward.endswith("/to")
    page = drafter.get(onward)
    fields = fields_of(page, "purpose")
    assert (fields["purpose"], fields["offence"]) == ("victim_protection", "homicide")
    drafter.post(f"/drafts/{name}/to", fields)
    drafter.post(f"/drafts/{name}/subjects", {"done": "1", "type": "person"})
    drafter.post(f"/drafts/{name}/home", {"origin": "own", "political": "none", "tainted": "none", "handling": "H1", "tlp": "none",
                                          "pap": "none", "level": ca.house.pack.default_marking})  # fmt: skip
    done = drafter.check(name)
    assert done.status_code == 302, text(done)
    item = ExchangeItem.objects.get(kind="flash.threat_to_life")
    said = text(drafter.get(f"/items/{item.id}"))
    assert "To be done by" in said
    assert "+1 555 0100" in said
    assert Visitor(ca, "releaser").post(f"/items/{item.id}/downgrade").status_code == 302
    assert LifeLane.objects.get().downgraded_by.login == "releaser"
    assert "Reviews due" in text(Visitor(ca, "reviewer").get("/duty"))
    for login in ("legal", "reviewer"):
        assert Visitor(ca, login).post(f"/duty/{item.id}/review", {"finding": "not_a_threat"}).status_code == 302
    assert LifeLane.objects.get().closed_at is not None


def test_who_is_not_on_duty_is_not_offered_a_threat_to_life(ca):
    visitor = Visitor(ca, "drafter")
    assert "Threat to life" not in text(visitor.get("/compose"))
    assert visitor.post("/compose", {"kind": "flash.threat_to_life"}).status_code == 400


def test_a_deputy_disagrees_and_the_head_decides_on_pages(ca):
    officers_of.give("senior", "head")
    item = _declined(ca)
    assert "Disagree" in text(Visitor(ca, "executive").get(f"/items/{item.id}"))
    assert "Disagree" not in text(Visitor(ca, "drafter").get(f"/items/{item.id}"))
    assert Visitor(ca, "executive").post(f"/items/{item.id}/disagree").status_code == 302
    assert "the head of the authority decides" in text(Visitor(ca, "drafter").get(f"/items/{item.id}"))
    assert "Decide where a deputy disagrees" in text(Visitor(ca, "senior").get("/"))
    assert Visitor(ca, "senior").post(f"/escalations/{item.id}/decide", {"decision": "maybe"}).status_code == 400
    assert Visitor(ca, "senior").post(f"/escalations/{item.id}/decide", {"decision": "reopen"}).status_code == 302
    assert queries.find(item.id).state == ExchangeItem.PROPOSED


def test_a_legal_adviser_registers_an_assurance_and_a_risk_officer_finds_it_broken(ca):
    gate.propose(ca.house, officers_of.find("drafter"), officers_of.request(ca))
    today = clock.now().date()
    given = {"code": "assurance_no_mistreatment", "case_ref": "TEST-0001", "given_by": "NIA", "document": "Note 12",
             "given_on": today.isoformat(), "valid_until": (today + timedelta(days=30)).isoformat()}  # fmt: skip
    assert Visitor(ca, "legal").post("/assurances", given | {"document": ""}).status_code == 400
    assert Visitor(ca, "legal").post("/assurances", given).status_code == 302
    row = Assurance.objects.get()
    assert "Nobody is mistreated" in text(Visitor(ca, "risk").get("/assurances"))
    assert Visitor(ca, "risk").post(f"/assurances/{row.id}/breach", {"finding": "broken"}).status_code == 302
    assert "It was broken" in text(Visitor(ca, "executive").get("/assurances"))


def test_a_protection_officer_alone_sees_and_settles_what_was_found_late(pair, ca):
    item = flow.send(pair, ca, officers_of.request(ca))
    public = officers.create_key_file(ca.home / "officers" / "protect.key")
    officers.enrol(
        ca.house.pack,
        login="protect",
        name="Test protect",
        authority="IRCC",
        roles=["protection_officer"],
        public_key=public,
    )
    with flow.at(clock.now() + timedelta(seconds=1)):
        protection.load_register(b"k" * 32, [officers_of.person()])
    with flow.at(clock.now() + timedelta(seconds=2)):
        late.look_on(ca.house)
    for login in ("drafter", "desk", "legal", "executive", "reviewer"):
        assert "late" not in text(Visitor(ca, login).get(f"/items/{item.id}")).lower().replace("translate", "")
    assert "Settle what was found late" in text(Visitor(ca, "protect").get("/"))
    assert item.id in Visitor(ca, "protect").get("/late").content.decode()
    assert Visitor(ca, "protect").post(f"/late/{item.id}/settle", {"decision": "recall"}).status_code == 302
    assert LateFlag.objects.get().recall is True
    assert RecallDue.objects.get().item_id == item.id


def test_a_recall_is_asked_by_retyping_the_end_of_the_reference(pair, ca):
    item = flow.send(pair, ca, officers_of.request(ca))
    desk = Visitor(ca, "desk")
    assert "Recall it" in text(desk.get(f"/items/{item.id}"))
    assert desk.post(f"/items/{item.id}/recall", {"retyped": "wrong"}).status_code == 400
    assert desk.post(f"/items/{item.id}/recall", {"retyped": item.id[-6:]}).status_code == 302
    assert "It will be recalled" in text(desk.get(f"/items/{item.id}"))
    assert "It will be recalled" not in text(Visitor(ca, "admin1").get(f"/items/{item.id}"))


def test_counts_are_drawn_and_what_may_be_published_is_a_file(pair, ca):
    flow.send(pair, ca, officers_of.request(ca))
    visitor = Visitor(ca, "reviewer")
    page = visitor.get("/statistics")
    assert page.content.decode().count('class="count"') == 15
    assert '<rect x="330"' in page.content.decode()
    today = clock.now().date().isoformat()
    public = visitor.get("/statistics", data={"first": today, "last": today, "public": "on"})
    assert "bars that were hit are not told" in text(public)
    assert public.content.decode().count('class="count"') == 13
    file = visitor.get("/statistics", data={"first": today, "last": today, "public": "on", "as": "json"})
    assert {count["key"] for count in file.json()["counts"]} >= {"items", "mistreatment"}
    assert visitor.get("/statistics", data={"first": today, "last": "2020-01-01"}).status_code == 400
    year = clock.now().year
    assert "Directions" in text(visitor.get(f"/statistics/RCMP/{year}"))
    assert visitor.get("/statistics/RCMP/x").status_code == 400
    assert visitor.get(f"/statistics/NIA/{year}").status_code == 400


def test_a_call_stands_on_the_page_of_its_item(ca):
    now = clock.now()
    for place, login in enumerate(("drafter", "releaser"), 1):
        duty.set_turn(ca.house, officers_of.find("executive"), officers_of.find(login), place=place, begins=now,
                      ends=now + timedelta(hours=1), stands_for=())  # fmt: skip
    assert "Test releaser" in text(Visitor(ca, "reviewer").get("/duty"))


def test_the_head_says_on_a_page_who_a_named_reader_is(pair):
    marking = {"level": pair.ca.house.pack.default_marking, "tlp": "red", "readers": ["Dy. Director (Operations)"]}
    item = flow.send(pair, pair.ca, officers_of.request(pair.ca, marking=marking))
    with web_of.serving(pair.in_):
        head = Visitor(pair.in_, "head")
        assert "Say who is meant by a named reader" in text(head.get("/"))
        assert "Dy. Director (Operations)" in text(head.get("/readers"))
        assert Visitor(pair.in_, "senior").get(f"/items/{item.id}").status_code == 403
        assert head.post(f"/readers/{item.id}/1", {"officer": "senior"}).status_code == 404
        assert head.post(f"/readers/{item.id}/0", {"officer": "senior"}).status_code == 302
        assert "Dy. Director (Operations)" in text(Visitor(pair.in_, "senior").get(f"/items/{item.id}"))
        assert Visitor(pair.in_, "legal").get("/readers").status_code == 403
