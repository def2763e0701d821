"""What every act of the demonstration needs: making nodes, releasing items through the gate, waiting, telling."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from countersign.kernel import clock
from countersign.node.demo import checker
from countersign.node.demo.stage import Actor, Stage, StepFailed

NEUTRAL_SECONDS: Final = (30, 40)
"""Neutral answers leave this soon, so that the story needs no day; `countersign check` warns of it."""
PEOPLE: Final = {
    "admin1": "node_admin",
    "admin2": "node_admin",
    "drafter": "originator",
    "releaser": "releaser",
    "second": "second_officer",
    "legal": "legal",
    "executive": "executive",
    "desk": "desk",
    "risk": "risk_officer",
    "reviewer": "reviewer",
    "liaison": "liaison_officer",
    "analyst": "analyst",
}


class Play:
    """Helpers of a story; prints with progress and raises StepFailed where something is not as it should be."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.ca, self.in_ = stage.ca, stage.in_
        self._began = time.monotonic()

    def _make(self, actor: Actor) -> None:
        self._init(actor)
        self._enrol(actor, tuple(PEOPLE))
        for role in ("legal", "executive"):
            self.stage.run(actor, "law", "adopt", "--as", f"{actor.short}-{role}", "--role", role)
        register = self._write(f"{actor.short}-register.json", "[]")
        login = f"{actor.short}-protection"
        self.stage.run(
            actor, "keys", "officer", login, "--name", "Invented Protection",
            "--authority", {"CA": "IRCC", "IN": "BOI"}[actor.state], "--role", "analyst",
        )  # fmt: skip
        self.stage.run(actor, "protection", "load", str(register), "--as", login)
        self._say(
            f"{actor.node} ({actor.state}): officers of {actor.authority}, law adopted by two, an empty protection register"
        )

    def _init(self, actor: Actor) -> None:
        self.stage.run(
            actor, "keys", "init", "--state", actor.state, "--node", actor.node, "--root", str(actor.root),
            "--link-port", str(actor.link_port), "--web-port", str(actor.web_port),
            "--endpoint", f"https://127.0.0.1:{actor.public_port}", "--demonstration",
        )  # fmt: skip
        with (actor.home / "node.toml").open("a") as settings:
            settings.write(f"neutral_seconds = {list(NEUTRAL_SECONDS)}\n")

    def _enrol(self, actor: Actor, logins: tuple[str, ...]) -> None:
        for login in logins:
            self.stage.run(
                actor, "keys", "officer", f"{actor.short}-{login}", "--name", f"Invented {login.title()}",
                "--authority", actor.authority, "--role", PEOPLE[login],
            )  # fmt: skip

    def _propose(self, actor: Actor, content: Path, attachments: tuple[Path, ...] = ()) -> tuple[str, str]:
        """Propose as the drafter; the item's reference, and what was said."""
        words = [word for path in attachments for word in ("--attach", str(path))]
        said = self.stage.run(actor, "propose", str(content), *words, "--as", f"{actor.short}-drafter")
        return said.split()[0], said

    def _assess(self, actor: Actor, item: str) -> None:
        said = self.stage.run(actor, "risk", "assess", item, "--bare", "low", "--as", f"{actor.short}-risk")
        self._tell(said)

    def _release(
        self, actor: Actor, content: Path, attachments: tuple[Path, ...] = (), *, persons: bool = False
    ) -> str:
        """Propose, have the risk assessed where persons are named, approve as two other people; the item's reference."""
        item, _ = self._propose(actor, content, attachments)
        if persons:
            self._assess(actor, item)
        self._approve(actor, item)
        return item

    def _approve(self, actor: Actor, item: str) -> None:
        said = ""
        for login, role in (("releaser", "releaser"), ("second", "second_officer")):
            said = self.stage.run(actor, "approve", item, "--as", f"{actor.short}-{login}", "--role", role)
        self._tell(said)

    def _profile(self, actor: Actor) -> None:
        """The risk officer's profile of the receiving authority."""
        other = self.stage.other(actor)
        said = self.stage.run(
            actor, "risk", "profile", f"{other.state}:{other.authority}", "--level", "low", "--sources",
            "invented for the demonstration", "--dated", f"{clock.now():%Y-%m-%d}", "--as", f"{actor.short}-risk",
        )  # fmt: skip
        self._tell(said)

    def _bulk(self, actor: Actor, count: int, tag: str) -> None:
        done = subprocess.run(self._bulk_command(actor, count, tag), check=False, timeout=300)
        self._expect(done.returncode == 0, "the bulk release failed")

    def _bulk_command(self, actor: Actor, count: int, tag: str) -> list[str]:
        return [sys.executable, "-m", "countersign.node.demo.bulk", str(actor.home), str(count), tag]

    def _arrive(self, actor: Actor, count: int) -> None:
        self.stage.wait(
            lambda: checker.count_applied(actor.home) >= count, f"item {count} to take effect at {actor.node}", 60
        )

    def _settle(self) -> None:
        homes = (self.ca.home, self.in_.home)
        self.stage.wait(lambda: not any(checker.count_waiting(home) for home in homes), "the outboxes to empty", 120)
        self.stage.wait(lambda: not checker.check(*homes), "both logs to be mirrored", 120)

    def _write(self, name: str, text: str) -> Path:
        path = self.stage.folder / name
        path.write_text(text, "utf-8")
        return path

    def _expect(self, holds: object, otherwise: str) -> None:
        if not holds:
            raise StepFailed(f"{otherwise}.")

    def _act(self, number: str, title: str) -> None:
        print(f"\n[{time.monotonic() - self._began:5.1f} s] ({number}) {title}", flush=True)

    def _say(self, line: str) -> None:
        print(f"  {line}", flush=True)

    def _tell(self, said: str, *, limit: int = 40) -> None:
        lines = said.rstrip().splitlines()
        for line in lines[:limit]:
            print(f"    | {line}", flush=True)
        if len(lines) > limit:
            print(f"    | … {len(lines) - limit} more lines", flush=True)
