"""Decisions stored and logged: a row to replay from, and a leaf of the decisions log that shows only what it must."""

from __future__ import annotations

import secrets
from typing import Any

from countersign.exchange import walls
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem, GateDecision, PolicyVersion
from countersign.kernel import cbor, clock, hashing, jcs
from countersign.kernel.ids import new_id
from countersign.law.decide import Decision
from countersign.ledger import services as ledger
from countersign.ledger.core import leaves, merkle
from countersign.ledger.core.names import decisions_origin
from countersign.ledger.models import Log

REVIEW_KEY = "review"
"""The key-encryption key of decision records; only the reviewer's tools use it."""
_CONTEXT = "countersign/v1/decision-record"


def record_decision(
    house: House,
    item: ExchangeItem | None,
    decision: Decision,
    *,
    standing: str = "",
    facts: dict[str, Any] | None = None,
) -> GateDecision:
    """Store a decision of the gate and append its leaf, in the caller's transaction (decisions log before others).

    `standing`: the standing authorisation under which it was made. `facts`: codes and ids beside the law's own.
    """
    keep_policies(house)
    return _record(
        house,
        item,
        action=decision.action,
        allowed=decision.allowed,
        version=decision.version,
        record=decision.as_record()
        | ({"standing": standing} if standing else {})
        | ({"beside": facts} if facts else {}),
    )


def record_act(house: House, item: ExchangeItem | None, *, act: str, facts: dict[str, Any]) -> GateDecision:
    """Store and log an act of a person or of the node that is no decision of the gate. `facts` hold codes and ids."""
    return _record(house, item, action=act, allowed=True, version=house.policies.version, record={"act": act} | facts)


def keep_policies(house: House) -> None:
    """Keep the texts that decide, once a version: a decision is replayed with the policies of its day."""
    policies = house.policies
    PolicyVersion.objects.get_or_create(
        version=policies.version,
        defaults={"texts": policies.texts, "vocabulary": policies.vocabulary.as_json(), "first_used": clock.now()},
    )


def decision_commitment(salt: bytes, record: dict[str, Any]) -> bytes:
    """The salted commitment to a record, as it stands in the leaf; a reviewer recomputes it to replay."""
    return hashing.digest(_CONTEXT, salt, jcs.canonical(record))


def read_record(house: House, decision: GateDecision) -> dict[str, Any]:
    """The record of a decision, checked against its leaf's commitment by the caller. For reviewers."""
    data = walls.unlock(house.station, authority=REVIEW_KEY, item=decision.id, locked=bytes(decision.record))
    record: dict[str, Any] = jcs.parse_canonical(data)
    return record


def _record(
    house: House, item: ExchangeItem | None, *, action: str, allowed: bool, version: str, record: dict[str, Any]
) -> GateDecision:
    salt, at = secrets.token_bytes(32), clock.now()
    whole = record | {"item": item.id if item else "", "content_digest": bytes(item.digest).hex() if item else ""}
    leaf = cbor.encode(
        [
            "decision",
            1,
            leaves.fresh_nonce(),
            action,
            allowed,
            version,
            int(at.timestamp()),
            decision_commitment(salt, whole),
        ]
    )
    log = ledger.lock(ledger.open_log(decisions_origin(house.station.node), kind=Log.DECISIONS))
    index = ledger.append(log, [leaf])
    name = new_id("dec")
    return GateDecision.objects.create(
        id=name,
        item=item,
        action=action,
        allowed=allowed,
        version=version,
        record=walls.lock(house.station, authority=REVIEW_KEY, item=name, content=jcs.canonical(whole)),
        salt=salt,
        leaf_index=index,
        leaf_hash=merkle.leaf_hash(leaf),
        at=at,
    )
