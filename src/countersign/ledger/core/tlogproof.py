"""C2SP tlog-proof: an off-line proof that a leaf stands under a signed checkpoint, readable by public tools."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from countersign.ledger.core import notes
from countersign.ledger.core.notes import SignedNote
from countersign.ledger.errors import NoteMalformed

_HEAD: Final = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class TlogProof:
    index: int
    hashes: tuple[bytes, ...]
    note: SignedNote


def render(index: int, hashes: Sequence[bytes], note: SignedNote) -> bytes:
    lines = [_HEAD, f"index {index}", *(base64.b64encode(item).decode("ascii") for item in hashes)]
    return ("\n".join(lines) + "\n\n").encode("ascii") + note.render()


def parse(data: bytes) -> TlogProof:
    """Parse strictly; an `extra` line is refused, since nothing here authenticates it."""
    head, separator, note = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise NoteMalformed("a proof is not ASCII.") from None
    if not separator or len(lines) < 2 or lines[0] != _HEAD:
        raise NoteMalformed("not a tlog-proof of version 1.")
    word, _, index = lines[1].partition(" ")
    if word != "index" or not index.isdigit() or (index != "0" and index.startswith("0")) or len(index) > 19:
        raise NoteMalformed("the index line of a proof is malformed.")
    return TlogProof(int(index), tuple(notes.canonical_base64(line) for line in lines[2:]), notes.parse(note))
