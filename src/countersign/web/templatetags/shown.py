"""Template tags: words for codes, names in their script, times in several zones, clocks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.utils.safestring import SafeString

from countersign.charter import packs
from countersign.exchange.models import ExchangeItem
from countersign.kernel.errors import CountersignError
from countersign.web.shown import clockface, codes, counted, names, places, reasons, refusals, rest, times, words
from countersign.web.shown.clockface import Face

register = template.Library()
register.filter("authority_anywhere", places.authority_anywhere)
register.filter("authority_name", places.authority_name)
register.filter("legal_basis", places.legal_basis)
register.filter("state_name", places.state_name)
_TABLES = {
    "kind": words.KINDS, "state": words.STATES, "carriage": words.CARRIAGE, "handled": words.HANDLED, "role": words.ROLES,
    "purpose": words.PURPOSES, "urgency": words.URGENCY, "offence": words.OFFENCES, "person_role": words.PERSON_ROLES,
    "subject": words.SUBJECTS, "identifier": words.IDENTIFIERS, "script": words.SCRIPTS, "source": words.SOURCES,
    "information": words.INFORMATION, "handling": words.HANDLING, "tlp": words.TLP, "pap": words.PAP, "interim": words.INTERIM,
    "language": words.LANGUAGES, "risk": words.RISKS, "mitigation": words.MITIGATIONS, "ground": codes.GROUNDS,
    "ground_remedy": codes.GROUND_REMEDIES, "act": codes.ACTS, "key_role": codes.KEY_ROLES, "peer": codes.PEERS,
    "caveat": codes.CAVEATS, "use": codes.USES, "data": codes.DATA, "persons": codes.PERSONS, "origin": codes.ORIGINS,
    "doubt": codes.DOUBTS, "evidence": words.EVIDENCE, "assistance": words.ASSISTANCE,
    "flash_act": words.FLASH_ACTS, "workstream": words.WORKSTREAMS,
    "assurance": counted.ASSURANCES, "breach": counted.BREACHES, "flash_finding": counted.FLASH_FINDINGS,
}  # fmt: skip


@register.filter
def said(code: object, table: str) -> str:
    """`{{ item.kind|said:"kind" }}`: the words of a code."""
    return words.say(_TABLES[table], code)


@register.filter
def explained(refused: CountersignError | None) -> refusals.Told | None:
    """`{{ refused|explained }}`: a refusal in the reader's language, for `web/parts/errors.html`."""
    return refusals.explain(refused) if refused is not None else None


@register.filter
def own_script(text: object) -> SafeString:
    """Text with each script's runs marked by language."""
    return names.marked(str(text))


@register.filter
def script_language(script: str) -> str:
    return names.SCRIPT_LANGUAGES.get(script, "")


@register.filter
def day(value: date | datetime | str) -> str:
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    return times.day(value)


@register.filter
def number(value: int) -> str:
    return times.number(value)


@register.filter
def filesize(value: int) -> str:
    return times.size(value)


@register.simple_tag(takes_context=True)
def everywhere(context: dict[str, Any], value: datetime) -> list[tuple[times.Place, str]]:
    """The instant in both capitals' time and in the post's."""
    zone = next((place.zone for place, _ in context.get("now_in", ()) if place.post), "")
    return [(place, times.moment(value, place.zone)) for place in times.places(zone)]


@register.filter
def here(value: datetime) -> str:
    """An instant in the own capital's time, with the capital's name."""
    pack = packs.state(settings.NODE_STATE)
    return f"{times.moment(value, pack.time_zone)} ({places.capital_name(pack.code)})"


@register.filter
def face(item: ExchangeItem) -> Face:
    return clockface.of(item)


@register.filter
def need(code: str) -> str:
    return reasons.need_words(code)


@register.filter
def need_by(code: str) -> str:
    return reasons.who(code)


@register.filter
def the_rest(content: dict[str, Any]) -> list[rest.Field]:
    """What of a content no other part of the page shows."""
    return rest.told(content)


@register.filter
def rest_of_ring(filled: int) -> int:
    return 100 - filled
