"""The law on this node: which version, who signed it, which workstreams are open; and a trial that changes nothing."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from countersign.exchange import decisions, in_force
from countersign.exchange.models import GateDecision
from countersign.kernel.errors import CountersignError
from countersign.law import decide as rules
from countersign.law import opening, verdicts
from countersign.web import signing
from countersign.web.access import Desk, desk
from countersign.web.forms.oversight import AdoptForm, TrialForm
from countersign.web.shown import reasons, refusals

READERS: Final = ("legal", "executive", "reviewer")
_ACTIONS: Final = ("Ask", "Release", "Use", "Route")
_PLAIN: Final[dict[str, Any]] = {
    "workstream": "networks", "item_type": "lead", "agency": "police", "recipient_agency": "police",
    "approvals": ["releasing_officer", "second_officer"], "subjects": ["suspect"],
}  # fmt: skip
"""The ordinary question that a trial begins with."""


@desk(*READERS)
def page(request: HttpRequest, here: Desk) -> HttpResponse:
    """The law in force; a POST is one of the two signatures."""
    roles = tuple(role for role in in_force.ROLES if role in here.officer.roles)
    form, refused = AdoptForm(request.POST or None, roles=roles), None
    if request.method == "POST" and form.is_valid():
        try:
            done = _adopt(here, form.cleaned_data)
            messages.success(request, _("The law is in force.") if done else _("Signed. It waits for the other role."))
            return redirect("law")
        except CountersignError as error:
            refused = refusals.explain(error)
    signed = in_force.signers(here.house)
    own = any(row.officer_id == here.officer.pk for row in signed)
    told = {
        "version": here.house.policies.version, "adopted": in_force.is_adopted(here.house), "signed": signed, "refused": refused,
        "streams": _streams(here), "demonstration": here.house.demonstration, "form": form if roles and not own else None,
        "rules": len(here.house.policies.rules), "has_key": signing.is_kept(here.officer),
    }  # fmt: skip
    return render(request, "web/desk/law.html", told, status=400 if refused or form.errors else 200)


@desk("legal", "reviewer")
def trial(request: HttpRequest, here: Desk) -> HttpResponse:
    """What if: the rules asked about invented facts, or about those of a recorded decision with changes. Nothing is stored."""
    policies = here.house.policies
    asked = request.method == "POST"
    form = TrialForm(request.POST if asked else None, vocabulary=policies.vocabulary, initial=_begin(request, here))
    answer, verdict = None, None
    if asked and form.is_valid():
        action, facts = form.cleaned_data["action"], form.facts()
        answer = rules.decide(policies, action=action, principal="trial", resource="trial", facts=facts)
        verdict = verdicts.verdict(policies, action=action, facts=facts)
    told = {
        "form": form, "answer": answer, "verdict": verdict, "version": policies.version,
        "reasons": reasons.of_rules(answer.fired) if answer is not None else [],
    }  # fmt: skip
    return render(request, "web/desk/trial.html", told, status=400 if form.errors else 200)


def _adopt(here: Desk, given: dict[str, Any]) -> bool:
    signature = signing.sign(here.officer, given["phrase"], in_force.message(here.house, given["role"]))
    return in_force.adopt(here.house, here.officer, role=given["role"], signature=signature)


def _streams(here: Desk) -> list[tuple[str, list[str]]]:
    """Each workstream with the ids of the rules that counsel has not confirmed."""
    policies, found = here.house.policies, []
    for stream in policies.vocabulary.enums[opening.STREAM]:
        waiting = {
            rule.id for action in _ACTIONS for rule in opening.unconfirmed(policies, action=action, workstream=stream)
        }
        found.append((stream, sorted(waiting)))
    return found


def _begin(request: HttpRequest, here: Desk) -> dict[str, Any]:
    """The facts of a recorded decision, for a reviewer who names one, or an ordinary question."""
    other = next(
        (code for code in here.house.policies.vocabulary.enums["recipient"] if code != here.house.pack.code), ""
    )
    plain = verdicts.TEST_DEFAULTS | verdicts.PROCESS | _PLAIN | {
        "releasing": here.house.pack.code, "recipient": other, "action": "Release",
    }  # fmt: skip
    row = GateDecision.objects.filter(id=request.GET.get("of", "")).first()
    if row is None or not here.holds("reviewer"):
        return plain
    facts: dict[str, Any] = decisions.read_record(here.house, row).get("facts", {})
    return plain | facts | {"action": row.action, "protection_check": "clear"}
