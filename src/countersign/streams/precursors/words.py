"""Words for the codes of the stream, in the reader's language."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, "str | Promise"]

STATES: Final[Words] = {
    "received": _("received"), "under_check": _("under check"), "more_information": _("more information asked: the clock rests"),
    "no_objection": _("no objection"), "objected": _("objected"), "withdrawn": _("withdrawn"), "stopped": _("stopped"),
    "expired_without_reply": _("ran out without a reply"), "shipped": _("shipped"), "arrived": _("arrived"),
}  # fmt: skip
LEVELS: Final = {
    "received": "warn", "under_check": "warn", "more_information": "warn", "no_objection": "good", "objected": "bad",
    "withdrawn": "", "stopped": "bad", "expired_without_reply": "bad", "shipped": "", "arrived": "good",
}  # fmt: skip
OBJECTIONS: Final[Words] = {
    "importer_not_licensed": _("The importer has no licence"),
    "licence_does_not_cover": _("The licence does not cover the substance"),
    "quantity_exceeds_need": _("More than is needed"), "end_use_not_plausible": _("The end use is not plausible"),
    "consignee_unknown": _("The consignee is not known"), "site_not_found": _("The site does not exist"),
    "earlier_objection": _("There was an objection before"), "documents_inconsistent": _("The papers contradict one another"),
    "substance_not_identified": _("The substance is not identified"), "route_not_plausible": _("The route is not plausible"),
}  # fmt: skip
QUESTIONS: Final[Words] = {
    "end_use": _("the end use"), "quantity": _("the quantity"), "consignee": _("the consignee"), "route": _("the route"),
    "licence": _("the licence"), "identity": _("what the substance is"),
}  # fmt: skip
VERDICTS: Final[Words] = {"listed": _("listed"), "review": _("to be looked at"), "clear": _("nothing found")}
FLAGS: Final[Words] = {
    "cas_invalid": _("CAS number with a wrong check digit"),
    "hs_mismatch": _("code and goods do not fit"),
}
CLASSES: Final[Words] = {
    "unknown": _("not screened"),
    "none": _("not listed"), "I": _("Table I"), "II": _("Table II"), "A": _("Class or Schedule A"), "B": _("Class B"),
    "BC": _("Schedules B and C"), "temp": _("temporary (Schedule V)"), "narcotic": _("narcotic (Schedule I)"),
    "watch": _("surveillance list"), "proposed": _("proposed"),
}  # fmt: skip
MODES: Final[Words] = {
    "sea": _("by sea"),
    "air": _("by air"),
    "road": _("by road"),
    "rail": _("by rail"),
    "post": _("by post"),
}
WAYS: Final[Words] = MODES | {"person": _("on a person"), "unknown": _("not known")}
TYPES: Final[Words] = {
    "seizure": _("seizure"), "stopped_shipment": _("stopped shipment"), "theft": _("theft"),
    "attempted_diversion": _("attempted diversion"), "suspicious_enquiry": _("suspicious enquiry"),
    "laboratory_find": _("found in a laboratory"), "drug": _("drug"), "new_substance": _("new substance"),
    "tablet_press": _("tablet press"), "encapsulator": _("encapsulating machine"), "other_equipment": _("other equipment"),
}  # fmt: skip
PRECURSOR_TYPES: Final = (
    "seizure", "stopped_shipment", "theft", "attempted_diversion", "suspicious_enquiry", "laboratory_find",
)  # fmt: skip
"""Types of incident.precursor; the others are those of incident.seizure."""
WANTED: Final[Words] = {
    "nothing": _("nothing"), "backtrack": _("trace it back"), "contact": _("call each other"),
}  # fmt: skip
SOUGHT: Final[Words] = {
    "manufacturer": _("manufacturer"), "seller": _("seller"), "consignor": _("consignor"), "carrier": _("carrier"),
}  # fmt: skip
FINDINGS: Final[Words] = {
    "licit": _("licit"), "shell": _("a firm on paper alone"), "unknown": _("the trail ends"), "not_found": _("not found"),
}  # fmt: skip
DELIVERIES: Final[Words] = {
    "open": _("waits for the other authorisation"), "agreed": _("agreed"), "not_agreed": _("not agreed: the goods are seized"),
}  # fmt: skip
HITS: Final[Words] = {
    "open": _("to be looked at"), "confirmed": _("confirmed"), "rejected": _("something else"),
}  # fmt: skip
REASONS: Final[Words] = {
    "cas": _("The CAS number %(cas)s is that of %(substance)s."),
    "cas_invalid": _("The check digit of %(cas)s is wrong. Near to it: %(near)s."),
    "name": _("“%(name)s” is a name of %(substance)s."),
    "name_weak": _("“%(name)s” may stand for %(substance)s; it also means other things."),
    "negated": _("“%(name)s” is said not to be in it."),
    "structure": _("“%(name)s”, read as a structure, is %(substance)s."),
    "form_mirror": _("The name says the mirror image of the listed form. Where a list names isomers it holds it; people decide."),
    "form_open": _("The name says no stereo form; each form of %(substance)s may be meant."),
    "form_any": _("The name says a stereo form; the list names none, and holds each."),
    "form_other": _("The name says a stereo form that no list names; people decide."),
    "form_tautomer": _("It is another tautomer of the listed structure: the same substance, written in another way."),
    "class": _("“%(name)s” has the structure that Canada’s wording about the class %(rule)s may mean; people decide."),
    "veto": _("“%(name)s”, read as a structure, is another molecule."),
    "hs_mismatch": _("The code %(hs)s is not that of these goods; expected is %(expected)s."),
    "hs_alone": _("The code %(hs)s is that of %(substance)s alone, and the text names nothing else."),
    "hs_of_listed": _("The code %(hs)s is that of %(substance)s alone, and the text names other goods."),
    "status": _("%(where)s: %(class)s since %(since)s, %(instrument)s."),
    "allowed": _("A person of your authority looked at this very line; it is spared until %(until)s."),
    "not_screened": _("It was not screened when it came: the packages were missing. Look at it by hand."),
    "below": _("%(percent)s percent is below every limit."),
}  # fmt: skip
SIGNS: Final[Words] = {
    "disagree": _("Text, code and number do not agree"),
    "need": _("%(total)s kg this year; the need or licence is %(need)s kg"),
    "price": _("%(price)s USD a kilogram; the median is %(median)s (distance %(z)s)"),
    "consignee": _("A consignee not seen before, or not for two years (last: %(since)s)"),
    "forwarder": _("A forwarder is the consignee"),
    "shared": _("One consignee for %(exporters)s exporters of chemicals"),
    "mode": _("Small parcels one after another, or bulk goods by post"),
    "route": _("By %(transit)s, which the notice does not name"),
    "brokers": _("Exporter, seller and payer are in different countries: %(countries)s"),
    "notice": _("It does not fit its notice: %(why)s"),
    "disguise": _("A chemical firm sends “%(cover)s” by courier"),
    "pair": _("Together with %(other)s, which this state watches"),
}  # fmt: skip
WHYS: Final[Words] = STATES | {
    "none": _("of Table I and no notice"), "more": _("more than was notified"), "earlier": _("earlier than was notified"),
}  # fmt: skip
LAYERS: Final[Words] = {
    "structure": _("reading of structures"), "class_rules": _("rules about classes of structures"),
}  # fmt: skip


def say(words: Words, code: str) -> str:
    return str(words.get(code, code))


def reason(one: dict[str, str]) -> str:
    """One piece of evidence as a sentence; a code that has none is told as it is."""
    sentence = REASONS.get(one["code"])
    if sentence is None:
        return one["code"]
    facts = dict(one) | ({"class": say(CLASSES, one["class"])} if "class" in one else {})
    return str(sentence) % {
        **dict.fromkeys(("cas", "near", "name", "substance", "rule", "hs", "expected"), "–"),
        **facts,
    }


def sign(one: dict[str, str]) -> str:
    """One sign of risk as a sentence."""
    told = one | ({"why": say(WHYS, one["why"])} if "why" in one else {})
    return str(SIGNS[one["code"]]) % told
