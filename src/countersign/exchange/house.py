"""What the exchange needs of its own node: the link's station, the own pack and the policies in force."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.charter.packs import StatePack
from countersign.law.policies import PolicySet
from countersign.link.station import Station


@dataclass(frozen=True, slots=True)
class House:
    station: Station
    pack: StatePack
    policies: PolicySet
