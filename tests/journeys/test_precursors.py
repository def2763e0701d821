"""The precursors stream between two running nodes: notices, lists that change, incidents traced back; killed and restarted amid it."""

from __future__ import annotations

import json
import sqlite3

import pytest

from countersign.node.demo import checker

pytestmark = pytest.mark.journey

DESIGNATED = {"CA": "HEALTH-CANADA", "IN": "CBN"}
ROLES = {"p-drafter": "originator", "p-desk": "desk", "p-releaser": "releaser", "p-second": "second_officer"}
SHEET = {"origin": "own", "political": "none", "tainted": "none"}
OFFENCE = {
    "label": "diversion",
    "category": "precursor_diversion",
    "in_law": {"CA": "CDSA s.7.1", "IN": "NDPS Act s.25A"},
}
LINE = {"name": "4-piperidone hydrochloride hydrate", "cas": "40064-34-4", "kilograms": "25.0", "hs": "2933.39"}


@pytest.fixture(scope="module")
def nodes(journey):
    for state, authority in DESIGNATED.items():
        for login, role in ROLES.items():
            journey.run(
                state, "keys", "officer", login, "--name", f"Test {login}", "--authority", authority, "--role", role
            )
    return journey


def _head(state, kind, authority=""):
    other = {"CA": "IN", "IN": "CA"}[state]
    return {
        "kind": kind, "version": 1, "case_ref": "TEST-PEN-J", "from_authority": authority or DESIGNATED[state], "to_state": other,
        "to_authority": DESIGNATED[other], "workstream": "precursors", "purpose": "administrative",
    }  # fmt: skip


def _notice(number, **changes):
    return _head("IN", "pen.notice") | {
        "pen_no": number, "exporter": {"name": "Narmada (fictional)", "address": "Surat"},
        "importer": {"name": "Prairie (fictional)", "address": "Calgary"}, "lines": [LINE], "exit": "INNSA", "entry": "CAVAN",
        "mode": "sea", "dispatch_on": "2027-06-18", "declared_use": "invented research", "reply_days": 10,
    } | changes  # fmt: skip


def _propose(nodes, state, content, *, refused=False):
    path = nodes.folder / "draft.json"
    path.write_text(json.dumps(content))
    return nodes.run(state, "propose", str(path), "--as", "p-drafter", refused=refused)


def _release(nodes, state, content):
    item = _propose(nodes, state, content).split()[0]
    for login, role in (("p-releaser", "releaser"), ("p-second", "second_officer")):
        nodes.run(state, "approve", item, "--as", login, "--role", role)
    return item


def _send(nodes, state, content):
    item = _release(nodes, state, content)
    other = nodes.home({"CA": "IN", "IN": "CA"}[state])
    nodes.wait(lambda: checker.is_applied(other, item), 60, f"{item} to take effect")
    return item


def _row(nodes, state, item, columns="state, reasons, delta"):
    with sqlite3.connect(f"file:{nodes.home(state)}/db.sqlite3?mode=ro", uri=True) as database:
        row = database.execute(f"SELECT {columns} FROM precursors_notice WHERE item_id = ?", (item,)).fetchone()
    database.close()
    return row


def test_a_notice_sent_to_a_killed_node_arrives_once_and_is_objected_to_on_both_sides(nodes):
    nodes.kill("CA")
    notice = _release(nodes, "IN", _notice("IN-2026-000311"))
    nodes.start("CA")
    nodes.wait(lambda: checker.is_applied(nodes.home("CA"), notice), 90, "the notice to arrive")
    nodes.kill("IN")
    objected = _head("CA", "pen.reply") | {
        "answers": notice,
        "outcome": "objected",
        "reasons": ["licence_does_not_cover"],
    }
    reply = _release(nodes, "CA", objected)
    nodes.start("IN")
    nodes.wait(lambda: checker.is_applied(nodes.home("IN"), reply), 90, "the objection to arrive")
    for state in ("CA", "IN"):
        assert _row(nodes, state, notice)[:2] == ("objected", '["licence_does_not_cover"]')
    nodes.settle()


