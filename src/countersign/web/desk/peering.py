"""The peering ceremony and arrangements in the browser: cards, sixty digits compared by two, suspension by retyping."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from countersign.charter import arrangements, peering
from countersign.charter.models import Arrangement, ArrangementConfirmation, Confirmation, Peer
from countersign.exchange import decisions
from countersign.kernel.errors import CountersignError, InvalidInput
from countersign.link import outbox
from countersign.web import premises
from countersign.web.access import Desk, desk
from countersign.web.forms.base import PageForm, a_line
from countersign.web.shown import qr, refusals

LARGEST_CARD = 256 << 10


class CardForm(PageForm):
    """The other side's card, and the arrangement that founds the channel."""

    card = forms.FileField(label=gettext_lazy("Card of the other node"))
    arrangement = forms.ChoiceField(label=gettext_lazy("Founding arrangement"))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        rows = Arrangement.objects.order_by("reference")
        self.fields["arrangement"].choices = [(row.reference, f"{row.reference}: {row.title}") for row in rows]  # type: ignore[attr-defined]


class DigitsForm(PageForm):
    """The sixty digits as the other side reads them out."""

    fingerprint = a_line(gettext_lazy("The sixty digits that the other side reads out"),
                       help_text=gettext_lazy("Type what you hear, not what you see here."))  # fmt: skip


@desk("node_admin", "executive")
def page(request: HttpRequest, here: Desk) -> HttpResponse:
    return _page(request, here, {})


@require_POST
@desk("node_admin")
def begin(request: HttpRequest, here: Desk) -> HttpResponse:
    """Take a card; its root is compared by two administrators before anything is sent."""
    form = CardForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, here, {"card_form": form})
    data = form.cleaned_data["card"].read(LARGEST_CARD)
    try:
        with transaction.atomic():
            peer = peering.propose(data, own_node=here.house.station.node, own_state=here.house.pack.code,
                                   arrangement=form.cleaned_data["arrangement"], by=here.officer)  # fmt: skip
            _record(here, "peer.begin", peer)
    except CountersignError as refused:
        return _page(request, here, {"card_form": form, "refused": refusals.explain(refused)})
    messages.success(request, _("The card is read. Two administrators now compare the sixty digits."))
    return redirect("peering")


@desk("node_admin")
def confirm(request: HttpRequest, here: Desk, node: str) -> HttpResponse:
    """One administrator compares the digits; a difference is a hard stop that shows both."""
    peer = peering.find(node)
    form = DigitsForm(request.POST or None)
    refused, mismatch = None, None
    if request.method == "POST" and form.is_valid():
        try:
            active = peering.confirm(node, fingerprint=form.cleaned_data["fingerprint"], by=here.officer)
            _opened(here, node, active=active)
            messages.success(
                request, _("The channel is open.") if active else _("Compared. One more administrator is needed.")
            )
            return redirect("peering")
        except CountersignError as error:
            refused = refusals.explain(error)
            mismatch = error.facts if "on_card" in error.facts else None
    told = {"peer": peer, "form": form, "refused": refused, "mismatch": mismatch,
            "eyes": Confirmation.objects.filter(peer=peer).select_related("officer")}  # fmt: skip
    return render(request, "web/desk/confirm.html", told, status=400 if refused or form.errors else 200)


@require_POST
@desk("node_admin", "executive")
def suspend(request: HttpRequest, here: Desk, node: str) -> HttpResponse:
    """Suspend or resume, by retyping the node's name: clocks and queues stay."""
    if request.POST.get("retyped", "").strip() != node:
        raise InvalidInput(
            "the name of the node was not retyped.", field="retyped", remedy="Type the node's name exactly."
        )
    stop = request.POST.get("act") == "suspend"
    with transaction.atomic():
        peer = peering.set_suspended(node, suspended=stop, by=here.officer)
        _record(here, "peer.suspend" if stop else "peer.resume", peer)
    premises.present().peers_changed()
    messages.success(request, _("The channel is suspended.") if stop else _("The channel is open again."))
    return redirect("peering")


@desk("legal", "executive", "node_admin")
def agreed(request: HttpRequest, here: Desk) -> HttpResponse:
    """Arrangements and who has certified them; two people bring one into force."""
    if request.method == "POST":
        with transaction.atomic():
            reference = request.POST.get("reference", "")
            in_force = arrangements.confirm(reference, by=here.officer)
            facts = {"arrangement": reference, "officer": here.officer.id}
            decisions.record_act(here.house, None, act="arrangement.certify", facts=facts)
        messages.success(request, _("In force.") if in_force else _("Certified. One more person must certify it."))
        return redirect("arrangements")
    rows = [(row, _certified(row), arrangements.is_in_force(row)) for row in Arrangement.objects.order_by("reference")]
    return render(request, "web/desk/arrangements.html", {"rows": rows, "can": here.holds("legal", "executive")})


def _certified(row: Arrangement) -> QuerySet[ArrangementConfirmation]:
    return ArrangementConfirmation.objects.filter(arrangement=row).select_related("officer")


def _page(request: HttpRequest, here: Desk, more: dict[str, Any]) -> HttpResponse:
    peers = [(peer, peering.root_key(peer).fingerprint(), Confirmation.objects.filter(peer=peer).select_related("officer"))
             for peer in Peer.objects.order_by("node")]  # fmt: skip
    own = here.own_root.fingerprint()
    told = (
        {"peers": peers, "own": own, "qr": qr.picture(own), "admin": here.holds("node_admin")}
        | {"card_form": CardForm()}
        | more
    )
    wrong = bool(more.get("refused")) or bool(more.get("card_form") and more["card_form"].errors)
    return render(request, "web/desk/peering.html", told, status=400 if wrong else 200)


def _opened(here: Desk, node: str, *, active: bool) -> None:
    peer = peering.find(node)
    with transaction.atomic():
        _record(here, "peer.confirm", peer)
        if active:
            outbox.open_link(here.house.station, peer)
    if active:
        premises.present().peers_changed()


def _record(here: Desk, act: str, peer: Peer) -> None:
    decisions.record_act(here.house, None, act=act, facts={"peer": peer.node, "officer": here.officer.id})
