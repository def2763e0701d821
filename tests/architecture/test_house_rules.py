"""The rules of the house, checked on the text of the project itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from countersign.node.cli import COMMANDS

TOP = Path(__file__).resolve().parents[2]
SOURCE = TOP / "src" / "countersign"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
BROAD_ALLOWED = {"link/server.py", "link/courier.py"}


def _name(path):
    return str(path.relative_to(SOURCE))


def test_no_module_passes_three_hundred_lines():
    all_ = [*MODULES, *(TOP / "tests").rglob("*.py"), *(TOP / "bench").rglob("*.py")]
    assert [str(path) for path in all_ if len(path.read_text().splitlines()) > 300] == []


def test_every_module_says_what_it_is_for():
    assert [_name(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_no_function_passes_fifty_lines():
    long = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno > 50:
                long.append(f"{_name(path)}:{node.name}")
    assert long == []


def test_broad_excepts_stand_only_in_the_outermost_loops():
    found = {
        _name(path) for path in MODULES if re.search(r"except( Exception| BaseException)?( as \w+)?:", path.read_text())
    }
    assert found <= BROAD_ALLOWED


def test_only_the_clock_asks_for_the_time():
    allowed = {"kernel/clock.py"}
    asks = re.compile(r"datetime\.now\(|time\.time\(|date\.today\(|timezone\.now\(")
    assert {_name(path) for path in MODULES if asks.search(path.read_text())} <= allowed


def test_only_services_of_a_room_write_its_tables():
    """Rooms above the link never touch its rows but through its functions; the exchange reads items it is handed."""
    for path in MODULES:
        name = _name(path)
        if name.startswith(("law/", "kernel/", "ledger/core/")):
            assert "objects." not in path.read_text(), name


def test_foreign_keys_point_to_the_same_room_or_a_lower_one():
    from django.apps import apps

    from countersign.exchange import streams

    labels = [one.app.split(".")[-3] for one in streams.installed() if one.app]
    order = ["ledger", "charter", "link", "exchange", "oversight", *labels, "web", "node"]
    for model in apps.get_models():
        if not model.__module__.startswith("countersign."):
            continue
        for field in model._meta.get_fields():
            if field.many_to_one and field.concrete:
                own, other = model._meta.app_label, field.related_model._meta.app_label
                if (own, other) == ("web", "auth"):
                    continue  # accounts stand on Django's users
                assert order.index(other) <= order.index(own), f"{own}.{model.__name__}.{field.name}"


def test_only_the_gate_puts_items_into_the_outbox():
    callers = {_name(path) for path in MODULES if "outbox.enqueue(" in path.read_text()}
    assert callers == {"exchange/gate.py"}


def test_the_core_imports_without_django_and_help_is_quick():
    code = (
        "import sys; import countersign.node.cli, countersign.ledger.core.evidence, countersign.law.decide;"
        "import countersign.link.bodies, countersign.link.sealing;"
        "sys.exit('django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_help_lists_exactly_the_commands_that_exist():
    modules = {path.stem.rstrip("_") for path in (SOURCE / "node" / "commands").glob("[a-z]*_.py")}
    assert set(COMMANDS) == modules


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_explains_itself(command, capsys):
    from countersign.node.cli import main

    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"countersign {command}" in capsys.readouterr().out


def test_every_environment_variable_is_in_the_table_and_in_the_docs():
    from countersign.node.env import VARIABLES

    used = set()
    for path in [*MODULES, TOP / "test", *(TOP / "scripts").iterdir(), *(TOP / "tests").rglob("*.py")]:
        if path.is_file():
            used |= set(re.findall(r"COUNTERSIGN_[A-Z_]+", path.read_text()))
    assert used <= set(VARIABLES) | {"COUNTERSIGN_NO_UV", "COUNTERSIGN_FRESH"}
    told = (TOP / "docs" / "operate.md").read_text()
    assert [name for name in VARIABLES if name not in told] == []


def test_every_error_code_and_alarm_is_documented():
    codes, alarms = set(), set()
    for path in MODULES:
        text = path.read_text()
        codes |= set(re.findall(r'^    code(?:: [^=]+)? = "([A-Z_]+)"', text, re.M))
        alarms |= set(re.findall(r'(?:raise|set)_alarm\("([A-Z_0-9]+)"', text))
    assert len(codes) > 40
    told = (TOP / "docs" / "errors.md").read_text()
    assert sorted(code for code in codes if code not in told) == []
    told = (TOP / "docs" / "operate.md").read_text()
    assert sorted(code for code in alarms if code not in told) == []


def test_system_checks_are_documented():
    from countersign.node.checks import CODES

    told = (TOP / "docs" / "operate.md").read_text()
    assert [code for code in CODES if code.rpartition(".")[2] not in told] == []


def test_the_sections_of_the_protocol_are_each_named_by_a_test():
    text = "\n".join(path.read_text() for path in (TOP / "tests").rglob("test_*.py"))
    named = set(re.findall(r"protocol sections? (\d)(?:, (\d))?(?:,? and (\d))?", text))
    found = {digit for match in named for digit in match if digit}
    assert found >= set("123456")


def test_the_project_speaks_of_itself_alone():
    tracked = subprocess.run(["git", "ls-files"], cwd=TOP, capture_output=True, text=True, check=True).stdout.split()
    hosts = re.compile(r"https?://[^\s\"'`)]+/(simple|packages)/")
    for name in tracked:
        path = TOP / name
        if path.suffix in {".py", ".md", ".toml", ".lock", ".cedar", ".sh", ".json"} and path.is_file():
            assert not hosts.search(path.read_text("utf-8")), name


def test_logs_carry_only_allow_listed_fields():
    from countersign.node.logs import _allow_listed

    kept = _allow_listed(None, "", {"event": "told", "peer": "ca.example", "name": "Invented Person", "text": "secret"})
    assert kept == {"event": "told", "peer": "ca.example"}


def test_policies_are_marked_as_not_yet_confirmed_by_counsel():
    for path in (SOURCE / "packs").rglob("*.cedar"):
        assert "Not legal advice" in path.read_text(), path.name
