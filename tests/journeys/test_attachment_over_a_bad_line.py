"""A large attachment over HTTPS whose line is cut amid the chunks: it resumes, sends nothing twice, holds little memory."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_socket
from journeys.conftest import Journey
from support.processes import family_of, resident_bytes

from countersign.link import sync
from countersign.node.demo import bulk, checker
from countersign.node.demo.forwarder import Forwarder

pytestmark = pytest.mark.journey

MIB = 1 << 20
BODY_BYTES = 5 * MIB
"""What one body with its four chunks takes on the line, padding included: lost at most once a cut."""


@dataclass
class Meter:
    """Bytes of both lines, and at which sums the line that carries them is cut."""

    marks: list[int]
    passed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def is_cut_by(self, count: int) -> bool:
        with self.lock:
            self.passed += count
            if self.marks and self.passed >= self.marks[0]:
                self.marks.pop(0)
                return True
        return False


class BadLine(Forwarder):
    """A line that breaks a connection in the middle of what it carries."""

    def __init__(self, port: int, target: int, meter: Meter) -> None:
        self._meter = meter
        super().__init__(port, target)

    def _pump(self, source, sink):
        with contextlib.suppress(OSError):
            while block := source.recv(64 * 1024):
                if self._meter.is_cut_by(len(block)):
                    break
                sink.sendall(block)
        for each in (source, sink):
            self._live.discard(each)
            _break(each)


def _break(each):
    with contextlib.suppress(OSError):
        each.shutdown(2)
    with contextlib.suppress(OSError):
        each.close()


class Watch:
    """The most memory that each process of a node held while watching."""

    def __init__(self, pids: list[int]) -> None:
        self._pids, self._done = pids, threading.Event()
        self.peaks = {pid: resident_bytes(pid) for each in pids for pid in family_of(each)}
        self._before = dict(self.peaks)
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self):
        while not self._done.wait(0.05):
            for each in self._pids:
                for pid in family_of(each):
                    self.peaks[pid] = max(self.peaks.get(pid, 0), resident_bytes(pid))

    def end(self):
        """By how much the process that grew most has grown."""
        self._done.set()
        self._thread.join()
        return max(peak - self._before.get(pid, 0) for pid, peak in self.peaks.items())


@pytest.fixture
def bad_line(tmp_path, sqlite_template):
    """Two running nodes behind lines that the test cuts."""
    pytest_socket.enable_socket()
    made, meter = Journey(tmp_path, sqlite_template, lines=True), Meter([])
    lines = [BadLine(port + 2, port, meter) for port in made.ports.values()]
    try:
        for state in ("CA", "IN"):
            made.start(state)
        assert made.bulk("CA", 1, "UP") == 0
        made.settle()
        yield made, meter
    finally:
        made.close()
        for line in lines:
            line.close()
        pytest_socket.disable_socket(allow_unix_socket=True)


def _propose(journey, file):
    house = journey.nodes["CA"].house
    request = file.with_suffix(".json")
    request.write_text(json.dumps(bulk.draft("CA", house, "LARGE")))
    item = journey.run("CA", "propose", str(request), "--attach", str(file), "--as", "ca-drafter").split()[0]
    for login, role in (("releaser", "releaser"), ("second", "second_officer")):
        journey.run("CA", "approve", item, "--as", f"ca-{login}", "--role", role)
    return item


def _chunks(journey) -> dict[str, int]:
    """Finished chunks at the receiver, by name, with the file that holds each: written again it would be another."""
    folder = journey.home("IN") / "chunks" / "in"
    return {
        str(path): path.stat().st_ino for path in folder.glob("*/*") if path.name.isdigit()
    } if folder.exists() else {}  # fmt: skip


def _is_applied(journey):
    return checker.count_applied(journey.home("IN")) == 2


def _travel(journey, meter, size, cuts, tmp_path: Path):
    file = tmp_path / "records.bin"
    with file.open("wb") as stream:
        for _ in range(size // MIB):
            stream.write(secrets.token_bytes(MIB))
        stream.write(b"the end")
    watch = Watch([process.pid for process in journey.processes.values()])
    meter.passed, meter.marks[:] = 0, [(size * (2 * cut + 1)) // (2 * cuts) + 77 for cut in range(cuts)]
    item = _propose(journey, file)
    again: set[str] = set()
    held: dict[str, int] = {}

    def is_cut(left):
        for name, inode in _chunks(journey).items():
            if held.setdefault(name, inode) != inode:
                again.add(name)
        return len(meter.marks) <= left

    for left in range(cuts - 1, -1, -1):
        journey.wait(lambda left=left: is_cut(left), 60, f"a cut ({left} more to come)")
    journey.wait(lambda: is_cut(0) and _is_applied(journey), 120, "the item to take effect")
    journey.settle()
    grown = watch.end()
    name = re.search(r"att_[a-z2-7]{26}", journey.run("IN", "show", item, "--as", "desk"))
    out = tmp_path / "received.bin"
    journey.run("IN", "show", item, "--as", "desk", "--attachment", name.group(), "--out", str(out))
    assert out.read_bytes() == file.read_bytes()
    told = f"{meter.passed / MIB:.1f} MiB on the line, {len(again)} chunks twice, {grown / MIB:.0f} MiB of memory more"
    print(f"\n{size // MIB} MiB, {cuts} cuts: {told}")
    assert len(again) <= sync.MAX_CHUNKS, f"{told}: only where the two directions meet may a chunk come twice"
    assert meter.passed < size + (cuts + 2) * BODY_BYTES, told
    assert grown < 90 * MIB, f"a process grew by {grown // MIB} MiB"


def test_an_attachment_over_a_line_that_is_cut_three_times_arrives_whole(bad_line, tmp_path):
    _travel(*bad_line, 8 * MIB, 3, tmp_path)


@pytest.mark.full
def test_50_mib_over_a_line_that_is_cut_eight_times_take_no_more_memory_than_eight(bad_line, tmp_path):
    _travel(*bad_line, 50 * MIB, 8, tmp_path)
