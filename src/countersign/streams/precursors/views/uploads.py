"""A file of lines on its way through the screening: how far it is, what was found first, the whole report as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from countersign.exchange.streams import Here
from countersign.kernel.errors import InvalidInput
from countersign.streams.precursors import words
from countersign.streams.precursors.models import Upload
from countersign.streams.precursors.screening.reading import safe_cell
from countersign.streams.precursors.services import uploads

SHOWN: Final = 200
STOP_ASKING: Final = 286
"""htmx: a part that will not change again."""
COLUMNS: Final = ("id", "description", "verdict", "un", "ca", "in", "substance", "flags", "reasons", "faults")


def larger(request: HttpRequest, here: Here) -> HttpResponse:
    """A larger file comes in sealed pieces, and goes on where a dropped line left it."""
    if request.method != "POST":
        return redirect("precursors_screen")
    return redirect(here.collect(reverse("precursors_screen_collected", args=["draft"]).removesuffix("draft")))


def collected(request: HttpRequest, here: Here, draft_id: str) -> HttpResponse:
    """The collected files are whole: each is read and waits for its turn; the pieces go."""
    if request.method != "POST":
        return redirect("precursors_screen")
    files = here.collected(draft_id)
    if not files:
        raise InvalidInput("no file was added.", field="file", remedy="Begin again and choose one.")
    made = []
    for file in files:
        with file.open("rb") as source:
            made.append(uploads.begin(here.house, here.officer, source, name=file.name))
    here.drop(draft_id)
    return redirect("precursors_upload", made[0].id)


def page(request: HttpRequest, here: Here, name: str) -> HttpResponse:
    """How far it is and what stands out; asked by htmx, only the part that changes."""
    if request.method == "POST":
        uploads.drop(here.house, here.officer, name)
        messages.success(request, _("The file and its report are gone."))
        return redirect("precursors_screen")
    row = uploads.find(here.officer, name)
    found = uploads.first(here.house, row, SHOWN)
    told = {
        "upload": row, "name": uploads.name_of(here.house, row), "kept_until": row.at + uploads.KEPT_FOR,
        "report": [shown(one) for one in found if "verdict" in one], "faults": [one for one in found if "error" in one],
        "more": max(0, row.listed + row.reviews + row.faults - len(found)),
        "counted": [
            (words.say(words.VERDICTS, "listed"), row.listed, "listed"),
            (words.say(words.VERDICTS, "review"), row.reviews, "review"),
            (words.say(words.VERDICTS, "clear"), row.done - row.listed - row.reviews - row.faults, "clear"),
        ],
    }  # fmt: skip
    part = bool(request.headers.get("HX-Request"))
    status = STOP_ASKING if part and row.ended_at else 200
    return render(request, "precursors/upload_part.html" if part else "precursors/upload.html", told, status=status)


def report(request: HttpRequest, here: Here, name: str) -> HttpResponseBase:
    """The whole report, row by row, as a table."""
    del request
    row = uploads.find(here.officer, name)
    answer = StreamingHttpResponse(_table(here, row), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="screening-{row.id}.csv"'
    return answer


def receive(here: Here, file: Any) -> Upload:
    """A file that came with the form. Raises CountersignError."""
    return uploads.begin(here.house, here.officer, io.BufferedReader(file.file), name=file.name)


def shown(one: dict[str, Any]) -> dict[str, Any]:
    """An answer in the reader's language."""
    return one | {
        "laws": [(law.upper(), words.say(words.CLASSES, one[law])) for law in ("un", "ca", "in")],
        "told": words.say(words.VERDICTS, one["verdict"]), "why": [words.reason(reason) for reason in one["reasons"]],
        "flagged": [words.say(words.FLAGS, flag) for flag in one["flags"]],
        "off": [words.say(words.LAYERS, layer) for layer in one.get("layers_off", ())],
    }  # fmt: skip


def _table(here: Here, row: Upload) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow(COLUMNS)
    for one in uploads.report(here.house, row):
        writer.writerow([safe_cell(str(cell)) for cell in _cells(one)])
        if line.tell() > (1 << 16):
            yield line.getvalue()
            line.seek(0)
            line.truncate()
    yield line.getvalue()


def _cells(one: dict[str, Any]) -> list[str]:
    if "error" in one:
        return [one["id"], "", "", "", "", "", "", "", "", f"{one['field']}: {one['error']} {one['remedy']}".strip()]
    faults = "; ".join(f"{fault['field']}: {fault['reason']}" for fault in one.get("faults", ()))
    reasons = " ".join(str(words.reason(reason)) for reason in one["reasons"])
    laws = [one[law] for law in ("un", "ca", "in")]
    return [
        one["id"], one["description"], one["verdict"], *laws, one["substance"] or "", " ".join(one["flags"]), reasons, faults
    ]  # fmt: skip
