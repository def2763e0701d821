"""What goes up or comes late: escalations to the head, what a protection officer settles, recalls."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from countersign.charter.models import Officer
from countersign.exchange import escalation, readers, recalls
from countersign.exchange.models import RecallDue
from countersign.kernel.errors import InvalidInput
from countersign.oversight import late
from countersign.web.access import Desk, desk


@desk("head", "executive", "reviewer")
def escalations(request: HttpRequest, here: Desk) -> HttpResponse:
    """Questions on which a deputy disagreed with a no; the head decides."""
    told = {"rows": escalation.waiting(here.officer.authority), "decides": here.holds("head")}
    return render(request, "web/desk/escalations.html", told)


@require_POST
@desk("executive")
def disagree(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    escalation.disagree(here.house, here.officer, item_id)
    messages.success(request, _("The question is before the head of the authority. Nothing leaves meanwhile."))
    return redirect("item", item_id)


@require_POST
@desk("head")
def decide(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    reopen = request.POST.get("decision") == "reopen"
    if not reopen and request.POST.get("decision") != "uphold":
        raise InvalidInput("uphold the no, or reopen the question.", field="decision")
    escalation.decide(here.house, here.officer, item_id, reopen=reopen)
    messages.success(request, _("Reopened: every approval is needed anew.") if reopen else _("The no is upheld."))
    return redirect("escalations")


@desk(*readers.DECIDERS)
def named_readers(request: HttpRequest, here: Desk) -> HttpResponse:
    """Names that the other state gave for TLP:RED and that no officer bears exactly: the head says who is meant."""
    officers = Officer.objects.filter(authority=here.officer.authority, active=True).exclude(pk=here.officer.pk)
    told = {"rows": readers.unknown(here.house, here.officer), "officers": officers.order_by("name")}
    return render(request, "web/desk/readers.html", told)


@require_POST
@desk(*readers.DECIDERS)
def recognise(request: HttpRequest, here: Desk, item_id: str, place: int) -> HttpResponse:
    readers.recognise(here.house, here.officer, item_id, place, request.POST.get("officer", ""))
    messages.success(request, _("The item is open to this officer now."))
    return redirect("readers")


@desk("protection_officer")
def found_late(request: HttpRequest, here: Desk) -> HttpResponse:
    """What has left and would not leave today. Only a protection officer sees that there is anything."""
    return render(request, "web/desk/late.html", {"rows": late.waiting()})


@require_POST
@desk("protection_officer")
def settle(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    recall = request.POST.get("decision") == "recall"
    if not recall and request.POST.get("decision") != "let_be":
        raise InvalidInput("let it be, or recall it.", field="decision")
    late.settle(here.house, here.officer, item_id, recall=recall)
    messages.success(request, _("It goes with the next batch of recalls.") if recall else _("It is let be."))
    return redirect("late")


@desk("desk", "legal", "releaser")
def recall(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    """Recall an own item in the next batch; the end of the reference is retyped, for this cannot be undone."""
    item = recalls.of_officer(here.officer, item_id)
    if request.method != "POST":
        told = {"item": item, "leaves": recalls.next_batch_now(), "due": RecallDue.objects.filter(item=item).first()}
        return render(request, "web/desk/recall.html", told)
    if request.POST.get("retyped", "").strip().lower() != item.id[-6:]:
        raise InvalidInput(
            "the end of the reference was not retyped.", field="retyped", remedy="Type its last six signs."
        )
    recalls.ask(here.house, here.officer, item.id)
    messages.success(request, _("It goes with the next batch of recalls."))
    return redirect("item", item_id)
