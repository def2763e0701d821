"""The ceremony: two people on each side compare sixty digits; a swapped key is a hard stop. protocol section 2."""

from __future__ import annotations

import pytest
from support import nodes, officers_of

from countersign.charter import arrangements, cards, keyring, officers, peering
from countersign.charter.cards import NodeCard
from countersign.charter.errors import FingerprintMismatch, FourEyesRequired, PeerNotActive, RoleRequired
from countersign.charter.models import Confirmation, Peer
from countersign.charter.providers import ROOT, FileProvider
from countersign.kernel.errors import Conflict, CountersignError, InvalidInput
from countersign.ledger.core import statements


@pytest.fixture
def begun(unpeered):
    """Canada has taken India's card and nobody has compared anything yet."""
    card = nodes.card_of(unpeered.in_)
    with unpeered.ca.active():
        nodes.enrol_officers(unpeered.ca)
        arrangements.register(nodes.ARRANGEMENT, by=officers_of.find("legal"))
        peering.propose(
            card, own_node="ca.example", own_state="CA", arrangement="TEST-ARR-1", by=officers_of.find("admin1")
        )
    return unpeered


def _confirm(node, fingerprint, login):
    with node.active():
        return peering.confirm("in.example", fingerprint=fingerprint, by=officers_of.find(login))


def _shown(node):
    with node.active():
        return peering.root_key(peering.find("in.example")).fingerprint()


def test_two_administrators_open_the_channel_and_one_does_not(begun):
    assert not _confirm(begun.ca, _shown(begun.ca), "admin1")
    with begun.ca.active(), pytest.raises(PeerNotActive):
        peering.find_active("in.example")
    assert _confirm(begun.ca, _shown(begun.ca), "admin2")


def test_the_same_person_twice_is_one_pair_of_eyes(begun):
    _confirm(begun.ca, _shown(begun.ca), "admin1")
    with pytest.raises(FourEyesRequired):
        _confirm(begun.ca, _shown(begun.ca), "admin1")


def test_a_wrong_digit_is_a_hard_stop_that_shows_both_and_takes_back_what_was_confirmed(begun):
    right = _shown(begun.ca)
    _confirm(begun.ca, right, "admin1")
    wrong = ("1" if right[0] == "0" else "0") + right[1:]
    with pytest.raises(FingerprintMismatch) as stopped:
        _confirm(begun.ca, wrong, "admin2")
    told = stopped.value.diagnostics()
    assert (told["on_card"], told["given"]) == (right, wrong)
    with begun.ca.active():
        assert not Confirmation.objects.exists()


def test_only_administrators_compare(begun):
    with pytest.raises(RoleRequired):
        _confirm(begun.ca, _shown(begun.ca), "releaser")


def test_another_card_in_the_same_name_is_a_hard_stop(begun, tmp_path):
    impostor = FileProvider(tmp_path / "impostor")
    impostor.create(ROOT, node="in.example")
    root = impostor.find_root()
    forged = cards.build(NodeCard("in.example", "IN", "https://127.0.0.1:1", root.public, ()), root)
    with begun.ca.active(), pytest.raises(FingerprintMismatch):
        peering.propose(
            forged, own_node="ca.example", own_state="CA", arrangement="TEST-ARR-1", by=officers_of.find("admin1")
        )


def test_the_same_card_again_is_told_so(begun):
    card = nodes.card_of(begun.in_)
    with begun.ca.active(), pytest.raises(Conflict):
        peering.propose(
            card, own_node="ca.example", own_state="CA", arrangement="TEST-ARR-1", by=officers_of.find("admin1")
        )


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_changed_card_is_refused(unpeered, place):
    card = bytearray(nodes.card_of(unpeered.in_))
    card[int(len(card) * place)] ^= 1
    with pytest.raises(CountersignError):
        cards.read(bytes(card))


def test_an_own_card_or_a_foreign_arrangement_is_refused(begun):
    own = nodes.card_of(begun.ca)
    with begun.ca.active(), pytest.raises(InvalidInput):
        peering.propose(
            own, own_node="ca.example", own_state="CA", arrangement="TEST-ARR-1", by=officers_of.find("admin1")
        )


def test_an_arrangement_opens_nothing_before_two_officers_certify_it(begun):
    with begun.ca.active():
        covered = {"states": {"CA", "IN"}, "kind": "reply", "purpose": "investigation"}
        assert not arrangements.confirm("TEST-ARR-1", by=officers_of.find("legal"))
        assert arrangements.covers(**covered) is False
        with pytest.raises(FourEyesRequired):
            arrangements.confirm("TEST-ARR-1", by=officers_of.find("legal"))
    with begun.ca.active():
        assert arrangements.confirm("TEST-ARR-1", by=officers_of.find("executive"))
        assert arrangements.covers(**covered)
        assert not arrangements.covers(**covered | {"purpose": "statistics"})
        assert not arrangements.covers(**covered | {"kind": "recall"})


def test_an_arrangement_past_its_last_day_covers_nothing(begun, clock_at):
    with begun.ca.active():
        for login in ("legal", "executive"):
            arrangements.confirm("TEST-ARR-1", by=officers_of.find(login))
        clock_at.advance(11 * 365 * 86_400)
        assert not arrangements.covers(states={"CA", "IN"}, kind="reply", purpose="investigation")


def test_registering_a_changed_arrangement_needs_new_certificates(begun):
    with begun.ca.active():
        for login in ("legal", "executive"):
            arrangements.confirm("TEST-ARR-1", by=officers_of.find(login))
        row = arrangements.register(nodes.ARRANGEMENT, by=officers_of.find("legal"))
        assert not arrangements.is_in_force(row)


def test_a_key_of_the_peer_that_serves_here_already_is_refused(begun):
    with begun.ca.active():
        peer = Peer.objects.get()
        own = keyring.parts_of(keyring.newest(statements.CONTACT))
        fields = {"v": 1, "node": "in.example", "action": "enrol", "serial": 9, "at": 1, "role": "contact", "key": own,
                  "not_before": 1, "not_after": 2}  # fmt: skip
        signed = statements.sign(fields, begun.in_.root)
        with pytest.raises(CountersignError) as refused:
            peering.learn_statement(peer, signed)
    assert refused.value.code == "KEY_REUSED"


def test_officers_are_of_a_known_authority_and_role(begun):
    with begun.ca.active():
        for wrong in ({"authority": "NIA"}, {"roles": ["king"]}, {"login": "legal"}):
            given = {
                "login": "new",
                "name": "New",
                "authority": "RCMP",
                "roles": ["desk"],
                "public_key": b"p" * 32,
            } | wrong
            with pytest.raises(CountersignError):
                officers.enrol(begun.ca.house.pack, **given)
