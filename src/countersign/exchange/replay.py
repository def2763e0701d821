"""A reviewer replays a decision: the record opened, checked against its leaf, and decided again with the texts of its day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import decisions
from countersign.exchange.errors import ReplayMismatch
from countersign.exchange.house import House
from countersign.exchange.models import GateDecision, PolicyVersion
from countersign.kernel import cbor
from countersign.kernel.errors import InvalidInput, NotFound
from countersign.law import beside, policies, vocabulary
from countersign.law import decide as law
from countersign.ledger import queries as ledger
from countersign.ledger.core import merkle
from countersign.ledger.core.names import decisions_origin
from countersign.ledger.models import Log


@dataclass(frozen=True, slots=True)
class Replay:
    """A decision found to be what was recorded: its record, and the rules that fired again."""

    decision: GateDecision
    record: dict[str, Any]
    again: law.Decision


def of_item(officer: Officer, item_id: str) -> list[GateDecision]:
    """All decisions on an item, oldest first, for a reviewer of this node."""
    require_role(officer, "reviewer")
    return list(GateDecision.objects.filter(item_id=item_id).order_by("leaf_index"))


def replay(house: House, officer: Officer, name: str) -> Replay:
    """Replay one decision of the gate. Raises ReplayMismatch where record, leaf or outcome do not agree."""
    require_role(officer, "reviewer")
    row = GateDecision.objects.filter(id=name).first()
    if row is None:
        raise NotFound("no decision has this reference.", field="decision")
    record = decisions.read_record(house, row)
    _check_leaf(house, row, record)
    if "facts" not in record:
        raise InvalidInput("this is the record of an act, not of a decision of the gate.", field="decision")
    again = law.decide(
        _policies(row.version), action=row.action, principal="replay", resource="replay", facts=record["facts"]
    )
    if not _same(again, allowed=row.allowed, fired=[rule["id"] for rule in record["fired"]]):
        raise ReplayMismatch("the decision does not come out as it was recorded.", field="decision")
    with transaction.atomic():
        decisions.record_act(house, row.item, act="review.replay", facts={"officer": officer.id, "decision": row.id})
    return Replay(row, record, again)


def _same(again: law.Decision, *, allowed: bool, fired: list[str]) -> bool:
    """The policies say today what they said then; a no of the node itself (`law.beside`) stood before them or not."""
    by_policy = [name for name in fired if name not in beside.RULES]
    found = [rule.id for rule in again.fired]
    if len(by_policy) == len(fired):
        return (again.allowed, found) == (allowed, fired)
    return not allowed and by_policy == ([] if again.allowed else found)


def _policies(version: str) -> policies.PolicySet:
    """The policy set of that day, compiled from the texts that were kept with it."""
    kept = PolicyVersion.objects.filter(version=version).first()
    if kept is None:
        raise NotFound("the policy texts of that day are not kept here.", field="version")
    found = policies.compile_texts(kept.texts, vocabulary.from_json(kept.vocabulary))
    if found.version != version:
        raise ReplayMismatch("the kept policy texts are not those of that version.", field="version")
    return found


def _check_leaf(house: House, row: GateDecision, record: dict[str, Any]) -> None:
    """The leaf in the decisions log commits to exactly this record."""
    log = Log.objects.get(origin=decisions_origin(house.station.node))
    data = ledger.leaf(log, row.leaf_index)
    commitment = decisions.decision_commitment(bytes(row.salt), record)
    if merkle.leaf_hash(data) != bytes(row.leaf_hash) or cbor.decode(data)[-1] != commitment:
        raise ReplayMismatch("the leaf of the decisions log does not commit to this record.", field="decision")
