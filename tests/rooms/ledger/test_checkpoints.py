"""Checkpoints: three lines, two signatures, nothing else; cosignatures likewise."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from strategies import flipped, spread

from countersign.kernel.errors import CountersignError
from countersign.ledger.core import checkpoints, notes
from countersign.ledger.core.checkpoints import Checkpoint
from countersign.ledger.core.keys import HybridPublicKey
from countersign.ledger.core.notes import SignatureLine, SignedNote
from countersign.ledger.errors import NoteMalformed, SignatureInvalid, SignatureMissing

ORIGIN, WITNESS, TIME = "ca.example/x/in.example/1", "in.example/w", 1_795_000_000
CHECKPOINT = Checkpoint(ORIGIN, 5, b"\x07" * 32)


@pytest.fixture(scope="module")
def log(story: Any) -> Any:
    return story.ca.log


@pytest.fixture(scope="module")
def witness(story: Any) -> Any:
    return story.in_.witness


@pytest.fixture(scope="module")
def note(log: Any) -> SignedNote:
    return checkpoints.sign(CHECKPOINT, log, timestamp=TIME)


@pytest.fixture(scope="module")
def lines(witness: Any) -> tuple[SignatureLine, ...]:
    return checkpoints.cosign(CHECKPOINT, witness, name=WITNESS, timestamp=TIME)


def test_a_signed_checkpoint_verifies_and_tells_what_was_signed(note: SignedNote, log: Any) -> None:
    """protocol section 2"""
    assert checkpoints.verify(notes.parse(note.render()), log.public, origin=ORIGIN) == CHECKPOINT


def test_an_own_note_tells_its_checkpoint_without_its_signatures(note: SignedNote) -> None:
    data = note.render()
    assert checkpoints.of_own_note(data) == checkpoints.parse_text(note.text)
    assert checkpoints.of_own_note(data[: data.index(b"\n\n")]) == checkpoints.parse_text(note.text)


def test_a_checkpoint_carries_one_line_of_each_kind_and_three_lines_of_text(note: SignedNote, log: Any) -> None:
    assert note.text.split("\n") == [ORIGIN, "5", base64.b64encode(b"\x07" * 32).decode(), ""]
    assert [line.key_id for line in note.lines] == [
        notes.key_id(ORIGIN, 0x01, log.public.ed25519),
        notes.key_id(ORIGIN, 0x06, log.public.mldsa),
    ]


@pytest.mark.parametrize("missing", [0, 1], ids=["ed25519", "mldsa44"])
def test_a_checkpoint_without_one_of_its_two_signatures_is_refused(note: SignedNote, log: Any, missing: int) -> None:
    single = replace(note, lines=(note.lines[1 - missing],))
    with pytest.raises(SignatureMissing):
        checkpoints.verify(single, log.public, origin=ORIGIN)


@pytest.mark.parametrize("broken", [0, 1], ids=["ed25519", "mldsa44"])
def test_a_checkpoint_with_one_bad_signature_is_refused(note: SignedNote, log: Any, broken: int) -> None:
    lines = list(note.lines)
    lines[broken] = replace(lines[broken], signature=flipped(lines[broken].signature, 100))
    with pytest.raises(SignatureInvalid):
        checkpoints.verify(replace(note, lines=tuple(lines)), log.public, origin=ORIGIN)


@pytest.mark.parametrize("doubled", [0, 1], ids=["ed25519", "mldsa44"])
def test_a_doubled_signature_line_is_refused(note: SignedNote, log: Any, doubled: int) -> None:
    with pytest.raises(SignatureMissing):
        checkpoints.verify(replace(note, lines=(*note.lines, note.lines[doubled])), log.public, origin=ORIGIN)


def test_a_third_line_of_an_unknown_key_is_refused(note: SignedNote, log: Any) -> None:
    third = SignatureLine("somebody.example", b"abcd", b"s" * 64)
    with pytest.raises(SignatureInvalid, match="unknown key"):
        checkpoints.verify(replace(note, lines=(*note.lines, third)), log.public, origin=ORIGIN)


def test_a_cosignature_under_a_peers_checkpoint_is_refused_there(
    note: SignedNote, lines: tuple[SignatureLine, ...], log: Any
) -> None:
    with pytest.raises(SignatureInvalid):
        checkpoints.verify(replace(note, lines=(*note.lines, *lines)), log.public, origin=ORIGIN)


def test_a_checkpoint_of_another_log_is_refused(log: Any) -> None:
    other = checkpoints.sign(replace(CHECKPOINT, origin="ca.example/x/in.example/2"), log, timestamp=TIME)
    with pytest.raises(SignatureInvalid, match="another log"):
        checkpoints.verify(other, log.public, origin=ORIGIN)


def test_a_swapped_key_is_refused_whole_or_in_half(note: SignedNote, log: Any, witness: Any) -> None:
    own, other = log.public, witness.public
    for wrong in (other, HybridPublicKey(own.ed25519, other.mldsa), HybridPublicKey(other.ed25519, own.mldsa)):
        with pytest.raises(SignatureMissing):
            checkpoints.verify(note, wrong, origin=ORIGIN)


def test_a_key_id_of_ours_over_a_foreign_signature_is_refused(log: Any, witness: Any) -> None:
    foreign = checkpoints.sign(CHECKPOINT, witness, timestamp=TIME)
    ids = [notes.key_id(ORIGIN, 0x01, log.public.ed25519), notes.key_id(ORIGIN, 0x06, log.public.mldsa)]
    dressed = replace(
        foreign, lines=tuple(replace(line, key_id=id_) for line, id_ in zip(foreign.lines, ids, strict=True))
    )
    with pytest.raises(SignatureInvalid):
        checkpoints.verify(dressed, log.public, origin=ORIGIN)


@pytest.mark.parametrize(
    "text",
    [
        "o\n5\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\nextension\n", "o\n5\n",
        "o\n5\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", "\n5\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        "o\n05\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n", "o\n-5\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        "o\n+5\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n", "o\n 5\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        "o\n٥\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n", "o\n\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        "o\n99999999999999999999\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
        "o\n5\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwd=\n", "o\n5\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc\n",
        "o\n5\nBwcH\n", "o\n5\nnot base64!\n", "",
    ],
    ids=repr,
)  # fmt: skip
def test_a_checkpoint_text_of_any_other_shape_is_refused(text: str) -> None:
    with pytest.raises(NoteMalformed):
        checkpoints.parse_text(text)


def test_an_extension_line_is_refused_though_both_signatures_cover_it(log: Any) -> None:
    text = CHECKPOINT.text() + "extension\n"
    signed = SignedNote(
        text,
        (
            SignatureLine(ORIGIN, notes.key_id(ORIGIN, 1, log.public.ed25519), log.sign_ed25519(text.encode())),
            checkpoints.sign(CHECKPOINT, log, timestamp=TIME).lines[1],
        ),
    )
    with pytest.raises(NoteMalformed, match="no extension"):
        checkpoints.verify(signed, log.public, origin=ORIGIN)


def test_every_sampled_bit_of_a_checkpoint_matters(note: SignedNote, log: Any) -> None:
    data = note.render()
    accepted = []
    for bit in spread(8 * len(data), 300):
        try:
            checkpoints.verify(notes.parse(flipped(data, bit)), log.public, origin=ORIGIN)
        except CountersignError:
            continue
        accepted.append(bit)
    assert accepted == []


def test_every_bit_of_the_text_of_a_checkpoint_matters(note: SignedNote, log: Any) -> None:
    data = note.render()
    for bit in range(8 * len(note.text.encode())):
        with pytest.raises(CountersignError):
            checkpoints.verify(notes.parse(flipped(data, bit)), log.public, origin=ORIGIN)


def test_a_log_signature_is_no_cosignature_and_the_reverse(
    log: Any, note: SignedNote, lines: tuple[SignatureLine, ...]
) -> None:
    with pytest.raises(CountersignError):
        checkpoints.verify_cosignature(CHECKPOINT, note.lines, log.public, name=ORIGIN)
    with pytest.raises(CountersignError):
        checkpoints.verify(SignedNote(CHECKPOINT.text(), lines), log.public, origin=ORIGIN)


def test_a_cosignature_verifies_and_tells_the_claimed_time(lines: tuple[SignatureLine, ...], witness: Any) -> None:
    assert checkpoints.verify_cosignature(CHECKPOINT, lines, witness.public, name=WITNESS) == TIME


@pytest.mark.parametrize("missing", [0, 1], ids=["ed25519", "mldsa44"])
def test_a_cosignature_needs_both_its_lines(lines: tuple[SignatureLine, ...], witness: Any, missing: int) -> None:
    with pytest.raises(SignatureMissing):
        checkpoints.verify_cosignature(CHECKPOINT, (lines[1 - missing],), witness.public, name=WITNESS)


def test_a_cosignature_with_a_third_line_is_refused(lines: tuple[SignatureLine, ...], witness: Any) -> None:
    third = SignatureLine("x", b"abcd", b"s" * 72)
    with pytest.raises(SignatureInvalid):
        checkpoints.verify_cosignature(CHECKPOINT, (*lines, third), witness.public, name=WITNESS)


@pytest.mark.parametrize(
    "other",
    [replace(CHECKPOINT, size=6), replace(CHECKPOINT, root=b"\x08" * 32), replace(CHECKPOINT, origin="ca.example/d")],
    ids=["size", "root", "origin"],
)
def test_a_cosignature_is_for_one_checkpoint_only(
    lines: tuple[SignatureLine, ...], witness: Any, other: Checkpoint
) -> None:
    with pytest.raises(SignatureInvalid):
        checkpoints.verify_cosignature(other, lines, witness.public, name=WITNESS)


def test_two_halves_of_a_cosignature_made_at_different_times_are_refused(witness: Any) -> None:
    early = checkpoints.cosign(CHECKPOINT, witness, name=WITNESS, timestamp=TIME)
    late = checkpoints.cosign(CHECKPOINT, witness, name=WITNESS, timestamp=TIME + 1)
    with pytest.raises(SignatureInvalid, match="different times"):
        checkpoints.verify_cosignature(CHECKPOINT, (early[0], late[1]), witness.public, name=WITNESS)


def test_a_cosignature_under_another_witness_name_is_refused(lines: tuple[SignatureLine, ...], witness: Any) -> None:
    with pytest.raises(SignatureMissing):
        checkpoints.verify_cosignature(CHECKPOINT, lines, witness.public, name="other.example/w")


def test_every_sampled_bit_of_a_cosignature_matters(lines: tuple[SignatureLine, ...], witness: Any) -> None:
    for which, line in enumerate(lines):
        for bit in spread(8 * len(line.signature), 80):
            changed = list(lines)
            changed[which] = replace(line, signature=flipped(line.signature, bit))
            with pytest.raises(SignatureInvalid):
                checkpoints.verify_cosignature(CHECKPOINT, tuple(changed), witness.public, name=WITNESS)


def test_a_cosignature_cut_or_lengthened_is_refused(lines: tuple[SignatureLine, ...], witness: Any) -> None:
    for which, line in enumerate(lines):
        for signature in (line.signature[:-1], line.signature + b"\0", line.signature[:8], b""):
            changed = list(lines)
            changed[which] = replace(line, signature=signature)
            with pytest.raises(SignatureInvalid):
                checkpoints.verify_cosignature(CHECKPOINT, tuple(changed), witness.public, name=WITNESS)
