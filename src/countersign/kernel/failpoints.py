"""Named steps at which a fault test kills the process. Outside fault tests every step is a no-op.

COUNTERSIGN_FAILPOINT=name[:n] kills the process (SIGKILL) the n-th time it reaches `name`; the system check E105
refuses the variable unless COUNTERSIGN_FAULT_TESTS is set as well.
"""

from __future__ import annotations

import os
import signal
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

_name, _, _count = os.environ.get("COUNTERSIGN_FAILPOINT", "").partition(":")
_left = {_name: int(_count or "1")}


def reach(step: str) -> None:
    """Say that the named step is reached."""
    if step not in _left:
        return
    _left[step] -= 1
    if _left[step] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
