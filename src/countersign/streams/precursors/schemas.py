"""Schemas of the stream's kinds. Names, identifiers, quantities and parties; no field for how anything is made.

Source of the fields: 1988 Convention art.12(10)(a); Precursor Control Regulations ss.32, 69; what the two states may agree beside
them (art.12(10)(a)(v)). Quantities are decimal texts in kilograms, so that no digit is lost on the way.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from countersign.exchange.fields import AnsweringForDesk, Attachment, Code, Day, ForDesk, ItemId, Line, Strict
from countersign.streams.precursors.screening import cas

OBJECTIONS: Final = (
    "importer_not_licensed", "licence_does_not_cover", "quantity_exceeds_need", "end_use_not_plausible", "consignee_unknown",
    "site_not_found", "earlier_objection", "documents_inconsistent", "substance_not_identified", "route_not_plausible",
)  # fmt: skip
"""Reason codes of an objection (from what importing authorities check)."""
QUESTIONS: Final = ("end_use", "quantity", "consignee", "route", "licence", "identity")


def _right(number: str) -> str:
    if number and not cas.is_right(number):
        raise ValueError(f"the check digit of {number} is wrong; look at the label again")
    return number


Cas = Annotated[str, Field(pattern=r"^$|^\d{2,7}-\d\d-\d$"), AfterValidator(_right)]
Hs = Annotated[str, Field(pattern=r"^$|^\d{4}(\.?\d{2}){0,3}$")]
Kilograms = Annotated[str, Field(pattern=r"^(0|[1-9]\d{0,8})(\.\d{1,3})?$")]
Percent = Annotated[str, Field(pattern=r"^(100|\d{1,2})(\.\d{1,2})?$")]
Notice = Annotated[str, Field(pattern=r"^[A-Z]{2}-\d{4}-[0-9A-Z-]{1,20}$")]
Place = Annotated[str, Field(pattern=r"^[A-Z]{5}$")]
"""UN/LOCODE: country and place."""


class Firm(Strict):
    """A firm with its address, and its licence or registration."""

    name: Line
    address: Line
    licence: Line | None = None


class Goods(Strict):
    """One substance of a consignment."""

    name: Line
    cas: Cas = ""
    hs: Hs = ""
    kilograms: Kilograms
    purity: Percent | None = None
    packing: Line | None = None


class Consignment(ForDesk):
    """The field set of a pre-export notice."""

    pen_no: Notice
    exporter: Firm
    importer: Firm
    consignee: Firm | None = None
    lines: Annotated[list[Goods], Field(min_length=1, max_length=20)]
    entry: Place
    exit: Place
    transit: Annotated[list[Place], Field(max_length=8)] = []
    mode: Literal["sea", "air", "road", "rail", "post"]
    dispatch_on: Day
    declared_use: Line
    reply_days: Annotated[int, Field(ge=1, le=60)]
    attachments: Annotated[list[Attachment], Field(max_length=20)] = []


class PenNotice(Consignment):
    """A notice before the export of scheduled substances. The reply clock counts working days of both states."""

    kind: Literal["pen.notice"]


class PenLight(Consignment):
    """The same for what is not scheduled, sent voluntarily."""

    kind: Literal["pen.light"]


class PenReply(AnsweringForDesk):
    """The answer of the authority designated for precursors."""

    kind: Literal["pen.reply"]
    outcome: Literal["no_objection", "objected"]
    reasons: Annotated[list[Literal[OBJECTIONS]], Field(max_length=5)] = []  # type: ignore[valid-type]  # the tuple is the list

    @model_validator(mode="after")
    def _reasoned(self) -> PenReply:
        if (self.outcome == "objected") != bool(self.reasons):
            raise ValueError("an objection names its reasons by code, and nothing else does")
        return self


class PenQuestion(AnsweringForDesk):
    """More is asked about a notice; its clock stops until the day named, visibly on both sides."""

    kind: Literal["pen.question"]
    about_what: Annotated[list[Literal[QUESTIONS]], Field(min_length=1, max_length=6)]  # type: ignore[valid-type]
    until: Day


class PenStatus(ForDesk):
    """What became of a notified consignment, from whoever saw it."""

    kind: Literal["pen.status"]
    notice: ItemId
    status: Literal["withdrawn", "stopped", "shipped", "arrived"]
    on: Day
    kilograms: Annotated[list[Kilograms], Field(max_length=20)] = []

    @model_validator(mode="after")
    def _weighed(self) -> PenStatus:
        if (self.status in ("shipped", "arrived")) != bool(self.kilograms):
            raise ValueError("what was shipped or has arrived is told line by line in kilograms, and nothing else is")
        return self


class Incident(ForDesk):
    """What all incidents have: when, where, how it was declared, by which way, and what is wanted now."""

    happened_on: Day
    place: Line
    container: Line | None = None
    declared_as: Line
    hs: Hs = ""
    origin: Code | None = None
    transit: Annotated[list[Code], Field(max_length=8)] = []
    destination: Code | None = None
    mode: Literal["sea", "air", "road", "rail", "post", "person", "unknown"]
    laboratory: Line | None = None
    notice: ItemId | None = None
    wanted: Literal["nothing", "backtrack", "contact"]
    attachments: Annotated[list[Attachment], Field(max_length=20)] = []


class IncidentPrecursor(Incident):
    """A precursor was seized, stopped, stolen, or somebody tried to divert it."""

    kind: Literal["incident.precursor"]
    type: Literal[
        "seizure", "stopped_shipment", "theft", "attempted_diversion", "suspicious_enquiry", "laboratory_find"
    ]
    lines: Annotated[list[Goods], Field(min_length=1, max_length=20)]


class IncidentSeizure(Incident):
    """Drugs, new substances or equipment were seized."""

    kind: Literal["incident.seizure"]
    type: Literal["drug", "new_substance", "tablet_press", "encapsulator", "other_equipment"]
    what: Line
    quantity: Line


class RequestBacktrack(ForDesk):
    """Who made it, who sold it, on which way did it come: asked about goods, never about a person."""

    kind: Literal["request.backtrack"]
    incident: ItemId
    marks: Annotated[list[Line], Field(min_length=1, max_length=20)]
    asked: Annotated[list[Literal["manufacturer", "seller", "consignor", "carrier"]], Field(min_length=1, max_length=4)]


class ReplyBacktrack(AnsweringForDesk):
    """One link of the chain, told by the authority that found it."""

    kind: Literal["reply.backtrack"]
    links: Annotated[list[Firm], Field(max_length=20)]
    finding: Literal["licit", "shell", "unknown", "not_found"]


class Authorisation(Strict):
    """The national act by which an authority may take part in a controlled delivery. `provision`: of its own law."""

    authority: Code
    provision: Line
    reference: Line
    dated: Day


class DeliveryProposal(ForDesk):
    """A controlled delivery is proposed: days, transporter and officers to call, and nothing about how."""

    kind: Literal["delivery.proposal"]
    incident: ItemId
    begins_on: Day
    ends_on: Day
    transporter: Line
    call_back: Line
    authorisation: Authorisation

    @model_validator(mode="after")
    def _ordered(self) -> DeliveryProposal:
        if self.ends_on < self.begins_on:
            raise ValueError("it ends before it begins")
        return self


class DeliveryAnswer(AnsweringForDesk):
    """Agreed with the own authorisation, or not agreed. Without an agreement 24 hours before it begins, it is not agreed."""

    kind: Literal["delivery.answer"]
    outcome: Literal["agreed", "not_agreed"]
    call_back: Line
    authorisation: Authorisation | None = None

    @model_validator(mode="after")
    def _authorised(self) -> DeliveryAnswer:
        if (self.outcome == "agreed") != (self.authorisation is not None):
            raise ValueError("an agreement names the own authorisation, and nothing else does")
        return self


class NewSubstance(Strict):
    """A substance that no list had before: what identifies it, and its names in any language. Nothing of how it is made."""

    cas: Cas = ""
    smiles: Annotated[str, Field(pattern=r"^[A-Za-z0-9@+\-\[\]()=#$%:./\\*]{0,400}$")] = ""
    formula: Annotated[str, Field(pattern=r"^([A-Z][a-z]?\d*)*$", max_length=60)] = ""
    names: Annotated[list[Line], Field(max_length=20)] = []

    @model_validator(mode="after")
    def _identified(self) -> NewSubstance:
        if not self.cas and not self.smiles:
            raise ValueError("a new substance is identified by its CAS number, its structure, or both")
        if self.formula and not self.smiles:
            raise ValueError("a formula is checked against the structure; give that as well")
        return self


class ListRow(Strict):
    """One listing that begins: of a substance, in a class, under an instrument; the class `none` takes it from the list.
    `new`: of a substance that the lists do not have yet."""

    substance: Annotated[Line, Field(max_length=120)]
    new: NewSubstance | None = None
    instrument: Line
    type: Literal["I", "II", "A", "B", "BC", "temp", "narcotic", "watch", "none"]
    effective: Day
    end: Day | None = None
    source: Line


class ControlListUpdate(ForDesk):
    """A change of the sender's own control list. It counts for the sender's jurisdiction alone."""

    kind: Literal["controllist.update"]
    rows: Annotated[list[ListRow], Field(min_length=1, max_length=200)]


def firms(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The firms that a consignment names."""
    return [content[name] for name in ("exporter", "importer", "consignee") if content.get(name)]
