"""The scenarios as data: read from scenarios/*.toml, made into the requests that `countersign law decide` takes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from countersign.law import verdicts
from countersign.law.policies import PolicySet

FOLDER = Path(__file__).parent / "scenarios"
DEFAULTS: dict[str, Any] = tomllib.loads((FOLDER / "defaults.toml").read_text("utf-8"))
DIRECTIONS = ("CA->IN", "IN->CA")
VERDICTS = ("release", "release_with", "needs_approval", "refuse")
CROSSING = ("Ask", "Release")
REQUIRED = {"id", "title", "story", "direction", "item", "expected", "provision", "why"}
LISTS = ("rules", "caveats", "redactions", "missing", "missing_conditions", "approvals", "conditions", "attached")
MEMBERS = REQUIRED | {"action", "ambiguous", "adversarial", *LISTS}


@dataclass(frozen=True)
class Scenario:
    """One scenario as written, and the file that it stands in."""

    file: str
    written: dict[str, Any]
    workstream: str

    @property
    def id(self) -> str:
        return str(self.written["id"])

    @property
    def action(self) -> str:
        return str(self.written.get("action", "Release"))

    @property
    def direction(self) -> str:
        return str(self.written["direction"])

    @property
    def ambiguous(self) -> bool:
        return bool(self.written.get("ambiguous", False))

    @property
    def adversarial(self) -> bool:
        return bool(self.written.get("adversarial", False))

    def request(self) -> dict[str, Any]:
        """The request as a line of `countersign law decide --test-defaults` would hold it."""
        asking = self.action in CROSSING
        sender, _, receiver = self.direction.partition("->")
        states = {"releasing": sender if asking else receiver, "recipient": receiver}
        approvals = self.written.get("approvals", DEFAULTS["approvals"] if asking else [])
        return {
            "id": self.id,
            "action": self.action,
            "item": DEFAULTS["item"] | {"workstream": self.workstream} | states | self.written["item"],
            "approvals": approvals,
            "conditions": self.written.get("conditions", []),
            "caveats": self.written.get("attached", []),
        }

    def expected(self) -> dict[str, Any]:
        """Verdict, and exactly what is asked for; of a refusal the rules that cannot be cured."""
        told: dict[str, Any] = {"verdict": self.written["expected"]}
        for name, written in (
            ("approvals", "missing"),
            ("conditions", "missing_conditions"),
            ("redactions", "redactions"),
        ):
            told[name] = sorted(self.written.get(written, []))
        refused = told["verdict"] == "refuse"
        told["caveats"] = [] if refused else sorted({*self.written.get("caveats", []), *self._standing()})
        return told | ({"rules": sorted(self.written.get("rules", []))} if refused else {})

    def _standing(self) -> list[str]:
        item, standing = self.written["item"], DEFAULTS["standing_caveats"]
        if self.action not in CROSSING or (not item.get("personal", True) and item.get("tlp") == "clear"):
            return []
        return list(standing[self.direction if item.get("personal", True) else "non_personal"])


@cache
def scenarios() -> tuple[Scenario, ...]:
    """All scenarios, in the order of the files."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        content = tomllib.loads(path.read_text("utf-8"))
        for written in content.get("scenario", []):
            workstream = written["item"].get("workstream", content.get("workstream", ""))
            found.append(Scenario(path.name, written, workstream))
    return tuple(found)


def answer(sets: dict[str, PolicySet], request: dict[str, Any]) -> dict[str, Any]:
    """What `law decide` answers, by the function that it uses."""
    return verdicts.answer(sets, request, defaults=True)


def comparable(told: dict[str, Any]) -> dict[str, Any]:
    """Of an answer what a scenario states: all of it but the rules that were asked, which only a refusal names."""
    names = ("verdict", "approvals", "conditions", "caveats", "redactions")
    rules = {"rules": sorted(told["rules"])} if told["verdict"] == "refuse" else {}
    return {name: told[name] for name in names} | rules