def test_variation_a_a_derivative_that_canadas_wording_may_mean_goes_as_a_voluntary_notice(nodes):
    line = {"name": "4-(2-methylanilino)piperidine", "kilograms": "5", "hs": "2933.39"}
    item = _send(nodes, "IN", _notice("IN-2026-L0001", kind="pen.light", lines=[line]))
    (screened,) = _row(nodes, "CA", item, "screened")
    found = json.loads(screened)["lines"][0]
    assert (found["verdict"], found["ca"], found["in"], found["un"]) == ("review", "A", "none", "none")


def test_variation_b_a_new_temporary_order_is_seen_in_open_notices_within_a_minute(nodes):
    line = {"name": "N1,N1,N2-Trimethylcyclohexane-1,2-diamine", "kilograms": "5"}
    item = _send(nodes, "IN", _notice("IN-2026-L0002", kind="pen.light", lines=[line]))
    order = _head("CA", "controllist.update") | {
        "rows": [{"substance": line["name"], "instrument": "invented temporary order", "type": "temp", "effective": "2026-11-01",
                  "end": "2027-10-31", "source": "Canada Gazette (invented)"}],
    }  # fmt: skip
    _send(nodes, "CA", order)
    for state in ("CA", "IN"):
        nodes.wait(lambda at=state: _row(nodes, at, item)[2] != "[]", 60, f"the change to be seen in {state}")
        (delta,) = json.loads(_row(nodes, state, item)[2])
        assert (delta["law"], delta["is"]) == ("ca", "temp")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"lines": [LINE | {"cas": "40064-34-5"}]}, "check digit"),
        ({"declared_use": "see attached price list"}, "gate-doubt"),
    ],
)
def test_what_must_not_enter_is_refused_with_its_reason(nodes, changes, told):
    content = _notice("IN-2026-000399", **changes)
    said = _propose(nodes, "IN", content, refused="cas" in str(changes))
    assert told in said.lower()


def test_an_authority_that_is_not_designated_does_not_answer(nodes):
    notice = _send(nodes, "IN", _notice("IN-2026-000312"))
    nodes.run("CA", "keys", "officer", "b-drafter", "--name", "Test b", "--authority", "CBSA", "--role", "originator")
    reply = _head("CA", "pen.reply", "CBSA") | {"answers": notice, "outcome": "no_objection", "reasons": []}
    path = nodes.folder / "draft.json"
    path.write_text(json.dumps(reply))
    assert "NOT_COMPETENT" in nodes.run("CA", "propose", str(path), "--as", "b-drafter", refused=True)
    assert _row(nodes, "IN", notice)[0] == "received"


def _asked(nodes, question, case):
    """Canada asks about the exporting firm; India's desk takes the request in hand."""
    head = _head("CA", "request.information") | {"case_ref": case, "purpose": "investigation", "workstream": "networks"}
    item = _send(nodes, "CA", head | {
        "offence": OFFENCE,
        "legal_basis": "CA-PRIV-8-2-F", "urgency": "routine", "necessity": "An invented diversion is looked into.", "question": question,
        "subjects": [{"type": "company", "names": [{"text": "Narmada (fictional)", "script": "Latn"}]}], "home": SHEET,
    })  # fmt: skip
    nodes.run("IN", "inbox", "--take", item, "--as", "p-desk")
    return item


def _refused(nodes, answers, case, ground, explanation=""):
    """India's coded refusal; what Canada's officer reads of it."""
    words = (
        {"explanation": explanation, "necessity": "It says what would be answered.", "home": SHEET}
        if explanation
        else {}
    )
    head = _head("IN", "refusal") | {"case_ref": case, "purpose": "investigation", "workstream": "networks"}
    no = _send(nodes, "IN", head | {"answers": answers, "ground": ground, "about_natural_person": False} | words)
    return nodes.run("CA", "show", no, "--as", "p-desk")


