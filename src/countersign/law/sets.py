"""The policy set in force on this node: common rules, then each state's own, compiled once a process."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from countersign.law import policies, vocabulary
from countersign.law.policies import PolicySet


@lru_cache(maxsize=4)
def compiled(common: tuple[Path, ...], own: tuple[Path, ...], states: tuple[str, ...], attributes: Path) -> PolicySet:
    """Compile the named files with the vocabulary of `attributes` and the given states."""
    words = vocabulary.load(attributes, states=states)
    return policies.compile_files([*common, *own], words)
