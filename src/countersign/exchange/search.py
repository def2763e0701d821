"""Search over an authority's own items by keyed tokens of words: no plain text at rest, in four scripts.

Recipe (reference, web stack section 11): letters, digits and vowel signs are kept (categories L, N, M), for cutting words
at vowel signs finds wrong names; words and their prefixes become HMACs under the authority's own search key.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, QuerySet

from countersign.charter.models import Officer
from countersign.exchange import checks, contents, decisions, kinds, scan, walls
from countersign.exchange.errors import SearchRefused
from countersign.exchange.house import House
from countersign.exchange.models import Case, ExchangeItem, SearchToken
from countersign.kernel import hashing
from countersign.kernel.errors import InvalidInput

SHORTEST: Final = 3
"""Beginnings from this many characters on are found."""
LONGEST: Final = 24
_CONTEXT: Final = "countersign/v1/search-token"
_SPACE: Final = re.compile(r"\s+")
_TOKEN_BYTES: Final = 16
_BEGINNINGS: Final = frozenset({"subjects", "case_ref"})
_WORDS: Final = frozenset(
    {"question", "text", "offence", "necessity", "recipient", "explanation", "threat", "threatened", "place"}
)
_UNREAD: Final = (ExchangeItem.DEFECTIVE, ExchangeItem.EXPIRED)


def words_of(text: str) -> set[str]:
    """Words of a text: NFKC, case folded, accents of Latin letters kept, everything but letters, digits and marks apart."""
    kept = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in unicodedata.normalize("NFKC", text))
    return {word[:LONGEST] for word in _SPACE.split(kept.casefold().strip()) if word}


def terms_of(content: Mapping[str, Any]) -> set[str]:
    """What an item is found by: names, identifiers and the case also by their beginnings, free text by its words."""
    found: set[str] = set()
    for member, value in content.items():
        for text in scan.texts(value):
            words = words_of(text) if member in _WORDS | _BEGINNINGS else set()
            found |= words
            if member in _BEGINNINGS:
                found |= {word[:length] for word in words for length in range(SHORTEST, len(word))}
    return found


def catch_up(house: House, *, authority: str = "", limit: int = 1_000) -> int:
    """Index what is not indexed yet; return how many items. Filing and releasing never wait for it, searching does."""
    waiting = ExchangeItem.objects.filter(indexed=False).exclude(state__in=_UNREAD)
    waiting = waiting.filter(authority=authority) if authority else waiting
    count = 0
    for item in waiting.select_related("arrived", "arrived__peer", "peer")[:limit]:
        with transaction.atomic():
            _index(house, item)
        count += 1
    return count


def _index(house: House, item: ExchangeItem) -> None:
    terms = terms_of(contents.read(house, item).content)
    rows = [
        SearchToken(authority=item.authority, token=t, item=item) for t in set(_tokens(house, item.authority, terms))
    ]
    SearchToken.objects.bulk_create(rows, ignore_conflicts=True)
    ExchangeItem.objects.filter(pk=item.pk).update(indexed=True)


def find(house: House, officer: Officer, query: str, *, request: str = "", case: str = "") -> list[ExchangeItem]:
    """Items of the officer's own authority in which every word of the query stands, as a word or as its beginning.

    Holdings are searched in somebody's name: a received `request` that was admitted, or an own `case`. Logged without the
    words. Raises SearchRefused.
    """
    walls.require_reader(officer)
    wanted = words_of(query)
    if not wanted:
        raise InvalidInput("give at least one word.", field="query")
    _require_ground(officer, request, case)
    catch_up(house, authority=officer.authority)
    tokens = list(_tokens(house, officer.authority, wanted))
    matching = (
        SearchToken.objects.filter(authority=officer.authority, token__in=tokens)
        .values("item")
        .annotate(found=Count("token"))
        .filter(found=len(set(tokens)))
        .values("item")
    )
    found = walls.open_to(officer, ExchangeItem.objects.filter(id__in=matching))
    items = list(found.select_related("case", "peer").order_by("created_at"))
    with transaction.atomic():
        facts = {"officer": officer.id, "request": request, "case": case, "words": len(wanted), "found": len(items)}
        decisions.record_act(house, None, act="search", facts=facts)
    return items


def rebuild(house: House) -> int:
    """Make the index anew from the items (after a restore; it is not in backups); return how many items it covers."""
    forget()
    return catch_up(house, limit=1_000_000_000)


@transaction.atomic
def forget() -> None:
    """Empty the index; the courier and the next search make it anew."""
    SearchToken.objects.all().delete()
    ExchangeItem.objects.update(indexed=False)


def own_cases(officer: Officer) -> QuerySet[Case]:
    """Cases in whose name holdings may be searched: those in which the authority itself asked. A case that another state's
    request opened is none: that request is admitted first."""
    asked = ExchangeItem.objects.filter(
        authority=officer.authority, direction=ExchangeItem.OUT, kind__in=kinds.PERSONS_ASKED
    ).exclude(state=ExchangeItem.REFUSED)
    return Case.objects.filter(authority=officer.authority, id__in=asked.values("case"))


def _require_ground(officer: Officer, request: str, case: str) -> None:
    if bool(request) == bool(case):
        raise SearchRefused("a search names the admitted request or the own case that it serves.", field="request")
    if case and not own_cases(officer).filter(reference=case).exists():
        raise SearchRefused("your authority has asked nothing in a case of this reference.", field="case")
    if request:
        item = ExchangeItem.objects.filter(id=request, direction=ExchangeItem.IN, authority=officer.authority).first()
        if item is None or not checks.admitted(item.id):
            raise SearchRefused("no holding is searched before the request is admitted.", field="request")


def _tokens(house: House, authority: str, terms: Iterable[str]) -> Iterator[bytes]:
    key = house.station.provider.search_key(authority)
    for term in terms:
        yield hashing.keyed(key, _CONTEXT, authority, term)[:_TOKEN_BYTES]
