"""protocol section 4: the same bodies by file; attachments in chunks with resume; either way every item once."""

from __future__ import annotations

import io
import itertools
import secrets
import tracemalloc

import pytest
from django.db import transaction
from support import wire

from countersign.kernel.errors import CountersignError
from countersign.link import arrivals, carried, chunks, outbox
from countersign.link.errors import AttachmentInvalid, FileInvalid
from countersign.link.models import Blob, InItem, OutItem
from countersign.link.outbox import Outgoing


def _export(pair, node, path, **options):
    with node.active():
        return carried.export(node.house.station, pair.peer_of(node), path, **options)


def _import(node, path):
    with node.active():
        return carried.import_(node.house.station, path)[1]


def _release_with_attachment(pair, data):
    with pair.ca.active():
        reference, digest = chunks.seal_file(pair.ca.house.station, io.BytesIO(data))
        outgoing = Outgoing(authority="NIA", parts={"id": b"x"}, salt=secrets.token_bytes(32), blobs=(reference,))
        with transaction.atomic():
            outbox.enqueue(pair.ca.house.station, pair.peer_of(pair.ca), outgoing, decision_leaf_hash=b"d" * 32)
    return reference, digest


def _read(pair):
    with pair.in_.active():
        (item,) = InItem.objects.select_related("peer")
        text = arrivals.open_text(pair.in_.house.station, item)
        return b"".join(chunks.open_file(pair.in_.house.station, "in", text.blobs[0]))


def test_a_carried_file_delivers_and_its_return_slip_receipts(pair, tmp_path):
    wire.release(pair, pair.ca, 3)
    _export(pair, pair.ca, tmp_path / "pouch")
    result = _import(pair.in_, tmp_path / "pouch")
    assert (result.stored, result.again) == (3, False)
    _export(pair, pair.in_, tmp_path / "slip")
    _import(pair.ca, tmp_path / "slip")
    assert wire.delivered(pair, pair.ca) == 3


@pytest.mark.parametrize("order", list(itertools.permutations(["file", "line", "file"])))
def test_by_file_and_on_line_in_any_order_every_item_once(pair, tmp_path, order):
    wire.release(pair, pair.ca, 4)
    _export(pair, pair.ca, tmp_path / "pouch")
    for way in order:
        if way == "file":
            _import(pair.in_, tmp_path / "pouch")
        else:
            wire.settle(pair, pair.ca)
    wire.settle(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, number) for number in range(1, 5)]
    assert wire.delivered(pair, pair.ca) == 4


def test_files_imported_in_the_wrong_order_wait_for_the_gap_to_be_filled(pair, tmp_path):
    wire.release(pair, pair.ca, 2)
    first = _export(pair, pair.ca, tmp_path / "one")
    wire.release(pair, pair.ca, 2)
    _export(pair, pair.ca, tmp_path / "two", since=first.end)
    assert _import(pair.in_, tmp_path / "two").stored == 0
    _import(pair.in_, tmp_path / "one")
    assert len(wire.stored(pair, pair.in_)) == 4


