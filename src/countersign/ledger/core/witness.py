"""C2SP add-checkpoint: what a witness answers to a request, for outside witnesses and for our own cosigning.

A pure state machine: `add_checkpoint(state, body)` gives the answer and the new state; the caller persists the state
before it sends the answer, in one atomic step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from countersign.ledger.core import checkpoints, merkle, notes
from countersign.ledger.core.checkpoints import Checkpoint
from countersign.ledger.core.notes import SignedNote
from countersign.ledger.errors import NoteMalformed, ProofInvalid, SignatureInvalid, SignatureMissing

MAX_PROOF_LINES: Final = 63
SIZE_TYPE: Final = "text/x.tlog.size"
TEXT_TYPE: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class WitnessedState:
    """The newest checkpoint cosigned for one origin. Size 0 means none yet."""

    size: int = 0
    root: bytes = merkle.EMPTY_ROOT
    note: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """HTTP status, media type and body; `state` is set where something new must be persisted first."""

    status: int
    body: str
    media_type: str = TEXT_TYPE
    state: WitnessedState | None = None


@dataclass(frozen=True, slots=True)
class Request:
    old_size: int
    proof: tuple[bytes, ...]
    note: SignedNote


Verifier = Callable[[SignedNote], Checkpoint]
Cosigner = Callable[[Checkpoint], tuple[notes.SignatureLine, ...]]


def parse_request(body: bytes) -> Request:
    """Split an add-checkpoint body into old size, proof and checkpoint."""
    head, separator, note = body.partition(b"\n\n")
    if not separator:
        raise NoteMalformed("an add-checkpoint request has no empty line.")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise NoteMalformed("the head of an add-checkpoint request is not ASCII.") from None
    word, _, size = lines[0].partition(" ")
    if word != "old" or not size.isdigit() or (size != "0" and size.startswith("0")) or len(size) > 19:
        raise NoteMalformed("the first line is not `old <size>`.")
    if len(lines) - 1 > MAX_PROOF_LINES:
        raise NoteMalformed(f"more than {MAX_PROOF_LINES} proof lines.")
    proof = tuple(notes.canonical_base64(line) for line in lines[1:])
    return Request(int(size), proof, _parse_note(note))


def _parse_note(data: bytes) -> SignedNote:
    """A note whose signature lines are malformed carries no valid signature, which has its own answer (403)."""
    try:
        return notes.parse(data)
    except NoteMalformed as error:
        raise SignatureInvalid(error.reason) from None


def add_checkpoint(
    state_of: Callable[[str], WitnessedState | None], body: bytes, *, verify: Verifier, cosign: Cosigner
) -> Answer:
    """Answer one request by the rules of C2SP tlog-witness. `state_of(origin)` is None for an unknown origin."""
    try:
        request = parse_request(body)
        origin = checkpoints.parse_text(request.note.text).origin
    except NoteMalformed as error:
        return Answer(400, f"{error.reason}\n")
    except SignatureInvalid:
        return Answer(403, "invalid signature\n")
    state = state_of(origin)
    if state is None:
        return Answer(404, "unknown log\n")
    try:
        checkpoint = verify(request.note)
    except (SignatureInvalid, SignatureMissing):
        return Answer(403, "invalid signature\n")
    return _advance(state, request, checkpoint, cosign)


def _advance(state: WitnessedState, request: Request, checkpoint: Checkpoint, cosign: Cosigner) -> Answer:
    if request.old_size > checkpoint.size:
        return Answer(400, "the old size is above the checkpoint's\n")
    if request.old_size != state.size:
        return Answer(409, f"{state.size}\n", SIZE_TYPE)
    if checkpoint.size == state.size and checkpoint.root != state.root:
        return Answer(409, f"{state.size}\n", SIZE_TYPE)
    try:
        _check_growth(state, request, checkpoint)
    except ProofInvalid:
        return Answer(422, "invalid consistency proof\n")
    lines = "".join(line.render() for line in cosign(checkpoint))
    return Answer(200, lines, state=WitnessedState(checkpoint.size, checkpoint.root, request.note.render()))


def _check_growth(state: WitnessedState, request: Request, checkpoint: Checkpoint) -> None:
    if state.size in (0, checkpoint.size):
        if request.proof:
            raise ProofInvalid("no proof is due here.")
        return
    merkle.verify_consistency(state.size, checkpoint.size, state.root, checkpoint.root, request.proof)
