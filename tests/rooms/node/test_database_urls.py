"""The URL of a PostgreSQL database: read into node.toml's table, never with a password."""

from __future__ import annotations

import tomllib

import pytest

from countersign.kernel.errors import InvalidInput
from countersign.node import databases
from countersign.node import home as homes

SOUND = {**databases.WANTED, "synchronous_commit": "on"}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "postgresql://cs@db.example:5433/node",
            {"user": "cs", "host": "db.example", "port": "5433", "dbname": "node"},
        ),
        ("postgresql:///node?host=/run/postgresql", {"host": "/run/postgresql", "dbname": "node"}),
        ("postgresql://?service=countersign", {"service": "countersign"}),
        ("postgresql://a%40b@/n%20n?sslmode=verify-full", {"user": "a@b", "dbname": "n n", "sslmode": "verify-full"}),
        (
            "postgres://cs@h/n?passfile=/etc/cs/pass",
            {"user": "cs", "host": "h", "dbname": "n", "passfile": "/etc/cs/pass"},
        ),
    ],
)
def test_a_url_becomes_what_the_driver_and_the_tools_are_told(url, words):
    assert databases.conninfo(databases.parse(url)) == words


@pytest.mark.parametrize(
    "url",
    [
        "mysql://cs@h/n",
        "postgresql://cs:word@h/n",
        "postgresql://cs:@h/n",
        "postgresql://cs@h/n?password=word",
        "postgresql://cs@h/n?options=-cfsync%3Doff",
        "postgresql://cs@h:port/n",
        "postgresql://cs@h/",
        "postgresql://[h/n",
        "postgresql://cs@h/n\x7f",
    ],
)
def test_a_url_with_a_password_an_unknown_option_or_no_database_is_refused(url):
    with pytest.raises(InvalidInput) as refused:
        databases.parse(url)
    assert refused.value.field == "database"
    assert "word" not in refused.value.reason.replace("password", "")


def test_the_table_survives_the_settings_file(tmp_path):
    table = databases.parse('postgresql://o"brien@h/n?passfile=/media/clé "x"/pass')
    ports = {"host": "127.0.0.1", "link_port": 1, "web_port": 2}
    further = {"database": table, "database_tools": "/opt/pg/bin", "endpoint": ""}
    home = homes.create(tmp_path / "h", node="ca.example", state="CA", **ports, further=further)
    assert home.database == table
    assert home.database_tools == "/opt/pg/bin"
    assert "endpoint" not in tomllib.loads((home.folder / "node.toml").read_text())
    assert hash(home) == hash(homes.read(home.folder)), "a house is assembled once a home"


@pytest.mark.parametrize("name", sorted(databases.WANTED))
def test_each_setting_that_a_node_relies_on_is_named_when_it_is_wrong(name):
    assert databases.list_faults(SOUND) == []
    assert databases.list_faults(SOUND | {name: "other"}) == [f"{name} is other, not {databases.WANTED[name]}"]


def test_commits_that_do_not_wait_for_the_disk_are_a_fault_and_those_that_wait_for_a_standby_are_not():
    assert databases.list_faults(SOUND | {"synchronous_commit": "off"}) == ["synchronous_commit is off, not on"]
    assert databases.list_faults(SOUND | {"synchronous_commit": "remote_apply"}) == []
