"""Writing an item: one thing a page, a draft that survives, check-answers before it is proposed."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from countersign.exchange import drafting, duty, gate, judging, kinds, queries, standing
from countersign.exchange.errors import StandingRefused
from countersign.exchange.models import Case, ExchangeItem
from countersign.kernel.errors import Conflict, CountersignError, InvalidInput
from countersign.web import digits
from countersign.web.access import Desk, desk
from countersign.web.desk import build, drafts, pages, samples, uploads
from countersign.web.models import Draft
from countersign.web.shown import refusals

DRAFTERS: Final = gate.DRAFTING_ROLES
CHANGED: Final = gettext_lazy(
    "This draft was changed in another tab. Here is how it stands now; nothing of it is lost."
)
BEGINNINGS: Final = {
    "request.information": gettext_lazy("Ask the other state for information"),
    "spontaneous": gettext_lazy("Send information unasked"),
    "note": gettext_lazy("Write a note to a colleague there"),
}


ON_DUTY: Final = {kinds.FLASH: gettext_lazy("Threat to life: to the officer on duty there, at once")}
_GRAVE: Final = {"purpose": "victim_protection", "urgency": "urgent", "offence": "homicide"}


@desk(*DRAFTERS)
def compose(request: HttpRequest, here: Desk) -> HttpResponse:
    """What to write, and from what; a POST begins the draft."""
    beginnings = BEGINNINGS | (ON_DUTY if duty.is_on_duty(here.officer) else {})
    if request.method != "POST":
        return render(request, "web/desk/compose.html", {"beginnings": beginnings, "samples": samples.SAMPLES})
    kind = request.POST.get("kind", "request.information")
    if kind not in beginnings:
        raise InvalidInput("no such beginning.", field="kind")
    typed = _beginning(here, request.POST)
    draft = drafts.begin(here.house, here.officer, kind, typed)
    return redirect("draft_page", draft.id, pages.first_open(draft.kind, typed))


@desk(*DRAFTERS)
def draft(request: HttpRequest, here: Desk, draft_id: str) -> HttpResponse:
    """The page of the draft that comes next; of one that was proposed, its item."""
    row = drafts.find(here.officer, draft_id)
    if row.item:
        return redirect("item", row.item) if row.item != drafts.CLAIMED else redirect("home")
    return redirect("draft_page", row.id, pages.first_open(row.kind, drafts.read(here.house, here.officer, row)))


@desk(*DRAFTERS)
def discard(request: HttpRequest, here: Desk, draft_id: str) -> HttpResponse:
    if request.method == "POST":
        drafts.discard(here.officer, draft_id)
        messages.success(request, _("The draft is gone."))
    return redirect("home")


@desk(*DRAFTERS)
def page(request: HttpRequest, here: Desk, draft_id: str, page: str) -> HttpResponse:
    """One page of a draft."""
    row = drafts.find(here.officer, draft_id)
    if row.item and not (request.method == "POST" and page == "check"):
        return redirect("item", row.item) if row.item != drafts.CLAIMED else redirect("home")
    if page not in pages.of(row.kind):
        return redirect("draft", row.id)
    special = {"check": _check, "files": _files, "subjects": _subjects}.get(page, _typed)
    return special(request, here, row, page)


def _typed(request: HttpRequest, here: Desk, row: Draft, page: str) -> HttpResponse:
    """A page of one form: shown, saved while it is written, or kept and left for the next."""
    typed = drafts.read(here.house, here.officer, row)
    if request.method != "POST":
        return _show(request, row, typed, page, pages.form(here, row, typed, page))
    form = pages.form(here, row, typed, page, request.POST)
    if request.POST.get("save"):
        return _saved(here, row, page, form)
    if not form.is_valid():
        return _show(request, row, typed, page, form)
    return _keep(request, here, row, page, form.stored(), form.cleaned_data.get("turn"))


def _beginning(here: Desk, given: Any) -> dict[str, Any]:
    """A fresh draft: prefilled from the pack, from a template, or from an open case."""
    fresh = _fresh(here) | (_GRAVE if given.get("kind") == kinds.FLASH else {})
    if again := given.get("again"):
        row, kept = queries.read(here.house, here.officer, again)
        return build.anew(kept) if row.kind == "request.information" else {"to": fresh}
    if named := given.get("case"):
        case = case_of(here, named)
        return build.follow_up(here.house, here.officer, case.id) or {"to": fresh | {"case_ref": case.reference}}
    return {"to": fresh} | samples.typed(given.get("sample", ""))


def _fresh(here: Desk) -> dict[str, Any]:
    """To whom and why, as the pack would have it: a new case with the other side's single point of contact."""
    return {"to": pages.default_receiver(), "case_ref": build.new_case(here.house), "purpose": "investigation",
            "urgency": "routine", "legal_basis": next(iter(here.house.pack.legal_bases)),
            "language": (get_language() or "en")[:2]}  # fmt: skip


