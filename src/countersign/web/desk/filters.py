"""Filters of the case list, kept under a name: the filter in codes, the name under the authority's key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countersign.exchange import walls
from countersign.kernel.ids import new_id
from countersign.web.access import Desk
from countersign.web.models import SavedFilter

SHOWS: Final = {
    "open": gettext_lazy("Open: an answer is due"),
    "late": gettext_lazy("Overdue"),
    "theirs": gettext_lazy("We wait for the other state"),
    "ours": gettext_lazy("The other state waits for us"),
    "all": gettext_lazy("All cases"),
}
ORDERS: Final = {"due": "next_due", "newest": "-newest", "reference": "reference"}
_REFERENCE: Final = re.compile("[A-Z0-9-]{1,64}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept filter as the list shows it."""

    id: str
    name: str
    query: str


def of(here: Desk) -> list[Kept]:
    """The officer's own filters by name."""
    rows = SavedFilter.objects.filter(officer=here.officer)
    return sorted((Kept(row.id, _name(here, row), row.query) for row in rows), key=lambda kept: kept.name)


def query(show: str, order: str, reference: str) -> str:
    """A filter as an address holds it: known codes and a case reference, nothing else."""
    made = QueryDict(mutable=True)
    made.update({"show": show if show in SHOWS else "open", "order": order if order in ORDERS else "due"})
    if _REFERENCE.fullmatch(reference):
        made["reference"] = reference
    return made.urlencode()


def keep(request: HttpRequest, here: Desk) -> HttpResponse:
    """Keep the present filter under a name, or drop one."""
    if drop := request.POST.get("drop", ""):
        SavedFilter.objects.filter(officer=here.officer, id=drop).delete()
        return redirect("cases")
    name, given = request.POST.get("name", "").strip()[:60], QueryDict(request.POST.get("query", "")[:300])
    kept = query(given.get("show", "open"), given.get("order", "due"), given.get("reference", "").upper()[:64])
    if name:
        row = SavedFilter(id=new_id("flt"), officer=here.officer, query=kept)
        row.name = walls.lock(here.house.station, authority=here.officer.authority, item=row.id, content=name.encode())
        row.save(force_insert=True)
        messages.success(request, _("The filter is kept."))
    return redirect(f"{request.path}?{kept}")


def _name(here: Desk, row: SavedFilter) -> str:
    station, authority = here.house.station, here.officer.authority
    return walls.unlock(station, authority=authority, item=row.id, locked=bytes(row.name)).decode()
