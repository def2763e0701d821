"""Instants as people read them: the month in words, in both capitals' time and in the post's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from countersign.charter import packs
from countersign.web.shown import places as places_

_LOCALES = {"en": "en_CA", "fr": "fr_CA", "hi": "hi_IN", "pa": "pa_Guru_IN"}


@dataclass(frozen=True, slots=True)
class Place:
    """A place with its time zone: a capital, or the post."""

    name: str
    zone: str
    post: bool = False


def locale() -> Locale:
    return Locale.parse(_LOCALES.get((get_language() or "en")[:2], "en_CA"))


def day(value: date | datetime) -> str:
    """A day with its month written out, for no two states read 7/2 alike; of an instant, the day in the own capital."""
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(packs.state(settings.NODE_STATE).time_zone)).date()
    return str(format_date(value, "d MMMM y", locale=locale()))


def moment(value: datetime, zone: str) -> str:
    """Day and time of an instant in a zone."""
    return str(format_datetime(value.astimezone(ZoneInfo(zone)), "d MMMM y, HH:mm", locale=locale()))


def number(value: int) -> str:
    """A whole number, grouped as the reader is used to (1,85,000 in Hindi)."""
    return str(format_decimal(value, locale=locale()))


def size(octets: int) -> str:
    """A file size in kilobytes or megabytes."""
    if octets < 1 << 20:
        return _("%(count)s kB") % {"count": number(max(1, octets >> 10))}
    return _("%(count)s MB") % {"count": format_decimal(round(octets / (1 << 20), 1), locale=locale())}


def span(value: timedelta) -> str:
    """How long, in one unit: 3 days, 5 hours, 12 minutes."""
    seconds = abs(value.total_seconds())
    unit: Literal["day", "hour", "minute"] = (
        "day" if seconds >= 2 * 86_400 else "hour" if seconds >= 2 * 3_600 else "minute"
    )
    return str(format_timedelta(timedelta(seconds=seconds), granularity=unit, threshold=10_000, locale=locale()))


def places(post_zone: str = "") -> list[Place]:
    """The capitals of all states known here, then the post if it keeps another time."""
    found = [Place(places_.capital_name(code), pack.time_zone) for code, pack in packs.states().items()]
    if post_zone and post_zone not in {place.zone for place in found}:
        found.append(Place(post_zone.rpartition("/")[2].replace("_", " "), post_zone, post=True))
    return found
