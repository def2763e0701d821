"""Fault F7 with a real file system that is full: coded errors, live processes, nothing lost, and on it goes with room."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess

import pytest
import pytest_socket
from journeys.conftest import Journey
from support.processes import children_of

from countersign.node.demo import bulk, checker

pytestmark = pytest.mark.journey

SIZE = "24m"


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 24 MiB for India's home."""
    place = tmp_path / "IN"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False) if shutil.which("mount") else None
    if done is None or done.returncode != 0:
        pytest.skip("root-only fault: a file system can be mounted here by root alone")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def cramped(small_disk, tmp_path, sqlite_template):
    """Two running nodes; India's home is on the small disk."""
    pytest_socket.enable_socket()
    made = Journey(tmp_path, sqlite_template)
    try:
        for state in ("CA", "IN"):
            made.start(state)
        assert made.bulk("CA", 1, "UP") == 0
        assert made.bulk("IN", 1, "UP") == 0
        made.settle()
        yield made
    finally:
        made.close()
        pytest_socket.disable_socket(allow_unix_socket=True)


def _fill(disk):
    """Leave not one block free."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(4096))
        except OSError:
            pass
    status = os.statvfs(disk)
    assert status.f_bavail * status.f_bsize < 4096
    return ballast


def _request(journey, tmp_path, tag):
    file = tmp_path / f"{tag}.json"
    file.write_text(json.dumps(bulk.draft("IN", journey.nodes["IN"].house, tag)))
    return str(file)


def test_a_full_disk_is_said_and_suffered_by_nobody_else(cramped, small_disk, tmp_path):
    journey = cramped
    running = children_of(journey.processes["IN"].pid)
    held = checker.count_stored(journey.home("IN"))
    # Something of its own waits to leave, so that its courier meets the full disk and not only its web process.
    journey.kill("CA")
    assert journey.bulk("IN", 1, "WAITS") == 0
    ballast = _fill(small_disk)
    journey.start("CA")
    # The sender goes on: its officers release, its courier is refused with a code and keeps everything.
    assert journey.bulk("CA", 12, "FULL") == 0
    large = tmp_path / "large.bin"
    large.write_bytes(secrets.token_bytes(3 << 20))
    _propose_with(journey, tmp_path, large)
    journey.wait(lambda: '"code": "DISK_FULL"' in (journey.folder / "IN.log").read_text(), 40, "the node to say it")
    assert checker.count_stored(journey.home("IN")) == held, "nothing is acknowledged that is not kept"
    assert checker.count_waiting(journey.home("CA")) >= 13
    # Its own people are told as well.
    said = journey.run("IN", "propose", _request(journey, tmp_path, "FULL"), "--as", "in-drafter", refused=True)
    assert "DISK_FULL" in said
    assert "Traceback" not in said
    said = journey.run("IN", "backup", str(small_disk / "copy.sqlite3"), refused=True)
    assert "DISK_FULL" in said
    assert not (small_disk / "copy.sqlite3").exists()
    assert journey.processes["IN"].poll() is None
    assert children_of(journey.processes["IN"].pid) == running, (journey.folder / "IN.log").read_text()[-3000:]

    # Failures go on until the courier raises its alarm, which the disk does not take either.
    log = journey.folder / "IN.log"
    journey.wait(lambda: '"event": "courier.database"' in log.read_text(), 40, "an alarm that cannot be written")
    assert children_of(journey.processes["IN"].pid) == running, log.read_text()[-3000:]

    ballast.unlink()
    journey.wait(lambda: checker.count_stored(journey.home("IN")) == held + 13, 90, "all of it to arrive")
    journey.settle()
    assert journey.bulk("IN", 2, "AFTER") == 0
    journey.settle()
    assert "LOG_FORK" not in journey.run("IN", "check") + journey.run("CA", "check")


def _propose_with(journey, tmp_path, file):
    request = tmp_path / "with.json"
    request.write_text(json.dumps(bulk.draft("CA", journey.nodes["CA"].house, "LARGE")))
    item = journey.run("CA", "propose", str(request), "--attach", str(file), "--as", "ca-drafter").split()[0]
    for login, role in (("releaser", "releaser"), ("second", "second_officer")):
        journey.run("CA", "approve", item, "--as", f"ca-{login}", "--role", role)


def test_a_node_that_is_killed_and_started_on_a_full_disk_loses_nothing(cramped, small_disk):
    journey = cramped
    held = checker.count_stored(journey.home("IN"))
    journey.kill("IN")
    ballast = _fill(small_disk)
    journey.start("IN")
    assert journey.bulk("CA", 3, "DARK") == 0
    log = journey.folder / "IN.log"
    started = journey.processes["IN"]
    journey.wait(
        lambda: started.poll() is not None or '"code": "DISK_FULL"' in log.read_text(),
        60,
        "the node to end or to say it",
    )
    assert "Traceback" not in log.read_text()
    if started.poll() is not None:
        assert started.returncode == 1
        assert "DISK_FULL" in log.read_text()
    ballast.unlink()
    if started.poll() is not None:
        journey.start("IN")
    journey.wait(lambda: checker.count_stored(journey.home("IN")) == held + 3, 90, "what waited to arrive")
    journey.settle()
