"""Who may call: tokens that are fresh, signed, for this node and used once; sessions with a second factor."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import officers_of, web_of

from countersign.charter.errors import RoleRequired
from countersign.charter.models import Officer
from countersign.kernel.errors import Conflict, CountersignError, InvalidInput
from countersign.web import machines, sealing
from countersign.web.errors import MachineUnknown, TokenRefused
from countersign.web.models import MachineAccount, SpentToken


@pytest.fixture
def ca(pair):
    with web_of.serving(pair.ca):
        yield web_of.machine(pair.ca)


def _with(ca, token):
    return ca.client.get("/api/v1/items", headers={"Authorization": f"Bearer {token}"})


def _refused(answer, code="TOKEN_REFUSED"):
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer["WWW-Authenticate"].startswith("Bearer")
    return answer.json()["reason"]


def test_without_a_token_nobody_is_signed_in(ca):
    _refused(ca.client.get("/api/v1/items"), "NOT_SIGNED_IN")
    _refused(ca.client.get("/api/v1/items", headers={"Authorization": "Basic YTpi"}), "NOT_SIGNED_IN")


def test_a_token_serves_once(ca):
    token = ca.token()
    assert _with(ca, token).status_code == 200
    assert "already" in _refused(_with(ca, token))


def test_spent_tokens_are_forgotten_when_they_have_expired(ca, clock_at):
    assert _with(ca, ca.token()).status_code == 200
    clock_at.advance(301)
    assert _with(ca, ca.token()).status_code == 200
    assert SpentToken.objects.count() == 1


def test_a_token_expires_and_lives_at_most_three_hundred_seconds(ca, clock_at):
    token = ca.token()
    clock_at.advance(299)
    fresh = ca.token()
    assert _with(ca, token).status_code == 200
    clock_at.advance(300)
    assert "expired" in _refused(_with(ca, fresh))
    assert "at most 300" in _refused(_with(ca, ca.token(seconds=301)))
    assert "at most 300" in _refused(_with(ca, ca.token(seconds=0)))


def test_a_token_from_the_future_is_refused(ca, clock_at):
    clock_at.advance(3600)
    token = ca.token()
    clock_at.advance(-3600)
    assert "not valid yet" in _refused(_with(ca, token))


def test_a_token_for_the_other_node_is_refused(ca):
    assert "another node" in _refused(_with(ca, ca.token(audience="in.example")))


def test_an_unknown_machine_an_ended_one_and_a_wrong_key_are_refused_alike(ca):
    stranger = machines.make_token(ca.key, "nobody.system", audience=ca.node.name)
    forged = machines.make_token(b"x" * 32, ca.name, audience=ca.node.name)
    reasons = {_refused(_with(ca, token)) for token in (stranger, forged)}
    machines.end(ca.node.house, ca.name, by=officers_of.find("admin1"))
    reasons.add(_refused(_with(ca, ca.token())))
    assert len(reasons) == 1


def test_the_signature_of_an_approval_is_no_token(ca):
    header, _ = ca.token().split(".")
    signature = officers_of.sign(ca.node, "releaser", sealing.decode(header))
    _refused(_with(ca, f"{header}.{sealing.encode(signature)}"))


def test_an_officers_own_key_makes_no_token(ca):
    key = (ca.node.home / "officers" / "releaser.key").read_bytes()
    _refused(_with(ca, machines.make_token(key, "releaser", audience=ca.node.name)))


def test_no_changed_token_is_taken(ca):
    token = ca.token()

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(st.integers(0, len(token) - 1), st.sampled_from("ABab01-_.=+/ é"))
    def changed(place, letter):
        if token[place] != letter:
            with pytest.raises(TokenRefused):
                machines.authenticate(ca.node.name, token[:place] + letter + token[place + 1 :])

    changed()
    assert _with(ca, token).status_code == 200


@settings(max_examples=80, deadline=None)
@given(st.one_of(st.text(max_size=60), st.binary(max_size=60).map(lambda data: f"{sealing.encode(data)}.AAAA")))
def test_no_noise_is_taken_for_a_token(noise):
    with pytest.raises(TokenRefused):
        machines.authenticate("ca.example", noise)


@pytest.mark.parametrize("header", [
    {}, [], {"machine": 1}, {"machine": "records.system", "issued": True, "expires": 1, "audience": "x", "nonce": "n" * 20},
    {"machine": "records.system", "issued": 1, "expires": 1 << 41, "audience": "x", "nonce": "n" * 20},
    {"machine": "records.system", "issued": 1, "expires": 2, "audience": "x", "nonce": "n"},
    {"machine": "records.system", "issued": 1, "expires": 2, "audience": "x", "nonce": "n" * 20, "more": 1},
])  # fmt: skip
def test_a_header_of_another_form_is_refused(header):
    with pytest.raises(TokenRefused):
        machines.authenticate(
            "ca.example", f"{sealing.encode(json.dumps(header).encode())}.{sealing.encode(b's' * 64)}"
        )


def test_only_an_administrator_makes_and_ends_machines(ca):
    spoc = ca.node.house.pack.spoc().code
    with pytest.raises(RoleRequired):
        machines.enrol(ca.node.house, "more.system", authority=spoc, by=officers_of.find("releaser"))
    with pytest.raises(RoleRequired):
        machines.end(ca.node.house, ca.name, by=officers_of.find("releaser"))
    with pytest.raises(InvalidInput):
        machines.enrol(ca.node.house, "../x", authority=spoc, by=officers_of.find("admin1"))
    with pytest.raises(InvalidInput):
        machines.enrol(ca.node.house, "more.system", authority="NOWHERE", by=officers_of.find("admin1"))
    with pytest.raises(Conflict):
        machines.enrol(ca.node.house, ca.name, authority=spoc, by=officers_of.find("admin1"))
    with pytest.raises(MachineUnknown):
        machines.end(ca.node.house, "no.system", by=officers_of.find("admin1"))
    machines.end(ca.node.house, ca.name, by=officers_of.find("admin1"))
    with pytest.raises(Conflict):
        machines.end(ca.node.house, ca.name, by=officers_of.find("admin1"))
    assert Officer.objects.prefetch_related("grants").get(login=ca.name).roles == []


def test_a_machines_key_is_kept_nowhere_on_the_node(ca):
    assert set(machines.ROLES) == {"originator"}
    assert MachineAccount.objects.get().officer.roles == ["originator"]
    held = [path for path in ca.node.home.rglob("*") if path.is_file() and ca.key in path.read_bytes()]
    assert held == []


def test_a_session_with_a_password_alone_reads_nothing(ca):
    client = web_of.signed_in(ca.node, "drafter", second_factor=False)
    answer = client.get("/api/v1/items")
    assert (answer.status_code, answer.json()["code"]) == (403, "SECOND_FACTOR_MISSING")
    assert web_of.signed_in(ca.node, "drafter").get("/api/v1/items").status_code == 200


def test_an_administrator_reads_nothing(ca):
    answer = web_of.signed_in(ca.node, "admin1").get("/api/v1/items")
    assert (answer.status_code, answer.json()["code"]) == (403, "OTHER_AUTHORITY")


def test_an_account_ends_with_its_officer(ca):
    client = web_of.signed_in(ca.node, "drafter")
    Officer.objects.filter(login="drafter").update(active=False)
    assert client.get("/api/v1/items").json()["code"] == "ACCOUNT_REFUSED"
    assert client.get("/").status_code == 403
    assert client.get("/api/v1/items").json()["code"] == "NOT_SIGNED_IN"


def test_a_machine_has_no_account_to_sign_in_with(ca):
    from countersign.web import people

    with pytest.raises(CountersignError):
        people.link(ca.node.house, ca.name)
