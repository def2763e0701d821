"""What the exchange needs of its own node: the link's station, the own pack and the policies in force."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.charter.packs import StatePack
from countersign.law.policies import PolicySet
from countersign.link.station import Station


@dataclass(frozen=True, slots=True)
class House:
    """`neutral_seconds`: a fixed window after arrival in which neutral answers leave, instead of the request's clock.
    `demonstration`: rules that no counsel has confirmed may decide, for nothing here is real."""

    station: Station
    pack: StatePack
    policies: PolicySet
    neutral_seconds: tuple[int, int] | None = None
    demonstration: bool = False
