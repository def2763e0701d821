"""Shipments by risk: a table is brought, what ranks first is looked at first, each sign with its reason and source."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from countersign.exchange.streams import Here
from countersign.kernel.errors import CountersignError
from countersign.streams.precursors import queries, words
from countersign.streams.precursors.forms import UploadForm
from countersign.streams.precursors.models import Shipment
from countersign.streams.precursors.screening import reading, risk
from countersign.streams.precursors.services import shipments

SHOWN = 100
LONGEST = 240
"""Units of the bar of the heaviest shipment."""


def page(request: HttpRequest, here: Here) -> HttpResponse:
    """The heaviest of the authority's shipments, and a table to bring more."""
    upload = UploadForm()
    refused: CountersignError | None = None
    faults: list[reading.Fault] = []
    if request.method == "POST":
        upload = UploadForm(request.POST, request.FILES)
        try:
            if upload.is_valid():
                kept, faults = shipments.take(here.house, here.officer, upload.cleaned_data["file"])
                told = ngettext("%(n)s shipment was weighed.", "%(n)s shipments were weighed.", len(kept))
                messages.success(request, told % {"n": len(kept)})
                if not faults:
                    return redirect("precursors_shipments")
        except CountersignError as error:
            refused = error
    rows = list(queries.shipments(here.officer)[:SHOWN])
    most = max((row.weight for row in rows), default=0) or 1
    shown = {
        "upload": upload, "refused": refused, "faults": faults[:SHOWN], "rows": [_row(here, row, most) for row in rows],
        "columns": ", ".join((*reading.MEMBERS, *sorted(shipments.EXTRA))),
    }  # fmt: skip
    return render(request, "precursors/shipments.html", shown, status=400 if refused or upload.errors else 200)


def _row(here: Here, row: Shipment, most: int) -> dict[str, Any]:
    content = shipments.told(here.house, row)
    laws = zip(("UN", "CA", "IN"), row.laws, strict=True)
    return {
        "row": row, "goods": content["goods"], "verdict": words.say(words.VERDICTS, row.verdict),
        "width": round(LONGEST * row.weight / most), "laws": [(law, words.say(words.CLASSES, held)) for law, held in laws],
        "signs": [(words.sign(one), one["weight"], risk.SOURCES[one["code"]]) for one in row.signs],
    }  # fmt: skip
