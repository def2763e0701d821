"""What the shell does for streams: opens their pages, names them in the menu, and says their kinds in the reader's language."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.functional import lazystr
from django.utils.translation import get_language

from countersign.charter.models import Officer
from countersign.exchange import streams
from countersign.exchange.streams import Names, Page
from countersign.web.access import Desk, desk


def urlpatterns() -> list[URLPattern]:
    """Each page below the key of its stream, opened for whom the manifest names."""
    return [
        path(f"streams/{stream.key}/{page.path}", _opened(page), name=page.name)
        for stream in streams.installed() for page in stream.pages
    ]  # fmt: skip


def places(officer: Officer) -> list[tuple[str, str]]:
    """Pages with a place in the menu that the officer may open: name of the address and words."""
    held = set(officer.roles)
    return [
        (page.name, said(page.names))
        for stream in streams.installed() for page in stream.pages
        if page.names is not None and (not page.roles or held & set(page.roles))
    ]  # fmt: skip


def kind_words() -> dict[str, Any]:
    """Names of all kinds that streams bring, each said in the language of whoever reads."""
    return {kind: _later(names) for stream in streams.installed() for kind, names in stream.kind_names.items()}


def act_words() -> dict[str, Any]:
    """Names of what streams write into the decisions log."""
    return {act: _later(names) for stream in streams.installed() for act, names in stream.acts.items()}


def field_words(kind: str, key: str, value: str) -> tuple[str, str] | None:
    """What the stream of this kind calls a field and its value; None where it has no words for it, or no stream has the kind."""
    for stream in streams.installed():
        if stream.fields and kind in stream.kind_names:
            found: tuple[str, str] | None = streams.loaded(stream.fields)(kind, key, value)
            return found
    return None


def said(names: Names) -> str:
    return names.get((get_language() or "en")[:2], names["en"])


def _opened(page: Page) -> Any:
    def view(request: HttpRequest, here: Desk, **given: Any) -> HttpResponseBase:
        answer: HttpResponseBase = streams.loaded(page.view)(request, here, **given)
        return answer

    return desk(*page.roles)(view)


class _Said:
    """A name that is chosen when it is shown."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def __str__(self) -> str:
        return said(self._names)


def _later(names: Names) -> Any:
    return lazystr(_Said(names))
