"""The policies in force on a node: common rules, then its own state's, from the packs."""

from __future__ import annotations

from pathlib import Path

from countersign import packs as packs_package
from countersign.charter import packs
from countersign.charter.packs import StatePack
from countersign.law import sets
from countersign.law.policies import PolicySet

ATTRIBUTES = Path(packs_package.__path__[0]) / packs.COMMON / "law" / "attributes.toml"


def policies_of(pack: StatePack) -> PolicySet:
    """Common rules and the own state's; the vocabulary knows every loaded state."""
    return sets.compiled(
        tuple(packs.common_law_files()), tuple(pack.law_files()), tuple(sorted(packs.states())), ATTRIBUTES
    )
