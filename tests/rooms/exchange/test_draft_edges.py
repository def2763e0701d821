"""Drafts at the edges: attachments that are not what they say, an arrangement that ended, a legal basis that is none."""

from __future__ import annotations

import pytest
from support import flow, officers_of

from countersign.charter.models import Arrangement
from countersign.exchange import gate, queries
from countersign.exchange.errors import ContentInvalid, GateRefused
from countersign.exchange.models import ExchangeItem
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput

find, request = officers_of.find, officers_of.request


@pytest.fixture
def engine():
    return "sqlite"


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.pdf", b"no pdf at all"), ("a.pdf", b""), ("a.png", b"%PDF-1.7"), ("a.jpg", b"GIF89a"), ("a.zip", b"%PDF-")],
)
def test_a_file_that_is_not_what_its_name_says_is_refused_and_nothing_is_kept(pair, tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    with pair.ca.active():
        with pytest.raises(InvalidInput) as refused:
            gate.propose(pair.ca.house, find("drafter"), request(pair.ca), files=[path])
        assert (refused.value.field, name in refused.value.reason) == ("attachments", True)
        assert not ExchangeItem.objects.exists()


def test_an_arrangement_that_ended_yesterday_opens_nothing(pair):
    with pair.ca.active():
        today = clock.now().date()
        Arrangement.objects.update(valid_until=today)
        assert gate.propose(pair.ca.house, find("drafter"), request(pair.ca)).item
        Arrangement.objects.update(valid_until=today.fromordinal(today.toordinal() - 1))
        with pytest.raises(GateRefused) as refused:
            gate.propose(pair.ca.house, find("drafter"), request(pair.ca))
        assert refused.value.diagnostics()["rules"][0]["rule"] == "NO-GATEWAY"


def test_a_legal_basis_that_the_pack_does_not_know_names_those_it_does(pair):
    with pair.ca.active(), pytest.raises(InvalidInput) as refused:
        gate.propose(pair.ca.house, find("drafter"), request(pair.ca, legal_basis="CA-WHIM"))
    assert refused.value.field == "legal_basis"
    assert "CA-PRIV-8-2-F" in refused.value.remedy


@pytest.mark.parametrize(
    "name", ["A\u200bB", "A\u202eB", "\u2066A", "A\u200dB", "A\u2060", "x" * 10_000, "", "  ", "a\nb"]
)
def test_a_name_with_what_nobody_sees_is_refused_by_its_field(pair, name):
    subject = officers_of.person() | {"names": [{"text": name, "script": "Latn"}]}
    with pair.ca.active(), pytest.raises(ContentInvalid) as refused:
        gate.propose(pair.ca.house, find("drafter"), request(pair.ca, subjects=[subject]))
    assert refused.value.field == "subjects.0.names.0.text"


def test_an_aadhaar_number_in_free_text_is_found_by_its_check_digit_and_must_be_withheld(pair):
    asked = flow.send(pair, pair.ca, request(pair.ca))
    flow.take(pair.in_, asked.id, admit=True)
    with pair.in_.active():
        for number, found in (("2341 2341 2346", True), ("2341 2341 2345", False), ("1234 1234 1234", False)):
            draft = officers_of.reply(pair.in_, asked.id) | {"text": f"His number is {number}."}
            decision = gate.propose(pair.in_.house, find("drafter"), draft).decision
            assert ("aadhaar_number" in decision.missing("redactions")) is found, number
        assert queries.find(asked.id).answered_at is None
