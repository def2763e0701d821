"""An item's page: what it says, how it may be used, where it stands, and what the officer at the page can do with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from countersign.exchange import (
    approvals,
    assistance,
    attachments,
    contents,
    decisions,
    gate,
    intake,
    kinds,
    queries,
    reading,
    redaction,
    use,
    walls,
)
from countersign.exchange.contents import Kept
from countersign.exchange.models import Escalation, ExchangeItem, GateDecision, Permission, RecallDue, Record
from countersign.kernel.errors import InvalidInput
from countersign.oversight import admission
from countersign.oversight.models import RiskAssessment
from countersign.web import digits
from countersign.web.access import Desk, desk
from countersign.web.desk import central, drafts, lane, translations
from countersign.web.shown import reasons
from countersign.web.shown.words import QUESTIONS

_SAFE_TYPE = "application/octet-stream"


@desk()
def item(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    row, kept = queries.read(here.house, here.officer, item_id)
    reading.note(here.house, here.officer, row)
    told = view_of(here, row, kept) | {
        "translations": translations.of(here.house, row),
        "history": GateDecision.objects.filter(item=row).order_by("leaf_index"),
        "answers_to": ExchangeItem.objects.filter(id=row.answers, authority=row.authority).first() if row.answers else None,
        "answered_by": ExchangeItem.objects.filter(answers=row.id, authority=row.authority).order_by("created_at"),
    }  # fmt: skip
    return render(request, "web/desk/item.html", told)


def view_of(here: Desk, row: ExchangeItem, kept: Kept) -> dict[str, Any]:
    """What the item's page, its approval page and its proof page share."""
    waits = row.state == ExchangeItem.PROPOSED
    decision = gate.standing(here.house, row) if waits else None
    return {
        "item": row,
        "content": kept.content,
        "sheet": kept.sheet if row.direction == ExchangeItem.OUT else None,
        "diff": redaction.difference(kept.full, kept.content) if kept.full is not None else [],
        "reasons": reasons.of_rules(decision.fired) if decision is not None and not decision.allowed else [],
        "needs": row.needs if waits else [],
        "approved": queries.approved(row) if row.direction == ExchangeItem.OUT else [],
        "assessments": RiskAssessment.objects.filter(item=row).select_related("officer", "profile").order_by("-at"),
        "records": Record.objects.filter(item=row).select_related("officer"),
        "permissions": Permission.objects.filter(item=row),
        "can": can(here, row, kept),
        "escalated": Escalation.objects.filter(item=row).select_related("head").first(),
        "assistance": assistance.about(row),
        "recall_due": RecallDue.objects.filter(item=row).first(),
    } | lane.of_item(here, row)