def test_every_sampled_bit_and_length_of_a_carried_file_is_refused(pair, tmp_path):
    wire.release(pair, pair.ca, 1)
    _export(pair, pair.ca, tmp_path / "pouch")
    data = (tmp_path / "pouch").read_bytes()
    damaged = tmp_path / "damaged"
    for place in range(0, len(data) * 8, max(1, len(data) * 8 // 100)):
        changed = bytearray(data)
        changed[place // 8] ^= 1 << (place % 8)
        damaged.write_bytes(changed)
        with pytest.raises(CountersignError):
            _import(pair.in_, damaged)
    for length in range(0, len(data), max(1, len(data) // 40)):
        damaged.write_bytes(data[:length])
        with pytest.raises(CountersignError):
            _import(pair.in_, damaged)
    assert wire.stored(pair, pair.in_) == []
    damaged.write_bytes(data + b"x")
    with pytest.raises(FileInvalid):
        _import(pair.in_, damaged)
    assert _import(pair.in_, tmp_path / "pouch").stored == 1


def test_a_file_for_another_node_does_not_open(pair, tmp_path):
    wire.release(pair, pair.ca, 1)
    _export(pair, pair.ca, tmp_path / "pouch")
    with pytest.raises(CountersignError):
        _import(pair.ca, tmp_path / "pouch")


@pytest.mark.parametrize("size", [0, 1, chunks.CHUNK_BYTES, chunks.CHUNK_BYTES + 1, 5 * chunks.CHUNK_BYTES + 17])
def test_an_attachment_of_any_size_arrives_whole_and_only_then_is_the_item_stored(pair, size):
    data = secrets.token_bytes(size)
    _release_with_attachment(pair, data)
    wire.round_trip(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [], "not before its chunks are here"
    wire.settle(pair, pair.ca)
    assert wire.stored(pair, pair.in_) == [(1, 1)]
    assert _read(pair) == data


def test_a_damaged_chunk_costs_one_chunk_and_is_asked_for_again(pair, monkeypatch):
    from countersign.link import sync

    data = secrets.token_bytes(3 * chunks.CHUNK_BYTES)
    _release_with_attachment(pair, data)
    right = sync.chunks.read_out
    spoiled = []

    def spoil(station, root, index):
        found = right(station, root, index)
        if index == 1 and not spoiled:
            spoiled.append(index)
            return b"x" + found[1:]
        return found

    monkeypatch.setattr(sync.chunks, "read_out", spoil)
    wire.settle(pair, pair.ca)
    assert spoiled == [1]
    assert _read(pair) == data


def test_chunks_of_an_attachment_not_released_to_the_asker_are_never_given(pair):
    from countersign.link import sync
    from countersign.link.bodies import Cursors

    with pair.ca.active():
        reference, _ = chunks.seal_file(pair.ca.house.station, io.BytesIO(b"draft only"))
        body = sync.build(
            pair.ca.house.station, wire.state_of(pair, pair.ca), wanted=Cursors(wants=((reference.root, (0,)),))
        )
    assert body.chunks == ()


def test_a_carried_file_brings_the_attachment_too(pair, tmp_path):
    data = secrets.token_bytes(2 * chunks.CHUNK_BYTES + 5)
    _release_with_attachment(pair, data)
    _export(pair, pair.ca, tmp_path / "pouch")
    assert _import(pair.in_, tmp_path / "pouch").stored == 1
    assert _read(pair) == data


def test_an_attachment_of_50_mib_travels_in_constant_memory(pair, tmp_path):
    if pair.ca.connection.vendor == "postgresql":
        return  # memory does not depend on the database; measured once, on SQLite
    source = tmp_path / "large"
    with source.open("wb") as stream:
        for _ in range(50):
            stream.write(secrets.token_bytes(chunks.CHUNK_BYTES))
    tracemalloc.start()
    with pair.ca.active(), source.open("rb") as stream:
        reference, _ = chunks.seal_file(pair.ca.house.station, stream)
        outgoing = Outgoing(authority="NIA", parts={"id": b"x"}, salt=secrets.token_bytes(32), blobs=(reference,))
        with transaction.atomic():
            outbox.enqueue(pair.ca.house.station, pair.peer_of(pair.ca), outgoing, decision_leaf_hash=b"d" * 32)
    _export(pair, pair.ca, tmp_path / "pouch")
    _import(pair.in_, tmp_path / "pouch")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert wire.stored(pair, pair.in_) == [(1, 1)]
    assert peak < 24 << 20, f"{peak >> 20} MiB at the peak for 50 MiB"


def test_an_attachment_whose_chunk_is_lost_at_rest_is_a_named_fault(pair):
    _release_with_attachment(pair, secrets.token_bytes(100))
    wire.settle(pair, pair.ca)
    with pair.in_.active():
        root = bytes(Blob.objects.get(direction="in").root).hex()
    (pair.in_.home / "chunks" / "in" / root / "0").unlink()
    with pytest.raises(AttachmentInvalid):
        _read(pair)


def test_a_full_disk_while_sealing_leaves_nothing_half_made(pair, monkeypatch):
    import errno

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(chunks.os, "fsync", full)
    with pair.ca.active(), pytest.raises(CountersignError) as refused:
        chunks.seal_file(pair.ca.house.station, io.BytesIO(b"data"))
    assert refused.value.code == "DISK_FULL"
    with pair.ca.active():
        assert not Blob.objects.exists()
        assert not OutItem.objects.exists()
