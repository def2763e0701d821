"""Assembles the node from its home: provider, marks, station, pack, policies, and the protection check."""

from __future__ import annotations

from functools import lru_cache

from countersign.charter import packs
from countersign.charter.packs import StatePack
from countersign.charter.providers import FileProvider
from countersign.exchange import checks, duty
from countersign.exchange.decisions import REVIEW_KEY
from countersign.exchange.house import House
from countersign.kernel.errors import CountersignError
from countersign.ledger.marks import Marks
from countersign.link.station import OUTBOX_KEY, Station
from countersign.node import pager, waking
from countersign.node.home import Home
from countersign.node.policies import policies_of
from countersign.oversight import admission, assurances, late, risk
from countersign.oversight.protection import ProtectionGate, read_key
from countersign.web.premises import Premises

__all__ = ["assemble", "key_encryption_keys", "policies_of", "premises_of", "station_of"]

PROTECTION_KEY = "protection-register.key"


@lru_cache(maxsize=4)
def assemble(home: Home) -> House:
    """The house of this home; built once a process."""
    pack = packs.state(home.state)
    _register_checks(home)
    return House(
        station=station_of(home, pack),
        pack=pack,
        policies=policies_of(pack),
        neutral_seconds=home.neutral_seconds,
        demonstration=home.demonstration,
    )


@lru_cache(maxsize=4)
def premises_of(home: Home) -> Premises:
    """The house with the public root, as the shell needs them; built once a process."""
    from countersign.node import pins
    from countersign.node.ceremonies import own_root

    house = assemble(home)

    def peers_changed() -> None:
        pins.refresh(home, house.station)

    return Premises(house, own_root(home), peers_changed)


def station_of(home: Home, pack: StatePack) -> Station:
    return Station(
        node=home.node,
        state_code=home.state,
        provider=FileProvider(home.keys),
        marks=Marks(home.marks),
        folder=home.folder,
        authorities=frozenset(pack.authorities),
        spoc=pack.spoc().code,
        wake=lambda: waking.wake(home),
    )


def key_encryption_keys(pack: StatePack) -> list[str]:
    """Names of all key-encryption keys of a node: one an authority, the outbox's and the reviewer's."""
    return [*sorted(pack.authorities), OUTBOX_KEY, REVIEW_KEY]


def _register_checks(home: Home) -> None:
    """What oversight answers when the gate asks. Without a readable key the protection check is not installed, and the gate
    holds every personal item."""
    checks.register_risk(risk.finding)
    checks.register_admission(admission.is_admitted)
    checks.register_assurances(assurances.in_force)
    checks.register_freezes(late.is_frozen)
    duty.register_pager(pager.of(home.pager))
    try:
        checks.register_protection(ProtectionGate(read_key(home.keys / PROTECTION_KEY)))
    except (OSError, CountersignError):
        checks.register_protection(None)
