"""Words for oversight: findings, assurances, the fifteen counts and their cells."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from countersign.web.shown.codes import GROUNDS
from countersign.web.shown.words import MITIGATIONS, RISKS, Words

FLASH_FINDINGS: Final[Words] = {
    "in_order": _("It was a threat to life, and the rules were followed"),
    "not_a_threat": _("It was no threat to life"),
    "rules_not_followed": _("The rules were not followed"),
}
ASSURANCES: Final[Words] = {
    "assurance_no_death_penalty": _("No death penalty is sought or carried out"),
    "assurance_no_mistreatment": _("Nobody is mistreated"),
    "assurance_no_onward": _("Nothing is passed on"),
}
BREACHES: Final[Words] = {"broken": _("It was broken"), "in_doubt": _("There is reason to doubt it")}
TRIAL_ACTS: Final[Words] = {
    "Ask": _("Ask the other state"), "Release": _("Release to the other state"), "Use": _("Use what was received"),
    "Route": _("Pass to an own authority"),
}  # fmt: skip
COUNTS: Final[Words] = {
    "items": _("Items, and how long decisions took"), "mistreatment": _("Risk of mistreatment"), "capital": _("Capital cases"),
    "bars": _("Rules and bars that said no (own node only)"), "public_interest": _("Releases in the public interest"),
    "intercepts": _("Items from interceptions"), "fiu": _("Financial intelligence"), "consents": _("Consents of owners"),
    "recalls": _("Recalls"), "caveats": _("Caveats"), "emergencies": _("Threats to life"), "law": _("Law in force"),
    "conflicts": _("Approvals that were not theirs to give"), "errors": _("Errors of the gate"),
    "unreadable": _("Entries that a reviewer cannot read"),
}  # fmt: skip
CELLS: Final[Words] = {
    "proposed": _("proposed"), "released": _("released"), "released_with_caveats": _("released with caveats"),
    "redacted": _("with words taken out"), "declined": _("declined by an approver"),
    "minutes_median": _("minutes to release, median"), "minutes_p95": _("minutes to release, 95 of 100 within"),
    "ground": _("declined"), "told": _("refused to the other state"), "rule": _("rule"), "family": _("family"),
    "assessed": _("assessed"), "bare": _("before mitigation"), "left": _("after mitigation"), "by": _("mitigated by"),
    "requests": _("requests"), "disclosures": _("disclosures"), "uses": _("uses"),
    "referred_to_deputy": _("referred to the deputy head"), "authorised_by_deputy": _("authorised there"),
    "refused": _("refused"),
    "assurances_asked": _("assurances asked"), "assurances_given": _("assurances given"),
    "assurances_breached": _("assurances broken or doubted"), "asylum": _("asylum"), "consular": _("consular"),
    "diplomatic": _("diplomatic"), "minor": _("children"), "transnational_repression": _("transnational repression"),
    "noticed": _("notices to the privacy commissioner"), "asked": _("asked"), "answered": _("answered"),
    "recorded": _("put on record"), "sent": _("sent"), "waiting": _("waiting"), "obeyed": _("received and obeyed"),
    "uses_stopped": _("uses that a caveat stopped"), "breaches": _("assurances broken or doubted"),
    "downgraded": _("downgraded"), "reviewed": _("reviewed by two"), "versions": _("versions that decided"),
    "adoptions": _("signatures that adopted one"), "overrides": _("overrides"), "errors": _("errors"),
    "disagreements": _("disagreements of the two evaluators"), "unreadable": _("not readable"),
    "APPROVAL_REFUSED": _("own items, doubled or wrong signatures"), "ROLE_REQUIRED": _("roles not held"),
    "NOT_NAMED": _("items for named readers"),
    "OTHER_AUTHORITY": _("items of another authority"),
}  # fmt: skip
CELL_TABLES: Final[dict[str, Words]] = {
    "ground": GROUNDS, "told": GROUNDS, "bare": RISKS, "left": RISKS, "by": MITIGATIONS,
}  # fmt: skip
"""Words for the codes that cells are made of."""
