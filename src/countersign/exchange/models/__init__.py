"""State of the exchange, by what it is about."""

from __future__ import annotations

from countersign.exchange.models.assistance import Assistance
from countersign.exchange.models.calling import DutyPage, DutyTurn, Escalation, LifeLane, RecallDue
from countersign.exchange.models.deciding import (
    Approval,
    GateDecision,
    LawAdoption,
    PolicyVersion,
    StandingAuthorisation,
    StandingSignature,
)
from countersign.exchange.models.items import (
    AnswerSlot,
    Case,
    ClockPause,
    ExchangeItem,
    NamedReader,
    Permission,
    Reading,
    Record,
    SearchToken,
)

__all__ = (
    "AnswerSlot",
    "Approval",
    "Assistance",
    "Case",
    "ClockPause",
    "DutyPage",
    "DutyTurn",
    "Escalation",
    "ExchangeItem",
    "GateDecision",
    "LawAdoption",
    "LifeLane",
    "NamedReader",
    "Permission",
    "PolicyVersion",
    "Reading",
    "RecallDue",
    "Record",
    "SearchToken",
    "StandingAuthorisation",
    "StandingSignature",
)
