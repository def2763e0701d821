"""Opening what a body delivers, before any lock is taken: batch keys, wraps, items, each checked against its leaf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from countersign.charter.errors import KeyDestroyed
from countersign.charter.hpke import CannotOpen
from countersign.kernel.errors import CountersignError
from countersign.ledger import queries
from countersign.ledger.core import leaves, merkle
from countersign.ledger.core.leaves import BatchLeaf, ItemLeaf, Leaf
from countersign.link import sealing
from countersign.link.bodies import BatchKeys, Body
from countersign.link.errors import BatchMismatch
from countersign.link.models import InBatch, InItem, LinkState
from countersign.link.sealing import SealedText
from countersign.link.station import Station


@dataclass(frozen=True, slots=True)
class Opened:
    """One item of a body after opening: its text and key, or the code of the refusal."""

    leaf: ItemLeaf
    leaf_hash: bytes
    ciphertext: bytes
    text: SealedText | None = None
    key: bytes = b""
    refusal: str = ""


def open_batches(station: Station, state: LinkState, body: Body, parsed: Sequence[Leaf]) -> list[Opened]:
    """Open what the body delivers, before any lock is taken."""
    if not body.batches:
        return []
    arriving = (
        {merkle.leaf_hash(data): leaf for data, leaf in zip(body.slice.leaves, parsed, strict=True)}
        if body.slice
        else {}
    )
    known = _known_batches(state, [batch.leaf for batch in body.batches]) | {
        hash_: leaf for hash_, leaf in arriving.items() if isinstance(leaf, BatchLeaf)
    }
    wanted = _wanted_items(state, body, known, arriving)
    opened: list[Opened] = []
    for batch in body.batches:
        if batch.leaf in known:
            opened += _open_batch(station, state, batch, known[batch.leaf], wanted, body.ciphertexts)
    return opened


def _known_batches(state: LinkState, hashes: list[bytes]) -> dict[bytes, BatchLeaf]:
    rows = InBatch.objects.filter(peer=state.peer, leaf_hash__in=hashes)
    return {bytes(row.leaf_hash): leaves.parse_as(BatchLeaf, bytes(row.leaf)) for row in rows}


def _wanted_items(
    state: LinkState, body: Body, batches: dict[bytes, BatchLeaf], arriving: dict[bytes, Leaf]
) -> dict[bytes, ItemLeaf]:
    """The item leaves of ciphertexts that are here and not stored yet, by leaf hash."""
    named = {hash_ for leaf in batches.values() for hash_ in leaf.items if hash_ in body.ciphertexts}
    wanted = {hash_: leaf for hash_ in named if isinstance(leaf := arriving.get(hash_), ItemLeaf)}
    rows = InItem.objects.filter(
        peer=state.peer, leaf_hash__in=named - set(wanted), state__in=(InItem.ANNOUNCED, InItem.REFUSED)
    ).exclude(refusal="EPOCH_CLOSED")
    places = dict(rows.values_list("leaf_index", "leaf_hash"))
    for index, data in queries.leaves_at(state.mirror, list(places)).items():
        wanted[bytes(places[index])] = leaves.parse_as(ItemLeaf, data)
    return wanted


def _open_batch(
    station: Station,
    state: LinkState,
    batch: BatchKeys,
    leaf: BatchLeaf,
    wanted: dict[bytes, ItemLeaf],
    ciphertexts: dict[bytes, bytes],
) -> list[Opened]:
    if sealing.batch_digest(batch.sealed_key, batch.wraps) != leaf.digest or len(batch.wraps) != len(leaf.items):
        raise BatchMismatch("the delivered keys are not those that the batch leaf names.", field="batches")
    places = [(hash_, wrap) for hash_, wrap in zip(leaf.items, batch.wraps, strict=True) if hash_ in wanted]
    if not places:
        return []
    info = sealing.batch_info(state.mirror.origin, state.log.origin, leaf.hpke_key, leaf.items)
    try:
        wrapping_key = station.provider.open_seal(leaf.hpke_key, batch.sealed_key, info)
    except (KeyDestroyed, CannotOpen):
        return [Opened(wanted[hash_], hash_, ciphertexts[hash_], refusal="CANNOT_OPEN") for hash_, _ in places]
    return [_open_item(wanted[hash_], hash_, ciphertexts[hash_], wrapping_key, wrap) for hash_, wrap in places]


def _open_item(leaf: ItemLeaf, leaf_hash: bytes, ciphertext: bytes, wrapping_key: bytes, wrap: bytes) -> Opened:
    try:
        key = sealing.unwrap(wrapping_key, wrap, leaf.identity, leaf.commitment)
        text = sealing.open_item(ciphertext, key, leaf)
    except CountersignError as error:
        return Opened(leaf, leaf_hash, ciphertext, refusal=error.instance_code)
    return Opened(leaf, leaf_hash, ciphertext, text, key)
