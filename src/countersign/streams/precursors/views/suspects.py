"""Marks of own suspect shipments: added, ended, and the hits that wait for a person."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from countersign.exchange.streams import Here
from countersign.kernel.errors import CountersignError
from countersign.streams.precursors import queries
from countersign.streams.precursors.incident_forms import SuspectForm
from countersign.streams.precursors.services import suspects

MOST = 500


def page(request: HttpRequest, here: Here) -> HttpResponse:
    """The set, and what hit it."""
    form = SuspectForm()
    refused: CountersignError | None = None
    if request.method == "POST":
        form = SuspectForm(request.POST) if "mark" in request.POST else form
        try:
            if _done(request, here, form):
                return redirect("precursors_suspects")
        except CountersignError as error:
            refused = error
    told = {
        "form": form, "refused": refused,
        "rows": [(row, suspects.mark_of(here.house, row)) for row in queries.suspects(here.officer)[:MOST]],
        "hits": [(hit, suspects.mark_of(here.house, hit.suspect)) for hit in queries.open_hits(here.officer)],
    }  # fmt: skip
    return render(request, "precursors/suspects.html", told, status=400 if refused or form.errors else 200)


def _done(request: HttpRequest, here: Here, form: SuspectForm) -> bool:
    if key := request.POST.get("end", ""):
        suspects.end(here.house, here.officer, int(key) if re.fullmatch(r"[0-9]{1,9}", key) else 0)
        messages.success(request, _("It is not looked for any more."))
        return True
    if form.is_valid():
        suspects.add(here.house, here.officer, form.cleaned_data["mark"])
        messages.success(request, _("From now on incidents of the other state are compared with it, here."))
        return True
    return False
