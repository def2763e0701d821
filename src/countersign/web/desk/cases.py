"""The list of cases and the case's page: a thread of what was asked, told and refused, with clocks and receipts."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countersign.charter.models import Officer
from countersign.exchange import contents, gate, queries, reading, search, walls
from countersign.exchange.models import Case, ExchangeItem
from countersign.kernel import clock
from countersign.kernel.errors import CountersignError
from countersign.web.access import Desk, desk
from countersign.web.desk import filters
from countersign.web.desk.compose import case_of
from countersign.web.desk.items import can
from countersign.web.forms.base import PageForm, a_line
from countersign.web.shown import refusals

A_PAGE: Final = 50
_OPEN: Final = Q(exchangeitem__due_at__isnull=False, exchangeitem__answered_at=None)


@desk()
def cases(request: HttpRequest, here: Desk) -> HttpResponse:
    """The cases of the officer's authority, filtered and ordered; filters can be kept under a name."""
    walls.require_reader(here.officer)
    if request.method == "POST":
        return filters.keep(request, here)
    show = request.GET.get("show", "open")
    order = request.GET.get("order", "due")
    reference = request.GET.get("reference", "").strip().upper()[:64]
    rows = _rows(here.officer, show, order, reference)
    listed = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    told = {
        "page": listed, "show": show, "order": order, "reference": reference, "shows": filters.SHOWS,
        "clocks": _clocks(here.officer, listed),
        "filters": filters.of(here), "query": filters.query(show, order, reference),
    }  # fmt: skip
    return render(request, "web/desk/cases.html", told)


@desk()
def case(request: HttpRequest, here: Desk, case_id: str) -> HttpResponse:
    """One case as a thread, the oldest first."""
    walls.require_reader(here.officer)
    row = case_of(here, case_id)
    items = list(queries.items(here.officer).filter(case=row).order_by("created_at").select_related("drafter"))
    told = {
        "case": row, "thread": [_entry(here, item) for item in items],
        "open": any(item.due_at and not item.answered_at for item in items),
        "searchable": search.own_cases(here.officer).filter(pk=row.pk).exists(),
        "ask_again": here.holds(*gate.DRAFTING_ROLES),
    }  # fmt: skip
    return render(request, "web/desk/case.html", told)


def _entry(here: Desk, item: ExchangeItem) -> tuple[ExchangeItem, dict[str, Any], dict[str, bool]]:
    """An item of the thread with its content; of one for named readers, to anybody else, that it is there and no more."""
    if not walls.is_open(here.officer, item):
        return item, {}, {}
    kept = contents.read(here.house, item)
    reading.note(here.house, here.officer, item)
    return item, kept.content, can(here, item, kept)


class SearchForm(PageForm):
    """Words, and in whose name holdings are searched: an own case, or an admitted request."""

    words = a_line(
        gettext_lazy("Words or beginnings of words"),
        help_text=gettext_lazy("In any of the four scripts; all must be found."),
    )
    ground = forms.ChoiceField(label=gettext_lazy("In the name of"))

    def __init__(self, *given: Any, grounds: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["ground"].choices = grounds  # type: ignore[attr-defined]


@desk()
def find(request: HttpRequest, here: Desk) -> HttpResponse:
    """Search of the own holdings on keyed tokens; logged without the words. By POST, so that no word stands in an address."""
    walls.require_reader(here.officer)
    grounds = _grounds(here.officer)
    asked = request.GET.get("for", "")
    form = SearchForm(request.POST or None, grounds=grounds, initial={"ground": asked})
    found, refused = None, None
    if request.method == "POST" and form.is_valid():
        kind, _sign, name = form.cleaned_data["ground"].partition(":")
        try:
            found = search.find(here.house, here.officer, form.cleaned_data["words"], **{kind: name})
        except CountersignError as error:
            refused = refusals.explain(error)
    told = {"form": form, "found": found, "refused": refused, "none": not grounds}
    return render(request, "web/desk/search.html", told, status=400 if refused or form.errors else 200)


def _rows(officer: Officer, show: str, order: str, reference: str) -> QuerySet[Case]:
    rows = queries.cases(officer).annotate(
        items=Count("exchangeitem"), newest=Max("exchangeitem__created_at"), next_due=Min("exchangeitem__due_at", filter=_OPEN),
        asked=Count("exchangeitem", filter=_OPEN & Q(exchangeitem__direction="in")),
    )  # fmt: skip
    if reference:
        rows = rows.filter(reference__contains=reference)
    wanted = {
        "open": Q(next_due__isnull=False), "late": Q(next_due__lt=clock.now()),
        "theirs": Q(next_due__isnull=False, asked=0), "ours": Q(asked__gt=0),
    }  # fmt: skip
    rows = rows.filter(wanted.get(show, Q()))
    if order == "due":
        return rows.order_by(F("next_due").asc(nulls_last=True), "reference")
    return rows.order_by(filters.ORDERS.get(order, "reference"), "reference")


def _clocks(officer: Officer, listed: Any) -> dict[str, ExchangeItem]:
    """The item whose clock runs out first, for each case of the page."""
    due = queries.items(officer).filter(case__in=[row.pk for row in listed], due_at__isnull=False, answered_at=None)
    found: dict[str, ExchangeItem] = {}
    for item in due.order_by("-due_at"):
        found[str(item.case_id)] = item
    return found


def _grounds(officer: Officer) -> list[tuple[str, str]]:
    """In whose name this officer may search: admitted requests first, then own cases, the newest first."""
    rows = (
        queries.items(officer).filter(direction=ExchangeItem.IN, admission__isnull=False).order_by("-created_at")[:100]
    )
    requests = [
        (f"request:{row.id}", _("Request in %(case)s") % {"case": row.case.reference if row.case else row.id})
        for row in rows
    ]
    own = search.own_cases(officer).order_by("-opened_at")[:200]
    return requests + [(f"case:{row.reference}", _("Case %(case)s") % {"case": row.reference}) for row in own]
