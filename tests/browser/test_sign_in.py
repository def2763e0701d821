"""Signing in as people do: a set-up link, a password with an authenticator app, a passkey, recovery codes, sessions ended."""

from __future__ import annotations

import re
import time

import pytest
from support import browser

pytestmark = pytest.mark.journey

PASSWORD = "invented horse staple 17"
PERIOD = 30
"""Seconds that a code of the app counts (RFC 6238)."""


def _code(secret, *, after=""):
    """The app's code of now; one that was used is not used again, and one about to end could end on its way: the next then."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    for _ in range(90):
        code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
        if code != after and time.time() % PERIOD < PERIOD - 8:
            return code
        time.sleep(0.5)
    raise AssertionError("the app's code does not change")


@pytest.fixture
def visitor(chromium, journey, language):
    """A fresh browser at Canada's node."""
    context = chromium.new_context(reduced_motion="reduce")
    context.set_default_timeout(15_000)
    base = f"http://ca.localhost:{journey.ports['CA'] + 1}"
    context.add_cookies([{"name": "language", "value": language, "url": base}])
    person = browser.Person(context.new_page(), base, "legal", language)
    person.watch()
    yield person
    context.close()


def _set_password(journey, person, login):
    said = journey.run("CA", "accounts", "person", login)
    person.go(re.search(r"(/accounts/password/reset/key/\S+)", said).group(1))
    person.look("set-password")
    for name in ("password1", "password2"):
        person.page.locator(f"[name={name}]").fill(PASSWORD)
    person.page.locator("main form button").first.click()
    person.page.wait_for_load_state()


def _sign_in(person, login):
    person.go("/accounts/login/")
    person.page.locator("[name=login]").fill(login)
    person.page.locator("[name=password]").fill(PASSWORD)
    person.page.locator("main form button[type=submit]").first.click()
    person.page.wait_for_load_state()


def _again(person):
    """The password once more, which every change of factors asks for."""
    if "/reauthenticate" in person.page.url:
        person.page.locator("[name=password]").fill(PASSWORD)
        person.page.locator("main form button").first.click()
        person.page.wait_for_load_state()


def test_a_password_and_an_app_open_the_desk_and_sessions_are_shown_and_ended(journey, visitor):
    _set_password(journey, visitor, "legal")
    _sign_in(visitor, "legal")
    assert "/accounts/2fa/" in visitor.page.url
    visitor.go("/cases")
    assert "/accounts/2fa/" in visitor.page.url
    visitor.go("/accounts/2fa/totp/activate/")
    _again(visitor)
    visitor.look("set-up-app")
    secret = visitor.page.locator("#authenticator_secret").input_value()
    used = _code(secret)
    visitor.page.locator("[name=code]").fill(used)
    visitor.page.locator("main form button").first.click()
    visitor.page.wait_for_url(lambda url: "/activate" not in url)
    visitor.go("/")
    assert visitor.page.locator("#due").count() == 1
    visitor.go("/accounts/2fa/recovery-codes/")
    _again(visitor)
    visitor.look("recovery-codes")
    visitor.go("/accounts/logout/")
    visitor.page.locator("main form button").first.click()
    visitor.page.wait_for_url("**/accounts/login/")
    _sign_in(visitor, "legal")
    visitor.look("ask-code")
    visitor.page.locator("[name=code]").first.fill(_code(secret, after=used))
    visitor.page.locator("main form button").first.click()
    visitor.page.wait_for_url(visitor.base + "/")
    visitor.go("/accounts/sessions/")
    visitor.look("sessions-own")
    assert visitor.page.locator("main table tbody tr").count() >= 1


def test_a_passkey_alone_opens_the_desk(journey, visitor):
    session = visitor.page.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True}})  # fmt: skip
    _set_password(journey, visitor, "executive")
    _sign_in(visitor, "executive")
    visitor.go("/accounts/2fa/webauthn/add/")
    _again(visitor)
    visitor.look("add-passkey")
    visitor.page.locator("[name=name]").fill("Test key")
    visitor.page.locator("[name=passwordless]").check()
    visitor.page.locator("#mfa_webauthn_add").click()
    visitor.page.wait_for_url(re.compile("webauthn/$|recovery-codes|2fa/$"))
    visitor.go("/accounts/logout/")
    visitor.page.locator("main form button").first.click()
    visitor.page.wait_for_url("**/accounts/login/")
    visitor.page.locator("#passkey_login").click()
    visitor.page.wait_for_url(visitor.base + "/")
    assert visitor.page.locator("#due").count() == 1
    assert visitor.faults == []
