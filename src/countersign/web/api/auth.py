"""Who calls: a machine with a signed token, or a person in a session with a second factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from countersign.charter.models import Officer
from countersign.exchange import walls
from countersign.kernel.errors import CountersignError
from countersign.web import machines, people, premises, second_factor
from countersign.web.api import limits
from countersign.web.errors import NotSignedIn, SecondFactorMissing
from countersign.web.models import MachineAccount


@dataclass(frozen=True, slots=True)
class Caller:
    """The officer in whose name the call is made, and the machine that makes it, if one does."""

    officer: Officer
    machine: MachineAccount | None = None


class MachineToken(HttpBearer):
    """`Authorization: Bearer TOKEN`, a token good for one call, signed by the machine's key (docs/api.md)."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        try:
            machine = machines.authenticate(premises.house().station.node, token)
        except CountersignError:
            limits.count_stranger(request)
            raise
        return _admit(request, Caller(machine.officer, machine))


class PersonSession(APIKeyCookie):
    """The session cookie of a person who signed in with a second factor; writing needs the CSRF token as well."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, _: str | None) -> Caller:
        if not request.user.is_authenticated:
            limits.count_stranger(request)
            raise NotSignedIn("nobody is signed in.")
        if not second_factor.passed(request):
            raise SecondFactorMissing("a password alone opens nothing here.")
        return _admit(request, Caller(people.officer_of(request.user)))


def caller_of(request: HttpRequest) -> Caller:
    """The caller whom one of the classes above admitted."""
    return cast("Caller", cast("Any", request).auth)


def _admit(request: HttpRequest, caller: Caller) -> Caller:
    """Counted, and no administrator: by that role alone nobody reads here."""
    limits.count(request, caller.officer.id)
    walls.require_reader(caller.officer)
    return caller
