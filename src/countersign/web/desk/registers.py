"""Registers that officers keep: risk profiles of receiving authorities, standing authorisations, uses of received items."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from countersign.charter import packs
from countersign.exchange import queries, standing, use
from countersign.exchange.models import StandingAuthorisation
from countersign.kernel import clock
from countersign.kernel.errors import CountersignError
from countersign.oversight import risk
from countersign.oversight.models import RiskProfile
from countersign.web import signing
from countersign.web.access import Desk, desk
from countersign.web.forms.acts import ProfileForm, StandingForm, UseForm, phrase
from countersign.web.forms.base import PageForm
from countersign.web.shown import refusals
from countersign.web.shown.places import authority_name, state_name


class SignForm(PageForm):
    """The phrase, for one signature."""

    phrase = phrase()


@desk("risk_officer")
def profiles(request: HttpRequest, here: Desk) -> HttpResponse:
    """Profiles in date, and a new one."""
    form = ProfileForm(request.POST or None, authorities=_others(here))
    refused = None
    if request.method == "POST" and form.is_valid():
        state, _sign, authority = form.cleaned_data["authority"].partition(":")
        try:
            risk.profile(here.house, here.officer, state=state, authority=authority, level=form.cleaned_data["level"],
                         sources=form.cleaned_data["sources"], dated=form.cleaned_data["dated"])  # fmt: skip
            messages.success(request, _("The profile is recorded. It is good for a year from its date."))
            return redirect("risk")
        except CountersignError as error:
            refused = refusals.explain(error)
    rows = RiskProfile.objects.select_related("officer").order_by("state_code", "authority", "-dated")
    told = {"form": form, "refused": refused, "rows": rows, "today": clock.now().date()}
    return render(request, "web/desk/risk.html", told, status=400 if refused or form.errors else 200)


@desk("releaser", "second_officer", "legal", "executive", "reviewer")
def authorisations(request: HttpRequest, here: Desk) -> HttpResponse:
    """Standing authorisations of the authority, who signed, what is left of their volume; a new one."""
    form = StandingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        standing.prepare(here.house, here.officer, kind=given["kind"], a_day=given["a_day"], days=given["days"])
        messages.success(request, _("Prepared. It counts for nothing until two people have signed it."))
        return redirect("standing")
    rows = StandingAuthorisation.objects.filter(authority=here.officer.authority).prefetch_related(
        "signatures__officer"
    )
    told = {"form": form, "rows": rows.order_by("-valid_until"), "now": clock.now(), "prepare": here.holds(*standing.ROLES),
            "sign_form": SignForm(), "own_roles": [role for role in standing.ROLES if role in here.officer.roles]}  # fmt: skip
    return render(request, "web/desk/standing.html", told, status=400 if form.errors else 200)


@require_POST
@desk(*standing.ROLES)
def sign_standing(request: HttpRequest, here: Desk, name: str) -> HttpResponse:
    """One of the two signs every bound of it."""
    role = request.POST.get("role", "")
    row = standing.find(name)
    signature = signing.sign(here.officer, request.POST.get("phrase", ""), standing.message(row, role))
    standing.sign(here.house, here.officer, name, role=role, signature=signature)
    messages.success(request, _("Signed."))
    return redirect("standing")


@require_POST
@desk(*standing.ROLES, "legal", "executive", "reviewer")
def suspend_standing(request: HttpRequest, here: Desk, name: str) -> HttpResponse:
    standing.suspend(here.house, here.officer, name)
    messages.success(request, _("Suspended at once."))
    return redirect("standing")


@desk()
def use_item(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    """Ask the gate before a received item is exported, passed on or used in court; the answer is logged either way."""
    row, kept = queries.read(here.house, here.officer, item_id)
    form = UseForm(request.POST or None)
    allowed, refused = False, None
    if request.method == "POST" and form.is_valid():
        meant = use.Purpose(form.cleaned_data["use"], recipient=form.cleaned_data["recipient"])
        try:
            use.require(here.house, here.officer, row, meant)
            allowed = True
        except CountersignError as error:
            refused = refusals.explain(error)
    told = {"item": row, "content": kept.content, "form": form, "allowed": allowed, "refused": refused}
    return render(request, "web/desk/use.html", told, status=400 if refused or form.errors else 200)


def _others(here: Desk) -> list[tuple[str, str]]:
    """Authorities of every other state."""
    return [
        (f"{pack.code}:{code}", f"{state_name(pack.code)} – {authority_name(code, pack.code)} ({code})")
        for pack in packs.states().values() if pack.code != here.house.pack.code
        for code in sorted(pack.authorities)
    ]  # fmt: skip
