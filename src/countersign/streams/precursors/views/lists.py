"""What the control lists say on any day; and the own state's changes, told to the other side by the designated authority."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from countersign.exchange import kinds
from countersign.exchange.prefill import prefilled
from countersign.exchange.streams import Here
from countersign.kernel import clock
from countersign.kernel.errors import CountersignError, InvalidInput
from countersign.streams.precursors import words
from countersign.streams.precursors.forms import ListFileForm
from countersign.streams.precursors.heads import head
from countersign.streams.precursors.manifest import DRAFTERS
from countersign.streams.precursors.services import files, listing


def page(request: HttpRequest, here: Here) -> HttpResponse:
    """Every substance with the answer of each law on a day, and when that ends. A table of changes becomes a draft."""
    form, refused = ListFileForm(), None
    if request.method == "POST":
        form = ListFileForm(request.POST, request.FILES)
        try:
            if form.is_valid():
                return _draft(here, form)
        except CountersignError as error:
            refused = error
    day = _day(request.GET.get("day", ""))
    known = listing.current()
    rows = [
        (one, [(law, held.kind if held else "none", words.say(words.CLASSES, held.kind if held else "none"), held)
               for law, held in known.status(one.key, day).items()])
        for one in known.substances.values()
    ]  # fmt: skip
    own = here.house.pack.authorities[here.officer.authority]
    tells = here.holds(*DRAFTERS) and "precursors" in own.designated_for
    told = {"rows": rows, "day": day, "form": form if tells else None, "refused": refused}
    return render(request, "precursors/lists.html", told, status=400 if refused or form.errors else 200)


def _draft(here: Here, form: ListFileForm) -> HttpResponse:
    """Rows that are right, as a draft that is checked and proposed. Raises InvalidInput naming row and field."""
    try:
        text = form.cleaned_data["table"].read(files.LONGEST + 1).decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInput("not UTF-8.", field="table", remedy="Save it as CSV in UTF-8.") from None
    content = head(here, "controllist.update", form.cleaned_data["case_ref"]) | {"rows": files.read_list(text)}
    _, whole = kinds.validate(prefilled(here.house.pack, content))
    listing.check_rows(whole["rows"])
    return redirect(here.draft(content))


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given) if given else clock.now().date()
    except ValueError:
        return clock.now().date()
