"""A file is the old one or the new one, whole; and a full disk is said, not suffered."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from countersign.kernel import files
from countersign.kernel.files import DiskFull, write_durably

OLD, NEW = b"old bytes", b"new bytes" * 1_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    target = tmp_path / "file"
    write_durably(target, OLD)
    return target


def remains(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.parent.iterdir())


def test_the_new_bytes_replace_the_old_and_nothing_is_left_aside(path: Path) -> None:
    write_durably(path, NEW)
    assert path.read_bytes() == NEW
    assert remains(path) == ["file"]


def test_a_file_is_readable_by_its_owner_only_unless_said(tmp_path: Path) -> None:
    write_durably(tmp_path / "secret", b"x")
    write_durably(tmp_path / "shown", b"x", mode=0o644)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "shown").stat().st_mode) == 0o644 & ~current_umask()


def current_umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


class FullStream:
    """A file opened on a disk that takes no more at the step named."""

    def __init__(self, real: object, step: str, code: int) -> None:
        self.real, self.step, self.code = real, step, code

    def __enter__(self) -> FullStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.real.close()  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> object:
        if name == self.step:
            raise OSError(self.code, os.strerror(self.code))
        return getattr(self.real, name)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("step", ["write", "flush"])
def test_a_disk_that_fills_while_writing_keeps_the_old_bytes(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    real = os.fdopen
    monkeypatch.setattr(files.os, "fdopen", lambda *given: FullStream(real(*given), step, code))
    with pytest.raises(DiskFull) as refusal:
        write_durably(path, NEW)
    assert path.read_bytes() == OLD
    assert remains(path) == ["file"]
    assert refusal.value.diagnostics()["code"] == "DISK_FULL"
    assert refusal.value.status == 503


@pytest.mark.parametrize("call", ["open", "fsync", "replace"])
def test_a_disk_that_fills_at_a_system_call_keeps_the_old_bytes(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(files.os, call, full)
        with pytest.raises(DiskFull):
            write_durably(path, NEW)
    assert path.read_bytes() == OLD
    assert remains(path) == ["file"]


def test_another_fault_of_the_disk_is_not_called_full(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(files.os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output error"):
        write_durably(path, NEW)
    assert path.read_bytes() == OLD


def test_file_and_folder_are_synced_before_the_call_returns(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    monkeypatch.setattr(files.os, "fsync", lambda handle: synced.append(stat.S_IFMT(os.fstat(handle).st_mode)))
    write_durably(path, NEW)
    assert synced == [stat.S_IFREG, stat.S_IFDIR]


def test_the_bytes_are_synced_before_they_take_the_name(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    real = os.fsync
    monkeypatch.setattr(files.os, "fsync", lambda handle: (seen.append(path.read_bytes()), real(handle)))
    write_durably(path, NEW)
    assert seen == [OLD, NEW]


def test_a_missing_folder_is_told_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_durably(tmp_path / "none" / "file", b"x")


def test_a_process_killed_between_writing_and_renaming_leaves_the_old_bytes(path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from countersign.kernel import files\n"
        "files.os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "files.write_durably(Path(sys.argv[1]), b'new')"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert killed.returncode == -9
    assert path.read_bytes() == OLD
