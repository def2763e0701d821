"""What the link needs to know of its own node; made once by the composition root and passed along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from countersign.charter.providers import KeyProvider
from countersign.ledger.marks import Marks
from countersign.link.keymemory import KeyMemory

OUTBOX_KEY = "outbox"
"""The key-encryption key under which released items wait for their receipt."""


def _nobody() -> None:
    """No courier is to be woken."""


@dataclass(frozen=True, slots=True)
class Station:
    """`authorities`: codes with a key-encryption key; an item for none of them goes to `spoc`. `wake`: tells the courier, in
    whichever process it runs, that something waits."""

    node: str
    state_code: str
    provider: KeyProvider
    marks: Marks
    folder: Path
    authorities: frozenset[str]
    spoc: str
    wake: Callable[[], None] = _nobody
    key_memory: KeyMemory = field(default_factory=KeyMemory)

    def compartment(self, authority: str) -> str:
        """Whose key-encryption key an item for `authority` is stored under."""
        return authority if authority in self.authorities else self.spoc
