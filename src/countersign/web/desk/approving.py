"""Approving and declining: the gate's reasons, exactly what leaves, who else must approve; a no is as near as a yes."""

from __future__ import annotations

import hmac
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from countersign.exchange import approvals, contents, gate, queries, records, withholding
from countersign.exchange.errors import AlreadyDecided, ApprovalRefused
from countersign.exchange.home_sheet import Withheld
from countersign.exchange.models import ExchangeItem
from countersign.kernel.errors import CountersignError
from countersign.oversight import risk
from countersign.web import signing
from countersign.web.access import Desk, desk
from countersign.web.desk import central
from countersign.web.desk.items import view_of
from countersign.web.forms.acts import ApproveForm, AssessForm, DeclineForm, RecordForm, WithholdForm
from countersign.web.shown import refusals

MEMBERS: Final = ("text", "question", "necessity", "explanation", "subjects")


@desk(*approvals.ROLES)
def approve(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    """Read, then sign exactly these bytes. Bytes that changed since the page was shown are shown anew, unsigned."""
    row = _open(here, item_id)
    form = ApproveForm(request.POST or None, here=here, initial={"digest": approvals.digest(row).hex()})
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            return _sign(request, here, row, form.cleaned_data)
        except CountersignError as error:
            refused = refusals.explain(error)
            # What the page shows now is what would be signed next, so the form is a fresh one.
            form = ApproveForm(here=here, initial={"digest": approvals.digest(queries.find(item_id)).hex()})
    return _page(request, here, row, {"form": form, "decline": DeclineForm(here=here)}, refused)


@desk(*approvals.ROLES)
def decline(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    row = _open(here, item_id)
    form = DeclineForm(request.POST or None, here=here)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        gate.decline(here.house, here.officer, item_id, role=given["role"], ground=given["ground"])
        messages.success(request, _("Declined. It will not leave; a new proposal may."))
        return redirect("home")
    fresh = ApproveForm(here=here, initial={"digest": approvals.digest(row).hex()})
    return _page(request, here, row, {"form": fresh, "decline": form}, None)


@desk("risk_officer")
def assess(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    row = _open(here, item_id)
    form = AssessForm(request.POST or None)

    def act(given: dict[str, Any]) -> str:
        risk.assess(here.house, here.officer, item_id, bare=given["bare"], mitigated=given["mitigated"],
                    mitigation=given["mitigation"])  # fmt: skip
        return _("The risk is assessed.")

    to = contents.read(here.house, row).content.get("to_authority", "")
    told = {"profile": risk.newest_profile(row.peer.state_code, to)}
    return _act(request, here, row, form, act, "web/desk/assess.html", told)


@desk("legal")
def record(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    row = _open(here, item_id)
    form = RecordForm(request.POST or None)

    def act(given: dict[str, Any]) -> str:
        records.put(here.house, here.officer, item_id, code=given["code"], reference=given["reference"])
        return _("It is on record.")

    return _act(request, here, row, form, act, "web/desk/record.html")


@desk(*gate.DRAFTING_ROLES, "releaser", "legal")
def withhold(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    """Take words out of the payload; the full version stays home and the difference is shown."""
    row = _open(here, item_id)
    content = contents.read(here.house, row).content
    members = [(f"/{name}", _member_words(name)) for name in MEMBERS if content.get(name)]
    known = here.house.policies.vocabulary.sets["redactions"]
    form = WithholdForm(request.POST or None, categories=known, members=members)

    def act(given: dict[str, Any]) -> str:
        cut = Withheld(path=given["path"], words=given["words"], category=given["category"])
        withholding.withhold(here.house, here.officer, item_id, [cut])
        return _("The words are taken out. Earlier approvals no longer count.")

    return _act(request, here, row, form, act, "web/desk/withhold.html")


def _act(
    request: HttpRequest,
    here: Desk,
    row: ExchangeItem,
    form: Any,
    act: Any,
    template: str,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """One act on a proposal: done and back to the item, or the page again with what was refused."""
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, act(form.cleaned_data))
            return redirect("item", row.id)
        except CountersignError as error:
            refused = refusals.explain(error)
    return _page(request, here, row, {"form": form}, refused, template=template, more=more)


def _sign(request: HttpRequest, here: Desk, row: ExchangeItem, given: dict[str, Any]) -> HttpResponse:
    if not hmac.compare_digest(given["digest"], approvals.digest(row).hex()):
        raise ApprovalRefused("the item was changed since the page was shown.", field="digest")
    signature = signing.sign(here.officer, given["phrase"], approvals.message(row, given["role"]))
    outcome = gate.approve(here.house, here.officer, row.id, role=given["role"], signature=signature)
    if outcome.item.state == ExchangeItem.RELEASED:
        messages.success(request, _("Approved and released: it is on its way."))
    else:
        messages.success(request, _("Approved."))
    return redirect("item", row.id) if row.authority == here.officer.authority else redirect("home")


def _open(here: Desk, item_id: str) -> ExchangeItem:
    """An item that has not left; a central legal adviser sees others' where the gate waits for it. Raises AlreadyDecided."""
    row = queries.find(item_id)
    central.require_reader(here, row)
    if row.direction != ExchangeItem.OUT or row.state not in (ExchangeItem.PROPOSED, ExchangeItem.HELD):
        raise AlreadyDecided(f"the item is {row.state} already.", field="item")
    return row


def _page(
    request: HttpRequest, here: Desk, row: ExchangeItem, forms: dict[str, Any], refused: Any,
    *, template: str = "web/desk/approve.html", more: dict[str, Any] | None = None,
) -> HttpResponse:  # fmt: skip
    fresh = queries.find(row.id)
    told = view_of(here, fresh, contents.read(here.house, fresh)) | forms | {
        "refused": refused, "has_key": signing.is_kept(here.officer), "own": fresh.drafter_id == here.officer.pk,
    } | (more or {})  # fmt: skip
    wrong = refused is not None or any(form.errors for form in forms.values())
    return render(request, template, told, status=400 if wrong else 200)


def _member_words(name: str) -> str:
    words = {"text": _("Text"), "question": _("Question"), "necessity": _("Why it is needed"),
             "explanation": _("Explanation"), "subjects": _("Persons and firms")}  # fmt: skip
    return words[name]
