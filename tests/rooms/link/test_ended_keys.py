"""protocol sections 2 and 6: a peer's key is refused once its stated validity has passed; what it did before stays valid."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from support import nodes, wire

from countersign.charter import alarms, keyring, officers, peering, validity
from countersign.charter.errors import FingerprintMismatch, KeyEnded
from countersign.kernel import cbor
from countersign.kernel.errors import Conflict
from countersign.ledger.core import statements
from countersign.link import carried, housekeeping, server
from countersign.link.errors import ContactSignatureInvalid
from countersign.link.models import InItem, OutItem
from countersign.link.server import LinkApplication
from countersign.node import pins

DAYS = 10
DAY = 86_400


@pytest.fixture
def engine():
    return "sqlite"


@pytest.fixture
def lived(clock_at, monkeypatch, request):
    """A pair whose keys of one role live ten days, all others long; one item from Canada has been stored."""

    def make(role):
        for each in statements.ONLINE_ROLES:
            monkeypatch.setitem(keyring.LIFETIME_DAYS, each, DAYS if each == role else 3_000)
        pair = request.getfixturevalue("pair")
        wire.release(pair, pair.ca, 1)
        wire.settle(pair, pair.ca)
        return pair

    return make


def _rotate(node, role):
    with node.active(), transaction.atomic():
        key = keyring.enrol(node.house.station.provider, node.root, node=node.name, role=role)
        housekeeping.announce(node.house.station, keyring.statement_of(key), key)


def _renew(pair, node):
    """The other side takes `node`'s new card by hand."""
    other = pair.other(node)
    card = nodes.card_of(node)
    with other.active():
        return peering.renew(card, by=officers.find("admin1"))[1]


def _is_told(refused, role, node):
    told = refused.value.diagnostics()
    assert (told["code"], told["field"]) == ("KEY_ENDED", role)
    assert f"the {role} key {told['key']} of {node} was valid until {told['ended']}" in told["reason"]
    assert f"countersign keys rotate {role}" in told["remedy"]
    assert "countersign peer renew" in told["remedy"]


def test_a_checkpoint_signed_after_its_log_key_ended_is_refused_and_the_next_key_mends_it(lived, clock_at):
    pair = lived(statements.LOG)
    late, _ = wire.request(pair, pair.ca)
    clock_at.advance((DAYS + 1) * DAY)
    wire.deliver(pair, pair.in_, late)  # nothing above what is mirrored: the stored checkpoint stays valid
    wire.release(pair, pair.ca, 1)
    request, _ = wire.request(pair, pair.ca)
    with pytest.raises(KeyEnded) as refused:
        wire.deliver(pair, pair.in_, request)
    _is_told(refused, "log", "ca.example")
    assert wire.stored(pair, pair.in_) == [(1, 1)]
    _rotate(pair.ca, statements.LOG)
    _rotate(pair.in_, statements.LOG)
    wire.settle(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2)]


def test_a_checkpoint_under_way_when_its_key_ended_is_taken_once_the_next_key_is_named(lived, clock_at, monkeypatch):
    pair = lived(statements.LOG)
    wire.release(pair, pair.ca, 1)
    monkeypatch.setitem(keyring.LIFETIME_DAYS, statements.LOG, 3_000)
    _rotate(pair.ca, statements.LOG)
    under_way, _ = wire.request(pair, pair.ca)  # signed in time by the old key; the leaves below it name the next
    clock_at.advance((DAYS + keyring.OVERLAP_DAYS + 1) * DAY)
    with pytest.raises(KeyEnded):
        wire.deliver(pair, pair.in_, under_way)
    clock_at.advance(-2 * DAY)
    wire.deliver(pair, pair.in_, under_way)
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2)]


def test_a_next_key_that_has_itself_ended_opens_no_overlap(lived, clock_at):
    pair = lived(statements.LOG)
    wire.release(pair, pair.ca, 1)
    _rotate(pair.ca, statements.LOG)
    under_way, _ = wire.request(pair, pair.ca)
    clock_at.advance((DAYS + 1) * DAY)
    with pytest.raises(KeyEnded):
        wire.deliver(pair, pair.in_, under_way)


