"""Invariant I8 and the walls inside the house: another authority, the SPOC and the administrator fail by service, search, backup, SQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support import flow, officers_of

from countersign.charter import officers
from countersign.exchange import gate, queries, search, walls
from countersign.exchange.errors import NotYours, SearchRefused
from countersign.exchange.models import Case, ExchangeItem, SearchToken
from countersign.kernel.errors import CountersignError, IntegrityFault, InvalidInput
from countersign.node import backups

find = officers_of.find
CANARY = "Zyxwcanary"


@pytest.fixture
def engine():
    """The bytes of files are looked at: SQLite."""
    return "sqlite"


def _enrol(node, login, authority, *roles):
    key = officers.create_key_file(node.home / "officers" / f"{login}.key")
    return officers.enrol(
        node.house.pack, login=login, name="Invented", authority=authority, roles=list(roles), public_key=key
    )


@pytest.fixture
def fintrac(pair):
    """An item that FINTRAC drafted to its counterpart, full of canaries; and its people."""
    with pair.ca.active():
        _enrol(pair.ca, "fin", "FINTRAC", "originator", "analyst")
        _enrol(pair.ca, "cbsa", "CBSA", "desk", "analyst")
        draft = officers_of.request(
            pair.ca, from_authority="FINTRAC", to_authority="FIU-IND", question=f"{CANARY} question?", necessity=f"{CANARY} needed",
            subjects=[officers_of.person() | {"names": [{"text": f"{CANARY} Name", "script": "Latn"}]}],
            home={"origin": "own", "political": "none", "tainted": "none", "note": f"{CANARY} note", "data": ["fiu_intelligence"]},
            offence={"label": f"{CANARY} laundering", "category": "money_laundering", "in_law": {"CA": "CC s.462.31", "IN": "PMLA s.3"}},
        )  # fmt: skip
        return gate.propose(pair.ca.house, find("fin"), draft).item


@pytest.mark.parametrize("login", ["cbsa", "desk", "admin1", "reviewer", "legal"])
def test_nobody_outside_the_authority_opens_its_item(pair, fintrac, login):
    with pair.ca.active():
        with pytest.raises(NotYours):
            queries.read(pair.ca.house, find(login), fintrac.id)
        assert fintrac.id not in {row.id for row in queries.outgoing(find(login))}


def test_search_finds_it_for_its_authority_and_for_nobody_else(pair, fintrac):
    with pair.ca.active():
        for login, authority in (("fin", "FINTRAC"), ("cbsa", "CBSA"), ("desk", "RCMP")):
            case, _ = Case.objects.get_or_create(
                reference="OWN-CASE-1",
                peer=fintrac.peer,
                authority=authority,
                defaults={"id": f"cas_{login:a<26}", "opened_at": fintrac.created_at},
            )
            ExchangeItem.objects.create(
                id=f"itm_{login:a<26}", direction="out", state="proposed", case=case, peer=fintrac.peer, authority=authority,
                kind="request.information", content=b"", digest=b"", created_at=fintrac.created_at, indexed=True,
            )  # fmt: skip
            found = search.find(pair.ca.house, find(login), CANARY, case="OWN-CASE-1")
            assert [row.id for row in found] == ([fintrac.id] if login == "fin" else [])
        with pytest.raises(NotYours):
            search.find(pair.ca.house, find("admin1"), CANARY, case="OWN-CASE-1")


def test_the_spoc_sees_headers_without_content_and_only_the_spoc_does(pair, fintrac):
    with pair.ca.active():
        headers = queries.headers_for_spoc(pair.ca.house, find("desk"))
        assert [(row.id, row.authority, row.kind) for row in headers] == [
            (fintrac.id, "FINTRAC", "request.information")
        ]
        assert CANARY not in str(headers)
        for login in ("cbsa", "admin1"):
            with pytest.raises(CountersignError):
                queries.headers_for_spoc(pair.ca.house, find(login))


def test_an_item_not_copied_to_the_spoc_shows_it_no_header(pair, fintrac):
    with pair.ca.active():
        ExchangeItem.objects.filter(id=fintrac.id).update(copy_spoc=False)
        assert queries.headers_for_spoc(pair.ca.house, find("desk")) == []


def test_the_keys_of_two_authorities_do_not_open_each_others_content(pair, fintrac):
    with pair.ca.active():
        locked = bytes(ExchangeItem.objects.get(id=fintrac.id).content)
        for wrong in ({"authority": "CBSA", "item": fintrac.id}, {"authority": "FINTRAC", "item": "itm_" + "a" * 26}):
            with pytest.raises(IntegrityFault):
                walls.unlock(pair.ca.house.station, locked=locked, **wrong)


def test_canaries_stand_in_no_database_file_journal_backup_or_log(pair, fintrac, capfd, tmp_path):
    """Design section 8: marked strings of items, drafts and names appear in no file that is not under a key."""
    with pair.ca.active():
        item = officers_of.release(
            pair.ca,
            officers_of.request(
                pair.ca,
                question=f"{CANARY}?",
                subjects=[officers_of.person() | {"names": [{"text": f"ਕਨੇਰੀ{CANARY}", "script": "Guru"}]}],
            ),
        )
    flow.arrive(pair, pair.ca)
    flow.take(pair.in_, item.id, admit=True)
    with pair.in_.active():
        search.find(pair.in_.house, find("desk"), CANARY, request=item.id)
    backup = tmp_path / "copy.backup"
    with pair.ca.active():
        search.catch_up(pair.ca.house)
        backups._copy_sqlite(pair.ca.connection.settings_dict["NAME"], backup)
        with closing(sqlite3.connect(backup)) as copy:
            assert copy.execute("SELECT count(*) FROM exchange_searchtoken").fetchone() == (0,)
            assert copy.execute("SELECT count(*) FROM exchange_exchangeitem").fetchone()[0] > 1
    for node in (pair.ca, pair.in_):
        node.connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
    looked = 0
    for path in [*tmp_path.rglob("*"), *Path(pair.ca.home).parent.rglob("*")]:
        if path.is_file():
            data = path.read_bytes()
            looked += 1
            for form in (CANARY, CANARY.casefold(), CANARY.encode("utf-16-le").decode("latin-1")):
                assert form.encode("utf-8") not in data, path.name
    assert looked > 10
    told = capfd.readouterr()
    assert CANARY not in told.out + told.err


def test_a_refusal_shows_no_content(pair):
    with pair.ca.active():
        with pytest.raises(CountersignError) as refused:
            gate.propose(
                pair.ca.house,
                find("drafter"),
                officers_of.request(pair.ca, question=f"{CANARY}\u202e", purpose="prosecution_evidence"),
            )
        assert CANARY not in str(refused.value.diagnostics())


@pytest.mark.parametrize(
    ("name", "script", "query"),
    [
        ("Gurnaam Udaharan", "Latn", "gurnaam"),
        ("ਗੁਰਨਾਮ ਉਦਾਹਰਨ", "Guru", "ਗੁਰਨਾਮ"),
        ("गुरनाम उदाहरण", "Deva", "उदाहरण"),
        ("محمد مثال", "Arab", "محمد"),
        ("Kṣitij Müller-O’Example", "Latn", "müller"),
        ("ਸਿੰਘ", "Guru", "ਸਿੰ"),
    ],
)
def test_names_are_found_in_four_scripts_whole_and_by_their_beginning(pair, name, script, query):
    request = flow.send(
        pair,
        pair.ca,
        officers_of.request(pair.ca, subjects=[officers_of.person() | {"names": [{"text": name, "script": script}]}]),
    )
    flow.take(pair.in_, request.id, admit=True)
    with pair.in_.active():
        found = search.find(pair.in_.house, find("desk"), query, request=request.id)
        assert [row.id for row in found] == [request.id]
        assert search.find(pair.in_.house, find("desk"), f"{query} nowhere", request=request.id) == []


def test_no_holding_is_searched_before_admission_or_without_a_ground(pair):
    request = flow.send(pair, pair.ca, officers_of.request(pair.ca))
    with pair.in_.active():
        desk = find("desk")
        for ground in ({"request": request.id}, {}, {"case": "NOT-OURS"}, {"request": request.id, "case": "TEST-0001"}):
            with pytest.raises(SearchRefused):
                search.find(pair.in_.house, desk, "Invented", **ground)
        with pytest.raises(SearchRefused):  # a case that the other state's request opened is no ground
            search.find(pair.in_.house, desk, "Invented", case="TEST-0001")
        with pytest.raises(InvalidInput):
            search.find(pair.in_.house, desk, " ,;", case="TEST-0001")
        officers_of.release(pair.in_, officers_of.request(pair.in_))
        assert search.find(pair.in_.house, desk, "Invented", case="TEST-0001")


def test_the_index_is_made_anew_from_the_items_and_holds_no_word(pair):
    request = flow.send(pair, pair.ca, officers_of.request(pair.ca))
    with pair.in_.active():
        search.catch_up(pair.in_.house)
        before = set(SearchToken.objects.values_list("authority", "token", "item"))
        assert search.rebuild(pair.in_.house) == 1
        assert {(a, bytes(t), i) for a, t, i in before} == {
            (a, bytes(t), i) for a, t, i in SearchToken.objects.values_list("authority", "token", "item")
        }
        assert all(b"nvented" not in bytes(token) for _, token, _ in before)
        assert queries.find(request.id)
