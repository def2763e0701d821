"""Where a pair stands, asked once for each body: most of it is "nothing", and each question of its own would cost as much."""

from __future__ import annotations

from typing import Final, NamedTuple

from countersign.ledger import sql
from countersign.ledger.core.names import witness_name
from countersign.link import batching, outbox
from countersign.link.models import LinkState, OutItem
from countersign.link.station import Station

_COSIGNED: Final = """
    coalesce((SELECT c.size FROM ledger_signedcheckpoint c JOIN ledger_cosignature g ON g.checkpoint_id = c.id
              WHERE c.log_id = %s AND g.witness = %s ORDER BY c.size DESC LIMIT 1), 0)
"""
_POSITION: Final = f"""
    SELECT {_COSIGNED}, {_COSIGNED},
        EXISTS ({batching.UNDER_WAY}),
        EXISTS (SELECT 1 FROM link_quarantine WHERE peer_id = %s),
        EXISTS (SELECT 1 FROM link_blob WHERE direction = 'in' AND peer_id = %s AND NOT complete),
        EXISTS ({batching.WAITING}), EXISTS ({outbox.UNSIGNED})
"""  # noqa: S608  (fixed words)


class Position(NamedTuple):
    """`cosigned_here`: the newest size of the peer's log that this node cosigned; `cosigned_there`: of its own log, the peer.
    `delivering`: batches wait for receipts; `quarantined`: bodies wait above a gap; `lacks_chunks`: of attachments to come;
    `waiting`: items wait for a batch; `unsigned`: leaves of the own log stand above its newest checkpoint."""

    cosigned_here: int
    cosigned_there: int
    delivering: bool
    quarantined: bool
    lacks_chunks: bool
    waiting: bool
    unsigned: bool


def position_of(station: Station, state: LinkState) -> Position:
    logs = state.mirror_id, witness_name(station.node), state.log_id, witness_name(state.peer.node)
    peer = state.peer_id
    row = sql.one(_POSITION, *logs, peer, peer, peer, peer, OutItem.RELEASED, state.log_id)
    assert row is not None
    return Position(row[0], row[1], *map(bool, row[2:]))
