"""Refusals of the exchange."""

from __future__ import annotations

from typing import Any, Final

from django.db.utils import DataError, IntegrityError

from countersign.kernel.errors import Conflict, CountersignError, IntegrityFault, InvalidInput, NotAllowed, NotFound
from countersign.law.decide import Decision

DATA_FAULTS: Final = (
    CountersignError,
    DataError,
    IntegrityError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
)
"""What content from elsewhere may provoke in a stream that reads or keeps it. A fault of the node itself, such as a database
that is away, is not among them."""


class KindUnknown(InvalidInput):
    code = "KIND_UNKNOWN"


class ContentInvalid(InvalidInput):
    """The content does not fit its kind's schema; `errors` lists every field with its reason."""

    code = "CONTENT_INVALID"

    def __init__(self, errors: list[dict[str, str]]) -> None:
        first = errors[0]
        more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"{first['reason']}{more}.", field=first["field"], errors=errors)


class ItemUnknown(NotFound):
    code = "ITEM_UNKNOWN"


class NotYours(NotAllowed):
    """The content belongs to another authority of the same state."""

    code = "OTHER_AUTHORITY"
    remedy = "Ask that authority; passing an item on at home is a gated act (Route)."


class NotNamed(NotAllowed):
    """The sender named who reads the item (TLP:RED), and this officer is not among them."""

    code = "NOT_NAMED"
    remedy = "The head of your authority says which officer a name means; for another reader the sender sends it anew."


class AlreadyDecided(Conflict):
    code = "ALREADY_DECIDED"


class NotOnDuty(NotAllowed):
    code = "NOT_ON_DUTY"
    remedy = (
        "Call the officer on duty; an executive sets the roster. What is no threat to life goes as an urgent request."
    )


class ApprovalRefused(NotAllowed):
    code = "APPROVAL_REFUSED"


HELD: Final = {
    "rule": "HELD",
    "citation": "Project rule",
    "why": "The item is held.",
    "remedy": "Nothing is to be done; a hold ends by itself.",
}


class GateRefused(NotAllowed):
    """The release gate said no: every fired rule with its citation and its remedy."""

    code = "GATE_REFUSED"

    def __init__(self, decision: Decision) -> None:
        # A hold is never told: the same words whatever the protection check answered (protocol section 7).
        fired = [rule for rule in decision.fired if rule.effect != "hold"]
        rules = [{"rule": r.id, "citation": r.citation, "why": r.statement, "remedy": r.remedy} for r in fired] or [
            HELD
        ]
        first = rules[0]
        super().__init__(
            f"{first['rule']}: {first['why']} ({first['citation']})",
            remedy=first["remedy"],
            rules=rules,
            errors=list(decision.errors),
        )
        self.decision = decision

    def diagnostics(self) -> dict[str, Any]:
        return super().diagnostics() | {"policy_version": self.decision.version}


class AlreadyAnswered(Conflict):
    """The request, or that person's part of it, has its answer. A correction is another kind of item."""

    code = "ALREADY_ANSWERED"


class StandingRefused(NotAllowed):
    """No standing authorisation may cover, or covers, this."""

    code = "STANDING_REFUSED"
    remedy = "Propose the item, and let two people approve it."


class SearchRefused(NotAllowed):
    code = "SEARCH_REFUSED"
    remedy = "Have the request admitted first, or search in the name of an own case."


class ReplayMismatch(IntegrityFault):
    """A stored decision does not replay to itself, or its record is not what its leaf commits to."""

    code = "REPLAY_MISMATCH"
