"""A refusal in the reader's language: by its code what happened and what to do; the exact reason stands beside it in English."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from countersign.kernel.errors import CountersignError
from countersign.web.shown import reasons
from countersign.web.shown.reasons import Reason
from countersign.web.shown.words import Words

_WHAT: Final[Words] = {
    "ACCOUNT_REFUSED": _("This account stands for no active officer."),
    "ALREADY_ANSWERED": _("This was answered already."),
    "ALREADY_DECIDED": _("This was decided already."),
    "APPROVAL_REFUSED": _("You cannot approve this, or the signature is not yours over what you read."),
    "ATTACHMENT_INVALID": _("The file cannot be read whole."),
    "BUSY": _("The node is busy at this moment."),
    "CONFLICT": _("The present state does not allow this."),
    "CONTENT_INVALID": _("Something in the draft is missing or not as it must be."),
    "DISK_FULL": _("The node’s disk is full."),
    "FINGERPRINT_MISMATCH": _("The fingerprints are not the same. Stop: this may not be the node it says it is."),
    "FOUR_EYES": _("A different person must do this."),
    "GATE_REFUSED": _("The release gate says no."),
    "INVALID_INPUT": _("Something is missing or not as it must be."),
    "ITEM_UNKNOWN": _("There is no such item here."),
    "KEY_UNAVAILABLE": _("A key that this needs cannot be used."),
    "MARKING_REFUSED": _("An item of this marking may not move on this system."),
    "NOT_ALLOWED": _("You may not do this."),
    "NOT_FOUND": _("There is no such thing here."),
    "OFFICER_UNKNOWN": _("There is no such officer."),
    "NOT_NAMED": _("The sender named who reads this item (TLP:RED), and you are not among them."),
    "OTHER_AUTHORITY": _("This belongs to another authority of your state, or your role reads no content."),
    "PEER_NOT_ACTIVE": _("The ceremony with the other node is not finished."),
    "PEER_SUSPENDED": _("The channel to the other node is suspended."),
    "PEER_UNKNOWN": _("The other node is not known here."),
    "REPLAY_MISMATCH": _(
        "The decision does not come out as it was recorded. Tell the administrator and keep the record."
    ),
    "ROLE_REQUIRED": _("Your roles do not allow this."),
    "SEARCH_REFUSED": _("Holdings are searched only for an admitted request or an own case."),
    "SIGNATURE_UNAVAILABLE": _("Your approval key cannot sign: the phrase is wrong, or the key is not here."),
    "SIGNATURE_RESTS": _("After too many wrong phrases your approval key rests."),
    "ENTRY_LINK_REFUSED": _("This sign-in link was used already, or its half hour is over."),
    "STANDING_REFUSED": _("No standing authorisation covers this."),
    "TOO_LARGE": _("This is larger than the limit."),
    "UNAVAILABLE": _("This cannot be done at the moment. Nothing is lost."),
}
_DO: Final[Words] = {
    "ACCOUNT_REFUSED": _("Ask the administrator of the node."),
    "ALREADY_ANSWERED": _("Look at the case; a correction is an item of its own."),
    "ALREADY_DECIDED": _("Look at the item as it is now."),
    "APPROVAL_REFUSED": _(
        "Read the item as it is now and sign that, in a role that you hold; the drafter never approves."
    ),
    "CONFLICT": _("Look at the item as it is now."),
    "FINGERPRINT_MISMATCH": _("Call the other administrator by a way that you trust. Do not go on."),
    "FOUR_EYES": _("Ask a colleague who holds the role."),
    "GATE_REFUSED": _("Each reason below says what would help."),
    "KEY_UNAVAILABLE": _("Tell the administrator of the node."),
    "MARKING_REFUSED": _("Use the route for classified material."),
    "NOT_NAMED": _("If a name means you, the head of your authority says so."),
    "OTHER_AUTHORITY": _("Ask that authority."),
    "PEER_SUSPENDED": _("Use the route agreed for a suspended channel."),
    "ROLE_REQUIRED": _("Ask a colleague who holds the role, or have it delegated to you."),
    "SEARCH_REFUSED": _("Have the request admitted first, or search in the name of an own case."),
    "SIGNATURE_UNAVAILABLE": _("Type the phrase again; if the key is not here, bring it under “My approval key”."),
    "SIGNATURE_RESTS": _("Wait a quarter of an hour, then type the phrase again."),
    "ENTRY_LINK_REFUSED": _("Print new ones with ./demo --links."),
    "STANDING_REFUSED": _("Propose the item and let two people approve it."),
    "TOO_LARGE": _("Send less at once."),
    "UNAVAILABLE": _("Try again shortly."),
}
_FAULTS: Final = (
    (re.compile("at least 1 character|Field required|is empty|valid (string|date|dictionary)|Input should be a valid"),
     _("Fill this in.")),
    (re.compile("at most ([0-9]+) character"), _("This is too long: at most %(limit)s characters.")),
    (re.compile(r"invisible character (U\+[0-9A-F]{4})"),
     _("This contains the invisible character %(limit)s. Type the text anew instead of pasting it.")),
    (re.compile("single line"), _("Write this in one line.")),
    (re.compile("check digit"), _("The check digit of the CAS number is wrong. Look at the label again.")),
    (re.compile("should match pattern"), _("Write it in the form that this field has.")),
    (re.compile("Input should be|not one of|pattern"), _("Choose one of the values that are offered.")),
    (re.compile("isoformat|date"), _("Give the day as year, month and day.")),
    (re.compile("only TLP:RED names"), _("Only TLP:RED names its readers: choose that label, or take the names out.")),
    (re.compile("at the desk, not to named"), _("This goes to whoever is at the desk: choose a milder label than TLP:RED.")),
    (re.compile("NOT_HELD tells"),
     _("About a person this would tell what is held. Do nothing: the neutral answer goes by itself.")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal as a page shows it. `exact`: the reason in English, for who must look into it."""

    code: str
    what: str
    do: str
    exact: str
    field: str
    reasons: list[Reason]
    errors: list[tuple[str, str]]


def explain(refused: CountersignError) -> Told:
    """The words for a refusal; of the gate's, every rule with its source and remedy."""
    code = refused.instance_code
    return Told(
        code=code,
        what=str(_WHAT.get(code) or say("This was refused.")),
        do=str(_DO.get(code) or say("Correct it and try again.")),
        exact=f"{refused.reason} {refused.remedy}".strip(),
        field=refused.field,
        reasons=reasons.of_refusal(refused),
        errors=[(fault["field"], fault_words(fault["reason"])) for fault in _faults(refused)],
    )


def fault_words(reason: str) -> str:
    """What is wrong with one field, in the reader's language; a reason not known is shown as it is."""
    for pattern, words in _FAULTS:
        if found := pattern.search(reason):
            return str(words) % {"limit": found.group(1) if pattern.groups else ""}
    return reason


def _faults(refused: CountersignError) -> list[dict[str, Any]]:
    return [fault for fault in refused.facts.get("errors", []) if isinstance(fault, dict)]
