"""Sign-in by the authority's own directory (OpenID Connect), where the node's settings name one.

The directory says who somebody is; the node decides whether that is one of its officers: accounts are made by the
administrator, never by a sign-in, and the second factor is asked for all the same.
"""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from countersign.web.access import refused_page
from countersign.web.errors import AccountRefused
from countersign.web.models import Person


class DirectoryAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Joins the directory's claim to the account of the officer with that login, once; everybody else is refused."""

    def is_open_for_signup(self, *_: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing:
            return
        login = _claim(sociallogin.account.extra_data, settings.DIRECTORY["claim"])
        person = Person.objects.filter(officer__login=login, officer__active=True).select_related("user").first()
        if person is None:
            refused = AccountRefused("the directory names nobody who has an account here.")
            raise ImmediateHttpResponse(refused_page(request, refused))
        sociallogin.connect(request, person.user)


def _claim(told: dict[str, Any], name: str) -> str:
    """The claim as the directory told it, in the answer to the token or in the token itself; empty where neither has it."""
    for part in (told.get("userinfo"), told.get("id_token"), told):
        if isinstance(part, dict) and isinstance(part.get(name), str):
            return str(part[name])
    return ""
