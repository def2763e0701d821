"""Two nodes whose short-lived keys were forgotten for a hundred days: refused, alarmed, and mended by new cards. protocol section 2."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import pytest_socket
from support.commands import CommandNode, peer, wait
from support.ports import free_ports

pytestmark = pytest.mark.journey

ENDED = ("contact", "hpke", "mtls")
LATER = {"COUNTERSIGN_FAULT_TESTS": "1", "COUNTERSIGN_CLOCK_OFFSET": str(100 * 86_400)}


@pytest.fixture
def two(tmp_path):
    pytest_socket.enable_socket()
    made = [
        CommandNode("ca.example", "CA", "RCMP", tmp_path / "CA", free_ports()),
        CommandNode("in.example", "IN", "NIA", tmp_path / "IN", free_ports()),
    ]
    try:
        with ThreadPoolExecutor(2) as both:
            list(both.map(CommandNode.make, made))
        peer(*made)
        yield made
    finally:
        for node in made:
            node.stop()
        pytest_socket.disable_socket(allow_unix_socket=True)


def _start_a_hundred_days_later(node):
    node.environment |= LATER
    node.run("protection", "load", str(node.home.with_name(f"{node.home.name}-register.json")), "--as", "e")
    node.start()


def test_forgotten_keys_shut_the_line_with_a_code_and_new_cards_open_it(two):
    ca, in_ = two
    for node in two:
        _start_a_hundred_days_later(node)
    ca.release(in_, "FORGOTTEN")
    for node, far in ((ca, in_), (in_, ca)):
        for role in ENDED:
            alarm = f"alarm PEER_KEY_ENDED ({far.node} {role})"
            wait(lambda node=node, alarm=alarm: alarm in node.run("check"), 60, alarm)
    said = ca.run("sync", refused=True)
    assert "KEY_ENDED" in said
    assert "was valid until" in said
    assert "countersign peer renew" in said
    assert "1 items wait" in ca.run("peer", "status"), "it waits; nothing is lost"
    assert not in_.holds("FORGOTTEN")

    for node in two:
        for role in ENDED:
            node.run("keys", "rotate", role, "--root", str(node.root))
        node.run("peer", "card", str(node.home.with_suffix(".new-card")), "--root", str(node.root))
    for node, far in ((ca, in_), (in_, ca)):
        card = str(far.home.with_suffix(".new-card"))
        assert "contact, hpke, mtls" in node.run("peer", "renew", card, "--as", "a")
        assert "brings no newer key" in node.run("peer", "renew", card, "--as", "a", refused=True)
    wait(lambda: in_.holds("FORGOTTEN"), 120, "what waited to arrive without a restart")
    wait(lambda: "0 items wait" in ca.run("peer", "status"), 60, "its receipt")
    in_.release(ca, "ANSWERED")
    wait(lambda: ca.holds("ANSWERED"), 120, "the other direction")
    for node in two:
        wait(lambda node=node: "PEER_KEY_ENDED" not in node.run("check"), 60, "the alarms to end")