def _saved(here: Desk, row: Draft, page: str, form: Any) -> HttpResponse:
    """What is typed so far, kept while it is written."""
    turn = digits.whole(form.data.get("turn", ""))
    kept = drafts.write(here.house, here.officer, row.id, page, form.widest(), turn=turn)
    return JsonResponse({"turn": kept.turn})


def _keep(request: HttpRequest, here: Desk, row: Draft, page: str, typed: Any, turn: int | None) -> HttpResponse:
    try:
        kept = drafts.write(here.house, here.officer, row.id, page, typed, turn=turn)
    except Conflict:
        messages.warning(request, str(CHANGED))
        return redirect("draft_page", row.id, page)
    onward = "check" if request.POST.get("to_check") else pages.after(kept.kind, page)
    return redirect("draft_page", row.id, onward)


def _subjects(request: HttpRequest, here: Desk, row: Draft, page: str) -> HttpResponse:
    """Persons and firms, one after the other: added, taken out, or done."""
    typed = drafts.read(here.house, here.officer, row)
    if request.method != "POST":
        return _show(request, row, typed, page, pages.form(here, row, typed, page))
    listed = list(typed.get("subjects", []))
    place = digits.whole(request.POST.get("remove", ""))
    if place is not None and place < len(listed):
        del listed[place]
        drafts.write(here.house, here.officer, row.id, "subjects", listed, turn=None)
        return redirect("draft_page", row.id, "subjects")
    form = pages.form(here, row, typed, "subjects", request.POST)
    if request.POST.get("done") and not form.has_changed_by_hand():
        return redirect("draft_page", row.id, pages.after(row.kind, "subjects"))
    if not form.is_valid():
        return _show(request, row, typed, "subjects", form)
    entry = form.stored()
    listed += [entry] if entry not in listed else []  # sent again over a bad line, the same person is one person
    kept = drafts.write(here.house, here.officer, row.id, "subjects", listed, turn=None)
    onward = "subjects" if request.POST.get("another") else pages.after(kept.kind, "subjects")
    return redirect("draft_page", row.id, onward)


def _files(request: HttpRequest, here: Desk, row: Draft, page: str) -> HttpResponse:
    if request.method == "POST" and request.POST.get("remove"):
        uploads.remove(row, request.POST["remove"])
        return redirect("draft_page", row.id, "files")
    if request.method == "POST" and row.kind == drafts.COLLECTING:
        uploads.sources(here.house, here.officer, row)
        return _sent_on(f"{drafts.read(here.house, here.officer, row)['then']}{row.id}")
    if request.method == "POST":
        return redirect("draft_page", row.id, pages.after(row.kind, "files"))
    listed = uploads.listed(here.house, here.officer, row)
    return render(
        request, "web/desk/draft_files.html", pages.frame(row, "files") | {"files": listed, "largest": uploads.LARGEST}
    )


