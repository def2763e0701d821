"""Helpers of the shell's tests: a node that answers calls in this process, its machine, and its people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from support import officers_of

SYSTEM = "records.system"


@dataclass
class Caller:
    """Calls the API of one node as its machine, with a fresh token each time. Use inside `serving(node)`."""

    node: Any
    key: bytes
    name: str = SYSTEM
    client: Any = field(init=False)

    def __post_init__(self) -> None:
        from django.test import Client

        self.client = Client(SERVER_NAME="localhost")

    def token(self, **changes: Any) -> str:
        from countersign.web import machines

        return machines.make_token(self.key, self.name, **({"audience": self.node.name} | changes))

    def get(self, path: str, **given: Any) -> Any:
        return self.client.get(f"/api/v1{path}", headers=self._headers(given.pop("headers", {})), **given)

    def propose(self, draft: Any, *, key: str = "key-00000001", **headers: str) -> Any:
        body = draft if isinstance(draft, bytes) else json.dumps(draft).encode()
        sent = self._headers({"Idempotency-Key": key} | headers)
        return self.client.post("/api/v1/proposals", body, content_type="application/json", headers=sent)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token()}"} | more


@contextmanager
def serving(node: Any) -> Iterator[None]:
    """The node's database and house behind the web port's addresses."""
    from django.core.cache import cache

    from countersign.ledger.core.statements import RootKey
    from countersign.node.apps import _premises
    from countersign.web import premises
    from countersign.web.premises import Premises

    cache.clear()
    with node.active():
        premises.register(lambda: Premises(node.house, RootKey(node.name, node.root.public)))
        try:
            yield
        finally:
            premises.register(_premises)


def machine(node: Any, *, name: str = SYSTEM, authority: str = "") -> Caller:
    """A machine of an authority (default: the SPOC's, as the officers of the tests are)."""
    from countersign.web import machines

    spoc = node.house.pack.spoc().code
    _, key = machines.enrol(node.house, name, authority=authority or spoc, by=officers_of.find("admin1"))
    return Caller(node, key, name)


def signed_in(node: Any, login: str, *, second_factor: bool = True) -> Any:
    """A person's client in a session, with or without a second factor."""
    from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
    from django.test import Client

    from countersign.web import people
    from countersign.web.models import Person

    people.link(node.house, login)
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    user = Person.objects.get(officer__login=login).user
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk)
    records = [{"method": "password", "at": 0}] + (
        [{"method": "mfa", "at": 0, "type": "totp"}] if second_factor else []
    )
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    session.save()
    return client


def other_authority(node: Any) -> str:
    spoc = node.house.pack.spoc().code
    return next(code for code in sorted(node.house.pack.authorities) if code != spoc)
