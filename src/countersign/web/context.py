"""What every page shows around its content: the node, the officer's name and places to go, clocks, languages, theme."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from countersign.charter import packs
from countersign.charter.models import Officer
from countersign.exchange import gate, walls
from countersign.kernel import clock
from countersign.web import second_factor, stream_pages
from countersign.web.models import Person, Preference
from countersign.web.shown import times
from countersign.web.shown.words import LANGUAGES

_READERS = tuple(sorted(walls.READERS))
_PLACES = (
    ("home", _("What is due"), ()),
    ("cases", _("Cases"), _READERS),
    ("compose", _("New request"), gate.DRAFTING_ROLES),
    ("search", _("Search"), _READERS),
    ("risk", _("Risk profiles"), ("risk_officer",)),
    ("standing", _("Standing authorisations"), ("releaser", "second_officer", "legal", "executive", "reviewer")),
    ("arrangements", _("Arrangements"), ("legal", "executive")),
    ("assurances", _("Assurances"), ("legal", "risk_officer", "executive", "senior_officer")),
    ("assistances", _("Legal assistance"), ("originator", "desk", "analyst", "legal", "executive")),
    ("duty", _("Duty roster"), (*_READERS, "reviewer")),
    ("readers", _("Named readers"), ("head", "executive")),
    ("escalations", _("Escalations"), ("head", "executive", "reviewer")),
    ("late", _("Found late"), ("protection_officer",)),
    ("law", _("Law"), ("legal", "executive", "reviewer")),
    ("overview", _("Overview"), ("executive", "reviewer")),
    ("review", _("Review"), ("reviewer",)),
    ("statistics", _("Counts"), ("reviewer",)),
    ("health", _("Node"), ("node_admin",)),
    ("peering", _("Peering"), ("node_admin", "executive")),
    ("log", _("Log"), ("node_admin", "reviewer")),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """The frame of a page. Without an officer (sign-in pages) it names the node and nothing else."""
    officer = getattr(request, "officer", None) or _signed_in(request)
    pack = packs.state(settings.NODE_STATE)
    zone = post_zone(officer) if officer else ""
    return {
        "node": settings.NODE_NAME,
        "state_name": pack.names.get((get_language() or "en")[:2], pack.names["en"]),
        "theme": settings.NODE_THEME,
        "demonstration": settings.DEMONSTRATION,
        "directory_name": settings.DIRECTORY.get("name", ""),
        "banner": pack.default_marking,
        "officer": officer,
        "places": _open_to(officer) if officer else [],
        "languages": LANGUAGES,
        "language": (get_language() or "en")[:2],
        "now_in": [(place, times.moment(clock.now(), place.zone)) for place in times.places(zone)] if officer else [],
    }


def _signed_in(request: HttpRequest) -> Officer | None:
    """The officer of a page that is not a desk's: sign-in, second factor, sessions."""
    if not getattr(request, "user", None) or not request.user.is_authenticated or not second_factor.passed(request):
        return None
    person = Person.objects.filter(user_id=request.user.pk, officer__active=True).select_related("officer").first()
    return person.officer if person else None


def post_zone(officer: Officer) -> str:
    """The time zone of the officer's post, if one was set."""
    row = Preference.objects.filter(officer=officer).first()
    return row.post_zone if row else ""


def _open_to(officer: Officer) -> list[tuple[str, Any]]:
    roles = set(officer.roles)
    own = [(name, words) for name, words, wanted in _PLACES if not wanted or roles & set(wanted)]
    return [*own, *stream_pages.places(officer)]
