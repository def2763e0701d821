"""Pages of the shell that are not django-allauth's: the first page after sign-in, and addresses that are closed."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from countersign.web import people
from countersign.web.errors import AccountRefused


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and where to go. The desks come with their own screens."""
    try:
        officer = people.officer_of(request.user)
    except AccountRefused as refused:
        logout(request)
        return render(request, "web/refused.html", {"refused": refused}, status=403)
    return render(request, "web/home.html", {"officer": officer})


def closed(_: HttpRequest, **__: Any) -> HttpResponse:
    """No mail, no self-service recovery: an administrator makes a new set-up link."""
    raise Http404
