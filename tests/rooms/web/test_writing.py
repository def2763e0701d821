"""Writing an item on its pages: prefilled, saved, proposed once, and nothing that was typed is lost."""

from __future__ import annotations

import re

import pytest
from support import desk_of, flow, officers_of, web_of
from support.desk_of import Visitor, text

from countersign.exchange.models import ExchangeItem
from countersign.web.desk import uploads
from countersign.web.models import Draft, DraftFile, DraftPiece


@pytest.fixture
def ca(pair):
    with web_of.serving(pair.ca):
        yield pair.ca


@pytest.fixture
def drafter(ca):
    return Visitor(ca, "drafter")


def test_a_first_request_takes_at_most_six_pages_and_twelve_required_entries(drafter):
    begun = drafter.post("/compose", {"kind": "request.information"})
    draft = re.search(r"drf_\w+", begun["Location"]).group()
    required = 0
    pages = ("to", "subjects", "question", "files", "home", "check")
    for page in pages[:-1]:
        shown = drafter.get(f"/drafts/{draft}/{page}").content.decode()
        empty = re.findall(r'<(?:input|textarea|select)[^>]*name="(\w+)"', shown)
        assert f"page {pages.index(page) + 1} of 6" in shown, page
        required += len({"to": {"offence"}, "subjects": {"name_latn", "born_on"}, "question": {"question", "necessity"},
                         "home": {"origin", "political", "tainted"}, "files": set()}[page] & set(empty))  # fmt: skip
    assert required == 8


def test_a_proposed_draft_is_the_item_that_the_pages_said(ca, drafter):
    item = drafter.propose()
    row = ExchangeItem.objects.get(id=item)
    assert (row.state, row.kind, row.case.reference) == ("proposed", "request.information", "TEST-WEB-1")
    page = text(drafter.get(f"/items/{item}"))
    assert "Who is it?" in page
    assert "assessment of the risk of mistreatment" in page
    assert row.needs == ["condition:risk_assessed", "approval:releasing_officer", "approval:second_officer"]


def test_a_further_question_in_an_open_case_needs_two_entries(pair, ca, drafter):
    officers_of.release(ca, officers_of.request(ca))
    case = ExchangeItem.objects.get().case
    begun = drafter.post("/compose", {"kind": "request.information", "case": case.id})
    assert begun["Location"].endswith("/question")
    draft = re.search(r"drf_\w+", begun["Location"]).group()
    drafter.post(
        f"/drafts/{draft}/question", {"question": "And since when?", "necessity": "It follows from the answer."}
    )
    done = drafter.check(draft)
    item = ExchangeItem.objects.get(id=re.search(r"itm_\w+", done["Location"]).group())
    assert item.case == case
    assert item.state == "proposed"


def test_a_second_click_and_the_back_button_lead_to_the_same_item(drafter):
    draft = drafter.draft()
    first = drafter.check(draft)
    again = drafter.check(draft)
    assert first["Location"] == again["Location"]
    assert drafter.get(f"/drafts/{draft}/question")["Location"] == first["Location"]
    assert drafter.post(f"/drafts/{draft}/question", {"question": "Changed?"})["Location"] == first["Location"]
    assert ExchangeItem.objects.count() == 1


def test_two_tabs_lose_nothing_and_the_older_one_is_told(drafter):
    draft = drafter.draft()
    turn = Draft.objects.get(id=draft).turn
    words = {"necessity": "Needed.", "source": "B", "information": "2"}
    drafter.post(f"/drafts/{draft}/question", words | {"question": "From the newer tab", "turn": str(turn)})
    late = drafter.post(
        f"/drafts/{draft}/question", words | {"question": "From the older tab", "turn": str(turn)}, follow=True
    )
    assert "another tab" in text(late)
    assert "From the newer tab" in text(late)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"admiralty": "d6"}, ""),
        ({"admiralty": "B2", "source": "C", "information": "4"}, ""),
        ({"admiralty": "Z9"}, "A letter from A to F"),
        ({"admiralty": "D6", "source": "A", "information": "1"}, "better than this one"),
        ({"source": "A"}, "Give both grades"),
    ],
)
def test_an_admiralty_grade_travels_beside_the_other_system(drafter, typed, said):
    draft = drafter.draft()
    words = {"question": "Who is it?", "necessity": "Needed.", "source": "", "information": ""}
    answer = drafter.post(f"/drafts/{draft}/question", words | typed, follow=True)
    assert said in text(answer)
    assert answer.status_code == (400 if said else 200)
    if not said:
        item = re.search(r"itm_\w+", drafter.check(draft)["Location"]).group()
        page = text(drafter.get(f"/items/{item}"))
        assert f"Evaluation (Admiralty) {typed['admiralty'].upper()}" in " ".join(page.split())
        assert ("doubted" in page) == (typed["admiralty"] == "d6")


