"""A password alone opens nothing but the pages on which a second factor is set up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse

from countersign.web.accounts import STRONG

_ENROLLED: Final = "second_factor_enrolled_by"
_OPEN: Final = frozenset({
    "account_login", "account_logout", "account_reauthenticate", "account_inactive", "account_signup",
    "account_reset_password_from_key", "account_reset_password_from_key_done", "healthz", "readyz",
    "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_authenticate", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn", "mfa_login_webauthn", "mfa_list_webauthn", "language",
})  # fmt: skip
"""Names of the addresses that a session without a second factor may reach."""
Handler = Callable[[HttpRequest], HttpResponse]


def passed(request: HttpRequest) -> bool:
    """Whether a passkey, an app or a recovery code was used in this session, or was just set up in it."""
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    used = any(record.get("method") == "mfa" for record in records)
    return used or request.session.get(_ENROLLED) == str(request.user.pk)


class SecondFactorRequired:
    """Sends a signed-in person without a second factor to its set-up. The API refuses by itself, in its own form."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/") or not request.user.is_authenticated or passed(request):
            return self._get_response(request)
        if _name(request.path_info) in _OPEN:
            return self._get_response(request)
        return HttpResponseRedirect(reverse("mfa_index"))


def count_as_passed(request: HttpRequest) -> None:
    """For the sign-in links of a demonstration, which stand for both factors there."""
    request.session[_ENROLLED] = str(request.user.pk)


def connect() -> None:
    """Setting up a factor proves that it is held: the session that did so goes on."""
    signals.authenticator_added.connect(_remember, dispatch_uid="countersign.web.second_factor")


def _remember(request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    if authenticator.type in STRONG:
        request.session[_ENROLLED] = str(user.pk)


def _name(path: str) -> str:
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""
