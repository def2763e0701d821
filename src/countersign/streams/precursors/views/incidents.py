"""Incidents: a list, a new one, and one with its chain back to the manufacturer and what can be done."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from countersign.exchange import contents, gate, kinds, walls
from countersign.exchange.models import ExchangeItem
from countersign.exchange.prefill import prefilled
from countersign.exchange.streams import Here
from countersign.kernel.errors import CountersignError, NotFound
from countersign.streams.precursors import picture, queries, words
from countersign.streams.precursors.heads import addressed
from countersign.streams.precursors.incident_forms import (
    AuthorisedForm,
    BacktrackForm,
    DeliveryForm,
    FoundForm,
    IncidentForm,
)
from countersign.streams.precursors.manifest import DRAFTERS
from countersign.streams.precursors.models import Hit
from countersign.streams.precursors.services import deliveries, files, suspects, tracing

MOST = 100


def page(request: HttpRequest, here: Here) -> HttpResponse:
    """Incidents of the authority, the newest first, with what waits."""
    rows = [_row(here, item) for item in queries.incidents(here.officer)[:MOST]]
    told = {"rows": rows, "drafts": here.holds(*DRAFTERS), "hits": queries.open_hits(here.officer).count()}
    return render(request, "precursors/incidents.html", told)


def new(request: HttpRequest, here: Here) -> HttpResponse:
    """Tell an incident: its photographs and papers come next, then it is checked and proposed."""
    form = IncidentForm(request.POST or None)
    refused: CountersignError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            content = form.content(here)
            kinds.validate(prefilled(here.house.pack, content))
            return redirect(here.draft(content))
        except CountersignError as error:
            refused = error
    told = {"form": form, "refused": refused}
    return render(request, "precursors/incident_new.html", told, status=400 if refused or form.errors else 200)


def incident(request: HttpRequest, here: Here, item_id: str) -> HttpResponse:
    """One incident: what was told, the chain, hits on own marks, and the next question or answer."""
    item = _find(here, item_id)
    shown: dict[str, Any] = {
        "ask": BacktrackForm(), "found": FoundForm(), "deliver": DeliveryForm(), "agree": AuthorisedForm()
    }  # fmt: skip
    refused: CountersignError | None = None
    if request.method == "POST":
        try:
            if _ACTS[request.POST.get("act", "")](request, here, item, shown):
                return redirect("precursors_incident", item_id)
        except KeyError:
            refused = NotFound("no such act.", field="act")
        except CountersignError as error:
            refused = error
    branches = tracing.branches(here.house, item)
    content = contents.whole(here.house, item)
    told = shown | {
        "item": item, "content": content, "type": words.say(words.TYPES, content["type"]), "refused": refused,
        "way": words.say(words.WAYS, content["mode"]), "wanted": words.say(words.WANTED, content["wanted"]),
        "happened": date.fromisoformat(content["happened_on"]),
        "seized": content.get("lines") or [{"name": content["what"], "kilograms": ""}],
        "branches": [_told(branch) for branch in branches], "chain": _chain(content, branches), "can": _can(here, item, branches),
        "planned": [_planned(here, one) for one in deliveries.of(here.house, item)],
        "hits": [_hit(here, hit) for hit in queries.hits(here.officer, item)],
    }  # fmt: skip
    wrong = refused or any(form.is_bound and form.errors for form in shown.values())
    return render(request, "precursors/incident.html", told, status=400 if wrong else 200)


def file(request: HttpRequest, here: Here, item_id: str) -> HttpResponse:
    """An own incident as a table in the headings of PICS."""
    del request
    item = _find(here, item_id)
    if item.direction != ExchangeItem.OUT:
        raise NotFound("only the own state's incidents are given as a table.", field="item")
    answer = HttpResponse(files.incident_table(contents.whole(here.house, item)), content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="incident-{item.id}.csv"'
    return answer


def _find(here: Here, item_id: str) -> ExchangeItem:
    item = ExchangeItem.objects.filter(id=item_id, kind__startswith="incident.").select_related("peer", "case").first()
    if item is None:
        raise NotFound("no such incident.", field="item")
    walls.require_item(here.officer, item)
    return item


def _row(here: Here, item: ExchangeItem) -> dict[str, Any]:
    content = contents.whole(here.house, item)
    branches = tracing.branches(here.house, item)
    return {
        "item": item, "type": words.say(words.TYPES, content["type"]), "on": date.fromisoformat(content["happened_on"]),
        "what": content.get("what") or "; ".join(line["name"] for line in content["lines"]),
        "waits": [branch.request for branch in branches if branch.waits], "done": bool(branches),
        "wanted": words.say(words.WANTED, content["wanted"]), "hits": queries.hits(here.officer, item).count(),
    }  # fmt: skip


def _told(branch: tracing.Branch) -> dict[str, Any]:
    return {
        "branch": branch, "asked": _list(words.SOUGHT, branch.asked),
        "found": words.say(words.FINDINGS, branch.finding) if branch.finding else "",
    }  # fmt: skip


def _list(known: words.Words, codes: tuple[str, ...]) -> str:
    return ", ".join(words.say(known, code) for code in codes)


def _chain(content: dict[str, Any], branches: list[tracing.Branch]) -> picture.Chain:
    return picture.drawn(
        words.say(words.TYPES, content["type"]), branches, [_list(words.SOUGHT, branch.asked) for branch in branches],
        [words.say(words.FINDINGS, branch.finding) for branch in branches],
    )  # fmt: skip


def _can(here: Here, item: ExchangeItem, branches: list[tracing.Branch]) -> dict[str, Any]:
    drafts = here.holds(*DRAFTERS)
    waiting = [branch.request for branch in branches if branch.waits and branch.request.direction == ExchangeItem.IN]
    sent = item.state not in tracing.NOT_SENT
    return {
        "ask": drafts and sent, "answer": waiting[0] if drafts and waiting else None, "settle": here.holds("analyst", "desk"),
        "file": drafts and item.direction == ExchangeItem.OUT,
    }  # fmt: skip


def _hit(here: Here, hit: Hit) -> dict[str, Any]:
    return {"hit": hit, "mark": suspects.mark_of(here.house, hit.suspect), "state": words.say(words.HITS, hit.state)}


def _ask(request: HttpRequest, here: Here, item: ExchangeItem, shown: dict[str, Any]) -> bool:
    form = shown["ask"] = BacktrackForm(request.POST)
    if not form.is_valid():
        return False
    return _propose(request, here, item, {"kind": "request.backtrack", "incident": item.id} | form.told())


def _answer(request: HttpRequest, here: Here, item: ExchangeItem, shown: dict[str, Any]) -> bool:
    form = shown["found"] = FoundForm(request.POST)
    waiting = _can(here, item, tracing.branches(here.house, item))["answer"]
    if waiting is None:
        raise NotFound("no request waits for an answer of yours.", field="answers")
    if not form.is_valid():
        return False
    return _propose(request, here, item, {"kind": "reply.backtrack", "answers": waiting.id} | form.told())


def _deliver(request: HttpRequest, here: Here, item: ExchangeItem, shown: dict[str, Any]) -> bool:
    form = shown["deliver"] = DeliveryForm(request.POST)
    if not form.is_valid():
        return False
    return _propose(request, here, item, {"kind": "delivery.proposal", "incident": item.id} | form.told(here))


def _agree(request: HttpRequest, here: Here, item: ExchangeItem, shown: dict[str, Any]) -> bool:
    """Answer a proposal: with the own authorisation it is agreed, with a refusal it is not."""
    name = request.POST.get("answers", "")
    waiting = [one for one in deliveries.of(here.house, item) if one.item.id == name and _answers(one)]
    if not waiting:
        raise NotFound("no proposal waits for an answer of yours.", field="answers")
    form = shown["agree"] = AuthorisedForm(request.POST)
    if request.POST.get("outcome") == "not_agreed":
        call = request.POST.get("call_back", "").strip() or "-"
        return _propose(
            request,
            here,
            item,
            {"kind": "delivery.answer", "answers": name, "outcome": "not_agreed", "call_back": call},
        )
    if not form.is_valid():
        return False
    told = {"outcome": "agreed", "call_back": form.cleaned_data["call_back"], "authorisation": form.authorised(here)}
    return _propose(request, here, item, {"kind": "delivery.answer", "answers": name} | told)


def _planned(here: Here, one: deliveries.Planned) -> dict[str, Any]:
    begins, ends = (date.fromisoformat(one.content[name]) for name in ("begins_on", "ends_on"))
    return {
        "one": one, "begins": begins, "ends": ends, "state": words.say(words.DELIVERIES, one.state),
        "answers": here.holds(*DRAFTERS) and _answers(one),
    }  # fmt: skip


def _answers(one: deliveries.Planned) -> bool:
    return one.item.direction == ExchangeItem.IN and one.state == deliveries.OPEN


def _settle(request: HttpRequest, here: Here, item: ExchangeItem, shown: dict[str, Any]) -> bool:
    del item, shown
    key = request.POST.get("hit", "")
    suspects.settle(
        here.house, here.officer, int(key) if re.fullmatch(r"[0-9]{1,9}", key) else 0, request.POST.get("state", "")
    )
    messages.success(request, _("Noted in your name. Nothing of it leaves by itself."))
    return True


def _propose(request: HttpRequest, here: Here, item: ExchangeItem, told: dict[str, Any]) -> bool:
    content = contents.whole(here.house, item)
    to = content["from_authority"] if item.direction == ExchangeItem.IN else content["to_authority"]
    full = addressed(here, told["kind"], content["case_ref"], item.peer.state_code, to) | told
    gate.propose(here.house, here.officer, full)
    messages.success(request, _("It is proposed. It leaves when those who must approve have approved."))
    return True


_ACTS = {"ask": _ask, "answer": _answer, "deliver": _deliver, "agree": _agree, "settle": _settle}
