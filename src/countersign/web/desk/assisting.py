"""Evidence by treaty in the browser: the draft from an item, its way to the central authority, where the request stands."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from countersign.exchange import assistance, gate, queries
from countersign.exchange.models import Assistance
from countersign.kernel import clock
from countersign.kernel.errors import CountersignError
from countersign.web.access import Desk, desk
from countersign.web.forms.acts import AssistanceForm, AssistanceStatusForm
from countersign.web.shown import refusals

READERS: Final = ("originator", "desk", "analyst", "legal", "releaser", "second_officer", "senior_officer", "executive")


@desk(*READERS)
def register(request: HttpRequest, here: Desk) -> HttpResponse:
    """Requests of the authority, or before the central authority, the newest first."""
    rows = [(row, _waits(row)) for row in assistance.of(here.officer)]
    return render(request, "web/desk/assistances.html", {"rows": rows})


@desk(*assistance.DRAFTERS)
def begin(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    """Draft the request for the evidence behind a received item."""
    row, kept = queries.read(here.house, here.officer, item_id)
    form, refused = AssistanceForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            made = assistance.draft(
                here.house, here.officer, item_id, wanted=form.cleaned_data["wanted"], facts=form.cleaned_data["facts"]
            )
            messages.success(request, _("The draft is made. A legal adviser hands it to the central authority."))
            return redirect("assistance", made.id)
        except CountersignError as error:
            refused = refusals.explain(error)
    told = {"item": row, "content": kept.content, "form": form, "refused": refused}
    return render(request, "web/desk/assistance_new.html", told, status=400 if refused or form.errors else 200)


@desk(*READERS)
def one(request: HttpRequest, here: Desk, name: str) -> HttpResponse:
    """The draft as a document, and the acts that are this officer's turn."""
    row, text = assistance.read(here.house, here.officer, name)
    may_tell = here.officer.authority == row.central and here.holds(*gate.DRAFTING_ROLES)
    statuses = assistance.next_statuses(row) if may_tell else ()
    form = AssistanceStatusForm(
        request.POST or None, statuses=statuses, initial={"reference": row.reference, "on": clock.now().date()}
    )
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            return _tell(request, here, row, form.cleaned_data)
        except CountersignError as error:
            refused = refusals.explain(error)
    told = {
        "row": row, "text": text, "form": form if statuses else None, "refused": refused, "waits": _waits(row),
        "takes_back": row.state == assistance.DRAFTED and here.holds(*assistance.DRAFTERS),
        "hands": row.state == assistance.DRAFTED and here.holds("legal") and here.officer.pk != row.drafter_id,
    }  # fmt: skip
    return render(request, "web/desk/assistance.html", told, status=400 if refused or form.errors else 200)


@require_POST
@desk(*assistance.DRAFTERS)
def take_back(request: HttpRequest, here: Desk, name: str) -> HttpResponse:
    row = assistance.take_back(here.house, here.officer, name)
    messages.success(request, _("The draft is taken back. Another can be made from the item."))
    return redirect("item", row.item)


@require_POST
@desk("legal")
def hand_over(request: HttpRequest, here: Desk, name: str) -> HttpResponse:
    assistance.hand_over(here.house, here.officer, name)
    messages.success(request, _("The central authority has it."))
    return redirect("assistance", name)


def _tell(request: HttpRequest, here: Desk, row: Assistance, given: dict[str, Any]) -> HttpResponse:
    content = assistance.status_content(
        here.officer, row, status=given["status"], reference=given["reference"], on=given["on"]
    )
    item = gate.propose(here.house, here.officer, content).item
    messages.success(request, _("It is proposed. It leaves when those who must approve have approved."))
    return redirect("item", item.id)


def _waits(row: Assistance) -> str:
    """On whom it waits: the own authority, the own central authority, or the other state."""
    if row.state == assistance.DRAFTED:
        return row.authority
    if row.has_ended:
        return ""
    ours = row.state == assistance.HANDED if row.asks else True
    return row.central if ours else row.peer.state_code
