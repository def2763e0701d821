"""Schemas of the kinds of this room, version 1. Streams bring their own."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from countersign.exchange.fields import (
    Addressed,
    Answering,
    Attachment,
    Code,
    Day,
    Evaluation,
    ForDesk,
    ItemId,
    Line,
    Offence,
    Purpose,
    StateCode,
    Strict,
    Subject,
    Text,
    Version,
)

NEUTRAL: Final = "NO_RELEASABLE_INFORMATION"
REFUSAL_GROUNDS: Final = {
    "NOT_HELD": "Nothing is held. Ask another authority, or with further particulars.",
    "NOT_COMPETENT": "This authority is not competent. Address the request to the one that is.",
    "NO_PREDICATE": "State the offence that is investigated.",
    "DISPROPORTIONATE": "Ask for less, about fewer persons or a shorter time.",
    "NEEDS_JUDICIAL": "Ask your central authority to request mutual legal assistance: a court must authorise this.",
    "ONGOING_INVESTIGATION": "Ask again later; assistance now would interfere with an investigation here.",
    "SOVEREIGNTY_SECURITY_PUBLIC_ORDER": "No remedy on this channel; the central authorities may consult.",
    "SAFETY_OF_PERSON": "No remedy on this channel.",
    "NEUTRALITY": "Show the ordinary-law offence and its facts apart from any political, military or religious matter.",
    "MISTREATMENT_RISK": "Offer assurances through the diplomatic channel.",
    "ASSURANCE_REQUIRED": "Give the assurance that is asked for, in writing, by the competent authority.",
    "ORIGINATOR_CONSENT": "Wait for the consent of the owner of the information, or ask the owner.",
    "MINOR_OFFENCE": "Use this channel for offences of some weight.",
    "DEFECTIVE_REQUEST": "Complete the request and send it again.",
    "BUDGET_EXCEEDED": "Wait for the next period, or have the plan amended.",
    "ACCREDITATION": "Have the officer accredited first.",
    "SUSPENDED": "The channel is suspended; use the route agreed for that.",
    NEUTRAL: "Nothing more is said, and nothing can be read into it.",
}
"""Coded grounds of refusal, each with what would make the request answerable (reference: the shared code list)."""

Subjects = Annotated[list[Subject], Field(max_length=50)]
Attachments = Annotated[list[Attachment], Field(max_length=20)]


class RequestInformation(Addressed):
    kind: Literal["request.information"]
    offence: Offence
    legal_basis: Code
    urgency: Literal["routine", "urgent"]
    necessity: Text
    question: Text
    evaluation: Evaluation | None = None
    subjects: Subjects = []
    attachments: Attachments = []


class Reply(Answering):
    kind: Literal["reply"]
    necessity: Text
    text: Text
    evaluation: Evaluation | None = None
    offence: Offence | None = None
    subjects: Subjects = []
    attachments: Attachments = []


class ReplyInterim(Answering):
    """A holding answer of codes alone. With `judicial_authority` it is the notice that pauses the clock until a date."""

    kind: Literal["reply.interim"]
    reason: Literal["in_hand", "consulting", "needs_translation", "needs_judicial_authority"]
    expected_on: Day
    judicial_authority: Code | None = None

    @model_validator(mode="after")
    def _notice(self) -> ReplyInterim:
        if (self.reason == "needs_judicial_authority") != (self.judicial_authority is not None):
            raise ValueError("a notice that a judge must authorise names the authority, and only such a notice does")
        return self


class Refusal(Answering):
    """A coded refusal. About a natural person the one negative answer is the neutral one; NOT_HELD would tell."""

    kind: Literal["refusal"]
    ground: Literal[tuple(REFUSAL_GROUNDS)]  # type: ignore[valid-type]  # the keys above are the list
    about_natural_person: bool
    explanation: Text | None = None
    necessity: Text | None = None

    @model_validator(mode="after")
    def _neutral(self) -> Refusal:
        if self.about_natural_person and self.ground == "NOT_HELD":
            raise ValueError(f"NOT_HELD tells what is held about a person; use {NEUTRAL}")
        if self.ground == NEUTRAL and self.explanation is not None:
            raise ValueError("the neutral answer carries no explanation: any word would tell cases apart")
        if (self.explanation is None) != (self.necessity is None):
            raise ValueError("an explanation says in `necessity` why it is given, and codes alone say nothing")
        return self


class Spontaneous(Addressed):
    """Information sent unasked."""

    kind: Literal["spontaneous"]
    offence: Offence
    urgency: Literal["routine", "urgent"]
    necessity: Text
    text: Text
    evaluation: Evaluation
    subjects: Subjects = []
    attachments: Attachments = []


class FlashThreatToLife(ForDesk):
    """A threat to somebody's life, in seven fields that none may lack: who, what, where, when, how well known, why you, and
    whom to call back. `act`: ask the other state to do something, or warn it."""

    kind: Literal["flash.threat_to_life"]
    act: Literal["ask", "warn"]
    threatened: Line
    threat: Text
    place: Line
    expected: Line
    evaluation: Evaluation
    necessity: Text
    call_back: Line
    offence: Offence
    legal_basis: Code
    subjects: Subjects = []
    attachments: Attachments = []


class Note(Addressed):
    """A message between officers who know each other; it passes the gate like everything else."""

    kind: Literal["note"]
    necessity: Text
    text: Text


class FeedbackOutcome(Answering):
    """What became of information that was received, in codes."""

    kind: Literal["feedback.outcome"]
    outcome: Literal["useful", "known_before", "not_useful", "led_to_arrest", "led_to_seizure", "led_to_prevention"]
    timely: bool


class Permission(Addressed):
    """The originator's control as a message: ask to go beyond what an item allows, or grant or deny that."""

    act: Literal["ask", "grant", "deny"]
    item: ItemId
    answers: ItemId | None = None
    recipient_state: StateCode | None = None
    recipient: Line | None = None
    new_purpose: Purpose | None = None
    offence: Offence | None = None
    necessity: Text | None = None
    until: Day | None = None

    @model_validator(mode="after")
    def _whole(self) -> Permission:
        if (self.act == "ask") != (self.answers is None):
            raise ValueError("an answer names the request in `answers`, and a request names none")
        if self.act == "ask" and self.necessity is None:
            raise ValueError("a request for permission says in `necessity` why it is needed")
        return self


