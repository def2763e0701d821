"""protocol sections 3 and 5: what a peer that lies, errs or replays achieves: a coded refusal, and nothing else."""

from __future__ import annotations

import secrets

import pytest
from django.db import transaction
from support import wire

from countersign.charter.errors import KeyEnded
from countersign.kernel.errors import CountersignError
from countersign.ledger.core import forkproof, leaves
from countersign.link import batching, bodies, outbox, sealing, sync
from countersign.link.errors import BatchMismatch, ContactSignatureInvalid, LogFork, WrongRecipient
from countersign.link.models import InChannel, InItem, LinkState, OutItem


def _trust(pair):
    from countersign.ledger.core.statements import RootKey

    return [RootKey(node.name, node.root.public).fingerprint() for node in (pair.ca, pair.in_)]


def _evidence(node):
    from countersign.ledger.models import ForkEvidence

    with node.active():
        return [bytes(row.data) for row in ForkEvidence.objects.all()]


def _alarms(node):
    from countersign.charter import alarms

    with node.active():
        return {alarm.code for alarm in alarms.open_alarms()}


def _tampered(pair, change):
    """A body of Canada, changed before it is signed and sealed: the lie of a real peer."""
    with pair.ca.active():
        state = wire.state_of(pair, pair.ca)
        batching.cut_batch(pair.ca.house.station, state)
        outbox.sign_head(pair.ca.house.station, state)
        body = sync.build(pair.ca.house.station, state, fresh=b"f" * 48, reply_fresh=b"r" * 48)
        return sync.seal(pair.ca.house.station, state, change(body))


def test_a_valid_leaf_with_a_wrong_wrap_is_refused_as_cannot_open_and_cured_by_rekeying(pair, monkeypatch):
    wire.release(pair, pair.ca, 2)
    right = sealing.wrap
    monkeypatch.setattr(sealing, "wrap", lambda *given: right(secrets.token_bytes(32), *given[1:]))
    wire.round_trip(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == []
    monkeypatch.setattr(sealing, "wrap", right)
    wire.settle(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2)]
    assert "ITEM_REFUSED_HERE" in _alarms(pair.in_)


def test_a_commitment_that_does_not_match_is_refused_for_good(pair, monkeypatch):
    monkeypatch.setattr(sealing.SealedText, "commitment", lambda _: b"x" * 32)
    wire.release(pair, pair.ca, 1)
    monkeypatch.undo()
    wire.settle(pair, pair.ca)
    with pair.ca.active():
        assert [(row.state, row.refusal) for row in OutItem.objects.all()] == [("refused", "COMMITMENT_MISMATCH")]
    assert wire.stored(pair, pair.in_) == []


def test_other_batch_keys_than_the_leaf_names_are_refused_and_nothing_is_applied(pair):
    wire.release(pair, pair.ca, 1)

    def swap(body):
        (batch,) = body.batches
        import dataclasses

        return dataclasses.replace(body, batches=(dataclasses.replace(batch, sealed_key=b"x" * 1168),))

    with pytest.raises(BatchMismatch):
        wire.deliver(pair, pair.in_, _tampered(pair, swap))
    with pair.in_.active():
        assert not InItem.objects.exists()
    wire.settle(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, 1)]


def test_a_leaf_changed_inside_the_slice_is_refused(pair):
    import dataclasses

    wire.release(pair, pair.ca, 2)

    def change(body):
        first = leaves.parse_as(leaves.ItemLeaf, body.slice.leaves[0])
        other = dataclasses.replace(first, expires=1).encode()
        return dataclasses.replace(body, slice=dataclasses.replace(body.slice, leaves=(other, *body.slice.leaves[1:])))

    with pytest.raises(CountersignError) as refused:
        wire.deliver(pair, pair.in_, _tampered(pair, change))
    assert refused.value.code == "ROOT_MISMATCH"
    assert wire.stored(pair, pair.in_) == []


def test_a_body_that_comes_back_to_its_sender_is_refused(pair):
    wire.release(pair, pair.ca, 1)
    request, _ = wire.request(pair, pair.ca)
    with pytest.raises(CountersignError):
        wire.deliver(pair, pair.ca, request)


def test_a_body_signed_by_no_contact_key_is_refused(pair, monkeypatch):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    wire.release(pair, pair.ca, 1)
    forger = Ed25519PrivateKey.generate()
    monkeypatch.setattr(pair.ca.house.station.provider, "contact", lambda _: forger.sign)
    request, _ = wire.request(pair, pair.ca)
    with pytest.raises(ContactSignatureInvalid):
        wire.deliver(pair, pair.in_, request)


def test_a_body_for_another_recipient_is_refused(pair):
    import dataclasses

    wire.release(pair, pair.ca, 1)
    with pytest.raises(WrongRecipient):
        wire.deliver(pair, pair.in_, _tampered(pair, lambda body: dataclasses.replace(body, receiver="xx.example")))


def test_a_suspended_peer_is_refused_at_once_and_loses_nothing(pair):
    from countersign.charter import officers, peering

    wire.release(pair, pair.ca, 1)
    request, _ = wire.request(pair, pair.ca)
    with pair.in_.active():
        peering.set_suspended("ca.example", suspended=True, by=officers.find("executive"))
    with pytest.raises(CountersignError) as refused:
        wire.deliver(pair, pair.in_, request)
    assert refused.value.code == "PEER_SUSPENDED"
    with pair.in_.active():
        peering.set_suspended("ca.example", suspended=False, by=officers.find("executive"))
    wire.settle(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, 1)]


