"""Makes .venv from a hashed lock file, with uv or with venv and pip; standard library only, run before anything is installed."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
NO_WAY = """Neither uv nor Python's venv module is here, so nothing can be installed. One of these lines helps:
  Debian, Ubuntu:  sudo apt install python3-venv
  Fedora:          sudo dnf install python3
  macOS:           brew install python uv
  Windows:         winget install astral-sh.uv
"""
FAILED = """The installation failed. It needs the package index once; after that no network is used.
What failed: {command}
Try again with a network, or remove .venv and start anew.
"""


def ensure(lock: str) -> Path:
    """Bring .venv to the state of `lock` (a superset already there is kept); return its Python."""
    venv = TOP / ".venv"
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    marks = venv / "countersign-locks"
    wanted = _mark(lock)
    done = marks.read_text().splitlines() if marks.exists() and python.exists() else []
    if wanted in done:
        _compile_words(python)
        return python
    print(f"Setting up .venv from {lock} …", flush=True)
    uv = _uv()
    _make(venv, python, uv)
    installer = (
        [uv, "pip", "install", "-q", "-p", str(python)]
        if uv
        else [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    )
    _run([*installer, "--require-hashes", "--no-deps", "-r", str(TOP / lock)])
    _run([*installer, "--no-deps", "--no-build-isolation", "--no-index", "-e", str(TOP)])
    _compile_words(python)
    marks.write_text("\n".join([*done, wanted]) + "\n")
    return python


def _compile_words(python: Path) -> None:
    """Bring the compiled catalogs of words to their sources; quick where nothing changed."""
    sources = list((TOP / "src").glob("countersign/web/locale/*/LC_MESSAGES/*.po"))
    newest = max((source.stat().st_mtime for source in sources), default=0.0)
    compiled = [source.with_name("django.mo") for source in sources]
    if all(path.exists() and path.stat().st_mtime >= newest for path in compiled):
        return
    _run([str(python), "-m", "countersign.web.catalogs"])


def _mark(lock: str) -> str:
    state = (TOP / lock).read_bytes() + (TOP / "pyproject.toml").read_bytes() + str(TOP).encode()
    return f"{lock} {hashlib.sha256(state).hexdigest()}"


def _uv() -> str:
    if os.environ.get("COUNTERSIGN_NO_UV") == "1":
        return ""
    local = Path.home() / ".local" / "bin" / "uv"
    return shutil.which("uv") or (str(local) if local.exists() else "")


def _make(venv: Path, python: Path, uv: str) -> None:
    if python.exists():
        return
    shutil.rmtree(venv, ignore_errors=True)
    if uv:
        _run([uv, "venv", "-q", "--python", sys.executable, str(venv)])
    elif importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        _run([sys.executable, "-m", "venv", str(venv)])
    else:
        sys.exit(NO_WAY)


def _run(command: list[str]) -> None:
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit(FAILED.format(command=" ".join(command[:5])))


if __name__ == "__main__":
    print(ensure(sys.argv[1] if len(sys.argv) > 1 else "requirements-dev.lock"))
