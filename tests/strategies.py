"""Shared hypothesis strategies: values of the CBOR profile, JSON, names, leaves, sealed texts, bodies and gate facts.

`tests` is on pytest's `pythonpath`, so every test imports this as `strategies`, in importlib mode as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from countersign.ledger.core import leaves
from countersign.ledger.core.leaves import AnchorLeaf, BatchLeaf, ItemLeaf, KeyLeaf, ReceiptLeaf, VoidLeaf
from countersign.link import bodies
from countersign.link.sealing import BlobRef, SealedText

UINT64 = (1 << 64) - 1


def examples(count: int) -> settings:
    """Hypothesis settings for `count` examples: no deadline (the machine is shared), nothing written to disk."""
    return settings(max_examples=count, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


texts = st.text(st.characters(codec="utf-8"), max_size=40)
map_keys = st.text(st.characters(codec="utf-8"), max_size=16)
hashes32 = st.binary(min_size=32, max_size=32)
counts = st.integers(0, (1 << 63) - 1)
node_names = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}(\.[a-z0-9]{1,10})?[a-z0-9]", fullmatch=True)

cbor_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(1 << 64), UINT64), st.binary(max_size=60), texts
)  # fmt: skip
cbor_values = st.recursive(
    cbor_scalars,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(map_keys, inner, max_size=6),
    max_leaves=25,
)

json_numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=20,
)

_item_lists = st.lists(hashes32, min_size=1, max_size=5, unique=True).map(tuple)
_from_to = {"nonce": hashes32, "sender": texts, "receiver": texts}
_placed = _from_to | {"channel": st.binary(min_size=16, max_size=16), "epoch": counts, "sequence": counts}
item_leaves = st.builds(
    ItemLeaf, **_placed, commitment=hashes32, digest=hashes32, bucket=counts, expires=counts, release=hashes32
)
receipt_states = st.sampled_from(
    [(state, outcome) for state, all_ in leaves.OUTCOMES.items() for outcome in sorted(all_)]
)
receipt_leaves = st.tuples(receipt_states, st.fixed_dictionaries(_from_to | {"at": counts, "items": _item_lists})).map(
    lambda drawn: ReceiptLeaf(state=drawn[0][0], outcome=drawn[0][1], **drawn[1])
)
any_leaf = st.one_of(
    item_leaves,
    st.builds(VoidLeaf, **_placed, item=hashes32),
    st.builds(BatchLeaf, **_from_to, hpke_key=hashes32, items=_item_lists, digest=hashes32),
    receipt_leaves,
    st.builds(
        KeyLeaf, nonce=hashes32, statement=st.binary(max_size=80), ed25519=st.binary(max_size=64),
        mldsa=st.binary(max_size=64),
    ),
    st.builds(AnchorLeaf, nonce=hashes32, decisions=hashes32),
)  # fmt: skip

identities = st.tuples(node_names, st.binary(min_size=16, max_size=16), counts, counts)
part_maps = st.dictionaries(
    st.text("abc/_0123456789", min_size=1, max_size=12), st.binary(max_size=80), min_size=1, max_size=6
)
_blobs = st.builds(
    BlobRef, st.text("abc23", min_size=1, max_size=8), st.integers(0, 1 << 40),
    st.lists(hashes32, min_size=1, max_size=4).map(tuple), hashes32,
)  # fmt: skip
sealed_texts = st.builds(
    SealedText,
    identity=identities,
    receiver=node_names,
    authority=texts,
    salt=hashes32,
    parts=part_maps,
    blobs=st.lists(_blobs, max_size=2, unique_by=lambda blob: blob.id).map(tuple),
)

_short = st.binary(max_size=40)
_slices = st.builds(bodies.Slice, counts, st.lists(_short, max_size=4).map(tuple), _short)
sync_bodies = st.builds(
    bodies.Body,
    sender=node_names,
    receiver=node_names,
    fresh=_short,
    reply_fresh=_short,
    slice=st.none() | _slices,
    batches=st.lists(
        st.builds(bodies.BatchKeys, _short, _short, st.lists(_short, max_size=3).map(tuple)), max_size=3
    ).map(tuple),
    ciphertexts=st.dictionaries(_short, _short, max_size=3),
    chunks=st.lists(st.builds(bodies.Chunk, _short, counts, _short), max_size=3).map(tuple),
    cosignature=st.none() | st.tuples(counts, texts),
    cursors=st.builds(
        bodies.Cursors,
        counts,
        counts,
        st.lists(st.tuples(counts, counts), max_size=3).map(tuple),
        st.lists(st.tuples(_short, st.lists(counts, max_size=3).map(tuple)), max_size=3).map(tuple),
    ),
    restore=st.none() | st.builds(bodies.Restore, counts),
    returned=st.none() | _slices,
    manifest=st.none() | _short,
)


def facts_over(booleans: Any, enums: dict[str, Any], sets: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Well-formed gate facts over a vocabulary."""
    fields: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(booleans, st.booleans())
    fields |= {name: st.sampled_from(values) for name, values in enums.items()}
    fields |= {name: st.lists(st.sampled_from(values), unique=True) for name, values in sets.items()}
    return st.fixed_dictionaries(fields)


def flipped(data: bytes, bit: int) -> bytes:
    """`data` with one bit turned over."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)


def with_byte(data: bytes, place: int, value: int) -> bytes:
    return data[:place] + bytes([value]) + data[place + 1 :]


def spread(total: int, count: int) -> list[int]:
    """About `count` places spread evenly over range(total), always with the first and the last."""
    if total <= count:
        return list(range(total))
    return sorted({round(step * (total - 1) / (count - 1)) for step in range(count)})


def outcome_of(act: Callable[[], Any], refusal: type[BaseException]) -> BaseException | None:
    """The refusal that `act` raises, or None where it does not; any other exception passes through and fails the test."""
    try:
        act()
    except refusal as error:
        return error
    return None
