"""Pages of the shell that are no desk: closed addresses, and what a browser sees where something is missing or fails."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def closed(_: HttpRequest, **__: Any) -> HttpResponse:
    """No mail, no self-service recovery: an administrator makes a new set-up link."""
    raise Http404


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _say(
        request, 404, _("There is no such page"), _("The address may be old or mistyped. Go back to what is due.")
    )


def forbidden(request: HttpRequest, reason: str = "", exception: Exception | None = None) -> HttpResponse:
    """A form without its token: an old tab, or a page of somebody else. Nothing was done."""
    return _say(
        request, 403, _("The form is too old"), _("Nothing was done. Go back, load the page anew and send again.")
    )


def failed(request: HttpRequest) -> HttpResponse:
    return _say(request, 500, _("Something is wrong with the node"), _("Nothing was released. Tell the administrator."))


def _say(request: HttpRequest, status: int, title: str, words: str) -> HttpResponse:
    return render(request, "web/error.html", {"error_title": title, "error_words": words}, status=status)