def test_a_body_signed_after_its_contact_key_ended_is_refused_until_the_new_card_is_taken(lived, clock_at):
    pair = lived(statements.CONTACT)
    wire.release(pair, pair.ca, 1)
    clock_at.advance((DAYS + 1) * DAY)
    request, _ = wire.request(pair, pair.ca)
    with pytest.raises(KeyEnded) as refused:
        wire.deliver(pair, pair.in_, request)
    _is_told(refused, "contact", "ca.example")
    for node in (pair.ca, pair.in_):
        _rotate(node, statements.CONTACT)
    request, _ = wire.request(pair, pair.ca)
    with pytest.raises(ContactSignatureInvalid):
        wire.deliver(pair, pair.in_, request)
    assert _renew(pair, pair.ca) == _renew(pair, pair.in_) == ["contact"]
    wire.settle(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2)]


def test_a_carried_file_counts_as_signed_when_it_was_written(lived, clock_at, tmp_path):
    pair = lived(statements.CONTACT)
    for name, advance in (("in-time", 0), ("too-late", DAYS + 1)):
        clock_at.advance(advance * DAY)
        wire.release(pair, pair.ca, 1)
        with pair.ca.active():
            carried.export(pair.ca.house.station, pair.peer_of(pair.ca), tmp_path / name)
    with pair.in_.active(), pytest.raises(KeyEnded):
        carried.import_(pair.in_.house.station, tmp_path / "too-late")
    clock_at.advance(keyring.OVERLAP_DAYS * DAY)
    with pair.in_.active(), pytest.raises(KeyEnded):  # nobody can say any more that it is not forged backwards
        carried.import_(pair.in_.house.station, tmp_path / "in-time")
    clock_at.advance(-2 * DAY)
    with pair.in_.active():
        assert carried.import_(pair.in_.house.station, tmp_path / "in-time")[1].stored == 1
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2)]


def test_nothing_is_sealed_to_an_ended_hpke_key_and_its_owner_brings_the_next_on_line(lived, clock_at, monkeypatch):
    pair = lived(statements.HPKE)
    wire.release(pair, pair.ca, 1)
    clock_at.advance((DAYS + 1) * DAY)
    with pytest.raises(KeyEnded) as refused:
        wire.request(pair, pair.ca)
    _is_told(refused, "hpke", "in.example")
    with pair.ca.active():
        assert OutItem.objects.filter(state=OutItem.RELEASED).count() == 1, "it waits; nothing is lost"
    _rotate(pair.ca, statements.HPKE)
    _rotate(pair.in_, statements.HPKE)
    assert _renew(pair, pair.ca) == ["hpke"]
    with pair.ca.active():
        assert _hello(pair, monkeypatch)[0] == 200, "a fresh value is still sealed to it, so that its owner can call"
    wire.settle(pair, pair.in_)
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2)]
    with pair.ca.active():
        assert _hello(pair, monkeypatch)[0] == 200


def test_after_the_overlap_not_even_a_fresh_value_is_sealed_to_an_ended_key(lived, clock_at, monkeypatch):
    pair = lived(statements.HPKE)
    clock_at.advance((DAYS + keyring.OVERLAP_DAYS + 1) * DAY)
    with pair.ca.active():
        status, payload = _hello(pair, monkeypatch)
    assert status == 403
    assert b"KEY_ENDED" in payload


def _hello(pair, monkeypatch):
    monkeypatch.setattr(server, "close_old_connections", lambda: None)
    told = {}
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/link/v1/hello", "QUERY_STRING": "node=in.example"}
    app = LinkApplication(pair.ca.house.station)
    payload = b"".join(app(environ, lambda status, _: told.update(status=int(status.split()[0]))))
    return told["status"], payload


def test_a_batch_sealed_in_time_opens_in_the_overlap(lived, clock_at):
    pair = lived(statements.HPKE)
    wire.release(pair, pair.ca, 1)
    request, _ = wire.request(pair, pair.ca)
    clock_at.advance((DAYS + 1) * DAY)
    _rotate(pair.ca, statements.HPKE)
    _renew(pair, pair.ca)
    wire.deliver(pair, pair.in_, request)
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2)]


