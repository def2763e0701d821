"""Signing in: no sign-up, a set-up link that is good once, a password and a second factor, and nothing with less."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from support import officers_of, web_of

from countersign.web import people, sealing
from countersign.web.models import Person

PASSWORD = "invented horse staple 17"


@pytest.fixture
def node(pair):
    with web_of.serving(pair.ca):
        yield pair.ca


@pytest.fixture
def client():
    return Client(SERVER_NAME="localhost")


def _set_up(node, client, login="drafter"):
    """Follow the set-up link and set the password."""
    path = people.link(node.house, login)
    page = client.get(path, follow=True)
    assert page.status_code == 200
    return client.post(page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})


def _code(secret):
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def _sign_in(client, login="drafter"):
    return client.post("/accounts/login/", {"login": login, "password": PASSWORD})


def _enrol_app(client):
    """Set up an authenticator app; the password is asked for once more before, as it is for every change of factors."""
    page = client.get("/accounts/2fa/totp/activate/")
    if page.status_code == 302:
        assert page["Location"].startswith("/accounts/reauthenticate/")
        client.post(page["Location"], {"password": PASSWORD})
        page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200, page.headers
    secret = client.session["mfa.totp.secret"]
    done = client.post("/accounts/2fa/totp/activate/", {"code": _code(secret)})
    assert done.status_code == 302
    return secret


def test_nobody_signs_up(node, client):
    page = client.get("/accounts/signup/")
    assert b"<form" not in page.content.partition(b"<main")[2]
    client.post("/accounts/signup/", {"username": "stranger", "password1": PASSWORD, "password2": PASSWORD})
    from django.contrib.auth import get_user_model

    assert not get_user_model().objects.exists()


@pytest.mark.parametrize("path", ["email/", "confirm-email/", "confirm-email/x:y/", "password/reset/", "password/reset/done/",
                                  "password/set/", "login/code/", "login/code/confirm/", "signup/passkey/", "social/signup/",
                                  "3rdparty/"])  # fmt: skip
def test_nothing_works_by_mail_or_by_third_parties(node, client, path):
    assert client.get(f"/accounts/{path}").status_code == 404
    assert client.post(f"/accounts/{path}", {"email": "a@example.org"}).status_code == 404


def test_from_the_link_to_the_first_page(node, client):
    assert _set_up(node, client).status_code == 302
    assert client.get("/").status_code == 302
    assert _sign_in(client)["Location"] == "/"
    for path in ("/", "/accounts/password/change/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
    assert client.get("/api/v1/items").json()["code"] == "SECOND_FACTOR_MISSING"
    assert client.get("/accounts/2fa/").status_code == 200
    secret = _enrol_app(client)
    assert b"Test drafter" in client.get("/").content
    assert client.get("/api/v1/items").status_code == 200

    fresh = Client(SERVER_NAME="localhost")
    assert _sign_in(fresh)["Location"].startswith("/accounts/2fa/authenticate/")
    assert fresh.get("/api/v1/items").json()["code"] == "NOT_SIGNED_IN"
    assert fresh.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    from django.core.cache import cache

    cache.clear()  # a code serves once; the one just used to enrol must not be refused here for that
    assert fresh.post("/accounts/2fa/authenticate/", {"code": _code(secret)})["Location"] == "/"
    assert fresh.get("/api/v1/items").status_code == 200


def test_the_link_is_good_once_and_the_next_one_voids_it_not_before_use(node, client):
    first = people.link(node.house, "drafter")
    page = client.get(first, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    again = Client(SERVER_NAME="localhost").get(first, follow=True)
    assert b'name="password1"' not in again.content
    assert Person.objects.count() == 1


def test_the_link_ends_after_thirty_minutes(node, client, monkeypatch):
    from datetime import timedelta

    from allauth.account.forms import default_token_generator

    path = people.link(node.house, "drafter")
    late = default_token_generator._now() + timedelta(minutes=31)
    monkeypatch.setattr(default_token_generator, "_now", lambda: late)
    assert b'name="password1"' not in client.get(path, follow=True).content


def test_a_short_password_is_refused(node, client):
    page = client.get(people.link(node.house, "drafter"), follow=True)
    answer = client.post(page.request["PATH_INFO"], {"password1": "short", "password2": "short"})
    assert answer.status_code == 200
    assert not Person.objects.get().user.has_usable_password()


def test_the_last_second_factor_cannot_be_taken_away_and_its_secret_is_not_readable(node, client):
    from allauth.mfa.models import Authenticator

    _set_up(node, client)
    _sign_in(client)
    secret = _enrol_app(client)
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    assert sealing.unseal("second-factor", stored).decode() == secret
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(type="totp").exists()


def test_the_sign_in_pages_carry_no_inline_script_or_style(node, client):
    pages = [client.get("/accounts/login/")]
    _set_up(node, client)
    _sign_in(client)
    pages += [client.get("/accounts/2fa/")]
    _enrol_app(client)
    pages += [client.get(f"/accounts/2fa/{path}") for path in ("webauthn/add/", "webauthn/")]
    pages += [
        client.get(path)
        for path in ("/", "/accounts/2fa/recovery-codes/", "/accounts/password/change/", "/accounts/logout/")
    ]
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200, page.request["PATH_INFO"]
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=", text), page.request["PATH_INFO"]
        for attributes in re.findall(r"<script([^>]*)>", text):
            assert "src=" in attributes or "application/json" in attributes, page.request["PATH_INFO"]
        assert '<main id="main"' in text
        assert '<html lang="en' in text


def test_the_scripts_of_passkeys_are_served_from_the_node(node, client):
    text = client.get("/accounts/login/").content.decode()
    sources = re.findall(r'<script src="([^"]+)"', text)
    assert len(sources) == 5
    for source in sources:
        answer = client.get(source)
        assert answer.status_code == 200
        assert "javascript" in answer["Content-Type"]
        answer.close()


def test_many_wrong_passwords_are_stopped(node, client):
    _set_up(node, client)
    for _ in range(12):
        page = client.post("/accounts/login/", {"login": "drafter", "password": "wrong password"})
    assert b"Too many failed" in page.content or page.status_code == 429


def test_only_an_enrolled_officer_gets_an_account(node):
    from countersign.charter.errors import OfficerUnknown

    with pytest.raises(OfficerUnknown):
        people.link(node.house, "nobody")
    officers_of.find("drafter")
