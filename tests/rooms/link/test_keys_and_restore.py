"""protocol sections 2 and 6: keys rotate while items flow; a node restored from yesterday goes on with the same log."""

from __future__ import annotations

import shutil
import sqlite3

import pytest
from django.db import transaction
from support import wire

from countersign.charter import keyring
from countersign.charter.models import OwnKey
from countersign.ledger.core import statements
from countersign.ledger.errors import LogBehindMark
from countersign.link import batching, housekeeping, ownkeys, restore, sync
from countersign.link.models import InItem, OutItem


def _rotate(node, role):
    with node.active(), transaction.atomic():
        key = keyring.enrol(node.house.station.provider, node.root, node=node.name, role=role)
        housekeeping.announce(node.house.station, keyring.statement_of(key), key)
        return key


@pytest.mark.parametrize("role", statements.ONLINE_ROLES)
def test_each_online_key_rotates_under_traffic(pair, role):
    wire.release(pair, pair.ca, 1)
    wire.settle(pair, pair.ca)
    new = _rotate(pair.ca, role)
    with pair.ca.active():
        assert ownkeys.usable(role, wire.state_of(pair, pair.ca)).pk != new.pk, "not before the peer knows it"
    wire.release(pair, pair.ca, 1)
    wire.release(pair, pair.in_, 1)
    wire.settle(pair, pair.ca)
    with pair.ca.active():
        assert ownkeys.usable(role, wire.state_of(pair, pair.ca)).pk == new.pk
    wire.release(pair, pair.ca, 1)
    wire.release(pair, pair.in_, 1)
    wire.settle(pair, pair.ca)
    assert len(wire.stored(pair, pair.in_)) == 3
    assert len(wire.stored(pair, pair.ca)) == 2


def test_a_destroyed_hpke_key_is_a_named_refusal_and_the_items_are_rekeyed(pair):
    wire.release(pair, pair.ca, 2)
    with pair.in_.active():
        old = keyring.newest(statements.HPKE)
    new = _rotate(pair.in_, statements.HPKE)
    with pair.ca.active():
        batching.cut_batch(pair.ca.house.station, wire.state_of(pair, pair.ca))
    # Canada learns the new key; the batch above is sealed to the old one, which is then destroyed.
    wire.round_trip(pair, pair.in_)
    with pair.in_.active():
        InItem.objects.filter(state="stored").delete()
        keyring.destroy(pair.in_.house.station.provider, OwnKey.objects.get(pk=old.pk))
        assert keyring.newest(statements.HPKE).pk == new.pk
    wire.release(pair, pair.ca, 1)
    wire.settle(pair, pair.ca)
    assert (1, 3) in wire.stored(pair, pair.in_)


def test_a_batch_to_a_destroyed_key_is_refused_then_delivered_anew(pair):
    wire.release(pair, pair.ca, 2)
    request, _ = wire.request(pair, pair.ca)
    with pair.in_.active():
        old = keyring.newest(statements.HPKE)
    _rotate(pair.in_, statements.HPKE)
    with pair.in_.active():
        state, body = sync.open_(pair.in_.house.station, request)
        keyring.destroy(pair.in_.house.station.provider, OwnKey.objects.get(pk=old.pk))
        answer = sync.answer(pair.in_.house.station, state, body)
    wire.accept(pair, pair.ca, answer)
    with pair.ca.active():
        assert {(row.state, row.refusal, row.rekeys) for row in OutItem.objects.all()} == {
            ("released", "CANNOT_OPEN", 1)
        }
    wire.settle(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2)]


def test_a_revoked_contact_key_speaks_no_more(pair):
    wire.release(pair, pair.ca, 1)
    wire.settle(pair, pair.ca)
    with pair.ca.active():
        old = keyring.newest(statements.CONTACT)
    _rotate(pair.ca, statements.CONTACT)
    wire.settle(pair, pair.ca)
    with pair.ca.active(), transaction.atomic():
        signed = keyring.revoke(
            OwnKey.objects.get(pk=old.pk), pair.ca.root, node="ca.example", since_size=0, reason="compromised"
        )
        housekeeping.announce(pair.ca.house.station, signed)
    wire.settle(pair, pair.ca)
    with pair.in_.active():
        from countersign.charter.models import PeerKey

        assert PeerKey.objects.get(key_id=bytes(old.key_id)).revoked_since == 0
    wire.release(pair, pair.ca, 1)
    wire.settle(pair, pair.ca)
    assert len(wire.stored(pair, pair.in_)) == 2


