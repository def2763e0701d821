"""Helpers of the link's tests: release opaque items and carry bodies between two nodes without a network."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction

from countersign.link import batching, mirror, outbox, sync
from countersign.link.models import InItem, LinkState, OutItem
from countersign.link.outbox import Outgoing


def release(pair: Any, node: Any, count: int = 1, *, purpose: str = "normal", size: int = 100) -> list[OutItem]:
    """Release `count` opaque items from `node` to the other."""
    with node.active():
        peer = pair.peer_of(node)
        made = []
        for number in range(count):
            outgoing = Outgoing(
                authority=pair.other(node).house.pack.spoc().code,
                parts={"id": f"n{number}".encode(), "/text": secrets.token_bytes(size)},
                salt=secrets.token_bytes(32),
                purpose=purpose,
            )
            with transaction.atomic():
                made.append(outbox.enqueue(node.house.station, peer, outgoing, decision_leaf_hash=b"d" * 32))
        return made


def state_of(pair: Any, node: Any) -> LinkState:
    return outbox.open_link(node.house.station, pair.peer_of(node))


def request(pair: Any, node: Any, *, wanted: Any = None) -> tuple[bytes, bytes]:
    """Cut, sign and seal what `node` has to say; return the wire bytes and the value the answer must carry."""
    with node.active():
        state = state_of(pair, node)
        if not state.restoring:
            batching.cut_batch(node.house.station, state)
            outbox.sign_head(node.house.station, state)
        mine = secrets.token_bytes(48)
        body = sync.build(node.house.station, state, fresh=b"f" * 48, reply_fresh=mine, wanted=wanted)
        return sync.seal(node.house.station, state, body), mine


def deliver(pair: Any, receiver: Any, wire: bytes) -> bytes:
    """Hand wire bytes to `receiver` as its server would; return the sealed answer."""
    with receiver.active():
        state, body = sync.open_(receiver.house.station, wire)
        return sync.answer(receiver.house.station, state, body)


def accept(pair: Any, node: Any, answer: bytes) -> Any:
    """Apply an answer at the caller; return its body."""
    with node.active():
        _, reply = sync.open_(node.house.station, answer)
        sync.apply(node.house.station, state_of(pair, node), reply, role="reply")
        return reply


def round_trip(pair: Any, node: Any, *, wanted: Any = None) -> Any:
    wire, _ = request(pair, node, wanted=wanted)
    return accept(pair, node, deliver(pair, pair.other(node), wire))


def settle(pair: Any, node: Any, rounds: int = 30) -> int:
    """Rounds until neither side has anything left to say."""
    from countersign.link.courier import has_work

    wanted = None
    for done in range(rounds):
        for each in (pair.ca, pair.in_):
            with each.active():
                mirror.cosign(each.house.station, state_of(pair, each))
        with node.active():
            mine = has_work(node.house.station, state_of(pair, node))
        with pair.other(node).active():
            theirs = has_work(pair.other(node).house.station, state_of(pair, pair.other(node)))
        if not mine and not theirs and not wanted:
            return done
        reply = round_trip(pair, node, wanted=wanted)
        wanted = reply.cursors if reply.cursors.wants else None
    raise AssertionError("the pair does not become quiet")


def stored(pair: Any, node: Any) -> list[tuple[int, int]]:
    """(epoch, sequence) of what `node` has stored."""
    with node.active():
        return sorted(InItem.objects.filter(state=InItem.STORED).values_list("epoch", "sequence"))


def delivered(pair: Any, node: Any) -> int:
    with node.active():
        return OutItem.objects.filter(state=OutItem.STORED).count()
