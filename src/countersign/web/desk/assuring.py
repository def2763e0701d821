"""Assurances in the browser: what the other state promised in a case, until when, and whether it was kept."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from countersign.kernel import clock
from countersign.kernel.errors import CountersignError, InvalidInput
from countersign.oversight import assurances
from countersign.web.access import Desk, desk
from countersign.web.forms.oversight import AssuranceForm, BreachForm
from countersign.web.shown import refusals

READERS = ("legal", "risk_officer", "executive", "senior_officer")


@desk(*READERS)
def register(request: HttpRequest, here: Desk) -> HttpResponse:
    """The register of the authority; a legal adviser adds to it."""
    adds = here.holds("legal")
    form, refused = AssuranceForm(request.POST or None, here=here), None
    if request.method == "POST" and adds and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "turn"}
        try:
            assurances.register(here.house, here.officer, **given)
            messages.success(request, _("The assurance is on the register."))
            return redirect("assurances")
        except CountersignError as error:
            refused = refusals.explain(error)
    told = {
        "rows": assurances.of_authority(here.officer.authority), "form": form if adds else None, "refused": refused,
        "today": clock.now().date(), "breach_form": BreachForm(), "breaches": here.holds("legal", "risk_officer"),
    }  # fmt: skip
    return render(request, "web/desk/assurances.html", told, status=400 if refused or (adds and form.errors) else 200)


@require_POST
@desk("legal", "risk_officer")
def breach(request: HttpRequest, here: Desk, name: str) -> HttpResponse:
    form = BreachForm(request.POST)
    if not form.is_valid():
        raise InvalidInput("not a finding.", field="finding")
    assurances.breach(here.house, here.officer, name, finding=form.cleaned_data["finding"])
    messages.success(request, _("It counts no more, from now on. What left under it is looked at again."))
    return redirect("assurances")