def test_a_key_in_two_roles_is_refused_at_enrolment(pair):
    from countersign.charter.errors import KeyReused

    with pair.ca.active():
        parts = keyring.parts_of(keyring.newest(statements.CONTACT))
    with pair.ca.active(), pytest.raises(KeyReused):
        keyring.claim_parts(parts, node="ca.example", role=statements.LOG)


def test_the_decisions_log_is_anchored_once_a_day_whether_changed_or_not(pair, clock_at):
    from countersign.ledger.core import leaves

    with pair.ca.active():
        assert housekeeping.anchor_daily(pair.ca.house.station)
        assert not housekeeping.anchor_daily(pair.ca.house.station)
        clock_at.advance(86_400)
        assert housekeeping.anchor_daily(pair.ca.house.station)
        from countersign.ledger import queries

        log = wire.state_of(pair, pair.ca).log
        kinds = [leaves.parse(data).kind for data in queries.leaves(log, 0, log.size)]
    assert kinds == ["anchor", "anchor"]
    wire.settle(pair, pair.ca)


@pytest.fixture
def engine():
    return "sqlite"


def _backup(node, tmp_path):
    copy = tmp_path / f"copy-{node.state}.sqlite3"
    live = node.connection.settings_dict["NAME"]
    with sqlite3.connect(live) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    target.close()
    return copy


def _put_back(node, copy):
    node.connection.close()
    live = node.connection.settings_dict["NAME"]
    for suffix in ("-wal", "-shm"):
        live.with_name(live.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(copy, live)


def test_a_database_restored_from_yesterday_refuses_to_sign(pair, tmp_path):
    wire.release(pair, pair.ca, 1)
    wire.settle(pair, pair.ca)
    copy = _backup(pair.ca, tmp_path)
    wire.release(pair, pair.ca, 2)
    wire.settle(pair, pair.ca)
    _put_back(pair.ca, copy)
    wire.release(pair, pair.ca, 1)
    with pytest.raises(LogBehindMark):
        wire.request(pair, pair.ca)


def test_a_restored_node_takes_its_leaves_back_and_goes_on_in_a_new_epoch(pair, tmp_path):
    wire.release(pair, pair.ca, 2)
    wire.settle(pair, pair.ca)
    copy = _backup(pair.ca, tmp_path)
    wire.release(pair, pair.ca, 3)
    wire.release(pair, pair.in_, 2)
    wire.settle(pair, pair.ca)
    _put_back(pair.ca, copy)
    with pair.ca.active():
        peer = pair.peer_of(pair.ca)
        restore.begin(pair.ca.house.station)
    taken = _fetch(pair)
    assert taken >= 4
    with pair.ca.active():
        report = restore.finish(pair.ca.house.station, peer, pair.ca.root)
    assert len(report.received_and_lost) == 2
    wire.release(pair, pair.ca, 1)
    wire.settle(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (2, 1)]
    with pair.in_.active():
        from countersign.ledger.models import ForkEvidence

        assert not ForkEvidence.objects.exists()


def test_a_copy_made_before_the_peer_knew_its_newest_leaves_is_restored_as_well(pair, tmp_path):
    wire.release(pair, pair.ca, 2)
    wire.request(pair, pair.ca)
    copy = _backup(pair.ca, tmp_path)  # signed and shown, but no answer yet: the copy believes the peer has nothing
    wire.release(pair, pair.ca, 1)
    wire.settle(pair, pair.ca)
    _put_back(pair.ca, copy)
    with pair.ca.active():
        peer = pair.peer_of(pair.ca)
        restore.begin(pair.ca.house.station)
    assert _fetch(pair) >= 1
    with pair.ca.active():
        restore.finish(pair.ca.house.station, peer, pair.ca.root)
    wire.release(pair, pair.ca, 1)
    wire.settle(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2), (1, 3), (2, 1)]


def _fetch(pair):
    before = _size(pair)
    for _ in range(10):
        size = _size(pair)
        _exchange(pair)
        if _size(pair) == size:
            break
    return _size(pair) - before


def _size(pair):
    with pair.ca.active():
        return wire.state_of(pair, pair.ca).log.size


def _exchange(pair):
    reply = wire.round_trip(pair, pair.ca)
    with pair.ca.active():
        if reply.returned is not None:
            restore.take_back(wire.state_of(pair, pair.ca), reply.returned)
