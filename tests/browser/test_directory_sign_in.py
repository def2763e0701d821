"""Sign-in by the authority's own directory: only officers with an account, and the second factor is asked for all the same."""

from __future__ import annotations

import pytest
import pytest_socket
from support import browser, directory_of
from support.ports import free_ports

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def directory():
    pytest_socket.enable_socket()
    made = directory_of.Directory(free_ports())
    yield made
    made.close()


@pytest.fixture(scope="module")
def node(tmp_path_factory, sqlite_template, directory):
    """Canada's node with the directory in its settings."""
    made = browser.journey_class()(tmp_path_factory.mktemp("d"), sqlite_template)
    with (made.home("CA") / "node.toml").open("a") as settings:
        settings.write(
            f'\n[directory]\nname = "Test Directory"\nserver = "{directory.issuer}"\nclient_id = "{directory_of.CLIENT}"\n'
        )
    secret = made.home("CA") / "keys" / "directory.secret"
    secret.write_text(directory_of.SECRET)
    secret.chmod(0o600)
    try:
        made.run("CA", "keys", "upgrade")
        made.run("CA", "accounts", "person", "legal")
        made.start("CA")
        made.wait(lambda: browser.answers(made.ports["CA"] + 1), 60, "the web port")
        yield made
    finally:
        made.close()


@pytest.fixture
def visitor(chromium, node):
    context = chromium.new_context(reduced_motion="reduce")
    base = f"http://ca.localhost:{node.ports['CA'] + 1}"
    person = browser.Person(context.new_page(), base, "legal", "en")
    yield person
    context.close()


def _press(visitor):
    visitor.go("/accounts/login/")
    assert visitor.axe() == []
    visitor.page.get_by_role("button", name="Sign in with Test Directory").click()
    visitor.page.wait_for_load_state()


def test_an_officer_with_an_account_comes_in_and_is_asked_for_the_second_factor(visitor, directory):
    directory.login = "legal"
    _press(visitor)
    assert visitor.page.url.endswith("/accounts/2fa/")
    visitor.go("/cases")
    assert visitor.page.url.endswith("/accounts/2fa/")


def test_somebody_without_an_account_is_refused_and_none_is_made(visitor, directory, node):
    directory.login = "stranger"
    _press(visitor)
    assert "stands for no active officer" in visitor.page.locator("main").inner_text()
    visitor.go("/")
    assert "/accounts/login/" in visitor.page.url