class PermissionOnward(Permission):
    """To pass the item to somebody whom it does not name, or to use it for another purpose."""

    kind: Literal["permission.onward"]

    @model_validator(mode="after")
    def _names(self) -> PermissionOnward:
        if self.act == "ask" and self.recipient is None and self.new_purpose is None:
            raise ValueError("name who would receive the item, or the new purpose")
        return self


class PermissionCourtUse(Permission):
    """To use the item in a judicial proceeding."""

    kind: Literal["permission.court_use"]


class AssuranceBreach(Addressed):
    """An assurance that was given in the case was broken, or is feared to be: in codes, so that it can be told at once."""

    kind: Literal["assurance.breach"]
    assurance: Literal["assurance_no_death_penalty", "assurance_no_mistreatment", "assurance_no_onward"]
    given_on: Day
    finding: Literal["broken", "in_doubt"]
    learned_on: Day


class MlaStatus(ForDesk):
    """Where a request for mutual legal assistance stands that is about an item of this channel: told in codes between the
    central authorities, so that both sides see it. The request itself goes by the treaty's own way."""

    kind: Literal["mla.status"]
    item: ItemId
    reference: Code
    status: Literal["sent", "withdrawn", "received", "granted", "refused"]
    on: Day


class Recall(Addressed):
    """The item is not to be used any more. Every recall gives this one ground, whatever its reason is (protocol section 7)."""

    kind: Literal["recall"]
    item: ItemId
    ground: Literal["WITHDRAWN_BY_ORIGINATOR"]


class TestMessage(Strict):
    """Fixed bytes that prove the channel after peering. Nothing can be added to them."""

    __test__ = False

    kind: Literal["note.test"]
    version: Version
    text: Literal["Countersign test message 1. If you read this, sealing, log and receipts work."]
