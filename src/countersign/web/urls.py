"""Addresses of the shell: the API, sign-in, the first page."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from countersign.web import views
from countersign.web.api import envelope
from countersign.web.api.app import api

_CLOSED = [
    path("email/", views.closed, name="account_email"),
    path("confirm-email/", views.closed, name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", views.closed, name="account_confirm_email"),
    path("password/reset/", views.closed, name="account_reset_password"),
    path("password/reset/done/", views.closed, name="account_reset_password_done"),
    path("password/set/", views.closed, name="account_set_password"),
    path("login/code/confirm/", views.closed, name="account_confirm_login_code"),
]
"""django-allauth's addresses that work by mail. They stand before its own, so that these are never reached."""
_ACCOUNTS: list[URLPattern | URLResolver] = [
    *_CLOSED,
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("accounts/", include(_ACCOUNTS)),
    path("api/v1/", api.urls),
    re_path(r"^api/", envelope.unknown),
]
