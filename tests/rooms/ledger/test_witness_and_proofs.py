"""The witness's answers by C2SP add-checkpoint, and tlog-proofs that stand on their own."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms.ledger.books import Book
from strategies import examples

from countersign.kernel.errors import CountersignError
from countersign.ledger.core import checkpoints, merkle, notes, tlogproof, witness
from countersign.ledger.core.witness import Answer, WitnessedState
from countersign.ledger.errors import NoteMalformed

ORIGIN, TIME = "ca.example/x/in.example/1", 1_795_000_000
SIZES = (0, 1, 2, 3, 5, 8)


class Witness:
    """A witness of one log that keeps what the pure state machine tells it to keep."""

    def __init__(self, story: Any) -> None:
        self.story, self.state = story, WitnessedState()
        self.book = Book(ORIGIN, [b"leaf %d" % number for number in range(8)])

    def body(self, old: int, new: int, *, proof: list[bytes] | None = None, book: Book | None = None) -> bytes:
        book = book or self.book
        grown = Book(ORIGIN, book.leaves[:new])
        if proof is None:
            proof = grown.consistency(old) if 0 < old < new else []
        lines = "".join(base64.b64encode(item).decode() + "\n" for item in proof)
        return f"old {old}\n{lines}\n".encode() + grown.signed(self.story.ca.log).render()

    def ask(self, body: bytes) -> Answer:
        answer = witness.add_checkpoint(
            lambda origin: self.state if origin == ORIGIN else None,
            body,
            verify=lambda note: checkpoints.verify(note, self.story.ca.log.public, origin=ORIGIN),
            cosign=lambda point: checkpoints.cosign(point, self.story.in_.witness, name="in.example/w", timestamp=TIME),
        )
        self.state = answer.state or self.state
        return answer


@pytest.fixture
def asked(story: Any) -> Witness:
    return Witness(story)


def test_a_growing_log_is_cosigned_step_by_step(asked: Witness) -> None:
    """protocol section 2: cosigning by add-checkpoint; the full signed checkpoint is what is to be stored."""
    for old, new in zip(SIZES, SIZES[1:], strict=False):
        body = asked.body(old, new)
        answer = asked.ask(body)
        assert answer.status == 200
        assert (asked.state.size, asked.state.root) == (new, asked.book.checkpoint(new).root)
        assert asked.state.note == body.partition(b"\n\n")[2]
        lines = tuple(notes.parse_line(line) for line in answer.body.splitlines())
        public = asked.story.in_.witness.public
        assert checkpoints.verify_cosignature(asked.book.checkpoint(new), lines, public, name="in.example/w") == TIME


def test_cosigning_the_same_size_again_is_allowed(asked: Witness) -> None:
    asked.ask(asked.body(0, 3))
    assert asked.ask(asked.body(3, 3)).status == 200


def test_a_wrong_old_size_is_answered_with_the_known_one(asked: Witness) -> None:
    asked.ask(asked.body(0, 3))
    for old in (0, 2, 5):
        answer = asked.ask(asked.body(old, 8))
        assert (answer.status, answer.body, answer.media_type, answer.state) == (409, "3\n", "text/x.tlog.size", None)


def test_another_root_at_the_known_size_is_a_conflict(asked: Witness) -> None:
    asked.ask(asked.body(0, 3))
    answer = asked.ask(asked.body(3, 3, book=Book(ORIGIN, [b"x", b"y", b"z"])))
    assert (answer.status, answer.body, answer.state) == (409, "3\n", None)


def test_a_forked_growth_is_unprocessable_and_changes_nothing(asked: Witness) -> None:
    asked.ask(asked.body(0, 3))
    forked = Book(ORIGIN, [b"other", *asked.book.leaves[1:]])
    kept = asked.state
    assert asked.ask(asked.body(3, 8, book=forked)).status == 422
    assert asked.ask(asked.body(3, 8, proof=[])).status == 422
    assert asked.ask(asked.body(3, 8, proof=[b"short"])).status == 422
    assert asked.state is kept


@pytest.mark.parametrize("known", [0, 3])
def test_a_proof_where_none_is_due_is_unprocessable(asked: Witness, known: int) -> None:
    if known:
        asked.ask(asked.body(0, known))
    assert asked.ask(asked.body(known, 3, proof=[b"p" * 32])).status == 422


def test_an_old_size_above_the_checkpoint_is_a_bad_request(asked: Witness) -> None:
    asked.ask(asked.body(0, 5))
    assert asked.ask(asked.body(5, 3, proof=[])).status == 400


def test_a_foreign_signature_is_forbidden(asked: Witness) -> None:
    book = Book(ORIGIN, asked.book.leaves)
    answer = asked.ask(b"old 0\n\n" + book.signed(asked.story.in_.log).render())
    assert (answer.status, answer.state) == (403, None)


def test_one_signature_of_two_is_forbidden(asked: Witness) -> None:
    note = asked.book.signed(asked.story.ca.log)
    for single in note.lines:
        assert asked.ask(b"old 0\n\n" + replace(note, lines=(single,)).render()).status == 403


def test_an_unknown_log_is_not_found(asked: Witness) -> None:
    assert asked.ask(b"old 0\n\n" + Book("x.example/d", [b"l"]).signed(asked.story.ca.log).render()).status == 404


@pytest.mark.parametrize(
    "head",
    [b"", b"old", b"old ", b"old x", b"old -1", b"old 01", b"old +1", b"old 1 ", b"new 1", b"Old 0", b"old 99999999999999999999",
     b"old 1\nAA", b"old 1\nAAA", b"old 1\n" + b"\n".join([b"AAAA"] * 64), b"old 1\r", b"\xff", b"old \xc2\xb2"],
    ids=repr,
)  # fmt: skip
def test_a_malformed_request_is_a_bad_request(asked: Witness, head: bytes) -> None:
    note = asked.book.signed(asked.story.ca.log).render()
    assert asked.ask(head + b"\n\n" + note).status == 400


@examples(200)
@given(st.binary(max_size=120))
def test_random_bytes_are_refused_and_never_cosigned(data: bytes) -> None:
    for body in (data, b"old 0\n\n" + data, data + b"\n\na\n1\nAAAA\n"):
        answer = witness.add_checkpoint(
            lambda _: None, body, verify=lambda _: pytest.fail(), cosign=lambda _: pytest.fail()
        )
        assert answer.status in (400, 403, 404)
        assert answer.state is None


def test_a_proof_that_was_written_is_read_back(story: Any) -> None:
    data = story.ca_book.proof(2, story.ca.log)
    read = tlogproof.parse(data)
    assert read.index == 2
    assert tlogproof.render(read.index, read.hashes, read.note) == data
    checkpoint = checkpoints.verify(read.note, story.ca.log.public, origin=story.ca_book.origin)
    merkle.verify_inclusion(2, checkpoint.size, merkle.leaf_hash(story.ca_book.leaves[2]), read.hashes, checkpoint.root)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"tlog-proof@v1", b"tlog-proof@v2"), (b"index 2", b"index 02"), (b"index 2", b"index -2"), (b"index 2", b"index"),
        (b"index 2", b"extra AAAA\nindex 2"), (b"index 2\n", b"index 2\nextra AAAA\n"), (b"index 2\n", b""),
        (b"index 2", b"index 99999999999999999999"), (b"c2sp.org", b"c2sp.org\r"), (b"index 2", b"index \xd9\xa2"),
        (b"=\n", b"\n"), (b"\n\n", b"\n"),
    ],
    ids=repr,
)  # fmt: skip
def test_a_malformed_proof_is_refused(story: Any, old: bytes, new: bytes) -> None:
    data = story.ca_book.proof(2, story.ca.log)
    assert old in data
    with pytest.raises(NoteMalformed):
        tlogproof.parse(data.replace(old, new, 1))


@examples(200)
@given(st.binary(max_size=100), st.booleans())
def test_random_bytes_are_refused_as_a_proof(data: bytes, dressed: bool) -> None:
    whole = b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + data if dressed else data
    try:
        read = tlogproof.parse(whole)
    except CountersignError:
        return
    assert tlogproof.render(read.index, read.hashes, read.note) == whole
