"""Nodes made and driven by the command line alone, as administrators and officers do it. Everybody is invented."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from countersign.kernel import clock

PEOPLE = {
    "a": ("node_admin", "originator", "desk"),
    "b": ("node_admin", "releaser"),
    "c": ("second_officer", "legal"),
    "d": ("executive", "risk_officer"),
}
ARRANGEMENT = """
reference = "TEST-ARR-1"
title = "Invented for tests"
states = ["CA", "IN"]
kinds = ["request.information", "reply", "refusal"]
purposes = ["investigation", "intelligence_lead"]
valid_from = 2026-02-07
valid_until = 2036-02-06
"""


@dataclass
class CommandNode:
    """One node by its command line."""

    node: str
    state: str
    authority: str
    home: Path
    port: int
    init: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.home.with_name(f"{self.home.name}-root")

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "countersign.node.cli", "--home", str(self.home), *words]

    def run(self, *words: str, refused: bool = False) -> str:
        """Run one command; insist on its outcome; return what it printed."""
        done = subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=os.environ | self.environment,
        )
        said = done.stdout + done.stderr
        assert (done.returncode != 0) is refused, f"countersign {' '.join(words)}\n{said}"
        assert "Traceback" not in said, said
        return said

    def make(self) -> None:
        """The node, its four officers, and its arrangement in force."""
        self.run(
            "keys", "init", "--state", self.state, "--node", self.node, "--root", str(self.root),
            "--link-port", str(self.port), "--web-port", str(self.port + 1), "--demonstration",
            *self.init,
        )  # fmt: skip
        for login, roles in PEOPLE.items():
            words = [word for role in roles for word in ("--role", role)]
            self.run("keys", "officer", login, "--name", f"Test {login}", "--authority", self.authority, *words)
        for login, role in (("c", "legal"), ("d", "executive")):
            self.run("law", "adopt", "--as", login, "--role", role)
        immigration = {"CA": "IRCC", "IN": "BOI"}[self.state]
        self.run("keys", "officer", "e", "--name", "Test e", "--authority", immigration, "--role", "analyst")
        register = self.home.with_name(f"{self.home.name}-register.json")
        register.write_text("[]")
        self.run("protection", "load", str(register), "--as", "e")
        text = self.home.with_name(f"{self.home.name}-arrangement.toml")
        text.write_text(ARRANGEMENT)
        self.run("peer", "arrangement", str(text), "--as", "c")
        for login in ("c", "d"):
            self.run("peer", "certify", "TEST-ARR-1", "--as", login)
        far = {"CA": "IN:NIA", "IN": "CA:RCMP"}[self.state]
        self.run(
            "risk", "profile", far, "--level", "low", "--sources", "invented", "--dated", f"{clock.now():%Y-%m-%d}",
            "--as", "d",
        )  # fmt: skip

    def start(self) -> None:
        log = self.home.with_name(f"{self.home.name}.log").open("ab")
        self.process = subprocess.Popen(
            self.command("run"), stdout=log, stderr=log, start_new_session=True, env=os.environ | self.environment
        )
        log.close()

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def release(self, other: CommandNode, case: str) -> str:
        """Propose a small request about an invented company and approve it; return its reference."""
        file = self.home.with_name(f"{self.home.name}-{case}.json")
        file.write_text(json.dumps(request(self, other, case)))
        item = self.run("propose", str(file), "--as", "a").split()[0]
        self.run("approve", item, "--as", "b", "--role", "releaser")
        self.run("approve", item, "--as", "c", "--role", "second_officer")
        return item

    def holds(self, case: str) -> bool:
        """Whether an item of the case is in the inbox, having taken effect."""
        return case in self.run("inbox", "--as", "a")


def peer(one: CommandNode, other: CommandNode) -> None:
    """The peering ceremony, both ways."""
    shown = {}
    for each in (one, other):
        said = each.run("peer", "card", str(each.home.with_suffix(".card")), "--root", str(each.root))
        shown[each.node] = said.strip().splitlines()[-1].strip()
    for each, far in ((one, other), (other, one)):
        card = str(far.home.with_suffix(".card"))
        each.run("peer", "begin", card, "--arrangement", "TEST-ARR-1", "--as", "a")
        for login in ("a", "b"):
            each.run("peer", "confirm", far.node, "--fingerprint", shown[far.node], "--as", login)


def wait(condition: Callable[[], Any], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.1)


def request(sender: CommandNode, receiver: CommandNode, case: str) -> dict[str, Any]:
    offences = {"CA": "CC s.380", "IN": "BNS s.318"}
    return {
        "kind": "request.information",
        "version": 1,
        "case_ref": case,
        "from_authority": sender.authority,
        "to_state": receiver.state,
        "to_authority": receiver.authority,
        "purpose": "investigation",
        "offence": {"label": "fraud", "category": "fraud", "in_law": offences},
        "home": {"origin": "own", "political": "none", "tainted": "none"},
        "legal_basis": {"CA": "CA-PRIV-8-2-F", "IN": "IN-MHA-ORDER"}[sender.state],
        "urgency": "routine",
        "necessity": "The registered office of an invented company is needed.",
        "question": "Is Example Goods Ltd (invented) registered with you?",
        "subjects": [{"type": "company", "names": [{"text": "Example Goods Ltd", "script": "Latn"}]}],
        "attachments": [],
    }
