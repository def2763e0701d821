"""The peering ceremony in the browser: a swapped key is a hard stop, two administrators compare, one act suspends."""

from __future__ import annotations

import pytest
from support import nodes
from support.ports import free_ports

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def third_card(tmp_path_factory, sqlite_template):
    """The card of a node that claims to be India's under another name, with its own root."""
    from django.conf import settings

    folder = tmp_path_factory.mktemp("third")
    database = dict(settings.DATABASES["default"]) | {"NAME": folder / "db.sqlite3"}
    import shutil

    shutil.copyfile(sqlite_template, folder / "db.sqlite3")
    node = nodes.make_node(
        "second.in.example", "IN", folder / "home", nodes.open_connection(database), port=free_ports()
    )
    card = nodes.card_of(node)
    from countersign.ledger.core.statements import RootKey

    fingerprint = RootKey(node.name, node.root.public).fingerprint()
    node.connection.close()
    return card, fingerprint


def test_two_administrators_compare_and_a_difference_stops_everything(desks, third_card, language):
    card, fingerprint = third_card
    first = desks.enter("CA", "admin1", language=language)
    first.go("/peering")
    first.page.set_input_files(
        "[name=card]", {"name": "second.card", "mimeType": "application/octet-stream", "buffer": card}
    )
    first.page.locator("form[action$=begin] button").click()
    first.page.wait_for_selector("text=second.in.example")
    first.look("peering-begun")
    first.go("/peering/second.in.example/confirm")
    swapped = "00000 " + fingerprint.partition(" ")[2]
    first.page.locator("[name=fingerprint]").fill(swapped)
    first.page.locator("main form button.button").click()
    first.page.wait_for_selector(".notice.bad")
    shown = first.page.locator("main").inner_text()
    assert fingerprint in shown
    assert swapped in shown
    first.look("peering-mismatch")
    for login in ("admin1", "admin2"):
        person = desks.enter("CA", login, language=language)
        person.go("/peering/second.in.example/confirm")
        person.page.locator("[name=fingerprint]").fill(fingerprint)
        person.page.locator("main form button.button").click()
        person.page.wait_for_url("**/peering")
    assert first.faults == []


def test_a_channel_is_suspended_by_retyping_its_name_and_by_nothing_less(desks):
    person = desks.enter("CA", "executive")
    person.go("/peering")
    panel = person.page.locator("section.panel", has_text="in.example (India)").first
    panel.locator("button[value=suspend]").click()
    assert "not as it must be" in person.page.locator("main").inner_text()
    person.go("/peering")
    panel = person.page.locator("section.panel", has_text="in.example (India)").first
    panel.locator("[name=retyped]").fill("in.example")
    panel.locator("button[value=suspend]").click()
    person.page.wait_for_selector("button[value=resume]")
    panel = person.page.locator("section.panel", has_text="in.example (India)").first
    panel.locator("[name=retyped]").fill("in.example")
    panel.locator("button[value=resume]").click()
    person.page.wait_for_selector("button[value=suspend]")
