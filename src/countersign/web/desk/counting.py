"""The reviewer's counts, drawn; the version that may be published; and the state's yearly report."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from countersign.kernel import clock
from countersign.oversight import annual, statistics
from countersign.oversight.entries import Span
from countersign.oversight.statistics import Count
from countersign.web import digits
from countersign.web.access import Desk, desk
from countersign.web.forms.oversight import SpanForm
from countersign.web.shown import counted, pictures
from countersign.web.shown.words import say


@desk("reviewer")
def page(request: HttpRequest, here: Desk) -> HttpResponse:
    """The fifteen counts of some days; by default of this year."""
    today = clock.now().date()
    asked = {name: request.GET[name] for name in ("first", "last", "authority", "public") if name in request.GET}
    form = SpanForm(asked or {"first": date(today.year, 1, 1).isoformat(), "last": today.isoformat()}, here=here)
    drawn: list[dict[str, Any]] = []
    public = False
    if form.is_valid():
        given = form.cleaned_data
        public = bool(given["public"])
        found = annual.counts(
            here.house, here.officer, Span(given["first"], given["last"]), authority=given["authority"]
        )
        if public and request.GET.get("as") == "json":
            return JsonResponse({"counts": statistics.published(found)}, json_dumps_params={"indent": 2})
        drawn = [_drawn(count, public=public) for count in found if count.public or not public]
    told = {"form": form, "counts": drawn, "public": public, "year": today.year, "form_known": annual.form_of(here.house.pack),
            "authorities": sorted(here.house.pack.authorities), "query": request.GET.urlencode()}  # fmt: skip
    return render(request, "web/desk/statistics.html", told, status=400 if form.errors else 200)


@desk("reviewer")
def yearly(request: HttpRequest, here: Desk, authority: str, year: str) -> HttpResponse:
    """The yearly report of one authority, its numbers filled in."""
    made = annual.report(here.house, here.officer, authority=authority, year=digits.whole(year) or 0)
    sections = [
        (heading, [(_cell(name.partition("/")[2]), value) for name, value in cells]) for heading, cells in made.sections
    ]
    return render(request, "web/desk/yearly.html", {"report": made, "sections": sections})


def _drawn(count: Count, *, public: bool) -> dict[str, Any]:
    """One count with its bars and its table; what is left out has no bar."""
    shown = statistics.suppressed(count.cells) if public else dict(count.cells)
    cells = [(_cell(name), value) for name, value in shown.items()]
    numbers = [(name, value) for name, value in cells if isinstance(value, int)]
    return {"number": count.number, "title": say(counted.COUNTS, count.key), "cells": cells, "chart": pictures.chart(numbers),
            "left_out": statistics.LEFT_OUT}  # fmt: skip


def _cell(name: str) -> str:
    """A cell in words: a fixed one by its name, one made of a code by the words of that code."""
    kind, sign, code = name.partition(":")
    if not sign:
        return say(counted.CELLS, name)
    table = counted.CELL_TABLES.get(kind)
    return f"{say(counted.CELLS, kind)}: {say(table, code) if table else code}"
