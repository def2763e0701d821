"""RFC 9162 Merkle trees: hashes, proofs, verification, and the compact frontier of a growing tree.

Storage is a function `fetch([(level, index), ...]) -> [hash, ...]` of complete subtrees: level 0 are leaf hashes, the
node (level, index) covers leaves [index << level, (index + 1) << level).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from countersign.ledger.errors import ProofInvalid

Node = tuple[int, int]
Fetch = Callable[[Sequence[Node]], Sequence[bytes]]

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
HASH_BYTES: Final = 32
LEAF_PREFIX: Final = b"\x00"
NODE_PREFIX: Final = b"\x01"


def leaf_hash(leaf: bytes) -> bytes:
    """RFC 9162 section 2.1.1: SHA-256(0x00 || leaf)."""
    return hashlib.sha256(LEAF_PREFIX + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162 section 2.1.1: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


class Frontier:
    """The roots of the complete subtrees that make up a tree of `size` leaves, largest first."""

    __slots__ = ("peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size, self.peaks = size, list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ProofInvalid("a frontier needs one hash for each one-bit of the size.")

    def append(self, hash_: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; return the inner nodes (level, index, hash) that became complete."""
        completed = []
        level, index = 0, self.size
        while index & 1:
            hash_ = node_hash(self.peaks.pop(), hash_)
            level, index = level + 1, index >> 1
            completed.append((level, index, hash_))
        self.peaks.append(hash_)
        self.size += 1
        return completed

    def root(self) -> bytes:
        return fold_peaks(self.peaks)


def fold_peaks(peaks: Sequence[bytes]) -> bytes:
    """The root over complete subtrees, largest first; the empty tree has SHA-256 of nothing."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def fold_leaves(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes: pairs level by level, a last one without a sibling moves up as it is."""
    level, sha256 = list(leaves), hashlib.sha256
    while len(level) > 1:
        last = [level.pop()] if len(level) & 1 else []
        # `node_hash` written out: each item's commitment is folded on both sides.
        level = [
            sha256(NODE_PREFIX + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=True)
        ]
        level += last
    return level[0] if level else EMPTY_ROOT


def cover(begin: int, end: int) -> list[Node]:
    """The complete subtrees that tile [begin, end), left to right. [begin, end) must be a node of some tree."""
    nodes = []
    while begin < end:
        level = min((begin & -begin).bit_length() - 1 if begin else 63, (end - begin).bit_length() - 1)
        nodes.append((level, begin >> level))
        begin += 1 << level
    return nodes


def root_of(fetch: Fetch, size: int) -> bytes:
    """The root of the first `size` leaves."""
    return fold_peaks(fetch(cover(0, size)))


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The sibling ranges of leaf `index` in a tree of `size`, from the leaf upwards (RFC 9162 section 2.1.3.1)."""
    if not 0 <= index < size:
        raise ProofInvalid("the leaf index is not inside the tree.")
    ranges: list[tuple[int, int]] = []
    begin, end = 0, size
    while end - begin > 1:
        split = begin + _split(end - begin)
        if index < split:
            ranges.append((split, end))
            end = split
        else:
            ranges.append((begin, split))
            begin = split
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """The ranges whose roots prove that a tree of `old` is a prefix of one of `new` (RFC 9162 section 2.1.4.1)."""
    if not 0 < old <= new:
        raise ProofInvalid("a consistency proof runs from a size above 0 to one not smaller.")
    ranges: list[tuple[int, int]] = []
    begin, end, at, whole = 0, new, old, True
    while at != end:
        split = begin + _split(end - begin)
        if at <= split:
            ranges.append((split, end))
            end = split
        else:
            ranges.append((begin, split))
            begin, whole = split, False
    if not whole:
        ranges.append((begin, end))
    return ranges[::-1]


def prove(fetch: Fetch, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    """The hashes of `ranges`, with a single call of `fetch`."""
    covers = [cover(begin, end) for begin, end in ranges]
    flat = iter(fetch([node for nodes in covers for node in nodes]))
    return [fold_peaks([next(flat) for _ in nodes]) for nodes in covers]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Raise ProofInvalid unless the leaf hash stands at `index` under `root` (RFC 9162 section 2.1.3.2)."""
    _check_hashes([leaf, root, *proof])
    ranges = inclusion_ranges(index, size)
    if len(proof) != len(ranges):
        raise ProofInvalid("the inclusion proof has the wrong length.")
    found = leaf
    for (begin, _), sibling in zip(ranges, proof, strict=True):
        found = node_hash(sibling, found) if begin < index else node_hash(found, sibling)
    if found != root:
        raise ProofInvalid("the inclusion proof leads to another root.")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise ProofInvalid unless the tree of `old` is a prefix of the tree of `new` (RFC 9162 section 2.1.4.2)."""
    if old == new and old > 0:
        if proof or old_root != new_root:
            raise ProofInvalid("equal sizes need equal roots and no proof.")
        return
    _check_hashes([old_root, new_root, *proof])
    ranges = consistency_ranges(old, new)
    if len(proof) != len(ranges):
        raise ProofInvalid("the consistency proof has the wrong length.")
    old_found, new_found = _replay_consistency(old, old_root, ranges, proof)
    if old_found != old_root or new_found != new_root:
        raise ProofInvalid("the consistency proof leads to other roots.")


def _replay_consistency(
    old: int, old_root: bytes, ranges: Sequence[tuple[int, int]], proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Rebuild both roots; the first range is the old tree itself where `old` is a power of two of its subtree."""
    hashes = list(zip(ranges, proof, strict=True))
    if hashes[0][0][1] == old:
        (_, start), hashes = hashes[0], hashes[1:]
    else:
        start = old_root
    old_found = new_found = start
    for (begin, _), sibling in hashes:
        if begin < old:
            old_found, new_found = node_hash(sibling, old_found), node_hash(sibling, new_found)
        else:
            new_found = node_hash(new_found, sibling)
    return old_found, new_found


def _split(width: int) -> int:
    """The largest power of two below `width` (width > 1)."""
    return 1 << ((width - 1).bit_length() - 1)


def _check_hashes(hashes: Iterable[bytes]) -> None:
    if any(type(hash_) is not bytes or len(hash_) != HASH_BYTES for hash_ in hashes):
        raise ProofInvalid("a hash is not 32 bytes long.")
