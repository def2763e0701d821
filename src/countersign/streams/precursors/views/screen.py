"""Screening on a page: one line with its evidence, and a file to screen."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from countersign.exchange.streams import Here
from countersign.kernel import clock
from countersign.kernel.errors import CountersignError
from countersign.streams.precursors.forms import LineForm, UploadForm
from countersign.streams.precursors.models import Upload
from countersign.streams.precursors.screening.result import Goods
from countersign.streams.precursors.services import screening
from countersign.streams.precursors.services import uploads as service
from countersign.streams.precursors.views import uploads


def page(request: HttpRequest, here: Here) -> HttpResponse:
    """One line, or a file; a person decides what follows from a verdict."""
    form, upload = LineForm(initial={"day": clock.now().date()}), UploadForm()
    told: dict[str, Any] = {}
    refused: CountersignError | None = None
    try:
        if request.method == "POST" and request.FILES:
            upload = UploadForm(request.POST, request.FILES)
            if upload.is_valid():
                return redirect("precursors_upload", uploads.receive(here, upload.cleaned_data["file"]).id)
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
        {"form": form, "upload": upload, "refused": refused, "files": _files(here)} | told,
        status=400 if wrong else 200,
    )


def _line(here: Here, form: LineForm) -> dict[str, Any]:
    given = form.cleaned_data
    goods = Goods("1", given["day"] or clock.now().date(), given["description"], given["cas"], given["hs_code"])
    result = screening.screen(here.house, here.officer, [goods])[0]
    return {"result": uploads.shown(result.as_json()), "asked": goods}


def _files(here: Here) -> list[tuple[Upload, str]]:
    """The officer's files of the last day."""
    return [(row, service.name_of(here.house, row)) for row in service.of(here.officer)]