@require_POST
@desk(*gate.DRAFTING_ROLES)
def take(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    intake.take(here.house, here.officer, item_id)
    messages.success(request, _("It is in hand; the other side is told."))
    return redirect("item", item_id)


@desk("desk", "legal")
def admit(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    """Four questions before any holding is searched for a person."""
    row, kept = queries.read(here.house, here.officer, item_id)
    if request.method == "POST":
        admission.admit(here.house, here.officer, item_id, found=tuple(request.POST.getlist("found")))
        messages.success(request, _("The request is in order. Holdings may be searched for it."))
        return redirect("item", item_id)
    told = {"item": row, "content": kept.content, "questions": QUESTIONS, "can": can(here, row, kept)}
    return render(request, "web/desk/admit.html", told)


@desk(*gate.DRAFTING_ROLES)
def answer(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    """How to answer; a POST begins the draft."""
    row, kept = queries.read(here.house, here.officer, item_id)
    asked = _asked(here, row, kept)
    if request.method != "POST":
        return render(request, "web/desk/answer.html", {"item": row, "content": kept.content, "asked": asked,
                                                        "can": can(here, row, kept)})  # fmt: skip
    kind = request.POST.get("kind", "")
    if kind not in ("reply", "reply.interim", "refusal", "feedback.outcome", "permission", "verdict"):
        raise InvalidInput("no such answer.", field="kind")
    draft = drafts.begin(here.house, here.officer, kind, {"asked": asked})
    return redirect("draft", draft.id)


@desk()
def attachment(request: HttpRequest, here: Desk, item_id: str, name: str) -> HttpResponseBase:
    """An attachment's clear bytes; an interrupted download goes on by Range. On record; of a received item the gate is asked."""
    row = queries.find(item_id)
    central.require_reader(here, row)
    kept = contents.read(here.house, row)
    entry = next((entry for entry in kept.content.get("attachments", ()) if entry["id"] == name), None)
    if entry is None:
        raise InvalidInput("the item has no such attachment.", field="attachment")
    size, begin = int(entry["size"]), _begin_of(request.headers.get("Range", ""), int(entry["size"]))
    _opened(here, row, name)
    stream = attachments.open_one(here.house, "in" if row.arrived else "out", kept, name)
    response = StreamingHttpResponse(_from(stream, begin), content_type=_SAFE_TYPE, status=206 if begin else 200)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Accept-Ranges"], response["Content-Length"] = "bytes", str(size - begin)
    response["X-Content-Type-Options"] = "nosniff"
    if begin:
        response["Content-Range"] = f"bytes {begin}-{size - 1}/{size}"
    return response


@desk(*gate.DRAFTING_ROLES, "legal")
def translate(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    """File a translation beside the original, with the translator's name."""
    row, kept = queries.read(here.house, here.officer, item_id)
    form = translations.TranslationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            translations.keep(here.house, here.officer, row, form.cleaned_data["language"], form.cleaned_data["text"])
        messages.success(request, _("The translation is filed beside the original."))
        return redirect("item", item_id)
    told = {"item": row, "content": kept.content, "form": form}
    return render(request, "web/desk/translate.html", told, status=400 if form.errors else 200)


def can(here: Desk, row: ExchangeItem, kept: Kept) -> dict[str, bool]:
    """What the officer can do here; the services check it once more."""
    officer, content = here.officer, kept.content
    member = officer.authority == row.authority
    inbound, waits = row.direction == ExchangeItem.IN, row.state in (ExchangeItem.PROPOSED, ExchangeItem.HELD)
    drafts_too, own = here.holds(*gate.DRAFTING_ROLES) and member, row.drafter_id == officer.pk
    admitted = inbound and admission.is_admitted(row.id)
    persons = bool(kinds.persons(content)) if content.get("kind") in kinds.PERSONS_ASKED else False
    closing = row.kind in (*kinds.PERSONS_ASKED, "permission.onward", "permission.court_use")
    return {
        "take": inbound and row.state == ExchangeItem.RECEIVED and drafts_too,
        "admit": row.state == ExchangeItem.ACCEPTED
        and persons
        and not admitted
        and here.holds("desk", "legal")
        and member,
        "answer": row.state == ExchangeItem.ACCEPTED and row.answered_at is None and closing and drafts_too,
        "feedback": inbound and row.kind in ("reply", "spontaneous") and drafts_too,
        "ask_permission": inbound and row.kind in ("reply", "spontaneous") and drafts_too,
        "use": inbound and row.kind in ("reply", "spontaneous", *kinds.PERSONS_ASKED) and member,
        "translate": here.holds(*gate.DRAFTING_ROLES, "legal") and member and bool({"text", "question"} & set(content)),
        "approve": waits and not own and here.holds(*approvals.ROLES),
        "assess": waits and here.holds("risk_officer") and not own and member,
        "record": waits and here.holds("legal") and not own and member,
        "withhold": waits and here.holds(*gate.DRAFTING_ROLES, "releaser", "legal") and member,
        "follow_up": not inbound and row.kind == "request.information" and drafts_too and row.case_id is not None,
        "again": row.state == ExchangeItem.REFUSED and row.kind == "request.information" and drafts_too and not inbound,
        "disagree": row.state == ExchangeItem.REFUSED
        and bool(row.declined)
        and here.holds("executive")
        and member
        and officer.pk not in (row.drafter_id, row.declined_by_id),
        "recall": row.state == ExchangeItem.RELEASED
        and row.kind not in ("recall", "note.test")
        and member
        and not inbound
        and here.holds("desk", "legal", "releaser"),
        "assist": inbound
        and row.case_id is not None
        and member
        and here.holds(*assistance.DRAFTERS)
        and row.state != ExchangeItem.FROZEN
        and content.get("marking", {}).get("tlp") not in ("red", "amber_strict"),
        "prove": row.released_id is not None or row.arrived_id is not None,
        "searchable": admitted,
    }


def _asked(here: Desk, row: ExchangeItem, kept: Kept) -> dict[str, Any]:
    """What an answer needs of what it answers."""
    walls.require_item(here.officer, row)
    content = kept.content
    places = kinds.persons(content) if row.kind in kinds.PERSONS_ASKED else []
    persons = [[str(place), content["subjects"][place]["names"][0]["text"]] for place in places]
    return {
        "item": row.id, "kind": row.kind, "case_ref": content["case_ref"], "to_state": row.peer.state_code,
        "to_authority": content["from_authority"], "purpose": content["purpose"], "persons": persons, "personal": bool(places),
        "about_item": content.get("item", ""), "recipient": content.get("recipient") or "",
    }  # fmt: skip


def _opened(here: Desk, row: ExchangeItem, name: str) -> None:
    """What was given by the other state is read under its conditions; every opening of a file names its reader."""
    if row.direction == ExchangeItem.IN:
        use.require(here.house, here.officer, row, use.Purpose("read"))
    with transaction.atomic():
        facts = {"officer": here.officer.id, "attachment": name}
        decisions.record_act(here.house, row, act="attachment.open", facts=facts)


def _begin_of(asked: str, size: int) -> int:
    """The first byte of `Range: bytes=N-`; anything else is answered whole, as RFC 9110 allows."""
    unit, _sign, span = asked.partition("=")
    first = digits.whole(span.removesuffix("-")) if unit == "bytes" and span.endswith("-") else None
    return first if first is not None and first < size else 0


def _from(stream: Any, begin: int) -> Any:
    left = begin
    for block in stream:
        if left >= len(block):
            left -= len(block)
            continue
        yield block[left:]
        left = 0
