"""Evidence files for an item, built from the own log and the mirror (CS-PR-03)."""

from __future__ import annotations

from countersign.charter import keyring, peering
from countersign.charter.models import OwnKey, Peer
from countersign.exchange import contents, parts
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem
from countersign.kernel import cbor
from countersign.kernel.errors import Conflict, NotFound
from countersign.ledger import queries
from countersign.ledger.core import commitments, evidence, statements, tlogproof
from countersign.ledger.core.evidence import Proven
from countersign.ledger.core.names import witness_name
from countersign.ledger.core.statements import RootKey, SignedStatement
from countersign.ledger.models import Log
from countersign.link import arrivals, outbox
from countersign.link.models import InItem, LinkState, OutItem
from countersign.link.sealing import SealedText

ALL = "all"


def build(house: House, item: ExchangeItem, own_root: RootKey, *, shown: frozenset[str] = frozenset()) -> bytes:
    """An evidence file for a released or received item. `shown`: names of parts to open, or {"all"}.

    Raises Conflict where the item has no signed leaf yet, NotFound for a part that the item does not have.
    """
    state = outbox.open_link(house.station, item.peer)
    if item.released is not None:
        proven, receipts = _sent(house, state, item.released)
    elif item.arrived is not None:
        proven, receipts = _received(house, state, item.arrived)
    else:
        raise Conflict("the item was not released: there is nothing to prove.", field="item")
    return evidence.build(
        roots=[own_root, peering.root_key(item.peer)],
        statements_=_own_statements() + _peer_statements(item.peer),
        item=proven,
        receipts=receipts,
        opening=_opening(house, item, shown) if shown else None,
    )


def _sent(house: House, state: LinkState, sent: OutItem) -> tuple[Proven, list[Proven]]:
    peer, own = witness_name(state.peer.node), witness_name(house.station.node)
    proven = _prove(state.log, sent.leaf_index, witness=peer)
    indexes = (sent.stored_index, sent.handled_index)
    return proven, [_prove(state.mirror, index, witness=own) for index in indexes if index is not None]


def _received(house: House, state: LinkState, arrived: InItem) -> tuple[Proven, list[Proven]]:
    peer, own = witness_name(state.peer.node), witness_name(house.station.node)
    proven = _prove(state.mirror, arrived.leaf_index, witness=own)
    indexes = (arrived.receipt_index, arrived.handled_index)
    return proven, [_prove(state.log, index, witness=peer) for index in indexes if index is not None]


def _prove(log: Log, index: int, *, witness: str) -> Proven:
    """The leaf under the earliest cosigned checkpoint that covers it, or else under any signed one."""
    cosigned = queries.cosigned_covering(log, index, witness)
    row = cosigned.checkpoint if cosigned else queries.next_checkpoint(log, above=index)
    if row is None:
        raise Conflict(
            "no signed checkpoint covers the leaf yet.",
            field="item",
            remedy="Wait for the courier, or run `countersign sync`.",
        )
    proof = tlogproof.render(index, queries.inclusion_proof(log, index, row.size), queries.note_of(row))
    return Proven(queries.leaf(log, index), proof, cosigned.lines if cosigned else "")


def _own_statements() -> list[SignedStatement]:
    found = []
    for key in OwnKey.objects.filter(role__in=(statements.LOG, statements.WITNESS)):
        found.append(keyring.statement_of(key))
        if key.revocation:
            found.append(statements.from_list(cbor.decode(bytes(key.revocation))))
    return found


def _peer_statements(peer: Peer) -> list[SignedStatement]:
    found = []
    for role in (statements.LOG, statements.WITNESS):
        for key in peering.keys_of(peer, role):
            found.append(statements.from_list(cbor.decode(bytes(key.statement))))
            if key.revocation:
                found.append(statements.from_list(cbor.decode(bytes(key.revocation))))
    return found


def _opening(house: House, item: ExchangeItem, shown: frozenset[str]) -> list[list[object]]:
    text = sealed_text(house, item)
    named = text.committed_parts()
    chosen = frozenset(named) if ALL in shown else shown
    if missing := chosen - set(named):
        raise NotFound("the item has no such part.", field=min(missing), remedy=f"It has: {', '.join(sorted(named))}.")
    return commitments.open_parts(text.salt, text.identity, named, chosen)


def sealed_text(house: House, item: ExchangeItem) -> SealedText:
    """The sealed text of an item, as received or rebuilt from the own kept content."""
    if item.arrived is not None:
        return arrivals.open_text(house.station, item.arrived)
    kept, sent = contents.read(house, item), item.released
    if sent is None:
        raise Conflict("the item was not released.", field="item")
    identity = outbox.identity_of(house.station, sent)
    return SealedText(
        identity,
        item.peer.node,
        kept.content.get("to_authority", ""),
        kept.salt,
        parts.split(item.id, kept.content),
        kept.blobs,
    )