def test_every_sampled_bit_of_the_wire_flipped_is_refused_with_a_code(pair):
    wire.release(pair, pair.ca, 1)
    request, _ = wire.request(pair, pair.ca)
    for place in range(0, len(request) * 8, max(1, len(request) * 8 // 150)):
        damaged = bytearray(request)
        damaged[place // 8] ^= 1 << (place % 8)
        with pytest.raises(CountersignError):
            wire.deliver(pair, pair.in_, bytes(damaged))
    for length in range(0, len(request), max(1, len(request) // 60)):
        with pytest.raises(CountersignError):
            wire.deliver(pair, pair.in_, request[:length])
    assert wire.stored(pair, pair.in_) == []
    wire.deliver(pair, pair.in_, request)
    assert wire.stored(pair, pair.in_) == [(1, 1)]


def _rewrite_history(pair):
    """Canada puts its database back by one item and releases another in its place: a split view."""
    from countersign.ledger.models import Leaf, Log, SignedCheckpoint, Subtree

    with pair.ca.active():
        state = wire.state_of(pair, pair.ca)
        SignedCheckpoint.objects.filter(log=state.log).delete()
        Leaf.objects.filter(log=state.log).delete()
        Subtree.objects.filter(log=state.log).delete()
        Log.objects.filter(pk=state.log_id).update(size=0, peaks=b"")
        OutItem.objects.all().delete()
        from countersign.link.models import OutBatch, OutChannel

        OutBatch.objects.all().delete()
        OutChannel.objects.update(next_sequence=1)
        LinkState.objects.update(peer_has=0)
        for path in (pair.ca.home / "marks").glob("*"):
            path.unlink()


def test_a_rewritten_log_is_caught_and_proved_off_line(pair):
    wire.release(pair, pair.ca, 1)
    wire.request(pair, pair.ca)
    request, _ = wire.request(pair, pair.ca)
    wire.deliver(pair, pair.in_, request)
    _rewrite_history(pair)
    wire.release(pair, pair.ca, 1)
    forged, _ = wire.request(pair, pair.ca)
    with pytest.raises(LogFork):
        wire.deliver(pair, pair.in_, forged)
    (data,) = _evidence(pair.in_)
    assert "ca.example signed two" in forkproof.verify(data, trusted=_trust(pair))
    assert "LOG_FORK" in _alarms(pair.in_)
    assert wire.stored(pair, pair.in_) == [(1, 1)]


def test_two_items_with_one_identity_stop_the_channel_and_are_proved_off_line(pair):
    from countersign.link.models import OutChannel

    wire.release(pair, pair.ca, 1)
    with pair.ca.active():
        item = OutItem.objects.get()
        OutItem.objects.filter(pk=item.pk).update(sequence=900)
        OutChannel.objects.update(next_sequence=1)
    wire.release(pair, pair.ca, 1)
    with pair.ca.active():
        OutItem.objects.filter(sequence=900).delete()
    wire.round_trip(pair, pair.ca)
    (data,) = _evidence(pair.in_)
    assert "one identity" in forkproof.verify(data, trusted=_trust(pair))
    with pair.in_.active():
        assert InChannel.objects.get().stopped
    assert "ITEM_EQUIVOCATION" in _alarms(pair.in_)


def test_an_item_of_an_epoch_nobody_opened_is_refused(pair):
    from countersign.link.models import OutChannel

    with pair.ca.active():
        outbox.out_channel(pair.peer_of(pair.ca), "normal")
        OutChannel.objects.update(epoch=7)
    wire.release(pair, pair.ca, 1)
    wire.settle(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == []
    with pair.ca.active():
        assert OutItem.objects.get().refusal == "EPOCH_CLOSED"


def test_a_body_of_another_version_says_so(pair, monkeypatch):
    wire.release(pair, pair.ca, 1)
    monkeypatch.setattr(bodies, "VERSION", 2)
    request, _ = wire.request(pair, pair.ca)
    monkeypatch.undo()
    with pytest.raises(CountersignError) as refused:
        wire.deliver(pair, pair.in_, request)
    assert refused.value.code == "WRONG_VERSION"


def test_a_disk_that_fills_during_receipt_loses_nothing(pair, monkeypatch):
    from django.db import OperationalError

    from countersign.ledger import services

    wire.release(pair, pair.ca, 2)
    request, _ = wire.request(pair, pair.ca)

    def full(*_):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(services, "extend_mirror", full)
    with pytest.raises(OperationalError):
        wire.deliver(pair, pair.in_, request)
    monkeypatch.undo()
    assert wire.stored(pair, pair.in_) == []
    wire.settle(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2)]


def test_a_clock_ten_years_behind_changes_neither_order_nor_delivery(pair, clock_at):
    clock_at.advance(-10 * 365 * 86_400)
    wire.release(pair, pair.ca, 2)
    wire.settle(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2)]


def test_a_clock_ten_years_ahead_is_told_as_ended_keys_and_once_it_is_right_nothing_is_lost(pair, clock_at):
    clock_at.advance(10 * 365 * 86_400)
    wire.release(pair, pair.ca, 2)
    with pytest.raises(KeyEnded) as refused:
        wire.request(pair, pair.ca)
    assert "was valid until" in refused.value.reason
    clock_at.advance(-10 * 365 * 86_400)
    wire.settle(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2)]


def test_a_transaction_rolled_back_after_release_leaves_no_leaf(pair):
    from countersign.ledger.models import Leaf

    with pair.ca.active():
        before = Leaf.objects.count()
        outgoing = outbox.Outgoing(authority="NIA", parts={"id": b"x"}, salt=b"s" * 32)
        with transaction.atomic():
            outbox.enqueue(pair.ca.house.station, pair.peer_of(pair.ca), outgoing, decision_leaf_hash=b"d" * 32)
            transaction.set_rollback(True)
        assert Leaf.objects.count() == before
