"""Files that survive a power cut: write aside, sync, rename, sync the folder."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from countersign.kernel.errors import Unavailable


class DiskFull(Unavailable):
    """The disk took no more. Nothing was acknowledged; the work goes on by itself when there is room."""

    code = "DISK_FULL"
    remedy = "Free space on the data folder's disk; the node goes on by itself."


def write_durably(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Replace `path` by `data` so that after a crash either the old or the new bytes are there, whole."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(aside, path)
        sync_folder(path.parent)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise as_disk_full(error) from error


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def as_disk_full(error: OSError) -> Exception:
    """`error` itself, or DiskFull where the reason is that there is no room."""
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull("no space left on the disk.")
    return error
