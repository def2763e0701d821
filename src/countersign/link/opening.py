"""Opening what a body delivers, before any lock is taken: batch keys, wraps, items, each checked against its leaf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from countersign.charter.errors import KeyDestroyed
from countersign.charter.hpke import CannotOpen
from countersign.kernel.errors import CountersignError
from countersign.ledger import sql
from countersign.ledger.core import leaves, merkle
from countersign.ledger.core.leaves import BatchLeaf, ItemLeaf, Leaf
from countersign.link import sealing
from countersign.link.bodies import BatchKeys, Body
from countersign.link.errors import BatchMismatch
from countersign.link.models import InItem, LinkState
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
    known = {hash_: leaf for hash_, leaf in arriving.items() if isinstance(leaf, BatchLeaf)}
    known |= _known_batches(state, [batch.leaf for batch in body.batches if batch.leaf not in known])
    wanted = _wanted_items(state, body, known, arriving)
    opened: list[Opened] = []
    for batch in body.batches:
        if batch.leaf in known:
            opened += _open_batch(station, state, batch, known[batch.leaf], wanted, body.ciphertexts)
    return opened


def _known_batches(state: LinkState, hashes: list[bytes]) -> dict[bytes, BatchLeaf]:
    if not hashes:
        return {}
    query = f"SELECT leaf_hash, leaf FROM link_inbatch WHERE peer_id = %s AND leaf_hash IN ({sql.places(hashes)})"  # noqa: S608
    rows = sql.rows(query, state.peer_id, *hashes)
    return {bytes(hash_): leaves.parse_as(BatchLeaf, bytes(leaf)) for hash_, leaf in rows}


def _wanted_items(
    state: LinkState, body: Body, batches: dict[bytes, BatchLeaf], arriving: dict[bytes, Leaf]
) -> dict[bytes, ItemLeaf]:
    """The item leaves of ciphertexts that are here and not stored yet, by leaf hash."""
    named = {hash_ for leaf in batches.values() for hash_ in leaf.items if hash_ in body.ciphertexts}
    wanted = {hash_: leaf for hash_ in named if isinstance(leaf := arriving.get(hash_), ItemLeaf)}
    others = tuple(named - set(wanted))
    return wanted | (_announced_before(state, others) if others else {})


def _announced_before(state: LinkState, hashes: Sequence[bytes]) -> dict[bytes, ItemLeaf]:
    """The item leaves of earlier bodies that have no receipt for good, by leaf hash."""
    query = f"""
        SELECT i.leaf_hash, l.data FROM link_initem i JOIN ledger_leaf l ON l.log_id = %s AND l."index" = i.leaf_index
        WHERE i.peer_id = %s AND i.state IN (%s, %s) AND i.refusal <> %s AND i.leaf_hash IN ({sql.places(hashes)})
    """  # noqa: S608
    values = (state.mirror_id, state.peer_id, InItem.ANNOUNCED, InItem.REFUSED, "EPOCH_CLOSED", *hashes)
    return {bytes(hash_): leaves.parse_as(ItemLeaf, bytes(data)) for hash_, data in sql.rows(query, *values)}


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
