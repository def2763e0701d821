"""The engine made ready once for a state of the lists, with the structure layer where it can run."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from typing import TYPE_CHECKING

from countersign.kernel.errors import Unavailable
from countersign.streams.precursors.screening.lists import Lists, Substance

if TYPE_CHECKING:
    from countersign.streams.precursors.screening.added import Added
    from countersign.streams.precursors.screening.engine import Engine
    from countersign.streams.precursors.screening.structure import Structures

NEEDED = ("ahocorasick_rs", "rapidfuzz")


class StreamExtraMissing(Unavailable):
    """The packages of the stream are not installed."""

    code = "STREAM_EXTRA_MISSING"
    remedy = "Install them into the Python that runs countersign: pip install 'countersign-node[precursors]'."


def is_there(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def require(*packages: str) -> None:
    """Raise StreamExtraMissing where one of these cannot be imported."""
    missing = [name for name in packages if not is_there(name)]
    if missing:
        raise StreamExtraMissing(f"this needs {', '.join(missing)}.")


_MADE: list[tuple[Lists, Engine | Added]] = []
"""The lists last asked for, with their engine."""


def engine(known: Lists) -> Engine | Added:
    """Raises StreamExtraMissing. Names and structures are loaded once a process; the lists may change."""
    require(*NEEDED)
    if not _MADE or _MADE[0][0] is not known:
        _MADE[:] = [(known, _made(known))]
    return _MADE[0][1]


def _made(known: Lists) -> Engine | Added:
    from countersign.streams.precursors.screening import names, words
    from countersign.streams.precursors.screening.added import Added
    from countersign.streams.precursors.screening.engine import Engine

    shipped = known.part(brought=False)
    base = Engine(shipped, names.shipped(), words.shipped(), _structures(tuple(shipped.substances.values())))
    if not known.names:
        return base
    more = known.part(brought=True)
    seen = _structures(tuple(more.substances.values()), classes=False)
    return Added(base, Engine(more, names.of(more.names), words.shipped(), seen))


@lru_cache(maxsize=4)
def _structures(substances: tuple[Substance, ...], *, classes: bool = True) -> Structures | None:
    """For these substances; the helper that reads names stays warm."""
    from countersign.streams.precursors.screening import structure

    return structure.of(substances, classes=classes)
