"""The keys of a pair are read anew when one was added, announced, revoked or destroyed, and not otherwise."""

from __future__ import annotations

import pytest
from django.db import transaction
from support import wire

from countersign.charter import keyring, validity
from countersign.charter.models import OwnKey, Peer, PeerKey
from countersign.ledger import sql
from countersign.ledger.core import statements
from countersign.link import housekeeping, keymemory, outbox, ownkeys


@pytest.fixture
def reads(monkeypatch):
    """How often the keys of a peer were read in full."""
    seen = []
    read = keymemory.peering.read_keys
    monkeypatch.setattr(keymemory.peering, "read_keys", lambda peer: seen.append(peer.node) or read(peer))
    return seen


def _enrol(node, role):
    with node.active(), transaction.atomic():
        key = keyring.enrol(node.house.station.provider, node.root, node=node.name, role=role)
        housekeeping.announce(node.house.station, keyring.statement_of(key), key)
        return key


def _revoke(node, key):
    with node.active(), transaction.atomic():
        signed = keyring.revoke(key, node.root, node=node.name, since_size=0, reason="compromised")
        housekeeping.announce(node.house.station, signed)


def test_unchanged_keys_are_read_once(pair, reads):
    wire.release(pair, pair.ca)
    wire.settle(pair, pair.ca)
    reads.clear()
    wire.release(pair, pair.ca)
    wire.settle(pair, pair.ca)
    assert reads == []


def test_a_key_the_peer_adds_and_one_it_revokes_are_known_to_the_next_exchange(pair, reads):
    wire.settle(pair, pair.ca)
    with pair.in_.active():
        old = validity.newest(wire.state_of(pair, pair.in_).peer, statements.CONTACT)
    new = _enrol(pair.ca, statements.CONTACT)
    wire.settle(pair, pair.ca)
    with pair.in_.active():
        known = validity.valid(wire.state_of(pair, pair.in_).peer, statements.CONTACT)
        assert [bytes(key.key_id) for key in known] == [bytes(new.key_id), bytes(old.key_id)]
    with pair.ca.active():
        own = OwnKey.objects.get(key_id=bytes(old.key_id))
    _revoke(pair.ca, own)
    reads.clear()
    wire.settle(pair, pair.ca)
    with pair.in_.active():
        known = validity.valid(wire.state_of(pair, pair.in_).peer, statements.CONTACT)
        assert [bytes(key.key_id) for key in known] == [bytes(new.key_id)]
    assert reads != []


def test_an_own_key_is_used_from_its_announcement_on_and_not_after_its_revocation(pair):
    wire.settle(pair, pair.ca)
    with pair.ca.active():
        old = ownkeys.usable(statements.CONTACT, wire.state_of(pair, pair.ca))
    new = _enrol(pair.ca, statements.CONTACT)
    with pair.ca.active():
        assert ownkeys.usable(statements.CONTACT, wire.state_of(pair, pair.ca)) == old
    wire.settle(pair, pair.ca)
    with pair.ca.active():
        assert ownkeys.usable(statements.CONTACT, wire.state_of(pair, pair.ca)) == new
    _revoke(pair.ca, new)
    with pair.ca.active():
        assert ownkeys.usable(statements.CONTACT, wire.state_of(pair, pair.ca)) == old


def test_an_own_key_that_was_destroyed_is_not_used(pair):
    wire.settle(pair, pair.ca)
    _enrol(pair.ca, statements.CONTACT)
    wire.settle(pair, pair.ca)
    with pair.ca.active():
        key = ownkeys.usable(statements.CONTACT, wire.state_of(pair, pair.ca))
        keyring.destroy(pair.ca.house.station.provider, key)
        assert ownkeys.usable(statements.CONTACT, wire.state_of(pair, pair.ca)) != key


def test_each_peer_has_its_own_keys_in_memory(pair, reads):
    """Two peers with as many keys: what is remembered of one is not taken for the other."""
    wire.settle(pair, pair.ca)
    with pair.ca.active():
        station, first = pair.ca.house.station, wire.state_of(pair, pair.ca).peer
        second = Peer.objects.get(pk=first.pk)
        second.pk, second.node = None, "third.example"
        second.save()
        for key in PeerKey.objects.filter(peer=first):
            key.pk, key.peer, key.key_id = None, second, bytes(key.key_id)[::-1]
            key.save()
        wanted = {
            peer.pk: set(PeerKey.objects.filter(peer=peer).values_list("id", flat=True)) for peer in (first, second)
        }
        outbox.open_link(station, second)
        reads.clear()
        for _ in range(2):
            known = {peer.pk: outbox.open_link(station, peer).peer.known_keys for peer in (first, second)}
            assert {pk: {key.pk for key in keys} for pk, keys in known.items()} == wanted
        assert reads == ["third.example"]


def test_a_key_that_another_process_revokes_is_refused_by_the_very_next_exchange(pair):
    """What the memory goes by is read from the database each time, whoever wrote it."""
    wire.settle(pair, pair.ca)
    with pair.in_.active():
        state = wire.state_of(pair, pair.in_)
        key = validity.newest(state.peer, statements.CONTACT)
        sql.run("UPDATE charter_peerkey SET revoked_since = 0 WHERE id = %s", key.pk)
        assert validity.newest(wire.state_of(pair, pair.in_).peer, statements.CONTACT) is None


def test_what_is_undone_is_not_remembered(pair):
    """A key that was learned in a transaction that was rolled back, and another in its place: the numbers are the same."""
    wire.settle(pair, pair.ca)
    with pair.in_.active():
        state = wire.state_of(pair, pair.in_)
        (key,) = validity.valid(state.peer, statements.CONTACT)
        copy = "INSERT INTO charter_peerkey ({columns}) SELECT {values} FROM charter_peerkey WHERE id = %s"
        names = "peer_id, role, serial, not_before, not_after, revoked_since, parts, statement, revocation"
        add = copy.format(columns=f"{names}, key_id", values=f"{names}, %s")
        with transaction.atomic():
            sql.run(add, b"1" * 32, key.pk)
            known = validity.valid(wire.state_of(pair, pair.in_).peer, statements.CONTACT)
            assert b"1" * 32 in {bytes(each.key_id) for each in known}
            transaction.set_rollback(True)
        sql.run(add, b"2" * 32, key.pk)
        known = validity.valid(wire.state_of(pair, pair.in_).peer, statements.CONTACT)
        assert {bytes(each.key_id) for each in known} == {bytes(key.key_id), b"2" * 32}