def test_an_ended_certificate_is_pinned_no_more_and_the_caller_is_told_which(lived, clock_at):
    from countersign.node.courier_process import connector

    pair = lived(statements.MTLS)
    with pair.in_.active():
        peer = pair.peer_of(pair.in_)
        assert len(pins.pins_of(peer)) == 1
        clock_at.advance((DAYS + 1) * DAY)
        assert pins.pins_of(peer) == []
        with pytest.raises(KeyEnded) as refused:
            connector(pair.in_.house)(peer)
        _is_told(refused, "mtls", "ca.example")
    _rotate(pair.ca, statements.MTLS)
    assert _renew(pair, pair.ca) == ["mtls"]
    with pair.in_.active():
        assert len(pins.pins_of(peer)) == 1


def test_a_cosignature_of_an_ended_witness_key_is_an_alarm_and_stops_nothing(lived, clock_at):
    pair = lived(statements.WITNESS)
    clock_at.advance((DAYS + 1) * DAY)
    wire.release(pair, pair.ca, 1)
    with pytest.raises(AssertionError, match="does not become quiet"):
        wire.settle(pair, pair.ca, rounds=6)
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2)]
    with pair.ca.active():
        assert "COSIGNATURE_INVALID" in {alarm.code for alarm in alarms.open_alarms()}


def test_an_ended_key_of_a_peer_is_an_alarm_from_before_its_end_until_the_next_is_named(lived, clock_at):
    pair = lived(statements.CONTACT)

    def open_codes():
        with pair.in_.active():
            housekeeping.watch_peer_keys()
            return {(alarm.code, alarm.scope) for alarm in alarms.open_alarms()}

    assert open_codes() == set()
    clock_at.advance((DAYS - 1) * DAY)
    assert open_codes() == {("PEER_KEY_ENDS_SOON", "ca.example contact")}
    clock_at.advance(2 * DAY)
    assert open_codes() == {("PEER_KEY_ENDED", "ca.example contact")}
    _rotate(pair.ca, statements.CONTACT)
    _renew(pair, pair.ca)
    assert open_codes() == set()


def test_an_old_card_brings_no_key_back_and_another_root_is_a_hard_stop(lived):
    pair = lived(statements.CONTACT)
    old = nodes.card_of(pair.ca)
    _rotate(pair.ca, statements.CONTACT)
    wire.settle(pair, pair.ca)
    with pair.in_.active(), pytest.raises(Conflict, match="no newer key"):
        peering.renew(old, by=officers.find("admin1"))
    with pair.in_.active(), pytest.raises(Conflict):
        peering.renew(nodes.card_of(pair.ca), by=officers.find("admin1"))
    from countersign.charter.providers import software_signer

    real, pair.ca.root = pair.ca.root, software_signer(b"x" * 64, level=87)
    with pair.ca.active():
        key = keyring.enrol(pair.ca.house.station.provider, pair.ca.root, node="ca.example", role="contact")
    forged = _card_signed_by(pair.ca, key)
    pair.ca.root = real
    with pair.in_.active(), pytest.raises(FingerprintMismatch):
        peering.renew(forged, by=officers.find("admin1"))


def _card_signed_by(node, key):
    from countersign.charter import cards
    from countersign.charter.cards import NodeCard

    with node.active():
        signed = (keyring.statement_of(key),)
    return cards.build(NodeCard(node.name, node.state, "https://x", node.root.public, signed), node.root)


def test_a_key_is_good_to_the_second_of_its_end_and_not_beyond(lived, clock_at):
    pair = lived(statements.CONTACT)
    with pair.in_.active():
        key = validity.newest(pair.peer_of(pair.in_), statements.CONTACT)
        validity.insist(key, at=key.not_after)
        with pytest.raises(KeyEnded):
            validity.insist(key, at=key.not_after + timedelta(seconds=1))


def test_the_end_is_the_one_that_the_root_signed(lived):
    pair = lived(statements.CONTACT)
    with pair.in_.active():
        key = validity.newest(pair.peer_of(pair.in_), statements.CONTACT)
        fields = statements.read(statements.from_list(cbor.decode(bytes(key.statement))).body)
        assert fields["not_after"] == int(key.not_after.timestamp())
        assert InItem.objects.get().state == InItem.STORED
