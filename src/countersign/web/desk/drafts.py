"""Drafts between pages: encrypted under the authority's own key, so that a dropped line or a lost session loses nothing.

A draft holds what was typed, page by page; `build` makes the item's content of it when it is proposed.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from countersign.charter.models import Officer
from countersign.exchange import walls
from countersign.exchange.house import House
from countersign.kernel import clock, jcs
from countersign.kernel.errors import Conflict, NotFound
from countersign.kernel.ids import new_id
from countersign.web.models import Draft

CLAIMED: Final = "-"
COLLECTING: Final = "files"
"""The kind of a draft that becomes no item: it collects files for a page of a stream."""
_CLAIM: Final = timedelta(minutes=30)
_LOOKS, _LOOK_SECONDS = 20, 0.1


def begin(house: House, officer: Officer, kind: str, typed: dict[str, Any]) -> Draft:
    """A new draft of the officer."""
    walls.require_reader(officer)
    draft = Draft(id=new_id("drf"), officer=officer, kind=kind, updated_at=clock.now())
    draft.content = _locked(house, officer, draft.id, typed)
    draft.save(force_insert=True)
    return draft


def find(officer: Officer, draft_id: str, *, lock: bool = False) -> Draft:
    """The officer's own draft. Raises NotFound; somebody else's and one that does not exist are alike."""
    rows = Draft.objects.select_for_update() if lock else Draft.objects.all()
    draft = rows.filter(id=draft_id, officer=officer).first()
    if draft is None:
        raise NotFound("there is no such draft.", field="draft", remedy="Begin a new one.")
    return draft


def open_ones(officer: Officer) -> list[Draft]:
    """The officer's drafts that were not proposed yet, the newest first."""
    return list(
        Draft.objects.filter(officer=officer, item__in=("", CLAIMED))
        .exclude(kind=COLLECTING)
        .order_by("-updated_at")[:50]
    )


def read(house: House, officer: Officer, draft: Draft) -> dict[str, Any]:
    """What was typed, by page."""
    packed = walls.unlock(house.station, authority=officer.authority, item=draft.id, locked=bytes(draft.content))
    typed: dict[str, Any] = jcs.parse(packed)
    return typed


@transaction.atomic
def write(house: House, officer: Officer, draft_id: str, page: str, typed: Any, *, turn: int | None) -> Draft:
    """Keep what was typed on one page. `turn`: the writing that the page was made from.

    Raises Conflict where another tab wrote since, or the draft was proposed.
    """
    draft = find(officer, draft_id, lock=True)
    if draft.item:
        raise Conflict("the draft was proposed already.", field="draft")
    if turn is not None and turn != draft.turn:
        raise Conflict("the draft was changed in another tab since this page was opened.", field="draft")
    content = read(house, officer, draft) | {page: typed}
    draft.content, draft.updated_at, draft.turn = (
        _locked(house, officer, draft.id, content),
        clock.now(),
        draft.turn + 1,
    )
    draft.save(update_fields=("content", "updated_at", "turn"))
    return draft


def close(draft: Draft, item: str) -> None:
    """The draft became an item: its text and its files go, the reference stays."""
    draft.files.all().delete()
    draft.content, draft.item, draft.updated_at = b"", item, clock.now()
    draft.save(update_fields=("content", "item", "updated_at"))


def claim(draft: Draft) -> bool:
    """Whether this call may propose the draft: one does, however often it was clicked. A claim that was never given back
    (its process died) ends after half an hour, longer than any proposal takes."""
    stale = clock.now() - _CLAIM
    free = Draft.objects.filter(pk=draft.pk).filter(Q(item="") | Q(item=CLAIMED, updated_at__lt=stale))
    return bool(free.update(item=CLAIMED, updated_at=clock.now()))


def give_back(draft: Draft) -> None:
    """The proposal failed: the draft is open again, nothing of it is lost."""
    Draft.objects.filter(pk=draft.pk, item=CLAIMED).update(item="")


def outcome(draft: Draft) -> str:
    """What the other click made of the draft; empty where it has not ended within some seconds, or failed."""
    for _ in range(_LOOKS):
        found = Draft.objects.filter(pk=draft.pk).values_list("item", flat=True).first() or ""
        if found != CLAIMED:
            return found
        time.sleep(_LOOK_SECONDS)
    return ""


@transaction.atomic
def discard(officer: Officer, draft_id: str) -> None:
    find(officer, draft_id, lock=True).delete()


def _locked(house: House, officer: Officer, name: str, typed: dict[str, Any]) -> bytes:
    return walls.lock(house.station, authority=officer.authority, item=name, content=jcs.canonical(typed))
