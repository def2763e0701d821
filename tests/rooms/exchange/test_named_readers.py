"""TLP:RED: at the receiver the item is open to the persons whom its sender named, by every way in, and to nobody else."""

from __future__ import annotations

import pytest
from support import flow, officers_of, web_of, wire

from countersign.charter.errors import FourEyesRequired
from countersign.exchange import assistance, gate, intake, queries, readers, search, use, walls
from countersign.exchange.errors import AlreadyDecided, ContentInvalid, GateRefused, ItemUnknown, NotNamed, NotYours
from countersign.exchange.models import ExchangeItem, GateDecision, NamedReader
from countersign.kernel.errors import CountersignError, InvalidInput, NotAllowed

find = officers_of.find
WORD = "Kadambari"


def _named(node, *names, **changes):
    marking = {"level": node.house.pack.default_marking, "tlp": "red", "readers": list(names)}
    return officers_of.request(node, marking=marking, question=f"Who is {WORD}?", **changes)


@pytest.fixture
def sent(pair):
    """A request of Canada for two named persons: one whom India's node knows by that name, one whom it does not."""
    with pair.in_.active():
        desk = find("desk")
        desk.name = "Invented Reader"
        desk.save(update_fields=("name",))
    item = flow.send(pair, pair.ca, _named(pair.ca, "  invented   READER ", "Dy. Director (Operations)"))
    return pair, item


def test_without_names_the_gate_says_no(pair):
    with pair.ca.active():
        with pytest.raises(GateRefused) as refused:
            gate.propose(pair.ca.house, find("drafter"), _named(pair.ca))
        assert "INTL-TLP-RED" in {rule["rule"] for rule in refused.value.facts["rules"]}


def test_no_other_label_names_readers(pair):
    for label in ("none", "clear", "green", "amber", "amber_strict"):
        marking = {"level": pair.ca.house.pack.default_marking, "tlp": label, "readers": ["Invented Reader"]}
        with pair.ca.active(), pytest.raises(ContentInvalid, match="only TLP:RED names its readers"):
            gate.propose(pair.ca.house, find("drafter"), officers_of.request(pair.ca, marking=marking))


def test_who_is_named_reads_it_and_takes_it(sent):
    pair, item = sent
    with pair.in_.active():
        assert WORD in queries.read(pair.in_.house, find("desk"), item.id)[1].content["question"]
        assert intake.take(pair.in_.house, find("desk"), item.id).state == ExchangeItem.ACCEPTED


OTHERS = (
    "drafter",
    "senior",
    "releaser",
    "second",
    "legal",
    "head",
    "risk",
    "admin1",
    "reviewer",
    "executive",
    "guard",
)


def test_nobody_else_of_the_authority_reads_it_by_any_way(sent):
    pair, item = sent
    with pair.in_.active():
        for login in OTHERS:
            officer = find(login)
            for act in (
                lambda who: queries.read(pair.in_.house, who, item.id),
                lambda who: use.require(pair.in_.house, who, queries.find(item.id), use.Purpose("read")),
                lambda who: intake.take(pair.in_.house, who, item.id),
                lambda who: assistance.draft(pair.in_.house, who, item.id, wanted="testimony", facts="Invented."),
            ):
                with pytest.raises(NotAllowed):
                    act(officer)
            assert not walls.is_open(officer, queries.find(item.id)), login


def test_search_finds_it_for_its_readers_alone(sent):
    pair, item = sent
    flow.take(pair.in_, item.id, admit=True)
    with pair.in_.active():
        house = pair.in_.house
        assert [row.id for row in search.find(house, find("desk"), WORD, request=item.id)] == [item.id]
        assert search.find(house, find("senior"), WORD, request=item.id) == []


def test_its_page_its_case_and_the_api_hold_it_back(sent):
    pair, item = sent
    with pair.in_.active(), web_of.serving(pair.in_):
        case = queries.find(item.id).case_id
        for login, seen in (("desk", True), ("senior", False)):
            browser = web_of.signed_in(pair.in_, login)
            pages = [
                browser.get(f"/items/{item.id}"),
                browser.get(f"/cases/{case}"),
                browser.get(f"/api/v1/items/{item.id}"),
            ]
            assert [page.status_code for page in pages] == ([200, 200, 200] if seen else [403, 200, 403]), login
            assert [WORD in page.content.decode() for page in pages] == [seen] * 3, login


def test_a_machine_is_no_named_person(sent):
    pair, item = sent
    with pair.in_.active(), web_of.serving(pair.in_):
        caller = web_of.machine(pair.in_)
        told = caller.get(f"/items/{item.id}")
        assert told.status_code == 403
        assert told.json()["code"] == "NOT_NAMED"


def test_the_head_sees_the_unknown_name_alone_and_says_who_is_meant(sent):
    pair, item = sent
    with pair.in_.active():
        house, head = pair.in_.house, find("head")
        waits = readers.unknown(house, head)
        assert [(row.item.id, row.place, row.name) for row in waits] == [(item.id, 1, "Dy. Director (Operations)")]
        readers.recognise(house, head, item.id, 1, "senior")
        assert queries.read(house, find("senior"), item.id)
        with pytest.raises(NotNamed):
            queries.read(house, head, item.id)
        assert readers.unknown(house, head) == []
        assert GateDecision.objects.filter(item_id=item.id, action="reader.recognise").count() == 1
        with pytest.raises(AlreadyDecided):
            readers.recognise(house, head, item.id, 1, "legal")


