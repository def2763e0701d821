"""Fork evidence: four kinds, each proved; nothing less than a contradiction is (protocol section 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms.ledger.books import Book, Party, Story, tell
from strategies import cbor_values, examples, spread, with_byte

from countersign.kernel import cbor
from countersign.kernel.errors import CountersignError
from countersign.ledger.core import forkproof, merkle
from countersign.ledger.errors import EvidenceInvalid

KINDS = ("sizes", "position", "prefix", "identity")
STORY = tell()
CA = STORY.ca
ONE = STORY.ca_book
OTHER = Book(ONE.origin, [*ONE.leaves[:3], b"three, rewritten", *ONE.leaves[4:], b"five"])
TWIN = Book(ONE.origin, [*ONE.leaves[:2], replace(STORY.item, digest=b"e" * 32).encode()])


def notes_of(*signed: tuple[Book, int]) -> list[bytes]:
    return [book.signed(CA.log, size).render() for book, size in signed]


def position(index: int, one: Book = ONE, other: Book = OTHER) -> list[Any]:
    return [
        index,
        merkle.leaf_hash(one.leaves[index]),
        one.inclusion(index),
        merkle.leaf_hash(other.leaves[index]),
        other.inclusion(index),
    ]


def twins(*books: tuple[Book, int]) -> list[list[bytes]]:
    return [[book.leaves[index], book.proof(index, CA.log)] for book, index in books]


def parts_of(kind: str) -> dict[str, Any]:
    return {
        "sizes": lambda: {"notes": notes_of((ONE, 5), (OTHER, 5))},
        "position": lambda: {"notes": notes_of((ONE, 5), (OTHER, 6)), "position": position(3)},
        "prefix": lambda: {
            "notes": notes_of((ONE, 5), (OTHER, 6)),
            "prefix": [OTHER.checkpoint(5).root, OTHER.consistency(5)],
        },
        "identity": lambda: {"notes": [], "leaves": twins((ONE, 2), (TWIN, 2))},
    }[kind]()


def build(parts: dict[str, Any], *, root: Party = CA, signed: Any = None) -> bytes:
    return forkproof.build(root.root_key, [CA.enrol("log", CA.log)] if signed is None else signed, **parts)


DATA = {kind: build(parts_of(kind)) for kind in KINDS}


def verify(data: bytes) -> str:
    return forkproof.verify(data, trusted=[CA.fingerprint])


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("sizes", "ca.example signed two different roots of ca.example/x/in.example/1 at 5 leaves."),
        ("position", "ca.example signed two versions of ca.example/x/in.example/1 that differ at leaf 3."),
        ("prefix", "ca.example signed a root of ca.example/x/in.example/1 at 5 leaves that its log at 6 disproves."),
        ("identity", "ca.example signed two different items under one identity (sequence 7)."),
    ],
)
def test_each_kind_of_fork_is_proved_in_a_sentence(kind: str, said: str) -> None:
    assert verify(DATA[kind]) == said


@pytest.mark.parametrize("kind", KINDS)
def test_every_sampled_byte_of_fork_evidence_matters(kind: str) -> None:
    data, accepted = DATA[kind], []
    for place in sorted({*range(48), *range(len(data) - 48, len(data)), *spread(len(data), 150)}):
        try:
            verify(with_byte(data, place, data[place] ^ (1 << (place % 8))))
        except CountersignError:
            continue
        accepted.append(place)
    assert accepted == []


def grown() -> list[bytes]:
    return [book.signed(CA.log, size).render() for book, size in ((OTHER, 5), (OTHER, 6))]


HONEST: dict[str, dict[str, Any]] = {
    "one-checkpoint-twice": {"notes": notes_of((ONE, 5), (ONE, 5))},
    "a-log-that-grew": {"notes": grown()},
    "another-log-of-the-node": {"notes": notes_of((ONE, 5), (Book("ca.example/d", OTHER.leaves[:5]), 5))},
    "one-leaf-at-one-place": {"notes": notes_of((ONE, 5), (OTHER, 6)), "position": position(2)},
    "two-places": {
        "notes": notes_of((ONE, 5), (ONE, 5)),
        "position": [1, *position(1, ONE, ONE)[1:3], *position(2, ONE, ONE)[3:]],
    },
    "two-logs-at-one-place": {
        "notes": notes_of((ONE, 5), (Book("ca.example/d", OTHER.leaves), 6)), "position": position(3),
    },
    "a-true-prefix": {"notes": grown(), "prefix": [OTHER.checkpoint(5).root, OTHER.consistency(5)]},
    "a-prefix-of-another-log": {
        "notes": notes_of((ONE, 5), (Book("ca.example/d", OTHER.leaves), 6)),
        "prefix": [OTHER.checkpoint(5).root, OTHER.consistency(5)],
    },
    "one-item-twice": {"notes": [], "leaves": twins((ONE, 2), (ONE, 2))},
    "two-items-of-two-identities": {
        "notes": [], "leaves": twins((ONE, 2), (Book(ONE.origin, [replace(STORY.item, sequence=8).encode()]), 0)),
    },
    "two-leaves-that-are-no-items": {"notes": [], "leaves": twins((ONE, 0), (ONE, 1))},
    "two-items-that-name-another-sender": {
        "notes": [],
        "leaves": twins(*((Book(ONE.origin, [replace(STORY.item, sender="in.example", digest=d * 32).encode()]), 0) for d in (b"1", b"2"))),
    },
    "nothing": {"notes": []},
    "one-note": {"notes": notes_of((ONE, 5))},
    "three-notes": {"notes": notes_of((ONE, 5), (OTHER, 5), (OTHER, 6))},
    "two-kinds-at-once": parts_of("position") | {"prefix": [OTHER.checkpoint(5).root, OTHER.consistency(5)]},
}  # fmt: skip


@pytest.mark.parametrize("case", HONEST)
def test_what_does_not_contradict_itself_is_no_fork(case: str) -> None:
    with pytest.raises(CountersignError):
        verify(build(HONEST[case]))


@pytest.mark.parametrize("kind", KINDS)
def test_evidence_under_an_untrusted_root_is_refused(kind: str) -> None:
    for trusted in ([], [Party("in.example").fingerprint]):
        with pytest.raises(EvidenceInvalid, match="none of those you trust"):
            forkproof.verify(DATA[kind], trusted=trusted)


@pytest.mark.parametrize("kind", KINDS)
def test_evidence_by_a_key_no_root_vouches_for_is_refused(kind: str) -> None:
    """Nobody can accuse a state with signatures that are not its own."""
    for signed in (
        [],
        [CA.enrol("log", STORY.in_.log)],
        [CA.enrol("witness", CA.log)],
        [STORY.in_.enrol("log", CA.log)],
    ):
        with pytest.raises(CountersignError):
            verify(build(parts_of(kind), signed=signed))


FLAWS: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "statements-null": ("sizes", lambda c: c.update(statements=None)),
    "statements-number": ("sizes", lambda c: c.update(statements=3)),
    "statement-action-a-list": (
        "sizes",
        lambda c: c["statements"][0].__setitem__(0, cbor.encode({"v": 1, "action": []})),
    ),
    "root-null": ("sizes", lambda c: c.update(root=None)),
    "root-key-short": ("sizes", lambda c: c["root"].__setitem__(1, b"x")),
    "version-true": ("sizes", lambda c: c.update(v=True)),
    "version-2": ("sizes", lambda c: c.update(v=2)),
    "unknown-field": ("sizes", lambda c: c.update(more=None)),
    "missing-field": ("sizes", lambda c: c.pop("leaves")),
    "index-true": ("position", lambda c: c["position"].__setitem__(0, True)),
    "index-negative": ("position", lambda c: c["position"].__setitem__(0, -1)),
    "index-huge": ("position", lambda c: c["position"].__setitem__(0, (1 << 64) - 1)),
    "path-of-numbers": ("position", lambda c: c["position"].__setitem__(2, [1, 2, 3])),
    "path-of-texts": ("position", lambda c: c["position"].__setitem__(2, ["x" * 32] * 3)),
    "path-of-lists": ("position", lambda c: c["position"].__setitem__(4, [[0] * 32] * 3)),
    "path-cut": ("position", lambda c: c["position"][2].pop()),
    "prefix-of-numbers": ("prefix", lambda c: c["prefix"].__setitem__(1, [1, 2, 3])),
    "prefix-of-texts": ("prefix", lambda c: c["prefix"].__setitem__(1, ["x" * 32] * 4)),
    "prefix-root-short": ("prefix", lambda c: c["prefix"].__setitem__(0, b"x")),
    "leaf-cut": ("identity", lambda c: c["leaves"][0].__setitem__(0, b"")),
    "proof-swapped": ("identity", lambda c: c["leaves"][0].__setitem__(1, c["leaves"][1][1])),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_fork_evidence_laid_out_anew_with_a_flaw_is_refused(flaw: str) -> None:
    kind, change = FLAWS[flaw]
    content = cbor.decode(DATA[kind])
    change(content)
    with pytest.raises(CountersignError):
        verify(cbor.encode(content))


@examples(150)
@given(
    st.sampled_from(KINDS),
    st.sampled_from(["root", "statements", "notes", "position", "prefix", "leaves"]),
    cbor_values,
)
def test_any_value_in_place_of_a_field_is_refused(kind: str, name: str, value: Any) -> None:
    content = cbor.decode(DATA[kind]) | {name: value}
    if cbor.encode(content) == DATA[kind]:
        return
    with pytest.raises(CountersignError):
        verify(cbor.encode(content))


def test_the_story_is_honest_without_its_fork(story: Story) -> None:
    """The same checkpoint signed again, with other ML-DSA randomness, accuses nobody."""
    with pytest.raises(EvidenceInvalid, match="do not contradict"):
        verify(build({"notes": [ONE.signed(CA.log, 5).render(), story.ca_book.signed(CA.log, 5).render()]}))
