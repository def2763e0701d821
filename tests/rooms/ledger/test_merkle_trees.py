"""RFC 9162 trees: every proof that should hold holds, no other does, and the roots are those of another implementation."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence

import pymerkle
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import examples, flipped, outcome_of

from countersign.ledger.core import merkle
from countersign.ledger.errors import ProofInvalid

LARGEST = 300
HASHES = [merkle.leaf_hash(b"leaf %d" % number) for number in range(LARGEST)]
sizes = st.integers(1, LARGEST)


def naive_root(hashes: Sequence[bytes]) -> bytes:
    """RFC 9162 section 2.1.1 word by word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(hashes[:split]) + naive_root(hashes[split:])).digest()


def fetch(nodes: Sequence[merkle.Node]) -> list[bytes]:
    return [naive_root(HASHES[index << level : (index + 1) << level]) for level, index in nodes]


def inclusion(index: int, size: int) -> list[bytes]:
    return merkle.prove(fetch, merkle.inclusion_ranges(index, size))


def consistency(old: int, new: int) -> list[bytes]:
    return merkle.prove(fetch, merkle.consistency_ranges(old, new))


def test_the_roots_agree_with_pymerkle_at_every_size() -> None:
    tree, frontier = pymerkle.InmemoryTree(algorithm="sha256"), merkle.Frontier()
    for number in range(LARGEST):
        tree.append_entry(b"leaf %d" % number)
        frontier.append(HASHES[number])
        assert frontier.root() == tree.get_root(number + 1)
        assert merkle.root_of(fetch, number + 1) == frontier.root()


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert merkle.Frontier().root() == merkle.root_of(fetch, 0) == hashlib.sha256(b"").digest()


def test_leaf_and_node_hashes_are_kept_apart() -> None:
    left, right = HASHES[:2]
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)
    assert merkle.node_hash(left, right) != merkle.node_hash(right, left)


@examples(60)
@given(st.integers(0, LARGEST - 1), st.integers(1, 40))
def test_a_frontier_taken_up_again_gives_the_same_root(start: int, more: int) -> None:
    whole = merkle.Frontier()
    for hash_ in HASHES[:start]:
        whole.append(hash_)
    again = merkle.Frontier(whole.size, whole.peaks)
    for hash_ in HASHES[start : start + more]:
        again.append(hash_)
    assert again.root() == naive_root(HASHES[: start + more])


def test_the_nodes_that_a_leaf_completes_are_the_complete_subtrees() -> None:
    frontier, completed = merkle.Frontier(), {}
    for hash_ in HASHES[:64]:
        completed |= {(level, index): found for level, index, found in frontier.append(hash_)}
    assert completed == {
        (level, index): fetch([(level, index)])[0] for level in range(1, 7) for index in range(64 >> level)
    }


def test_a_frontier_with_a_missing_peak_is_refused() -> None:
    with pytest.raises(ProofInvalid):
        merkle.Frontier(3, HASHES[:1])


@examples(150)
@given(sizes, st.data())
def test_every_leaf_proves_its_place(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    merkle.verify_inclusion(index, size, HASHES[index], inclusion(index, size), naive_root(HASHES[:size]))


@examples(150)
@given(sizes, st.data())
def test_every_prefix_proves_itself(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    proof = consistency(old, new) if old < new else []
    merkle.verify_consistency(old, new, naive_root(HASHES[:old]), naive_root(HASHES[:new]), proof)


def test_proofs_agree_with_pymerkle() -> None:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    tree.append_entries([b"leaf %d" % number for number in range(LARGEST)])
    for size, index in ((1, 0), (7, 6), (8, 0), (100, 99), (257, 256), (300, 17)):
        theirs = tree.prove_inclusion(index + 1, size).path
        assert [bytes(item) for item in theirs[1:]] == inclusion(index, size)


@examples(100)
@given(sizes, st.data())
def test_a_proof_of_another_leaf_place_or_size_is_refused(size: int, data: st.DataObject) -> None:
    assume(size > 1)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index))
    proof, root = inclusion(index, size), naive_root(HASHES[:size])
    for wrong in (
        (other, size, HASHES[index]),
        (index, size, HASHES[other]),
        (size, size, HASHES[index]),
        (-1, size, HASHES[index]),
    ):
        with pytest.raises(ProofInvalid):
            merkle.verify_inclusion(*wrong, proof, root)


@examples(40)
@given(st.integers(2, LARGEST), st.randoms(use_true_random=False))
def test_every_flipped_bit_of_an_inclusion_proof_is_refused(size: int, chance: random.Random) -> None:
    index = chance.randrange(size)
    proof, root = inclusion(index, size), naive_root(HASHES[:size])
    for at in range(len(proof)):
        changed = [*proof[:at], flipped(proof[at], chance.randrange(256)), *proof[at + 1 :]]
        assert outcome_of(
            lambda given=changed: merkle.verify_inclusion(index, size, HASHES[index], given, root), ProofInvalid
        )
    for wrong in (
        proof[:-1],
        proof[1:],
        [*proof, proof[0]],
        [proof[0][:-1], *proof[1:]],
        [proof[0] + b"x", *proof[1:]],
    ):
        with pytest.raises(ProofInvalid):
            merkle.verify_inclusion(index, size, HASHES[index], wrong, root)
    with pytest.raises(ProofInvalid):
        merkle.verify_inclusion(index, size, HASHES[index], proof, flipped(root, chance.randrange(256)))


@examples(40)
@given(st.integers(2, LARGEST), st.randoms(use_true_random=False))
def test_every_flipped_bit_of_a_consistency_proof_is_refused(new: int, chance: random.Random) -> None:
    old = chance.randrange(1, new)
    proof, roots = consistency(old, new), (naive_root(HASHES[:old]), naive_root(HASHES[:new]))
    for at in range(len(proof)):
        changed = [*proof[:at], flipped(proof[at], chance.randrange(256)), *proof[at + 1 :]]
        assert outcome_of(lambda given=changed: merkle.verify_consistency(old, new, *roots, given), ProofInvalid)
    for wrong in (proof[:-1], [*proof, proof[0]], []):
        with pytest.raises(ProofInvalid):
            merkle.verify_consistency(old, new, *roots, wrong)
    for at in (0, 1):
        bad = list(roots)
        bad[at] = flipped(bad[at], chance.randrange(256))
        with pytest.raises(ProofInvalid):
            merkle.verify_consistency(old, new, bad[0], bad[1], proof)


def test_equal_sizes_need_equal_roots_and_an_empty_proof() -> None:
    root = naive_root(HASHES[:5])
    merkle.verify_consistency(5, 5, root, root, [])
    for one, other, proof in ((root, HASHES[0], []), (root, root, [HASHES[0]])):
        with pytest.raises(ProofInvalid):
            merkle.verify_consistency(5, 5, one, other, proof)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (6, 5), (-1, 5)])
def test_no_consistency_is_proved_from_nothing_or_backwards(old: int, new: int) -> None:
    with pytest.raises(ProofInvalid):
        merkle.verify_consistency(old, new, merkle.EMPTY_ROOT, naive_root(HASHES[:5]), [])


@examples(60)
@given(st.integers(0, LARGEST), st.integers(0, LARGEST))
def test_a_cover_tiles_its_range_without_gap_or_overlap(size: int, other: int) -> None:
    begin = 0
    for level, index in merkle.cover(0, max(size, other)):
        assert index << level == begin
        begin = (index + 1) << level
    assert begin == max(size, other)
