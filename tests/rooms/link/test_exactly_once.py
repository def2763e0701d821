"""protocol sections 1 and 4, invariant I4: the peer accounts for every index; every item exactly once, however bodies travel."""

from __future__ import annotations

import pytest
from support import wire


def test_a_released_item_is_stored_receipted_and_its_key_destroyed_at_the_sender(pair):
    wire.release(pair, pair.ca, 3)
    wire.round_trip(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2), (1, 3)]
    with pair.ca.active():
        from countersign.link.models import OutBatch, OutItem

        assert {row.state for row in OutItem.objects.all()} == {"stored"}
        assert all(not bytes(row.ciphertext) and not bytes(row.wrapped_key) for row in OutItem.objects.all())
        assert not OutBatch.objects.exists()


def test_an_idle_pair_becomes_silent(pair):
    wire.release(pair, pair.ca, 2)
    assert wire.settle(pair, pair.ca) <= 5
    assert wire.settle(pair, pair.ca) == 0
    assert wire.settle(pair, pair.in_) == 0


def test_a_body_delivered_thrice_changes_nothing_and_brings_the_same_receipt_leaf(pair):
    wire.release(pair, pair.ca, 2)
    request, _ = wire.request(pair, pair.ca)
    from countersign.link import sync

    answers = [wire.deliver(pair, pair.in_, request) for _ in range(3)]
    with pair.ca.active():
        slices = [sync.open_(pair.ca.house.station, answer)[1].slice for answer in answers]
    assert slices[0] == slices[1] == slices[2]
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2)]
    for answer in answers:
        wire.accept(pair, pair.ca, answer)
    assert wire.delivered(pair, pair.ca) == 2


def test_a_lost_answer_is_made_good_by_the_next_round(pair):
    wire.release(pair, pair.ca, 2)
    request, _ = wire.request(pair, pair.ca)
    wire.deliver(pair, pair.in_, request)
    assert wire.delivered(pair, pair.ca) == 0
    wire.round_trip(pair, pair.ca)
    assert wire.delivered(pair, pair.ca) == 2
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2)]


def test_both_directions_travel_in_one_exchange(pair):
    wire.release(pair, pair.ca, 2)
    wire.release(pair, pair.in_, 3)
    wire.settle(pair, pair.ca)
    # India's items wait for India's own courier to cut their batch.
    wire.settle(pair, pair.in_)
    assert len(wire.stored(pair, pair.in_)) == 2
    assert len(wire.stored(pair, pair.ca)) == 3


def test_three_hundred_items_arrive_in_order(pair):
    wire.release(pair, pair.ca, 300, size=20)
    wire.settle(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, number) for number in range(1, 301)]


def test_a_voided_item_leaves_no_gap(pair):
    from countersign.link import arrivals, outbox

    items = wire.release(pair, pair.ca, 3)
    with pair.ca.active():
        assert outbox.void(pair.ca.house.station, items[1])
    wire.settle(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 3)]
    with pair.in_.active():
        assert [item.sequence for item in arrivals.waiting()] == [1, 3]


def test_an_item_whose_key_has_left_cannot_be_voided(pair):
    from countersign.link import outbox

    (item,) = wire.release(pair, pair.ca)
    wire.request(pair, pair.ca)
    with pair.ca.active():
        assert not outbox.void(pair.ca.house.station, item)


def test_a_body_above_a_gap_waits_in_quarantine_and_is_applied_when_the_gap_is_filled(pair):
    from countersign.link.models import LinkState, Quarantine

    wire.release(pair, pair.ca, 1)
    first, _ = wire.request(pair, pair.ca)
    with pair.ca.active():
        size = wire.state_of(pair, pair.ca).log.size
        LinkState.objects.update(peer_has=size)
    wire.release(pair, pair.ca, 1)
    second, _ = wire.request(pair, pair.ca)
    wire.deliver(pair, pair.in_, second)
    assert wire.stored(pair, pair.in_) == []
    with pair.in_.active():
        assert Quarantine.objects.count() == 1
    wire.deliver(pair, pair.in_, first)
    assert wire.stored(pair, pair.in_) == [(1, 1), (1, 2)]
    with pair.in_.active():
        assert Quarantine.objects.count() == 0


def test_one_stuck_channel_never_blocks_another(pair):
    from countersign.link import arrivals
    from countersign.link.models import InItem

    wire.release(pair, pair.ca, 2, purpose="normal")
    wire.release(pair, pair.ca, 1, purpose="urgent")
    wire.settle(pair, pair.ca)
    with pair.in_.active():
        stuck = InItem.objects.order_by("leaf_index").first()
        InItem.objects.filter(pk=stuck.pk).update(state=InItem.ANNOUNCED)
        waiting = arrivals.waiting()
        assert len(waiting) == 1
        assert bytes(waiting[0].channel) != bytes(stuck.channel)


def test_the_peer_cosigns_and_the_cosignature_comes_back(pair):
    from countersign.link import mirror

    wire.release(pair, pair.ca, 1)
    wire.settle(pair, pair.ca)
    with pair.ca.active():
        state = wire.state_of(pair, pair.ca)
        assert mirror.newest_cosigned(state) >= 2


@pytest.mark.parametrize("size", [1, 60_000])
def test_sizes_of_any_bucket_arrive_whole(pair, size):
    wire.release(pair, pair.ca, 1, size=size)
    wire.round_trip(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, 1)]


def test_a_body_with_more_items_than_a_receipt_names_gets_several_receipts(pair):
    """Batches that pile up while the line is down come in one body. A receipt that named them all would be no leaf, and the
    sender would refuse the receiver's log for good."""
    count = 1_100
    wire.release(pair, pair.ca, count)
    with pair.ca.active():
        from countersign.link import batching

        batching.cut_all(pair.ca.house.station, wire.state_of(pair, pair.ca))
    wire.settle(pair, pair.ca)
    assert len(wire.stored(pair, pair.in_)) == count
    assert wire.delivered(pair, pair.ca) == count
    with pair.in_.active():
        from countersign.link.models import InItem

        assert len(set(InItem.objects.values_list("receipt_index", flat=True))) == 2
        assert not InItem.objects.filter(receipt_index=None).exists()
