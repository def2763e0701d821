"""The threat-to-life lane in the browser: the roster, who was called, downgrading, and the review by two."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from countersign.charter import officers, packs
from countersign.exchange import duty, flash, walls
from countersign.exchange.models import DutyPage, ExchangeItem
from countersign.kernel import clock
from countersign.kernel.errors import CountersignError, InvalidInput
from countersign.law import flashlist
from countersign.web.access import Desk, desk
from countersign.web.forms.oversight import ReviewForm, TurnForm
from countersign.web.shown import refusals

DOWNGRADERS: Final = ("desk", "legal", "executive", "releaser")


@desk(*sorted(walls.READERS), "reviewer")
def roster(request: HttpRequest, here: Desk) -> HttpResponse:
    """Who is on duty, in the order of the calls, and what is open in the lane; the executive sets turns."""
    sets = here.holds("executive")
    form, refused = TurnForm(request.POST or None, here=here, initial={"begins": clock.now()}), None
    if request.method == "POST" and sets and form.is_valid():
        try:
            _set(here, form.cleaned_data)
            messages.success(request, _("The turn is on the roster."))
            return redirect("duty")
        except CountersignError as error:
            refused = refusals.explain(error)
    told = {
        "turns": duty.turns(here.officer.authority), "form": form if sets else None, "refused": refused,
        "reviews": flash.open_reviews(here.officer.authority), "review_form": ReviewForm(),
        "reviews_here": here.holds("legal", "reviewer"), "relaxed": relaxed(here),
    }  # fmt: skip
    return render(request, "web/desk/duty.html", told, status=400 if refused or (sets and form.errors) else 200)


@require_POST
@desk(*DOWNGRADERS)
def downgrade(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    flash.downgrade(here.house, here.officer, item_id)
    messages.success(request, _("It goes by the ordinary rules and clocks from now on; its review is due."))
    return redirect("item", item_id)


@require_POST
@desk("legal", "reviewer")
def review(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    form = ReviewForm(request.POST)
    if not form.is_valid():
        raise InvalidInput("not a finding.", field="finding")
    lane = flash.review(here.house, here.officer, item_id, finding=form.cleaned_data["finding"])
    messages.success(
        request, _("The review is closed.") if lane.closed_at else _("Noted. The other half is still to be done.")
    )
    return redirect("duty")


def of_item(here: Desk, row: ExchangeItem) -> dict[str, Any]:
    """What an item's page shows of its lane."""
    lane = flash.lane_of(row)
    if lane is None:
        return {}
    calls = DutyPage.objects.filter(item=row).select_related("officer").order_by("at", "pk")
    waits = row.state in flash.WAITING
    return {
        "lane": lane, "calls": calls, "lane_waits": waits, "lane_late": waits and clock.now() > lane.due_at,
        "can_downgrade": lane.downgraded_at is None and lane.closed_at is None and here.holds(*DOWNGRADERS),
        "relaxed": relaxed(here),
    }  # fmt: skip


def relaxed(here: Desk) -> list[tuple[str, str]]:
    """The frozen list of what a threat to life relaxes: ids and statements."""
    folders = (packs.common_folder(), here.house.pack.folder)
    names = flashlist.load([folder / "law" / flashlist.FILE for folder in folders])
    return [
        (name, here.house.policies.rules[name].statement) for name in sorted(names & set(here.house.policies.rules))
    ]


def _set(here: Desk, given: dict[str, Any]) -> None:
    officer = officers.find(given["officer"])
    ends = given["begins"] + timedelta(hours=given["hours"])
    duty.set_turn(here.house, here.officer, officer, place=given["place"], begins=given["begins"], ends=ends,
                  stands_for=given["stands_for"])  # fmt: skip