def _sent_on(address: str) -> HttpResponse:
    """The same POST goes to the page of the stream, for it makes something of the files."""
    answer = HttpResponse(status=307)
    answer["Location"] = address
    return answer


def _show(request: HttpRequest, row: Draft, typed: dict[str, Any], page: str, form: Any) -> HttpResponse:
    told = pages.frame(row, page) | {"form": form, "subjects": typed.get("subjects", []), "asked": typed.get("asked")}
    return render(request, "web/desk/draft_page.html", told, status=400 if form.errors else 200)


def _check(request: HttpRequest, here: Desk, row: Draft, page: str) -> HttpResponse:
    """What will leave, as the other side will read it; then it is proposed, once."""
    if row.item and (made := drafts.outcome(row)):
        return redirect("item", made)
    typed = drafts.read(here.house, here.officer, row)
    content = build.content_of(here.house, here.officer, row.kind, typed)
    refused = None
    if request.method == "POST" and request.POST.get("turn") != str(row.turn):
        messages.warning(request, str(CHANGED))
    elif request.method == "POST":
        try:
            return _propose(request, here, row, content)
        except CountersignError as error:
            refused = refusals.explain(error)
    told = pages.frame(row, "check") | {
        "content": _with_caveats(here, content), "sheet": content.get("home"), "refused": refused,
        "files": uploads.listed(here.house, here.officer, row), "missing": pages.missing(row.kind, typed),
        "standing": _standing(here, content),
    }  # fmt: skip
    return render(request, "web/desk/draft_check.html", told, status=400 if refused else 200)


def _with_caveats(here: Desk, content: dict[str, Any]) -> dict[str, Any]:
    """The content with the caveats that the node will attach; as it was typed where it is not whole yet."""
    try:
        draft, _decision = judging.with_caveats(here.house, drafting.read(here.house, here.officer, content, peer=None))
    except CountersignError:
        return content
    return draft.content


def _standing(here: Desk, content: dict[str, Any]) -> bool:
    """Whether a standing authorisation would let these codes go at once."""
    kind = kinds.KINDS.get(content.get("kind", ""))
    coded = kind is not None and kind.standing and not kind.personal(content)
    if not coded or kind is None:
        return False
    row = standing.in_force(here.officer.authority, kind.name)
    return row is not None and content.get("ground", "") == row.ground


def _propose(request: HttpRequest, here: Desk, row: Draft, content: dict[str, Any]) -> HttpResponse:
    """A second click finds the draft claimed and is led to what the first one made of it. A refused proposal stays on
    record, so the gate is not asked inside a transaction of ours."""
    if not drafts.claim(row):
        return redirect("item", made) if (made := drafts.outcome(row)) else redirect("home")
    outcome = None
    try:
        files = uploads.sources(here.house, here.officer, row)
        if request.POST.get("standing") and _standing(here, content):
            outcome = _at_once(here, content)
        else:
            outcome = gate.propose(here.house, here.officer, content, files=files)
    finally:
        if outcome is None:
            drafts.give_back(row)
    drafts.close(row, outcome.item.id)
    sent = outcome.item.state == ExchangeItem.RELEASED
    messages.success(
        request,
        _("It is on its way.") if sent else _("It is proposed. It leaves when those who must approve have approved."),
    )
    return HttpResponseRedirect(reverse("item", args=[outcome.item.id]))


def _at_once(here: Desk, content: dict[str, Any]) -> gate.Outcome:
    try:
        return standing.propose(here.house, here.officer, content)
    except StandingRefused:
        return gate.propose(here.house, here.officer, content)


def case_of(here: Desk, case_id: str) -> Case:
    """A case of the officer's own authority. Raises InvalidInput for any other."""
    case = queries.cases(here.officer).filter(id=case_id).first()
    if case is None:
        raise InvalidInput("your authority has no such case.", field="case")
    return case
