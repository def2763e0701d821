"""The administrator's pages: health of the node, its keys and outbox, the log without content, reconciliation of counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from countersign.charter import alarms
from countersign.charter.models import OwnKey, Peer
from countersign.exchange.models import GateDecision
from countersign.kernel import clock
from countersign.kernel.errors import CountersignError
from countersign.ledger import queries as ledger
from countersign.ledger.core import leaves
from countersign.ledger.core.names import decisions_origin, witness_name
from countersign.ledger.models import Leaf, Log
from countersign.link import outbox
from countersign.link.models import InItem, OutItem, Quarantine
from countersign.web.access import Desk, desk

A_PAGE: Final = 50
_SOON: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Line:
    """How the line to one peer stands: contact, outbox, what each side holds of the other's log."""

    peer: Peer
    contact_at: datetime | None
    waiting: int
    oldest: datetime | None
    own_size: int
    peer_has: int
    own_cosigned: int
    mirror_size: int
    mirror_cosigned: int
    sent: int
    receipted: int
    announced: int
    stored: int
    quarantined: int

    @property
    def even(self) -> bool:
        """Every item sent has its receipt, every one announced is stored: the counts agree."""
        return self.sent == self.receipted and self.announced == self.stored


@desk("node_admin", "executive", "reviewer")
def health(request: HttpRequest, here: Desk) -> HttpResponse:
    """Alarms, lines, checkpoints and their cosigning, key ages: no content, no subject, no drafter."""
    lines = [_line(here, peer) for peer in Peer.objects.exclude(status=Peer.PROPOSED).order_by("node")]
    told = {
        "alarms": alarms.open_alarms(), "lines": lines, "keys": [_key(row) for row in _keys()], "logs": _logs(),
        "fingerprint": here.own_root.fingerprint(),
    }  # fmt: skip
    part = bool(request.headers.get("HX-Request"))
    return render(request, "web/desk/health_part.html" if part else "web/desk/health.html", told)


@desk("node_admin", "reviewer")
def log(request: HttpRequest, here: Desk) -> HttpResponse:
    """Leaves of one log, the newest first: index, kind and hash. Acts of the decisions log by their code alone."""
    origins = list(Log.objects.order_by("kind", "origin"))
    chosen = next((row for row in origins if row.origin == request.GET.get("origin")), origins[0] if origins else None)
    rows = Leaf.objects.filter(log=chosen).order_by("-index") if chosen else Leaf.objects.none()
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    own = chosen is not None and chosen.origin == decisions_origin(here.house.station.node)
    acts = _acts(page) if own else {}
    shown = [
        (leaf.index, acts.get(leaf.index) or _leaf_kind(bytes(leaf.data)), bytes(leaf.hash).hex()) for leaf in page
    ]
    told = {"origins": origins, "chosen": chosen, "page": page, "leaves": shown, "decisions": own}
    return render(request, "web/desk/log.html", told)


def _line(here: Desk, peer: Peer) -> Line:
    state = outbox.open_link(here.house.station, peer)
    waiting = OutItem.objects.filter(peer=peer, state__in=(OutItem.RELEASED, OutItem.BATCHED)).order_by("released_at")
    out, arrived = OutItem.objects.filter(peer=peer), InItem.objects.filter(peer=peer)
    first = waiting.first()
    return Line(
        peer=peer,
        contact_at=state.contact_at,
        waiting=waiting.count(),
        oldest=first.released_at if first else None,
        own_size=ledger.size_of(state.log_id),
        peer_has=state.peer_has,
        own_cosigned=_cosigned(state.log, witness_name(peer.node)),
        mirror_size=ledger.size_of(state.mirror_id),
        mirror_cosigned=_cosigned(state.mirror, witness_name(here.house.station.node)),
        sent=out.exclude(state=OutItem.VOID).count(),
        receipted=out.filter(stored_index__isnull=False).count(),
        announced=arrived.exclude(state=InItem.VOID).count(),
        stored=arrived.filter(receipt_index__isnull=False).count(),
        quarantined=Quarantine.objects.filter(peer=peer).count(),
    )


def _cosigned(log: Log, witness: str) -> int:
    """The largest size of the log under the witness's cosignature."""
    row = log.signedcheckpoint_set.filter(cosignature__witness=witness).order_by("-size").first()
    return row.size if row else 0


def _keys() -> Any:
    return OwnKey.objects.filter(state=OwnKey.ACTIVE).order_by("role", "-serial")


def _key(row: OwnKey) -> dict[str, Any]:
    left = row.not_after - clock.now()
    return {"role": row.role, "id": bytes(row.key_id).hex()[:16], "from": row.not_before, "until": row.not_after,
            "left": max(0, left.days), "soon": left < _SOON}  # fmt: skip


def _logs() -> list[dict[str, Any]]:
    found = []
    for row in Log.objects.order_by("kind", "origin"):
        newest = ledger.newest_checkpoint(row)
        found.append({"origin": row.origin, "kind": row.kind, "size": row.size, "signed": newest.size if newest else 0,
                      "at": newest.kept_at if newest else None})  # fmt: skip
    return found


def _leaf_kind(data: bytes) -> str:
    """The type of a leaf; nothing else of it is shown."""
    try:
        return type(leaves.parse(data)).__name__.removesuffix("Leaf").lower()
    except CountersignError:
        return "decision"


def _acts(page: Any) -> dict[int, str]:
    rows = GateDecision.objects.filter(leaf_index__in=[leaf.index for leaf in page])
    return dict(rows.values_list("leaf_index", "action"))
