"""The pager rings by a program of the node's settings: told who and which item, and never waited for long."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from countersign.kernel.errors import InvalidInput
from countersign.node import home, pager

OFFICER, ITEM = SimpleNamespace(login="desk"), SimpleNamespace(id="itm_x")


def test_the_program_is_told_the_login_and_the_reference_and_nothing_else(tmp_path):
    out = tmp_path / "told"
    program = f"import sys; open({str(out)!r}, 'w').write(' '.join(sys.argv[1:]))"
    assert pager.of((sys.executable, "-c", program))(OFFICER, ITEM) is True
    assert out.read_text() == "desk itm_x"


@pytest.mark.parametrize("command", [("/nowhere/program",), (sys.executable, "-c", "raise SystemExit(1)")])
def test_one_that_fails_says_so_and_raises_nothing(command):
    assert pager.of(command)(OFFICER, ITEM) is False


def test_one_that_hangs_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(pager, "SECONDS", 0.2)
    assert pager.of((sys.executable, "-c", "import time; time.sleep(30)"))(OFFICER, ITEM) is False


def test_without_a_program_a_call_stands_on_the_desk_alone():
    assert pager.of(()) is None


@pytest.mark.parametrize("written", ['pager = "ring"', "pager = [1]", 'pager = ["ring"]', 'pager = [""]'])
def test_a_setting_that_is_no_command_names_the_field(tmp_path, written):
    lines = ['node = "a.example"', 'state = "CA"', 'host = "127.0.0.1"', "link_port = 1", "web_port = 2", written]
    (tmp_path / "node.toml").write_text("\n".join(lines))
    with pytest.raises(InvalidInput) as refused:
        home.read(tmp_path)
    assert refused.value.diagnostics()["field"] == "pager"
