"""The reader's language: chosen on the page, kept for the officer and in a cookie; a language not offered changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from countersign.web.models import Person, Preference
from countersign.web.shown.words import LANGUAGES

_YEAR: Final = 365 * 86_400
Handler = Callable[[HttpRequest], HttpResponse]


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Take the language and go back to the page; an unknown one is passed over."""
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    response = HttpResponseRedirect(back if safe else "/")
    language = request.POST.get("language", "")
    if language in LANGUAGES:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=_YEAR, samesite="Lax", httponly=True)
        _keep(request, language)
    return response


class NothingKept:
    """No page of the node is kept by a browser or a cache, sign-in pages and errors included; static files are."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if not request.path.startswith(settings.STATIC_URL) and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store, private"
        return response


class PreferredLanguage:
    """A browser that was told no language speaks the one that the officer chose elsewhere."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and request.user.is_authenticated:
            row = Preference.objects.filter(officer__person__user=request.user).exclude(language="").first()
            if row is not None:
                translation.activate(row.language)
                request.LANGUAGE_CODE = row.language
        return self._get_response(request)


def _keep(request: HttpRequest, language: str) -> None:
    person = Person.objects.filter(user_id=request.user.pk).first() if request.user.is_authenticated else None
    if person is not None:
        Preference.objects.update_or_create(officer=person.officer, defaults={"language": language})
