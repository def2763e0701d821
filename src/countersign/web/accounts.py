"""How django-allauth behaves here: nobody signs up, secrets are encrypted at rest, the last second factor stays."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from countersign.web import sealing

STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are made by an administrator (`countersign accounts person`), never on the web."""

    def is_open_for_signup(self, _: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The node sends no mail: nothing about a person's account leaves it that way."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The secrets of authenticator apps and recovery codes are not readable in the database or its backups."""

    def encrypt(self, text: str) -> str:
        return sealing.seal("second-factor", text.encode())

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal("second-factor", encrypted_text).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last passkey or app: that would leave a password alone."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=STRONG).exclude(pk=authenticator.pk)
        return bool(others.exists())
