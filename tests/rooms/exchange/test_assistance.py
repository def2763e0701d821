"""Evidence goes by treaty: drafted from an item without its content, handed over by another, and mirrored on both sides in its order."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from django.db import transaction
from support import flow, officers_of, web_of
from support.desk_of import Visitor, text

from countersign.charter import officers
from countersign.exchange import assistance, gate, intake, queries
from countersign.exchange.errors import AlreadyDecided, NotYours
from countersign.exchange.models import Assistance, ExchangeItem, GateDecision
from countersign.kernel.errors import CountersignError, InvalidInput, NotAllowed, NotFound

find = officers_of.find
CENTRAL = {"CA": "JUSTICE-IAG", "IN": "MHA-IS-II"}
SECRET = "Zyxwcanary"
TEAM = {"c-desk": "originator", "c-releaser": "releaser", "c-second": "second_officer", "c-legal": "legal"}


def _central(node):
    for login, role in TEAM.items():
        key = officers.create_key_file(node.home / "officers" / f"{login}.key")
        officers.enrol(
            node.house.pack,
            login=login,
            name=f"Test {login}",
            authority=CENTRAL[node.state],
            roles=[role],
            public_key=key,
        )


@pytest.fixture
def told(pair):
    """Information of India's that Canada would use in court; both central authorities have their people."""
    for node in (pair.ca, pair.in_):
        with node.active():
            _central(node)
    base = officers_of.request(pair.in_)
    names = (
        "version",
        "case_ref",
        "from_authority",
        "to_state",
        "to_authority",
        "purpose",
        "offence",
        "urgency",
        "necessity",
        "home",
    )
    draft = {name: base[name] for name in names} | {
        "kind": "spontaneous", "text": f"{SECRET} is the firm.", "evaluation": {"source": "B", "information": "2"},
        "subjects": [], "attachments": [],
    }  # fmt: skip
    with pair.in_.active():
        item = gate.propose(pair.in_.house, find("drafter"), draft).item
        officers_of.assess(pair.in_, item)
        for login, role in (("releaser", "releaser"), ("second", "second_officer")):
            flow.approve(pair.in_, item, login, role)
    flow.arrive(pair, pair.in_)
    return pair, item.id


def _drafted(pair, item, *, wanted="certified_copy"):
    return assistance.draft(pair.ca.house, find("drafter"), item, wanted=wanted, facts="R. v. Invented, Vancouver.")


def _handed(pair, item):
    with pair.ca.active():
        row = _drafted(pair, item)
        return assistance.hand_over(pair.ca.house, find("legal"), row.id)


def _tell(pair, node, item, status, *, reference="IAG-2026-0042"):
    """The central authority of `node` tells a status, three of its people sign, and it takes effect there and here."""
    with node.active():
        row = assistance.of(find("c-desk")).filter(item=item)[:1].get()
        content = assistance.status_content(
            find("c-desk"), row, status=status, reference=reference, on=date(2026, 11, 26)
        )
        sent = gate.propose(node.house, find("c-desk"), content).item
        for login, role in (("c-legal", "legal"), ("c-releaser", "releaser"), ("c-second", "second_officer")):
            if queries.find(sent.id).state == ExchangeItem.PROPOSED:
                flow.approve(node, sent, login, role)
        assert queries.find(sent.id).state == ExchangeItem.RELEASED
    flow.arrive(pair, node)


def _states(pair, item):
    found = []
    for node in (pair.ca, pair.in_):
        with node.active():
            row = Assistance.objects.filter(item=item).order_by("-at").first()
            found.append(row.state if row else None)
    return found


def test_the_draft_names_the_item_by_its_digest_and_holds_none_of_its_content(told):
    pair, item = told
    with pair.ca.active():
        row = _drafted(pair, item)
        _, draft = assistance.read(pair.ca.house, find("drafter"), row.id)
        arrived = queries.find(item)
        assert draft["item"] == item
        assert draft["leaf"] == bytes(arrived.arrived.leaf_hash).hex()
        assert draft["requesting"]["central"] == "JUSTICE-IAG"
        assert draft["requested"]["central"] == "MHA-IS-II"
        assert "CTS 1995" in draft["instrument"]
        assert SECRET not in str(draft)
        assert (draft["offence"], draft["in_law"]["CA"]) == ("extortion", "Criminal Code s.346")
        assert b"Invented" not in bytes(row.draft)
        with pytest.raises(AlreadyDecided):
            _drafted(pair, item)


def test_the_central_authority_reads_it_only_after_another_handed_it_over(told):
    pair, item = told
    with pair.ca.active():
        row = _drafted(pair, item)
        with pytest.raises(NotYours):
            assistance.read(pair.ca.house, find("c-legal"), row.id)
        with pytest.raises(NotAllowed):
            assistance.hand_over(pair.ca.house, find("drafter"), row.id)
        assistance.hand_over(pair.ca.house, find("legal"), row.id)
        assert assistance.read(pair.ca.house, find("c-legal"), row.id)[1]["facts"] == "R. v. Invented, Vancouver."
        with pytest.raises(NotYours):
            queries.read(pair.ca.house, find("c-legal"), item)
        assert GateDecision.objects.filter(item_id=item, action="mla.hand_over").count() == 1


def test_one_person_alone_neither_drafts_nor_hands_over(told):
    pair, item = told
    with pair.ca.active():
        row = assistance.draft(pair.ca.house, find("legal"), item, wanted="testimony", facts="Invented.")
        with pytest.raises(InvalidInput, match="who drafted it"):
            assistance.hand_over(pair.ca.house, find("legal"), row.id)


def test_a_draft_is_taken_back_once_by_its_own_authority_and_another_is_drafted(told):
    pair, item = told
    with pair.ca.active():
        row = _drafted(pair, item)
        for login in ("c-desk", "releaser"):
            with pytest.raises(NotAllowed):
                assistance.take_back(pair.ca.house, find(login), row.id)
        assistance.take_back(pair.ca.house, find("drafter"), row.id)
        for again in (assistance.take_back, assistance.hand_over):
            with pytest.raises(AlreadyDecided):
                again(pair.ca.house, find("legal"), row.id)
        assert not assistance.of(find("c-desk")).exists()
        another = _drafted(pair, item)
        assert assistance.about(queries.find(item)).id == another.id != row.id


def test_after_a_refusal_another_request_goes_its_whole_way_under_its_own_number(told):
    pair, item = told
    _handed(pair, item)
    _tell(pair, pair.ca, item, "sent")
    _tell(pair, pair.in_, item, "refused")
    with pytest.raises(InvalidInput, match="is refused"):
        _tell(pair, pair.in_, item, "granted")
    _handed(pair, item)
    for node, status in ((pair.ca, "sent"), (pair.in_, "received"), (pair.in_, "granted")):
        _tell(pair, node, item, status, reference="IAG-2026-0043")
        assert _states(pair, item) == [status, status]
    for node in (pair.ca, pair.in_):
        with node.active():
            rows = Assistance.objects.filter(item=item).order_by("at")
            assert [row.state for row in rows] == ["refused", "granted"]


def test_both_sides_see_where_it_stands_from_the_sending_to_the_end(told):
    pair, item = told
    _handed(pair, item)
    assert _states(pair, item) == ["handed", None]
    for node, status in ((pair.ca, "sent"), (pair.in_, "received"), (pair.in_, "granted")):
        _tell(pair, node, item, status)
        assert _states(pair, item) == [status, status]
    with pair.in_.active():
        row = assistance.about(queries.find(item))
        assert (row.asks, row.reference, row.central) == (False, "IAG-2026-0042", "MHA-IS-II")


@pytest.mark.parametrize(
    ("before", "side", "status"),
    [((), "in_", "received"), (("sent",), "ca", "sent"), (("sent",), "ca", "granted"), (("sent", "granted"), "in_", "refused"),
     (("sent", "granted"), "ca", "withdrawn")],
)  # fmt: skip
def test_a_status_out_of_its_order_or_from_the_wrong_side_is_refused_at_home(told, before, side, status):
    pair, item = told
    _handed(pair, item)
    for one in before:
        _tell(pair, pair.in_ if one in assistance.BY_REQUESTED else pair.ca, item, one)
    stood = _states(pair, item)
    with pytest.raises((InvalidInput, Assistance.DoesNotExist)):
        _tell(pair, getattr(pair, side), item, status)
    assert _states(pair, item) == stood


def test_another_file_number_is_refused(told):
    pair, item = told
    _handed(pair, item)
    _tell(pair, pair.ca, item, "sent")
    with pytest.raises(InvalidInput, match="file number"):
        _tell(pair, pair.in_, item, "received", reference="MHA-1")


def test_only_the_central_authority_tells(told):
    pair, item = told
    _handed(pair, item)
    with pair.ca.active():
        row = Assistance.objects.get(item=item)
        content = assistance.status_content(find("drafter"), row, status="sent", reference="X-1", on=date(2026, 11, 26))
        proposed = gate.propose(pair.ca.house, find("drafter"), content).item
        with contextlib.suppress(CountersignError):
            for login, role in (("legal", "legal"), ("releaser", "releaser"), ("second", "second_officer")):
                flow.approve(pair.ca, proposed, login, role)
        assert queries.find(proposed.id).state != ExchangeItem.RELEASED


def test_what_comes_out_of_place_from_elsewhere_changes_nothing_and_is_noted(told):
    pair, item = told
    with pair.ca.active():
        arrived = queries.find(item)
        for authority, status in (("MHA-IS-II", "granted"), ("NIA", "received"), ("MHA-IS-II", "sent")):
            content = {"from_authority": authority, "item": item, "reference": "X-1", "status": status, "on": "2026-11-26",
                       "case_ref": "TEST-0001"}  # fmt: skip
            with transaction.atomic():
                assistance.on_status(pair.ca.house, arrived, content)
        assert not Assistance.objects.exists()
        assert GateDecision.objects.filter(action="mla.out_of_place").count() == 3


def test_nothing_is_drafted_about_what_is_not_here(told):
    pair, _item = told
    with pair.ca.active(), pytest.raises(NotFound):
        _drafted(pair, "itm_" + "a" * 26)


def test_it_is_drafted_handed_over_and_told_on_its_pages(told):
    pair, item = told
    with pair.ca.active():
        intake.take(pair.ca.house, find("desk"), item)
    with web_of.serving(pair.ca):
        drafter, legal, central = (Visitor(pair.ca, login) for login in ("drafter", "legal", "c-desk"))
        assert "by treaty" in text(drafter.get(f"/items/{item}"))
        assert drafter.post(f"/items/{item}/assistance", {"wanted": "certified_copy"}).status_code == 400
        made = drafter.post(f"/items/{item}/assistance", {"wanted": "certified_copy", "facts": "R. v. Invented."})
        assert made.status_code == 302, text(made)
        assert "CTS 1995" in text(drafter.get(made["Location"]))
        assert drafter.post(f"{made['Location']}/take-back").status_code == 302
        assert "taken back before" in text(drafter.get(made["Location"]))
        assert "by treaty" in text(drafter.get(f"/items/{item}"))
        made = drafter.post(f"/items/{item}/assistance", {"wanted": "original", "facts": "R. v. Invented."})
        assert "Hand over a request" in text(legal.get("/"))
        assert central.get(made["Location"]).status_code == 403
        assert legal.post(f"{made['Location']}/hand-over").status_code == 302
        assert "Say where a request" in text(central.get("/"))
        told = central.post(made["Location"], {"status": "sent", "reference": "IAG-2026-0042", "on": "2026-11-26"})
        assert told.status_code == 302, text(told)
        assert "IAG-2026-0042" in text(central.get(told["Location"]))
        assert "with the own central authority" in text(drafter.get("/assistance"))
