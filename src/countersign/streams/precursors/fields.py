"""What the fields of the stream's kinds are called, and their codes in words, for whoever checks or approves an item."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from babel.dates import format_date
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from countersign.streams.precursors import words
from countersign.streams.precursors.words import Words

LABELS: Final[Words] = {
    "pen_no": _("Number of the notice"), "exporter.name": _("Exporter"), "exporter.address": _("Address of the exporter"),
    "exporter.licence": _("Registration of the exporter"), "importer.name": _("Importer"),
    "importer.address": _("Address of the importer"), "importer.licence": _("Licence of the importer"),
    "consignee.name": _("Consignee"), "consignee.address": _("Address of the consignee"),
    "consignee.licence": _("Licence of the consignee"), "lines.name": _("Substance"), "lines.cas": _("CAS number"),
    "lines.hs": _("HS code"), "lines.kilograms": _("Kilograms"), "lines.purity": _("Purity in percent"),
    "lines.packing": _("Packing, and marks on it"), "entry": _("Place of entry (UN/LOCODE)"),
    "exit": _("Place of exit (UN/LOCODE)"), "transit": _("Transit"), "mode": _("How it travels"),
    "dispatch_on": _("Expected dispatch"), "declared_use": _("Declared use"),
    "reply_days": _("Reply within so many working days of both states"), "outcome": _("Answer"), "reasons": _("Reason"),
    "about_what": _("What is asked about"), "until": _("The clock rests until the end of"), "notice": _("Notice"),
    "status": _("What became of it"), "on": _("On"), "kilograms": _("Kilograms of line"), "type": _("What happened"),
    "happened_on": _("On the day"), "place": _("Where it happened"), "container": _("Container"),
    "declared_as": _("Declared as"), "hs": _("HS code"), "origin": _("Country of origin (two letters)"),
    "destination": _("Country of destination (two letters)"), "laboratory": _("Reference of the laboratory"),
    "wanted": _("What is wanted now"), "what": _("Substance or thing"), "quantity": _("Quantity"),
    "incident": _("Incident"), "marks": _("Mark"), "asked": _("Who is looked for"), "links.name": _("Firm"),
    "links.address": _("Address of the firm"), "links.licence": _("Licence of the firm"), "finding": _("What was found"),
    "begins_on": _("Begins on"), "ends_on": _("Ends on"), "transporter": _("Transporter"), "call_back": _("Officer to call"),
    "authorisation.authority": _("Authorised by"), "authorisation.provision": _("Provision of the own law"),
    "authorisation.reference": _("Reference of the authorisation"), "authorisation.dated": _("Authorised on"),
    "rows.substance": _("Substance"), "rows.instrument": _("Instrument"), "rows.type": _("Class"),
    "rows.effective": _("In force from"), "rows.end": _("until"), "rows.source": _("Source"),
    "rows.new.cas": _("CAS number"), "rows.new.smiles": _("Structure (SMILES)"), "rows.new.formula": _("Formula"),
    "rows.new.names": _("Further name"),
}  # fmt: skip
"""By path, places left out."""
_DAYS: Final = frozenset(
    {
        "dispatch_on",
        "until",
        "on",
        "happened_on",
        "begins_on",
        "ends_on",
        "authorisation.dated",
        "rows.effective",
        "rows.end",
    }
)
_CODES: Final[Mapping[str, Words]] = {
    "mode": words.WAYS, "reasons": words.OBJECTIONS, "about_what": words.QUESTIONS, "status": words.STATES, "type": words.TYPES,
    "wanted": words.WANTED, "asked": words.SOUGHT, "finding": words.FINDINGS, "rows.type": words.CLASSES,
}  # fmt: skip


def words_of(kind: str, key: str, value: str) -> tuple[str, str] | None:
    """The label of a field and its value in words; None for a field that is not of this stream."""
    label = LABELS.get(key)
    if label is None:
        return None
    return str(label), str(_value(kind, key, value))


def _value(kind: str, key: str, value: str) -> Any:
    if key == "outcome":
        return (words.DELIVERIES if kind == "delivery.answer" else words.STATES).get(value, value)
    if key in _DAYS:
        return format_date(date.fromisoformat(value), "d MMMM y", locale=(get_language() or "en")[:2])
    return _CODES.get(key, {}).get(value, value)
