"""Who is at the page: every desk page is opened by an officer, and a refusal is a page that says why and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange.attachments import File
from countersign.exchange.house import House
from countersign.kernel.errors import CountersignError, InvalidInput, Unavailable
from countersign.ledger.core.statements import RootKey
from countersign.web import people, premises
from countersign.web.desk import drafts, uploads
from countersign.web.errors import AccountRefused
from countersign.web.shown import refusals


@dataclass(frozen=True, slots=True)
class Desk:
    """The officer at the page, the house that answers, and the public root under which evidence verifies."""

    officer: Officer
    house: House
    own_root: RootKey

    def holds(self, *roles: str) -> bool:
        return bool(set(roles) & set(self.officer.roles))

    def draft(self, content: dict[str, Any]) -> str:
        """A draft of a stream's kind: its text is whole, files may come to it, and it is checked before it is proposed."""
        row = drafts.begin(self.house, self.officer, content["kind"], {"content": content})
        return reverse("draft_page", args=[row.id, "files"])

    def collect(self, then: str) -> str:
        """Files for a stream, in sealed pieces; `then` is an address of this node."""
        row = drafts.begin(self.house, self.officer, drafts.COLLECTING, {"then": then})
        return reverse("draft_page", args=[row.id, "files"])

    def collected(self, reference: str) -> Sequence[File]:
        """The whole files. Raises NotFound, InvalidInput."""
        return uploads.sources(self.house, self.officer, drafts.find(self.officer, reference))

    def drop(self, reference: str) -> None:
        drafts.discard(self.officer, reference)


View = Callable[..., HttpResponseBase]


def desk(*roles: str) -> Callable[[View], View]:
    """A page for officers who hold one of `roles` (none named: every officer). The view gets the Desk after the request."""

    def decorate(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, **given: Any) -> HttpResponseBase:
            try:
                here = _enter(request, roles)
                return view(request, here, **given)
            except AccountRefused as refused:
                logout(request)
                return refused_page(request, refused)
            except CountersignError as refused:
                return refused_page(request, refused)
            except DataError:  # a value that the database cannot hold, such as NUL, in an address or a bare field
                return refused_page(request, InvalidInput("a value holds what no text can hold, or is too long."))
            except OperationalError:
                return refused_page(request, Unavailable("the database is busy or away.", remedy="Try again."))

        return never_cache(login_required(opened))

    return decorate


def refused_page(request: HttpRequest, refused: CountersignError) -> HttpResponse:
    """The refusal for a person: what, why, and what to do."""
    told = refusals.explain(refused)
    return render(request, "web/refused.html", {"refused": told}, status=max(400, refused.status))


def _enter(request: HttpRequest, roles: tuple[str, ...]) -> Desk:
    officer = people.officer_of(request.user)
    if roles:
        require_role(officer, *roles)
    here = premises.present()
    request.officer = officer  # type: ignore[attr-defined]  # the page's frame shows who is here
    return Desk(officer, here.house, here.own_root)
