"""What the shell needs of its own node: the assembled house and the public root. The node registers who makes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from countersign.exchange.house import House
from countersign.kernel.errors import Unavailable
from countersign.ledger.core.statements import RootKey


@dataclass(frozen=True, slots=True)
class Premises:
    """The house that answers a request, the root under which evidence files are verified, and what to call when peers
    changed, so that the link port admits those that may speak now."""

    house: House
    own_root: RootKey
    peers_changed: Callable[[], None] = lambda: None


_maker: list[Callable[[], Premises]] = []


def register(maker: Callable[[], Premises] | None) -> None:
    """Install who makes the premises; asked at each request, so that it may keep or remake them."""
    _maker[:] = [maker] if maker is not None else []


def present() -> Premises:
    """The premises of this request. Raises Unavailable while the node is not assembled."""
    if not _maker:
        raise Unavailable("the node is not assembled yet.")
    return _maker[0]()


def house() -> House:
    return present().house