@pytest.mark.parametrize(
    ("login", "place", "meant", "fault"),
    [("legal", 1, "senior", NotAllowed), ("head", 7, "senior", ItemUnknown), ("head", 0, "senior", AlreadyDecided),
     ("head", 1, "nobody", InvalidInput)],
)  # fmt: skip
def test_only_the_head_and_only_for_an_open_name(sent, login, place, meant, fault):
    pair, item = sent
    with pair.in_.active(), pytest.raises(fault):
        readers.recognise(pair.in_.house, find(login), item.id, place, meant)


def test_a_name_that_two_bear_opens_nothing(pair):
    with pair.in_.active():
        for login in ("desk", "senior"):
            officer = find(login)
            officer.name = "Invented Namesake"
            officer.save(update_fields=("name",))
    item = flow.send(pair, pair.ca, _named(pair.ca, "Invented Namesake"))
    with pair.in_.active():
        assert list(NamedReader.objects.filter(item_id=item.id).values_list("officer", flat=True)) == [None]
        with pytest.raises(NotNamed):
            queries.read(pair.in_.house, find("desk"), item.id)


def test_another_authority_is_told_of_its_own_wall_first(sent):
    pair, item = sent
    with pair.in_.active():
        stranger = find("desk")
        stranger.authority = "CBN"
        with pytest.raises(NotYours):
            walls.require_item(stranger, queries.find(item.id))


def test_what_anybody_on_duty_must_read_is_never_red(pair):
    marking = {"level": pair.ca.house.pack.default_marking, "tlp": "red", "readers": ["Invented Reader"]}
    base = officers_of.request(pair.ca, marking=marking)
    flash = {name: base[name] for name in base if name not in ("urgency", "question")} | {
        "kind": "flash.threat_to_life", "act": "warn", "threatened": "Somebody", "threat": "An invented threat.", "place": "Nowhere",
        "expected": "today", "call_back": "+1-555-0100", "evaluation": {"source": "B", "information": "2"},
    }  # fmt: skip
    with pair.ca.active(), pytest.raises(CountersignError, match="whoever is at the desk"):
        gate.propose(pair.ca.house, find("drafter"), flash)


def test_nobody_says_of_themselves_that_they_are_meant(sent):
    pair, item = sent
    with pair.in_.active():
        with pytest.raises(FourEyesRequired):
            readers.recognise(pair.in_.house, find("head"), item.id, 1, "head")
        readers.recognise(pair.in_.house, find("executive"), item.id, 1, "head")
        assert queries.read(pair.in_.house, find("head"), item.id)


def test_only_who_is_named_answers_it(sent):
    pair, item = sent
    refusal = {name: value for name, value in officers_of.reply(pair.in_, item.id).items()
               if name in ("version", "case_ref", "from_authority", "to_state", "to_authority", "purpose", "answers", "about")}  # fmt: skip
    refusal |= {"kind": "refusal", "ground": "MINOR_OFFENCE", "about_natural_person": True}
    with pair.in_.active():
        for content in (officers_of.reply(pair.in_, item.id), refusal):
            with pytest.raises(NotNamed):
                gate.propose(pair.in_.house, find("drafter"), content)
        readers.recognise(pair.in_.house, find("head"), item.id, 1, "drafter")
        assert gate.propose(pair.in_.house, find("drafter"), refusal).item.answers == item.id


@pytest.mark.parametrize(("tlp", "closed"), [("red", True), ("amber", False)])
def test_a_red_item_that_is_not_accepted_is_closed_to_everybody(pair, monkeypatch, tlp, closed):
    """A later version's field, or a name that no name may be: the content cannot be checked, and it is not shown for that."""

    def refuse(_content):
        raise ContentInvalid([{"field": "marking.readers", "reason": "invented"}])

    marking = {"level": pair.ca.house.pack.default_marking, "tlp": tlp, "readers": ["Test desk"] if closed else []}
    with pair.ca.active():
        sent = officers_of.release(pair.ca, officers_of.request(pair.ca, marking=marking))
    with monkeypatch.context() as patch:
        wire.settle(pair, pair.ca)
        patch.setattr(intake.kinds, "validate", refuse)
        with pair.in_.active():
            intake.apply_arrivals(pair.in_.house)
    with pair.in_.active():
        item = ExchangeItem.objects.get(direction="in")
        assert (item.state, item.named_only) == (ExchangeItem.DEFECTIVE, closed)
        if closed:
            with pytest.raises(NotNamed):
                queries.read(pair.in_.house, find("desk"), item.id)
    assert sent


@pytest.mark.parametrize("tlp", ["red", "amber_strict"])
def test_what_may_not_be_spoken_of_is_not_told_to_the_central_authority(pair, tlp):
    marking = {
        "level": pair.ca.house.pack.default_marking,
        "tlp": tlp,
        "readers": ["Test legal"] if tlp == "red" else [],
    }
    item = flow.send(pair, pair.ca, officers_of.request(pair.ca, marking=marking))
    with pair.in_.active(), pytest.raises(NotAllowed, match="may not be spoken of"):
        assistance.draft(pair.in_.house, find("legal"), item.id, wanted="testimony", facts="Invented.")
