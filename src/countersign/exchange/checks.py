"""Checks that upper rooms register and the gate asks: `exchange` knows the question, not who answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

PROTECTION_VALUES: Final = ("clear", "doubt", "hit", "not_run", "unavailable")


class ProtectionCheck(Protocol):
    """Asked for every personal item. Answers one of PROTECTION_VALUES and nothing else."""

    def __call__(self, content: Mapping[str, Any]) -> str: ...


@dataclass(frozen=True, slots=True)
class RiskFinding:
    """What the register of mistreatment assessments says: the level after mitigation, and whether that is documented."""

    level: str
    assessed: bool
    mitigation_documented: bool


NOT_ASSESSED: Final = RiskFinding("not_assessed", assessed=False, mitigation_documented=False)


class RiskCheck(Protocol):
    """Asked for every personal item: `item_id` of the draft, its content, the receiving state's code."""

    def __call__(self, item_id: str, content: Mapping[str, Any], recipient: str) -> RiskFinding: ...


class AdmissionCheck(Protocol):
    """Whether this received request was admitted, so that holdings may be searched for it."""

    def __call__(self, item_id: str) -> bool: ...


class AssuranceCheck(Protocol):
    """Conditions that assurances in force of this state meet in this case of the authority."""

    def __call__(self, case_ref: str, authority: str, state: str) -> frozenset[str]: ...


class FreezeCheck(Protocol):
    """Whether an own item is frozen at home, for a ground that is not told."""

    def __call__(self, item_id: str) -> bool: ...


_protection: list[ProtectionCheck] = []
_risk: list[RiskCheck] = []
_admission: list[AdmissionCheck] = []
_assurances: list[AssuranceCheck] = []
_freezes: list[FreezeCheck] = []


def register_protection(check: ProtectionCheck | None) -> None:
    """Install the protection check (None takes it away; then the answer is `not_run`)."""
    _protection[:] = [check] if check is not None else []


def register_risk(check: RiskCheck) -> None:
    _risk[:] = [check]


def register_admission(check: AdmissionCheck) -> None:
    _admission[:] = [check]


def register_assurances(check: AssuranceCheck) -> None:
    _assurances[:] = [check]


def register_freezes(check: FreezeCheck) -> None:
    _freezes[:] = [check]


def protection(content: Mapping[str, Any]) -> str:
    """The protection check's answer for this content; not_run without a register, and nothing but `clear` lets pass."""
    if not _protection:
        return "not_run"
    answer = _protection[0](content)
    return answer if answer in PROTECTION_VALUES else "unavailable"


def risk(item_id: str, content: Mapping[str, Any], recipient: str) -> RiskFinding:
    """The mistreatment finding; without a register nothing is assessed."""
    return _risk[0](item_id, content, recipient) if _risk else NOT_ASSESSED


def admitted(item_id: str) -> bool:
    """Without a register of admissions nothing is admitted."""
    return bool(_admission) and _admission[0](item_id)


def assurances(case_ref: str, authority: str, state: str) -> frozenset[str]:
    """Without a register nothing is assured."""
    return _assurances[0](case_ref, authority, state) if _assurances else frozenset()


def frozen(item_id: str) -> bool:
    return bool(_freezes) and _freezes[0](item_id)
