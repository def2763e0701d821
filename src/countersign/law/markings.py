"""Markings as separate fields: national level, TLP, PAP and handling code. Joined by the strictest, never mapped down.

Levels, orders and texts are data of the packs; TLP says who may read, PAP what may be done, the handling code what use is
allowed, the level how to protect. None of them ever lowers another.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from countersign.charter import packs
from countersign.charter.packs import Marking
from countersign.law.errors import MarkingRefused

HIGHEST: Final = "L5"


@dataclass(frozen=True, slots=True)
class Scales:
    """The orders common to all states, mildest first."""

    moves: Mapping[str, bool]
    tlp: tuple[str, ...]
    pap: tuple[str, ...]
    handling: tuple[str, ...]
    handling_texts: Mapping[str, str]
    admiralty_source: Mapping[str, str]
    admiralty_information: Mapping[str, str]


def load(path: Path) -> Scales:
    """Read markings.toml."""
    content = tomllib.loads(path.read_text("utf-8"))
    handling = content["handling"]
    return Scales(
        moves={level: entry["moves"] for level, entry in content["levels"].items()},
        tlp=tuple(content["tlp"]["order"]),
        pap=tuple(content["pap"]["order"]),
        handling=tuple(handling["order"]),
        handling_texts={code: handling[code] for code in handling["order"]},
        admiralty_source=content["admiralty"]["source"],
        admiralty_information=content["admiralty"]["information"],
    )


@lru_cache(maxsize=1)
def scales() -> Scales:
    """The scales of the shipped packs."""
    return load(packs.common_folder() / "markings.toml")


def named(markings: Mapping[str, Marking], name: str) -> Marking:
    """The national marking of this name. Raises MarkingRefused: what is not known cannot be protected."""
    try:
        return markings[name]
    except KeyError:
        raise MarkingRefused(
            f"no marking of this state is called {name!r}.",
            field="marking.level",
            remedy=f"One of: {', '.join(markings)}.",
        ) from None


def require_movable(marking: Marking, known: Scales, agreed: frozenset[str] = frozenset()) -> None:
    """Refuse a classified level in code, unless a security agreement of both nodes has it among the `agreed`: no rule and no
    person can release it otherwise, and the highest level never."""
    if not known.moves.get(marking.level, False) and (marking.level not in agreed or marking.level == HIGHEST):
        raise MarkingRefused(
            f"{marking.name} ({marking.level}) does not move on this system: no security agreement of both nodes is registered.",
            field="marking.level",
        )


def equivalent(marking: Marking, others: Mapping[str, Marking]) -> Marking:
    """The other state's marking of the same level; where there is none, the next higher. Never a lower one."""
    fitting = [other for other in others.values() if other.level >= marking.level]
    if not fitting:
        raise MarkingRefused(f"the other state has no marking as strict as {marking.name}.", field="marking.level")
    return min(fitting, key=lambda other: other.level)


def strictest(order: tuple[str, ...], *values: str) -> str:
    """The strictest of values of one scale."""
    return max(values, key=order.index)


def four_by_four(grade: str) -> tuple[str, str]:
    """The 4x4 grades of an Admiralty grade, such as B2: (source, information). Lossy; the grade itself travels beside them."""
    known = scales()
    return known.admiralty_source[grade[0]], known.admiralty_information[grade[1]]
