"""Screening on a page: one line with its evidence, a file with its report, and what the lists say on any day."""

from __future__ import annotations

import io
import itertools
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from countersign.exchange.streams import Here
from countersign.kernel import clock
from countersign.kernel.errors import CountersignError, InvalidInput
from countersign.streams.precursors import words
from countersign.streams.precursors.forms import LineForm, UploadForm
from countersign.streams.precursors.screening.result import CLEAR, Goods
from countersign.streams.precursors.services import listing, screening

SHOWN = 200
MOST = 20_000
"""Rows of a file that a page answers."""


def page(request: HttpRequest, here: Here) -> HttpResponse:
    """One line, or a file; a person decides what follows from a verdict."""
    form, upload = LineForm(initial={"day": clock.now().date()}), UploadForm()
    told: dict[str, Any] = {}
    refused: CountersignError | None = None
    try:
        if request.method == "POST" and request.FILES:
            upload = UploadForm(request.POST, request.FILES)
            told = _file(here, upload) if upload.is_valid() else {}
        elif request.method == "POST" and request.POST.get("allow"):
            description, cas, code = (request.POST.get(name, "") for name in ("description", "cas", "hs_code"))
            goods = Goods("1", clock.now().date(), description, cas, code)
            screening.allow(here.house, here.officer, goods, request.POST["allow"])
            told = {"allowed": True}
        elif request.method == "POST":
            form = LineForm(request.POST)
            told = _line(here, form) if form.is_valid() else {}
    except CountersignError as error:
        refused = error
    wrong = refused or form.errors or upload.errors
    return render(
        request,
        "precursors/screen.html",
        {"form": form, "upload": upload, "refused": refused} | told,
        status=400 if wrong else 200,
    )


def lists(request: HttpRequest, here: Here) -> HttpResponse:
    """Every substance with the answer of each law on a day; temporary windows and their ends."""
    del here
    try:
        day = date.fromisoformat(request.GET.get("day", "")) if request.GET.get("day") else clock.now().date()
    except ValueError:
        day = clock.now().date()
    known = listing.current()
    rows = [
        (one, [(law, held.kind if held else "none", words.say(words.CLASSES, held.kind if held else "none"), held)
               for law, held in known.status(one.key, day).items()])
        for one in known.substances.values()
    ]  # fmt: skip
    return render(request, "precursors/lists.html", {"rows": rows, "day": day})


def _line(here: Here, form: LineForm) -> dict[str, Any]:
    given = form.cleaned_data
    goods = Goods("1", given["day"] or clock.now().date(), given["description"], given["cas"], given["hs_code"])
    result = screening.screen(here.house, here.officer, [goods])[0]
    return {"result": _shown(result.as_json()), "asked": goods}


def _file(here: Here, upload: UploadForm) -> dict[str, Any]:
    """A report row by row; what was found stands first."""
    file = upload.cleaned_data["file"]
    rows = screening.screen_file(here.house, here.officer, io.BufferedReader(file.file), name=file.name)
    answers = list(itertools.islice(rows, MOST + 1))
    if len(answers) > MOST:
        raise InvalidInput(
            f"more than {MOST} rows.", field="file", remedy="Larger files go by countersign precursors screen."
        )
    found = [_shown(one) for one in answers if "verdict" in one]
    faults = [one for one in answers if "error" in one]
    faults += [
        {"id": one["id"], "field": fault["field"], "error": fault["reason"], "remedy": ""}
        for one in answers for fault in one.get("faults", ())
    ]  # fmt: skip
    found.sort(key=lambda one: {"listed": 0, "review": 1, CLEAR: 2}[one["verdict"]])
    counted = {code: sum(one["verdict"] == code for one in found) for code in words.VERDICTS}
    return {
        "report": found[:SHOWN], "more": max(0, len(found) - SHOWN), "faults": faults[:SHOWN], "total": len(answers),
        "counted": [(words.say(words.VERDICTS, code), number, code) for code, number in counted.items()],
    }  # fmt: skip


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    return one | {
        "laws": [(law.upper(), words.say(words.CLASSES, one[law])) for law in ("un", "ca", "in")],
        "told": words.say(words.VERDICTS, one["verdict"]), "why": [words.reason(reason) for reason in one["reasons"]],
        "flagged": [words.say(words.FLAGS, flag) for flag in one["flags"]],
        "off": [words.say(words.LAYERS, layer) for layer in one.get("layers_off", ())],
    }  # fmt: skip
