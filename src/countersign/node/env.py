"""Environment variables, each read once, through here, with its meaning. `docs/operate.md` lists them from this table."""

from __future__ import annotations

import os
from typing import Final

VARIABLES: Final = {
    "COUNTERSIGN_HOME": "the node's home folder",
    "COUNTERSIGN_PACKS": "further folders with state packs, separated as in PATH",
    "COUNTERSIGN_DEBUG": "1 shows tracebacks on the command line; refused by `check` outside tests",
    "COUNTERSIGN_FAULT_TESTS": "1 marks a process as part of a fault test",
    "COUNTERSIGN_FAILPOINTS": "fault tests only: folder whose file `armed` names the step at which a process kills itself",
    "COUNTERSIGN_CLOCK_OFFSET": "fault tests only: seconds by which the clock is moved",
    "COUNTERSIGN_LANGUAGE": "tests only: the language in which pages are visited (default: one a day, in turn)",
    "COUNTERSIGN_VECTORS": "tests only: folder of the official test vectors",
}


def text(name: str) -> str:
    """The value of a variable of the table, or an empty string."""
    VARIABLES[name]
    return os.environ.get(name, "")


def flag(name: str) -> bool:
    return text(name) == "1"
