"""People who sign in: each account stands for one officer; an administrator makes it, its owner sets the password."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse

from countersign.charter import officers
from countersign.charter.models import Officer
from countersign.exchange import decisions
from countersign.exchange.house import House
from countersign.kernel.errors import Conflict
from countersign.web.errors import AccountRefused
from countersign.web.models import MachineAccount, Person


def link(house: House, login: str) -> str:
    """Make the officer's account if there is none; return the address, good once and for 30 minutes, at which its owner sets
    the password. What was set before stays until then. Raises OfficerUnknown, Conflict for a machine.
    """
    officer = officers.find(login)
    if MachineAccount.objects.filter(officer=officer).exists():
        raise Conflict("a machine does not sign in; it sends tokens.", field="login")
    with transaction.atomic():
        person = Person.objects.filter(officer=officer).select_related("user").first() or _create(officer)
        decisions.record_act(house, None, act="account.link", facts={"officer": officer.id})
    return _setup_path(person.user)


def officer_of(user: Any) -> Officer:
    """The active officer for whom this account stands. Raises AccountRefused."""
    rows = Person.objects.filter(user=user, user__is_active=True, officer__active=True).select_related("officer")
    person = rows.prefetch_related("officer__grants").first()
    if person is None:
        raise AccountRefused("this account stands for no active officer.")
    return person.officer


def _create(officer: Officer) -> Person:
    user = get_user_model().objects.create_user(username=officer.login)
    user.set_unusable_password()
    user.save(update_fields=("password",))
    return Person.objects.create(user=user, officer=officer)


def _setup_path(user: Any) -> str:
    return reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )
