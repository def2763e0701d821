"""A round of the courier: what it relies on toward a peer is not older than that peer's turn."""

from __future__ import annotations

from types import SimpleNamespace

from countersign.charter.errors import PeerSuspended
from countersign.link import courier as couriers
from countersign.link.courier import Courier


def _state(node, key, read_at):
    return SimpleNamespace(peer=SimpleNamespace(pk=key, node=node), read_at=read_at)


def _round(monkeypatch, link_with):
    carried, backed_off, ends = [], [], iter([False, True])
    states = [_state("in.example", 1, "begin"), _state("uk.example", 2, "begin")]
    monkeypatch.setattr(couriers.outbox, "active_links", lambda _: states)
    monkeypatch.setattr(couriers.outbox, "link_with", link_with)
    monkeypatch.setattr(couriers, "close_old_connections", lambda: None)
    monkeypatch.setattr(Courier, "_carry", lambda _, state: bool(carried.append((state.peer.node, state.read_at))))
    monkeypatch.setattr(Courier, "_look_after", lambda *_: False)
    monkeypatch.setattr(Courier, "_back_off", lambda _, peer, error: backed_off.append((peer.node, error.code)))
    Courier(None, connect=None, wait=lambda _: False).run(until=lambda: next(ends))
    return carried, backed_off


def test_the_second_peers_link_is_read_when_its_turn_comes(monkeypatch):
    carried, _ = _round(monkeypatch, lambda _, node: _state(node, 2, "its turn"))
    assert carried == [("in.example", "begin"), ("uk.example", "its turn")]


def test_a_peer_that_was_suspended_during_the_round_is_not_spoken_with(monkeypatch):
    def suspended(_, node):
        raise PeerSuspended(f"{node} is suspended.", field="peer")

    carried, backed_off = _round(monkeypatch, suspended)
    assert carried == [("in.example", "begin")]
    assert backed_off == [("uk.example", "PEER_SUSPENDED")]
