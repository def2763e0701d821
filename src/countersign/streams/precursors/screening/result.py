"""What screening says of a line: a verdict, the answer of each law on the line's date, flags, and the evidence of each layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

LISTED: Final = "listed"
REVIEW: Final = "review"
CLEAR: Final = "clear"
CAS_INVALID: Final = "cas_invalid"
HS_MISMATCH: Final = "hs_mismatch"


@dataclass(frozen=True, slots=True)
class Goods:
    """A declaration line, read and checked at the edge. `faults`: fields that could not be read and hide no substance."""

    id: str
    day: date
    description: str
    cas: str = ""
    hs_code: str = ""
    origin: str = ""
    destination: str = ""
    quantity: float | None = None
    unit: str = ""
    value_usd: float | None = None
    mode: str = ""
    faults: tuple[tuple[str, str], ...] = ()
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence: `code` of the sentence, the layer that found it, and what it speaks of."""

    code: str
    layer: str
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one line. `un`, `ca`, `in_`: the class on the day, or none."""

    id: str
    verdict: str
    un: str = "none"
    ca: str = "none"
    in_: str = "none"
    flags: tuple[str, ...] = ()
    substance: str | None = None
    others: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    layers_off: tuple[str, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id, "verdict": self.verdict, "un": self.un, "ca": self.ca, "in": self.in_, "flags": list(self.flags),
            "substance": self.substance,
            "reasons": [{"code": one.code, "layer": one.layer} | one.facts for one in self.reasons],
        } | ({"layers_off": list(self.layers_off)} if self.layers_off else {}) | (
            {"faults": [{"field": name, "reason": why} for name, why in self.faults]} if self.faults else {}
        )  # fmt: skip
