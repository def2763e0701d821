"""Checkpoints: C2SP signed notes of exactly three lines, signed twice, Ed25519 (0x01) and ML-DSA-44 (0x06).

Both signatures are required of a log, and both of a witness (0x04 and 0x06). An unknown signature line on a peer's
checkpoint is refused, as is an extension line (protocol section 2).
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Final

from countersign.ledger.core import notes
from countersign.ledger.core.keys import (
    ED25519_SIGNATURE_BYTES,
    MLDSA_SIGNATURE_BYTES,
    HybridPublicKey,
    HybridSigner,
)
from countersign.ledger.core.merkle import HASH_BYTES
from countersign.ledger.core.notes import SignatureLine, SignedNote
from countersign.ledger.errors import NoteMalformed, SignatureInvalid, SignatureMissing

_SUBTREE_LABEL: Final = b"subtree/v1\n\x00"
_SIZE: Final = re.compile(r"^(0|[1-9][0-9]{0,18})$")
_MAX_TIME: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's statement: at `size` leaves the RFC 9162 root is `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


def parse_text(text: str) -> Checkpoint:
    """Parse the three lines; an extension line is NoteMalformed."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] != "":
        raise NoteMalformed("a checkpoint has exactly three lines and no extension.")
    origin, size, root = lines[:3]
    if not origin:
        raise NoteMalformed("a checkpoint has an empty origin.", field="origin")
    if not _SIZE.match(size):
        raise NoteMalformed("the tree size is not a plain decimal.", field="size")
    raw = notes.canonical_base64(root)
    if len(raw) != HASH_BYTES:
        raise NoteMalformed("the root is not 32 bytes.", field="root")
    return Checkpoint(origin, int(size), raw)


def of_own_note(note: bytes) -> Checkpoint:
    """The checkpoint of a note that this node signed and kept: its text alone is read, not its signatures."""
    return parse_text(note.partition(b"\n\n")[0].decode("utf-8") + "\n")


def subtree_message(cosigner: str, timestamp: int, checkpoint: Checkpoint) -> bytes:
    """What a 0x06 line signs (C2SP tlog-cosignature): it binds the cosigner's name, the origin, size and root."""
    name, origin = cosigner.encode("utf-8"), checkpoint.origin.encode("utf-8")
    if len(name) > 255 or len(origin) > 255:
        raise NoteMalformed("a name or origin is longer than 255 bytes.")
    return b"".join(
        (
            _SUBTREE_LABEL,
            bytes([len(name)]) + name,
            timestamp.to_bytes(8, "big"),
            bytes([len(origin)]) + origin,
            (0).to_bytes(8, "big"),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


def cosignature_text(timestamp: int, checkpoint: Checkpoint) -> bytes:
    """What a 0x04 line signs (C2SP tlog-cosignature)."""
    return f"cosignature/v1\ntime {timestamp}\n{checkpoint.text()}".encode()


def sign(checkpoint: Checkpoint, signer: HybridSigner, *, timestamp: int) -> SignedNote:
    """The log's own two lines. The key name is the origin. `timestamp` in POSIX seconds is shown, never relied on."""
    public, name = signer.public, checkpoint.origin
    text = checkpoint.text()
    classical = signer.sign_ed25519(text.encode("utf-8"))
    quantum = signer.sign_mldsa(subtree_message(name, timestamp, checkpoint))
    return SignedNote(
        text,
        (
            SignatureLine(name, notes.key_id(name, notes.ED25519, public.ed25519), classical),
            SignatureLine(
                name, notes.key_id(name, notes.MLDSA44, public.mldsa), timestamp.to_bytes(8, "big") + quantum
            ),
        ),
    )


def verify(note: SignedNote, public: HybridPublicKey, *, origin: str) -> Checkpoint:
    """Check a peer's checkpoint: its origin, both of the log's lines, nothing else under it."""
    checkpoint = parse_text(note.text)
    if checkpoint.origin != origin:
        raise SignatureInvalid("the checkpoint is of another log.", field="origin")
    classical = _one(note, origin, notes.key_id(origin, notes.ED25519, public.ed25519), "Ed25519")
    quantum = _one(note, origin, notes.key_id(origin, notes.MLDSA44, public.mldsa), "ML-DSA-44")
    if len(note.lines) != 2:
        raise SignatureInvalid("a checkpoint carries a signature line of an unknown key.")
    if len(classical.signature) != ED25519_SIGNATURE_BYTES:
        raise SignatureInvalid("the Ed25519 signature has the wrong length.")
    public.verify_ed25519(classical.signature, note.text.encode("utf-8"))
    _verify_mldsa(quantum, public, origin, checkpoint)
    return checkpoint


def cosign(checkpoint: Checkpoint, signer: HybridSigner, *, name: str, timestamp: int) -> tuple[SignatureLine, ...]:
    """A witness's two lines (0x04 and 0x06) under another log's checkpoint."""
    public, stamp = signer.public, timestamp.to_bytes(8, "big")
    classical = signer.sign_ed25519(cosignature_text(timestamp, checkpoint))
    quantum = signer.sign_mldsa(subtree_message(name, timestamp, checkpoint))
    return (
        SignatureLine(name, notes.key_id(name, notes.COSIGNATURE_ED25519, public.ed25519), stamp + classical),
        SignatureLine(name, notes.key_id(name, notes.MLDSA44, public.mldsa), stamp + quantum),
    )


def verify_cosignature(
    checkpoint: Checkpoint, lines: tuple[SignatureLine, ...], public: HybridPublicKey, *, name: str
) -> int:
    """Check a witness's two lines and return its time stamp (POSIX seconds, a claim of the witness)."""
    note = SignedNote(checkpoint.text(), lines)
    classical = _one(note, name, notes.key_id(name, notes.COSIGNATURE_ED25519, public.ed25519), "Ed25519")
    quantum = _one(note, name, notes.key_id(name, notes.MLDSA44, public.mldsa), "ML-DSA-44")
    if len(lines) != 2 or len(classical.signature) != 8 + ED25519_SIGNATURE_BYTES:
        raise SignatureInvalid("a cosignature has exactly two lines of the right length.")
    timestamp = _timestamp(classical)
    public.verify_ed25519(classical.signature[8:], cosignature_text(timestamp, checkpoint))
    _verify_mldsa(quantum, public, name, checkpoint)
    if _timestamp(quantum) != timestamp:
        raise SignatureInvalid("the two halves of a cosignature carry different times.")
    return timestamp


def _verify_mldsa(line: SignatureLine, public: HybridPublicKey, name: str, checkpoint: Checkpoint) -> None:
    if len(line.signature) != 8 + MLDSA_SIGNATURE_BYTES[44]:
        raise SignatureInvalid("the ML-DSA-44 signature has the wrong length.")
    public.verify_mldsa(line.signature[8:], subtree_message(name, _timestamp(line), checkpoint))


def _timestamp(line: SignatureLine) -> int:
    timestamp = int.from_bytes(line.signature[:8], "big")
    if timestamp > _MAX_TIME:
        raise SignatureInvalid("a time stamp is out of range.")
    return timestamp


def _one(note: SignedNote, name: str, key_id: bytes, what: str) -> SignatureLine:
    found = note.lines_of(name, key_id)
    if len(found) != 1:
        raise SignatureMissing(f"exactly one {what} signature of {name} is required, {len(found)} found.")
    return found[0]