def test_what_is_typed_is_saved_while_it_is_written_and_outlives_the_session(ca, drafter):
    draft = drafter.draft()
    turn = Draft.objects.get(id=draft).turn
    saved = drafter.post(f"/drafts/{draft}/question", {"question": "Half a sent", "turn": str(turn), "save": "1"})
    assert saved.json() == {"turn": turn + 1}
    drafter.client.logout()
    assert drafter.get(f"/drafts/{draft}/question").status_code == 302
    assert "Half a sent" in text(Visitor(ca, "drafter").get(f"/drafts/{draft}/question"))


def test_a_draft_is_encrypted_at_rest_and_belongs_to_its_officer(ca, drafter):
    draft = drafter.draft()
    assert b"Invented Person" not in bytes(Draft.objects.get(id=draft).content)
    assert Visitor(ca, "desk").get(f"/drafts/{draft}/question").status_code == 404


@pytest.mark.parametrize(
    ("page", "field", "value", "words"),
    [
        ("subjects", "name_latn", "Invented\u202e Person", "invisible character U+202E"),
        ("subjects", "name_latn", "Invented\u200b Person", "invisible character U+200B"),
        ("subjects", "name_latn", "x" * 301, "too long: at most 300"),
        ("question", "question", "y" * 20_001, "too long: at most 20000"),
        ("question", "question", "   ", "Question"),
        ("to", "offence", "no_such", "Select a valid choice"),
        ("to", "to", "ZZ:NOBODY", "Select a valid choice"),
    ],
)
def test_bad_input_is_told_at_its_field_and_what_was_typed_stays(drafter, page, field, value, words):
    draft = drafter.draft()
    good = {"type": "person", "name_latn": "Kept Name", "born_on": "1990-01-01", "role": "suspect", "question": "Kept",
            "necessity": "Kept reason", "identifier_type": "phone"}  # fmt: skip
    shown = drafter.post(f"/drafts/{draft}/{page}", good | {field: value})
    assert shown.status_code == 400
    assert "There is a problem" in text(shown)
    assert words in text(shown)
    assert "<title>Error:" in shown.content.decode()


def test_a_name_of_three_hundred_characters_is_taken(drafter):
    assert drafter.propose(subjects={"name_latn": "N" * 300})


def test_a_refused_proposal_leaves_the_draft_open_and_stays_on_record(ca, drafter):
    draft = drafter.draft(home={"political": "confirmed"})
    shown = drafter.check(draft)
    assert shown.status_code == 400
    assert "The release gate says no." in text(shown)
    assert "What would help" in text(shown)
    assert ExchangeItem.objects.get().state == "refused"
    assert Draft.objects.get(id=draft).item == ""
    drafter.post(f"/drafts/{draft}/home", {"origin": "own", "political": "none", "tainted": "none", "handling": "H1", "tlp": "none",
                 "level": ca.house.pack.default_marking})  # fmt: skip
    assert drafter.check(draft).status_code == 302


