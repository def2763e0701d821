"""What a proposed item still waits for, kept beside it so that lists need not ask the gate for each row.

Codes only: `condition:…`, `redaction:…`, `approval:…`. It is a note for people; the gate never reads it. Of a held item
nothing is noted: the hold is neutral.
"""

from __future__ import annotations

from typing import Final

from countersign.exchange import approvals, contents, judging
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem
from countersign.law.decide import Decision

CONDITION, REDACTION, APPROVAL = "condition", "redaction", "approval"
_MEMBERS: Final = (("conditions", CONDITION), ("redactions", REDACTION), ("approvals", APPROVAL))


def of(decision: Decision) -> list[str]:
    """Codes of everything that the fired rules ask for and the facts lack."""
    if decision.allowed or decision.held:
        return []
    return [f"{word}:{code}" for member, word in _MEMBERS for code in sorted(decision.missing(member))]


def note(item: ExchangeItem, decision: Decision) -> None:
    """Keep the newest answer beside the item."""
    item.needs = of(decision)
    ExchangeItem.objects.filter(pk=item.pk).update(needs=item.needs)


def refresh(house: House, item: ExchangeItem) -> None:
    """Ask anew after a fact beside the item changed: an assessment, a record. Nothing is decided or logged by it."""
    if item.state == ExchangeItem.PROPOSED:
        note(item, judging.judge(house, item, contents.read(house, item), approvals.valid(item)))
