"""Who read what another state gave: the first reading of each officer is an act on record (protocol section 6)."""

from __future__ import annotations

from django.db import transaction

from countersign.charter.models import Officer
from countersign.exchange import decisions
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem, Reading
from countersign.kernel import clock


def note(house: House, officer: Officer, item: ExchangeItem) -> None:
    """Note the officer's first reading of a received item, and of another authority's draft; later ones add nothing."""
    own_draft = item.direction == ExchangeItem.OUT and item.authority == officer.authority
    if own_draft or Reading.objects.filter(item=item, officer=officer).exists():
        return
    with transaction.atomic():
        _, new = Reading.objects.get_or_create(item=item, officer=officer, defaults={"at": clock.now()})
        if new:
            decisions.record_act(house, item, act="read", facts={"officer": officer.id})