def test_a_file_comes_in_pieces_goes_on_after_a_break_and_leaves_no_clear_byte(ca, drafter):
    draft, data = drafter.draft(), b"%PDF-1.4\n" + b"CANARY" * 100_000
    told = drafter.raw(
        f"/drafts/{draft}/upload", b'{"name": "calls.pdf", "size": %d}' % len(data), kind="application/json"
    ).json()
    first = drafter.raw(told["next"], data[: uploads.PIECE], **{"X-Begin": "0"}).json()
    assert first["received"] == uploads.PIECE
    refused = drafter.check(draft)
    assert refused.status_code == 400
    again = drafter.raw(
        f"/drafts/{draft}/upload", b'{"name": "calls.pdf", "size": %d}' % len(data), kind="application/json"
    ).json()
    assert (again["id"], again["received"]) == (told["id"], uploads.PIECE)
    twice = drafter.raw(told["next"], data[: uploads.PIECE], **{"X-Begin": "0"}).json()
    assert twice["received"] == uploads.PIECE
    at = uploads.PIECE
    while at < len(data):
        at = drafter.raw(told["next"], data[at : at + uploads.PIECE], **{"X-Begin": str(at)}).json()["received"]
    assert not any(b"CANARY" in bytes(row.sealed) for row in DraftPiece.objects.all())
    done = drafter.check(draft)
    item = re.search(r"itm_\w+", done["Location"]).group()
    page = drafter.get(f"/items/{item}").content.decode()
    file = re.search(rf"/items/{item}/files/att_\w+", page).group()
    assert b"".join(drafter.get(file).streaming_content) == data
    rest = drafter.get(file, headers={"Range": "bytes=1000-"})
    assert (rest.status_code, rest["Content-Range"]) == (206, f"bytes 1000-{len(data) - 1}/{len(data)}")
    assert b"".join(rest.streaming_content) == data[1000:]
    assert not DraftFile.objects.exists()


def test_a_file_over_the_limit_is_refused_before_and_at_its_end(drafter):
    draft = drafter.draft()
    told = drafter.raw(
        f"/drafts/{draft}/upload", b'{"name": "a.bin", "size": %d}' % (uploads.LARGEST + 1), kind="application/json"
    )
    assert told.status_code == 400
    assert "larger than the limit" in told.json()["refused"]
    begun = drafter.raw(f"/drafts/{draft}/upload", b'{"name": "a.bin", "size": 1000}', kind="application/json").json()
    ninety_nine = drafter.raw(begun["next"], b"x" * 990, **{"X-Begin": "0"}).json()
    assert ninety_nine["received"] == 990
    over = drafter.raw(begun["next"], b"x" * 11, **{"X-Begin": "990"})
    assert over.status_code == 400
    assert drafter.raw(begun["next"], b"x" * 10, **{"X-Begin": "990"}).json()["received"] == 1000
    gap = drafter.raw(begun["next"], b"x", **{"X-Begin": "5000"})
    assert gap.status_code == 400


def test_a_form_without_script_streams_its_file_into_the_same_pieces(drafter):
    from django.core.files.uploadedfile import SimpleUploadedFile

    draft = drafter.draft()
    file = SimpleUploadedFile("plain.txt", b"invented words " * 50_000)
    assert drafter.post(f"/drafts/{draft}/upload/whole", {"file": file}).status_code == 302
    row = DraftFile.objects.get()
    assert row.received == row.size == 15 * 50_000
    assert "plain.txt" in text(drafter.get(f"/drafts/{draft}/files"))
    drafter.post(f"/drafts/{draft}/files", {"remove": row.id})
    assert not DraftFile.objects.exists()


def test_a_stranger_to_the_form_is_refused_and_nothing_is_done(ca, drafter):
    sent = drafter.client.post("/compose", {"kind": "request.information"})
    assert sent.status_code == 403
    assert "too old" in text(sent)
    assert not Draft.objects.exists()


def test_a_holding_answer_goes_at_once_under_a_standing_authorisation(pair, ca):
    item = flow.send(pair, pair.in_, officers_of.request(pair.in_))
    flow.take(ca, item.id)
    with ca.active():
        flow.authorise(ca, "reply.interim")
    desk = Visitor(ca, "desk")
    begun = desk.post(f"/items/{item.id}/answer", {"kind": "reply.interim"}, follow=True)
    draft = re.search(r"drf_\w+", begun.request["PATH_INFO"]).group()
    sent = desk.post(f"/drafts/{draft}/interim", {"about": "0", "reason": "in_hand", "expected_on": "2030-01-01"})
    assert sent["Location"].endswith("/check")
    assert "Send now under the standing authorisation" in text(desk.get(sent["Location"]))
    done = desk.check(draft, standing="1")
    assert ExchangeItem.objects.get(id=re.search(r"itm_\w+", done["Location"]).group()).state == "released"


def test_the_phrase_opens_nothing_but_the_officers_own_signature(ca):
    desk_of.keep_key(ca, "releaser")
    from countersign.web.models import SigningKey

    key = (ca.home / "officers" / "releaser.key").read_bytes()
    assert key not in bytes(SigningKey.objects.get().sealed)
