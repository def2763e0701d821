"""Named steps at which a fault test kills the process. Outside fault tests every step is a no-op.

COUNTERSIGN_FAILPOINTS names a folder; the file `armed` in it holds one step's name. The first process to reach that step
takes the file away and kills itself (SIGKILL). The system check E105 refuses the variable unless
COUNTERSIGN_FAULT_TESTS is set as well.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Final

STEPS: Final = (
    "release.before_commit",
    "release.after_commit",
    "batch.before_commit",
    "batch.after_commit",
    "send.before",
    "send.after",
    "receive.opened",
    "receive.before_commit",
    "receive.after_commit",
    "reply.before_commit",
    "reply.after_commit",
    "mark.before",
    "cosign.before_commit",
    "apply.before_commit",
)

_FOLDER: Final = os.environ.get("COUNTERSIGN_FAILPOINTS", "")


def reach(step: str) -> None:
    """Say that the named step is reached."""
    if not _FOLDER:
        return
    armed = Path(_FOLDER) / "armed"
    try:
        if armed.read_text("ascii").strip() != step:
            return
        armed.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
