"""Two nodes in a temporary folder: made, peered by the real ceremony through the command line, run as they ship."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from bench import processes
from countersign.kernel import clock

ARRANGEMENT = """reference = "CA-IN-2026-01"
title = "Exchange of information, invented for the benchmark"
states = ["CA", "IN"]
kinds = ["request.information", "reply", "refusal"]
purposes = ["investigation", "intelligence_lead"]
valid_from = 2026-02-07
valid_until = 2029-02-06
"""
ROLES = {
    "anne": "node_admin",
    "bob": "node_admin",
    "carl": "originator",
    "dora": "releaser",
    "eve": "second_officer",
    "fay": "legal",
    "gus": "executive",
    "hal": "desk",
    "rita": "risk_officer",
}


@dataclass(slots=True)
class Node:
    """One node of the run: its home, its ports, its process while it runs."""

    folder: Path
    state: str
    authority: str
    immigration: str
    link_port: int
    web_port: int
    process: subprocess.Popen[str] | None = field(default=None)

    @property
    def prefix(self) -> str:
        return self.state.lower()

    @property
    def name(self) -> str:
        return f"{self.prefix}.example"

    @property
    def home(self) -> Path:
        return self.folder / self.prefix

    @property
    def root(self) -> Path:
        return self.folder / f"{self.prefix}-root"

    @property
    def card(self) -> Path:
        return self.folder / f"{self.prefix}.card"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.prefix}.log"

    def command(self, *words: str) -> str:
        """Run one command of the node's command line to its end; return what it printed."""
        done = subprocess.run(
            processes.python("-m", "countersign.node.cli", "--home", str(self.home), *words),
            env=processes.environment({}),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"countersign {' '.join(words)}: {done.stderr}")
        return done.stdout

    def officer(self, who: str) -> str:
        return f"{self.prefix}-{who}"

    def run_unready(self) -> None:
        """`countersign run`, as shipped."""
        words = processes.python("-m", "countersign.node.cli", "--home", str(self.home), "run")
        self.process = processes.start(words, log=self.log)

    def run(self) -> None:
        """The same, and wait until the link port answers."""
        self.run_unready()
        processes.wait_until(self.listens, seconds=60, what=f"{self.name}'s link port")

    def stop(self) -> None:
        if self.process is not None:
            processes.end(self.process)
            self.process = None

    def read(self, query: str) -> list[tuple[Any, ...]]:
        """Read committed rows of the node's database, by a connection of its own that cannot write."""
        connection = sqlite3.connect(f"file:{self.home / 'db.sqlite3'}?mode=ro", uri=True, timeout=20)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def cpu_seconds(self) -> dict[str, float]:
        """CPU of each part of the running node so far: courier, link, web, supervisor (workers under their part)."""
        assert self.process is not None
        supervisor = psutil.Process(self.process.pid)
        parts = {"supervisor": _cpu(supervisor)}
        for child in supervisor.children():
            parts[_part(child)] = _cpu(child) + sum(_cpu(below) for below in child.children(recursive=True))
        return parts

    def listens(self) -> bool:
        """Whether the link port answers. Raises where the node has ended."""
        if self.process is not None and self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended at its start; {self.log.read_text('utf-8')[-600:]}")
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.link_port)) == 0


def pair(folder: Path, port: int) -> tuple[Node, Node]:
    """Make, peer and equip two nodes: officers enrolled, arrangement certified on both sides."""
    nodes = Node(folder, "CA", "RCMP", "IRCC", port, port + 1), Node(folder, "IN", "NIA", "BOI", port + 2, port + 3)
    arrangement = folder / "arrangement.toml"
    arrangement.write_text(ARRANGEMENT, "utf-8")
    register = folder / "register.json"
    register.write_text("[]", "utf-8")
    fingerprints = [_make(node, arrangement, register) for node in nodes]
    for node, other, fingerprint in ((nodes[0], nodes[1], fingerprints[1]), (nodes[1], nodes[0], fingerprints[0])):
        _peer(node, other, fingerprint)
    return nodes


def _make(node: Node, arrangement: Path, register: Path) -> str:
    node.command("keys", "init", "--state", node.state, "--node", node.name, "--root", str(node.root),
                 "--link-port", str(node.link_port), "--web-port", str(node.web_port), "--demonstration")  # fmt: skip
    for who, role in ROLES.items():
        node.command("keys", "officer", node.officer(who), "--name", f"Test {who}", "--authority", node.authority,
                     "--role", role)  # fmt: skip
    for who, role in (("fay", "legal"), ("gus", "executive")):
        node.command("law", "adopt", "--as", node.officer(who), "--role", role)
    node.command("peer", "arrangement", str(arrangement), "--as", node.officer("fay"))
    node.command("keys", "officer", node.officer("iris"), "--name", "Test iris", "--authority", node.immigration,
                 "--role", "analyst")  # fmt: skip
    node.command("protection", "load", str(register), "--as", node.officer("iris"))
    return node.command("peer", "card", str(node.card), "--root", str(node.root)).splitlines()[-1].strip()


def _peer(node: Node, other: Node, fingerprint: str) -> None:
    node.command("peer", "begin", str(other.card), "--arrangement", "CA-IN-2026-01", "--as", node.officer("anne"))
    for who in ("anne", "bob"):
        node.command("peer", "confirm", other.name, "--fingerprint", fingerprint, "--as", node.officer(who))
    for who in ("fay", "gus"):
        node.command("peer", "certify", "CA-IN-2026-01", "--as", node.officer(who))
    node.command("risk", "profile", f"{other.state}:{other.authority}", "--level", "low", "--sources", "invented",
                 "--dated", f"{clock.now():%Y-%m-%d}", "--as", node.officer("rita"))  # fmt: skip


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _part(child: psutil.Process) -> str:
    line = " ".join(child.cmdline())
    return "courier" if "--only courier" in line else "link" if "wsgi_link" in line else "web"
