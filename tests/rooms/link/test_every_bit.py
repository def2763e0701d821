"""protocol sections 2 to 4: one bit of a checkpoint, a receipt, a sealed body or a carried file, and it is refused.

By default a sample, whose step is no multiple of eight; with --full every single bit.
"""

from __future__ import annotations

import dataclasses

import pytest
from support import wire

from countersign.kernel.errors import CountersignError
from countersign.ledger import queries
from countersign.ledger.core import checkpoints, leaves, notes, statements
from countersign.ledger.core.leaves import ReceiptLeaf
from countersign.link import carried, inbox, outbox, sync
from countersign.link.models import OutItem

EVERY = pytest.mark.parametrize("step", [211, pytest.param(1, marks=pytest.mark.full, id="all")])


@pytest.fixture
def engine():
    return "sqlite"


def _flips(data, step):
    for place in range(0, len(data) * 8, step):
        changed = bytearray(data)
        changed[place // 8] ^= 1 << (place % 8)
        yield place, bytes(changed)


def _insist_refused(data, step, attempt):
    """Every flip is a coded refusal; return how many there were."""
    count = 0
    for place, changed in _flips(data, step):
        count += 1
        try:
            attempt(changed)
        except CountersignError:
            continue
        raise AssertionError(f"bit {place} of {len(data) * 8} flipped was accepted")
    print(f"\n{count} of {len(data) * 8} bits")
    return count


@EVERY
def test_a_checkpoint_with_a_flipped_bit_is_refused(pair, step):
    wire.release(pair, pair.ca, 1)
    wire.settle(pair, pair.ca)
    with pair.ca.active():
        state = wire.state_of(pair, pair.ca)
        note = bytes(queries.newest_checkpoint(state.log).note)
        from countersign.charter import keyring

        public = statements.hybrid(keyring.parts_of(keyring.newest(statements.LOG)))

    def verify(data):
        checkpoints.verify(notes.parse(data), public, origin=state.log.origin)

    verify(note)
    assert _insist_refused(note, step, verify) >= len(note) * 8 // step


@EVERY
def test_a_receipt_leaf_with_a_flipped_bit_is_refused_and_the_item_stays_in_the_outbox(pair, step):
    wire.release(pair, pair.ca, 1)
    request, _ = wire.request(pair, pair.ca)
    answer = wire.deliver(pair, pair.in_, request)
    with pair.ca.active():
        state = wire.state_of(pair, pair.ca)
        _, body = sync.open_(pair.ca.house.station, answer)
        place = next(i for i, data in enumerate(body.slice.leaves) if isinstance(leaves.parse(data), ReceiptLeaf))

    def receive(data):
        changed = (*body.slice.leaves[:place], data, *body.slice.leaves[place + 1 :])
        part = dataclasses.replace(body.slice, leaves=changed)
        inbox.receive(pair.ca.house.station, state, dataclasses.replace(body, slice=part))

    with pair.ca.active():
        _insist_refused(body.slice.leaves[place], min(step, 11), receive)
        assert OutItem.objects.get().state == OutItem.BATCHED
        receive(body.slice.leaves[place])
        assert OutItem.objects.get().state == OutItem.STORED


@EVERY
def test_a_sealed_body_with_a_flipped_bit_is_refused(pair, step):
    wire.release(pair, pair.ca, 1)
    request, _ = wire.request(pair, pair.ca)
    with pair.in_.active():
        _insist_refused(request, step, lambda data: sync.open_(pair.in_.house.station, data))
    wire.deliver(pair, pair.in_, request)
    assert wire.stored(pair, pair.in_) == [(1, 1)]


@EVERY
def test_a_sealed_item_with_a_flipped_bit_is_refused(pair, step):
    from countersign.link import sealing
    from countersign.link.station import OUTBOX_KEY

    wire.release(pair, pair.ca, 1)
    with pair.ca.active():
        item = OutItem.objects.get()
        state, kek = wire.state_of(pair, pair.ca), pair.ca.house.station.provider.key_encryption_key(OUTBOX_KEY)
        leaf = leaves.parse(queries.leaf(state.log, item.leaf_index))
        key = sealing.unwrap_at_rest(kek, bytes(item.wrapped_key), outbox.identity_of(pair.ca.house.station, item))
    open_ = lambda data: sealing.open_item(data, key, leaf)  # noqa: E731
    open_(bytes(item.ciphertext))
    _insist_refused(bytes(item.ciphertext), step, open_)


@EVERY
def test_a_carried_file_with_a_flipped_bit_is_refused(pair, step, tmp_path):
    wire.release(pair, pair.ca, 1)
    with pair.ca.active():
        carried.export(pair.ca.house.station, pair.peer_of(pair.ca), tmp_path / "pouch")
    damaged = tmp_path / "damaged"

    def import_(data):
        damaged.write_bytes(data)
        carried.import_(pair.in_.house.station, damaged)

    with pair.in_.active():
        _insist_refused((tmp_path / "pouch").read_bytes(), step, import_)
    assert wire.stored(pair, pair.in_) == []
    with pair.in_.active():
        assert carried.import_(pair.in_.house.station, tmp_path / "pouch")[1].stored == 1
