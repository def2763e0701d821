"""Checks that upper rooms register and the gate asks: `exchange` knows the question, not who answers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

PROTECTION_VALUES: Final = ("clear", "doubt", "hit", "not_run", "unavailable")


class ProtectionCheck(Protocol):
    """Asked for every personal item. Answers one of PROTECTION_VALUES and nothing else."""

    def __call__(self, content: Mapping[str, Any]) -> str: ...


_installed: dict[str, ProtectionCheck] = {}


def register_protection(check: ProtectionCheck | None) -> None:
    """Install the protection check (None takes it away; then the answer is `not_run`)."""
    _installed.clear()
    if check is not None:
        _installed["protection"] = check


def protection(content: Mapping[str, Any]) -> str:
    """The protection check's answer for this content; not_run without a register, and nothing but `clear` lets pass."""
    if "protection" not in _installed:
        return "not_run"
    answer = _installed["protection"](content)
    return answer if answer in PROTECTION_VALUES else "unavailable"