@pytest.mark.parametrize(
    ("question", "ground", "explanation", "told"),
    [
        ("Give the whole list of the firm's customers.", "DISPROPORTIONATE", "Two named consignments would be answered.",
         "Ask for less"),
        ("Who told you of the consignment?", "SAFETY_OF_PERSON", "", "No remedy on this channel"),
    ],
)  # fmt: skip
def test_what_goes_too_far_is_refused_in_codes_with_what_would_help(nodes, question, ground, explanation, told):
    case = f"TEST-{ground.replace('_', '-')}"
    said = _refused(nodes, _asked(nodes, question, case), case, ground, explanation)
    assert ground in said
    assert told in said
    assert explanation in said


def test_s3_a_file_that_is_for_leads_goes_to_no_court_and_the_way_to_the_treaty_is_shown(nodes):
    seized = _send(nodes, "CA", _incident())
    asked = _send(nodes, "CA", _head("CA", "request.backtrack") | {
        "incident": seized, "marks": ["NFI-78/01"], "asked": ["seller"],
    })  # fmt: skip
    told = _send(nodes, "IN", _head("IN", "reply.backtrack") | {
        "answers": asked, "links": [{"name": "Quick Freight (fictional)", "address": "Mumbai"}], "finding": "shell",
    })  # fmt: skip
    before = _uses(nodes, told)
    blocked = nodes.run("CA", "use", told, "--for", "court", "--as", "p-desk", refused=True)
    assert "GATE_REFUSED" in blocked
    assert _uses(nodes, told) == before + 1
    leave = _send(nodes, "CA", _head("CA", "permission.court_use") | {
        "act": "ask", "item": told, "necessity": "R. v. Invented, Vancouver.", "purpose": "investigation",
        "offence": OFFENCE, "home": SHEET,
    })  # fmt: skip
    nodes.run("IN", "inbox", "--take", leave, "--as", "p-desk")
    assert "mutual legal assistance" in _refused(nodes, leave, "TEST-PEN-J", "NEEDS_JUDICIAL")
    assert "GATE_REFUSED" in nodes.run("CA", "use", told, "--for", "court", "--as", "p-desk", refused=True)


def _uses(nodes, item):
    """How often the gate was asked for a use of the item in Canada; refusals are on record too."""
    with sqlite3.connect(f"file:{nodes.home('CA')}/db.sqlite3?mode=ro", uri=True) as database:
        (count,) = database.execute(
            "SELECT count(*) FROM exchange_gatedecision WHERE item_id = ? AND action = 'Use'", (item,)
        ).fetchone()
    database.close()
    return count


def _incident():
    return _head("CA", "incident.precursor") | {
        "type": "seizure", "happened_on": "2026-11-20", "place": "Invented yard", "container": "TESU 000000-0",
        "declared_as": "pigments", "mode": "sea", "wanted": "backtrack", "lines": [{"name": "4-piperidone", "kilograms": "12.5"}],
    }  # fmt: skip


def test_s3_a_seizure_is_told_asked_about_and_traced_back(nodes):
    seized = _send(nodes, "CA", _incident())
    asked = _send(nodes, "CA", _head("CA", "request.backtrack") | {
        "incident": seized, "marks": ["NFI-77/04"], "asked": ["manufacturer"],
    })  # fmt: skip
    _send(nodes, "IN", _head("IN", "reply.backtrack") | {
        "answers": asked, "links": [{"name": "Narmada (fictional)", "address": "Surat"}], "finding": "licit",
    })  # fmt: skip
    for state in ("CA", "IN"):
        with sqlite3.connect(f"file:{nodes.home(state)}/db.sqlite3?mode=ro", uri=True) as database:
            traced = database.execute("SELECT item_id, incident_id FROM precursors_trace").fetchall()
            answered = database.execute(
                "SELECT answered_at FROM exchange_exchangeitem WHERE id = ?", (asked,)
            ).fetchone()
        database.close()
        assert (asked, seized) in traced
        assert answered[0] is not None
    nodes.settle()
