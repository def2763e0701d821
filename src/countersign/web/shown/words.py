"""Words for codes, in the reader's language. A code that has no words is shown as it is: nothing is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, "str | Promise"]

KINDS: Final[dict[str, str | Promise]] = {
    "request.information": _("Request for information"),
    "reply": _("Reply"),
    "reply.interim": _("Holding answer"),
    "refusal": _("Refusal"),
    "spontaneous": _("Information sent unasked"),
    "note": _("Note between officers"),
    "note.test": _("Test message"),
    "feedback.outcome": _("Feedback on the outcome"),
    "permission.onward": _("Permission to pass on"),
    "permission.court_use": _("Permission for use in court"),
    "flash.threat_to_life": _("Threat to life"),
    "assurance.breach": _("Breach of an assurance"),
    "mla.status": _("Where a request for legal assistance stands"),
    "recall": _("Recall"),
    "": _("Defective item"),
}
STATES: Final[Words] = {
    "proposed": _("Waits for approval"),
    "held": _("Held"),
    "released": _("Released"),
    "refused": _("Will not leave"),
    "received": _("New"),
    "accepted": _("In hand"),
    "defective": _("Defective"),
    "expired": _("Expired"),
    "frozen": _("Frozen by recall"),
}
CARRIAGE: Final[Words] = {
    "released": _("waits for the line"),
    "batched": _("on its way"),
    "stored": _("delivered, receipt given"),
    "refused": _("could not be opened there"),
    "void": _("withdrawn before it left"),
}
HANDLED: Final[Words] = {
    "accepted": _("taken in hand there"),
    "refused": _("refused there as defective"),
    "expired": _("had expired there"),
    "recalled": _("recalled"),
}
ROLES: Final[Words] = {
    "originator": _("Drafting officer"),
    "releaser": _("Releasing officer"),
    "second_officer": _("Second officer"),
    "senior_officer": _("Senior officer"),
    "legal": _("Legal adviser"),
    "risk_officer": _("Risk officer"),
    "protection_officer": _("Protection officer"),
    "fiu_head": _("Head of the financial intelligence unit"),
    "desk": _("Desk (single point of contact)"),
    "analyst": _("Analyst"),
    "liaison_officer": _("Liaison officer"),
    "executive": _("Executive"),
    "head": _("Head of the authority"),
    "reviewer": _("Reviewer"),
    "node_admin": _("Node administrator"),
}
PURPOSES: Final[Words] = {
    "intelligence_lead": _("Intelligence lead"),
    "investigation": _("Investigation"),
    "prosecution_evidence": _("Evidence for a prosecution"),
    "extradition": _("Extradition"),
    "border_screening": _("Screening at the border"),
    "immigration_removal": _("Removal under immigration law"),
    "cyber_defence": _("Defence of networks"),
    "asset_recovery": _("Recovery of assets"),
    "victim_protection": _("Protection of victims"),
    "humanitarian": _("Humanitarian"),
    "administrative": _("Administrative"),
    "statistics": _("Statistics"),
}
URGENCY: Final[Words] = {"routine": _("Routine: seven days"), "urgent": _("Urgent: three days")}
WORKSTREAMS: Final[Words] = {
    "precursors": _("Precursors"),
    "networks": _("Criminal networks"),
    "cyber": _("Cybersecurity"),
    "fraud": _("Fraud"),
    "immigration": _("Immigration"),
    "governance": _("Governance"),
}
FLASH_ACTS: Final[Words] = {
    "ask": _("Find out or do something, and answer within the hour"),
    "warn": _("Be warned; no answer is asked"),
}
OFFENCES: Final[Words] = {
    "drug_trafficking": _("Drug trafficking"),
    "precursor_diversion": _("Diversion of precursors"),
    "organised_crime": _("Organised crime"),
    "extortion": _("Extortion"),
    "homicide": _("Homicide"),
    "firearms": _("Firearms"),
    "fraud": _("Fraud"),
    "money_laundering": _("Money laundering"),
    "cybercrime": _("Cybercrime"),
    "immigration_fraud": _("Immigration fraud"),
    "migrant_smuggling": _("Smuggling of migrants"),
    "human_trafficking": _("Trafficking in human beings"),
    "terrorism": _("Terrorism"),
    "fiscal": _("Fiscal offence"),
    "expression": _("Offence of expression"),
    "military": _("Military offence"),
    "none": _("No offence"),
}
PERSON_ROLES: Final[Words] = {
    "suspect": _("Suspect"),
    "victim": _("Victim"),
    "witness": _("Witness"),
    "bystander": _("Bystander"),
    "account_holder": _("Account holder"),
    "detainee": _("Detained person"),
    "other": _("Other"),
}
SUBJECTS: Final[Words] = {"person": _("Person"), "company": _("Firm")}
IDENTIFIERS: Final[Words] = {
    "phone": _("Telephone number"),
    "email": _("E-mail address"),
    "account": _("Account number"),
    "passport": _("Passport number"),
    "document": _("Document number"),
    "aadhaar": _("Aadhaar number"),
    "registration": _("Registration number"),
    "ip": _("IP address"),
    "vehicle": _("Vehicle number"),
    "other": _("Other number"),
}
SCRIPTS: Final[Words] = {
    "Latn": _("Latin script"),
    "Deva": _("Devanagari"),
    "Guru": _("Gurmukhi"),
    "Arab": _("Arabic script"),
}
SOURCES: Final[Words] = {
    "A": _("A: no doubt about the source"),
    "B": _("B: the source was mostly reliable"),
    "C": _("C: the source was mostly unreliable"),
    "X": _("X: the source cannot be assessed"),
}
INFORMATION: Final[Words] = {
    "1": _("1: accuracy not in doubt"),
    "2": _("2: known to the source, not to the officer"),
    "3": _("3: not known to the source, corroborated"),
    "4": _("4: not known to the source, not corroborated"),
}
EVIDENCE: Final[Words] = {
    "certified_copy": _("a certified copy"),
    "original": _("the original, on loan"),
    "testimony": _("the testimony of whoever made it"),
    "other": _("something else, as said below"),
}
ASSISTANCE: Final[Words] = {
    "drafted": _("drafted"),
    "handed": _("with the own central authority"),
    "sent": _("sent to the other state"),
    "received": _("received there"),
    "granted": _("granted"),
    "refused": _("refused"),
    "withdrawn": _("withdrawn"),
    "taken_back": _("taken back before it was handed over"),
}
HANDLING: Final[Words] = {
    "H0": _("For preventing and combating crime only"),
    "H1": _("Not in court without permission"),
    "H2": _("Not to be passed on without permission"),
    "H3": _("Other restrictions: see the conditions"),
}
TLP: Final[Words] = {
    "none": _("no label"),
    "clear": _("may be published"),
    "green": _("within the community"),
    "amber": _("within the organisation and its clients"),
    "amber_strict": _("within the organisation"),
    "red": _("for the named readers only"),
}
PAP: Final[Words] = {
    "none": _("no label"),
    "clear": _("anything"),
    "green": _("active measures, seen by the target"),
    "amber": _("quiet checks only"),
    "red": _("only what cannot be seen from outside"),
}
INTERIM: Final[Words] = {
    "in_hand": _("The request is in hand"),
    "consulting": _("Another authority is consulted"),
    "needs_translation": _("A translation is needed"),
    "needs_judicial_authority": _("A judge must authorise it: the clock pauses"),
}
LANGUAGES: Final = {"en": "English", "fr": "Français", "hi": "हिन्दी", "pa": "ਪੰਜਾਬੀ"}
"""Native names, never translated."""
RISKS: Final[Words] = {
    "none_identified": _("No risk identified"),
    "low": _("Low"),
    "substantial_mitigable": _("Substantial, can be mitigated"),
    "undetermined": _("Not determined"),
    "substantial_unmitigable": _("Substantial, cannot be mitigated"),
    "not_assessed": _("Not assessed"),
}
MITIGATIONS: Final[Words] = {
    "caveat": _("Caveat"),
    "assurance": _("Assurance"),
    "redaction": _("Redaction"),
    "restricted_recipients": _("Named readers only"),
    "monitoring": _("Monitoring"),
}
QUESTIONS: Final[Words] = {
    "predicate": _("An offence is named, with its facts"),
    "purpose": _("The purpose fits the arrangement"),
    "proportionate": _("Not more is asked than is needed"),
    "neutral": _("Nothing points to a political, military, religious or racial matter"),
}


def say(words: Words, code: object) -> str:
    """The words of a code."""
    return str(words.get(str(code), code))


def choices(words: Words, codes: object = None) -> list[tuple[str, str]]:
    """Pairs for a form's list, in the order of the words."""
    wanted = set(words) if codes is None else set(codes)  # type: ignore[call-overload]  # any iterable of codes
    return [(code, str(text)) for code, text in words.items() if code in wanted]
