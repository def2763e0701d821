"""What can be proved of an item, by whom and to whom: in words, as a picture, and as a file that anybody verifies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from countersign.charter import peering
from countersign.exchange import decisions, evidence, queries, use, walls
from countersign.exchange.models import ExchangeItem
from countersign.ledger import queries as ledger
from countersign.ledger.core.names import witness_name
from countersign.ledger.models import Log
from countersign.link import outbox
from countersign.web.access import Desk, desk
from countersign.web.shown.places import state_name


@dataclass(frozen=True, slots=True)
class Knot:
    """One step of an item's journey: `done` or still waited for, at which state, when, and the leaf that proves it."""

    title: str
    state: str
    done: bool
    at: datetime | None
    leaf: str
    proves: str
    x: int = 0


@desk()
def proof(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    row = queries.provable(here.officer, item_id)
    knots = _placed(_sent(here, row) if row.released else _received(here, row) if row.arrived else [])
    told = {
        "item": row, "knots": knots, "width": 40 + 190 * max(len(knots), 1),
        "own_fingerprint": here.own_root.fingerprint(), "peer_fingerprint": peering.root_key(row.peer).fingerprint(),
        "ready": bool(knots) and knots[0].done, "reads": bool(set(here.officer.roles) & walls.READERS),
    }  # fmt: skip
    return render(request, "web/desk/proof.html", told)


@desk()
def download(request: HttpRequest, here: Desk, item_id: str) -> HttpResponse:
    """The evidence file. With its content opened, it is an export: of a received item the gate is asked."""
    shown = frozenset({evidence.ALL}) if request.GET.get("open") else frozenset[str]()
    row = queries.read(here.house, here.officer, item_id)[0] if shown else queries.provable(here.officer, item_id)
    if shown and row.direction == ExchangeItem.IN:
        use.require(here.house, here.officer, row, use.Purpose("export"))
    data = evidence.build(here.house, row, here.own_root, shown=shown)
    with transaction.atomic():
        facts = {"officer": here.officer.id, "opened": bool(shown)}
        decisions.record_act(here.house, row, act="evidence.make", facts=facts)
    response = HttpResponse(data, content_type="application/octet-stream")
    opened = "-with-content" if shown else ""
    response["Content-Disposition"] = f'attachment; filename="{row.id}{opened}.evidence"'
    return response


def _sent(here: Desk, row: ExchangeItem) -> list[Knot]:
    """From our release to the other side's hand."""
    sent, state = row.released, outbox.open_link(here.house.station, row.peer)
    assert sent is not None
    own, other = state_name(here.house.pack.code), state_name(row.peer.state_code)
    covered = _covered(state.log, sent.leaf_index, witness_name(row.peer.node))
    names = {"own": own, "other": other}
    return [
        Knot(_("Released and signed"), own, _signed(state.log, sent.leaf_index), sent.released_at, _leaf(sent.leaf_index),
             _("%(own)s cannot deny that it released this item.") % names),
        Knot(_("Cosigned"), other, covered, None, _leaf(sent.leaf_index),
             _("%(other)s has seen the commitment to it; neither state can change it any more.") % names),
        Knot(_("Delivered"), other, sent.stored_index is not None, sent.stored_at, _leaf(sent.stored_index),
             _("%(other)s cannot deny that it opened and stored it.") % names),
        Knot(_("Taken in hand"), other, sent.handled_index is not None, None, _leaf(sent.handled_index),
             _("%(other)s cannot deny that its desk has acted on it.") % names),
    ]  # fmt: skip


def _received(here: Desk, row: ExchangeItem) -> list[Knot]:
    """From the other side's release to our hand."""
    arrived, state = row.arrived, outbox.open_link(here.house.station, row.peer)
    assert arrived is not None
    own, other = state_name(here.house.pack.code), state_name(row.peer.state_code)
    covered = _covered(state.mirror, arrived.leaf_index, witness_name(here.house.station.node))
    names = {"own": own, "other": other}
    return [
        Knot(_("Released and signed"), other, _signed(state.mirror, arrived.leaf_index), None, _leaf(arrived.leaf_index),
             _("%(other)s cannot deny that it released this item.") % names),
        Knot(_("Cosigned"), own, covered, None, _leaf(arrived.leaf_index),
             _("We have seen the commitment to it; neither state can change it any more.")),
        Knot(_("Delivered"), own, arrived.receipt_index is not None, arrived.stored_at, _leaf(arrived.receipt_index),
             _("%(own)s has signed that it opened and stored it.") % names),
        Knot(_("Taken in hand"), own, arrived.handled_index is not None, None, _leaf(arrived.handled_index),
             _("%(own)s has signed that its desk acted on it.") % names),
    ]  # fmt: skip


def _placed(knots: list[Knot]) -> list[Knot]:
    return [replace(knot, x=110 + 190 * place) for place, knot in enumerate(knots)]


def _signed(log: Log, index: int) -> bool:
    return ledger.next_checkpoint(log, above=index) is not None


def _covered(log: Log, index: int, witness: str) -> bool:
    return ledger.cosigned_covering(log, index, witness) is not None


def _leaf(index: int | None) -> str:
    return "" if index is None else str(index)
