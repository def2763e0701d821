"""Being told that a file was written (inotify(7)), so that whoever waits for it takes nothing from those who work."""

from __future__ import annotations

import ctypes
import os
import select
from pathlib import Path

_MODIFY = 0x2
_EVENTS_BYTES = 64 * 1024


class Watch:
    """Wakes its caller when `path`, an existing file, is written by any process."""

    def __init__(self, path: Path) -> None:
        library = ctypes.CDLL(None, use_errno=True)
        self._handle = library.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if self._handle < 0 or library.inotify_add_watch(self._handle, os.fsencode(path), _MODIFY) < 0:
            raise OSError(ctypes.get_errno(), f"{path.name} cannot be watched")

    def close(self) -> None:
        os.close(self._handle)

    def wait(self, seconds: float) -> None:
        """Until the file is written, or has been since the last call, or `seconds` have passed."""
        if select.select([self._handle], [], [], seconds)[0]:
            os.read(self._handle, _EVENTS_BYTES)

    def forget(self) -> None:
        """What was written so far is not waited for."""
        self.wait(0)
