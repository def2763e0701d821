"""A node's home folder: where its settings, database, keys, marks and chunks live. No Django here."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from countersign.kernel.errors import Conflict, InvalidInput

SETTINGS = "node.toml"


@dataclass(frozen=True, slots=True)
class Home:
    """Paths and settings of one node. `database` is None for the embedded SQLite, else a PostgreSQL connection.
    `neutral_seconds`: another window for neutral answers than the clock's; for demonstrations (check W111).
    `demonstration`: sign-in links are offered, on loopback alone (check E113), and law no counsel
    confirmed may decide. `theme`: another look than the pack's.
    `directory`: the authority's own sign-in by OpenID Connect: `name`, `server`, `client_id`, `claim`; its secret is a key.
    `pager`: the command that rings an officer on duty, with the login and the item's reference as its last words."""

    folder: Path
    node: str
    state: str
    host: str
    link_port: int
    web_port: int
    database: dict[str, Any] | None = field(hash=False)
    public_endpoint: str = ""
    neutral_seconds: tuple[int, int] | None = None
    database_tools: str = ""
    demonstration: bool = False
    theme: str = ""
    directory: dict[str, str] | None = field(default=None, hash=False)
    pager: tuple[str, ...] = ()

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def marks(self) -> Path:
        return self.folder / "marks"

    @property
    def run(self) -> Path:
        return self.folder / "run"

    @property
    def officers(self) -> Path:
        return self.folder / "officers"

    @property
    def sqlite(self) -> Path:
        return self.folder / "db.sqlite3"

    @property
    def endpoint(self) -> str:
        """Where peers call: the public endpoint, or the link port itself."""
        return self.public_endpoint or f"https://{self.host}:{self.link_port}"


def current() -> Home:
    """The home named by COUNTERSIGN_HOME. Raises InvalidInput where there is none."""
    folder = os.environ.get("COUNTERSIGN_HOME", "")
    if not folder:
        raise InvalidInput("no node is named.", field="home", remedy="Give --home FOLDER, or set COUNTERSIGN_HOME.")
    return read(Path(folder))


def read(folder: Path) -> Home:
    """Read node.toml. Raises InvalidInput for a folder that is no node's home."""
    try:
        content = tomllib.loads((folder / SETTINGS).read_text("utf-8"))
        return Home(
            folder=folder.resolve(),
            node=content["node"],
            state=content["state"],
            host=content["host"],
            link_port=content["link_port"],
            web_port=content["web_port"],
            database=content.get("database"),
            public_endpoint=content.get("endpoint", ""),
            neutral_seconds=_window(content.get("neutral_seconds")),
            database_tools=content.get("database_tools", ""),
            demonstration=content.get("demonstration", False) is True,
            theme=content.get("theme", ""),
            directory=_directory(content.get("directory")),
            pager=_command(content.get("pager", [])),
        )
    except FileNotFoundError:
        raise InvalidInput(
            f"{folder} is not a node's home: it has no {SETTINGS}.",
            field="home",
            remedy="Make one with `countersign keys init`.",
        ) from None
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise InvalidInput(f"{SETTINGS} is malformed: {error!r}.", field="home") from None


def _window(given: Any) -> tuple[int, int] | None:
    """`neutral_seconds = [first, last]`: when the neutral answer leaves after a request's arrival (default: by its clock)."""
    if given is None:
        return None
    first, last = given
    if not (isinstance(first, int) and isinstance(last, int) and 0 <= first < last):
        raise InvalidInput("two whole numbers, the second larger, are needed.", field="neutral_seconds")
    return first, last


def _command(given: Any) -> tuple[str, ...]:
    """`pager = ["/path/to/program", "word"]`: an absolute path and words."""
    if not isinstance(given, list) or not all(isinstance(word, str) and word for word in given):
        raise InvalidInput("a list of words is needed.", field="pager")
    if given and not os.path.isabs(given[0]):
        raise InvalidInput("the program is named by its whole path.", field="pager")
    return tuple(given)


def _directory(given: Any) -> dict[str, str] | None:
    """The table `[directory]`: all four are words, and the server is an https address (http on loopback, for trials)."""
    if given is None:
        return None
    told = {"claim": "preferred_username"} | dict(given)
    wrong = {"name", "server", "client_id", "claim"} ^ set(told)
    if wrong or not all(isinstance(value, str) and value for value in told.values()):
        raise InvalidInput("name, server and client_id are needed, claim may be given.", field="directory")
    if not told["server"].startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise InvalidInput("the directory's address begins with https://.", field="directory.server")
    return told


def create(
    folder: Path,
    *,
    node: str,
    state: str,
    host: str,
    link_port: int,
    web_port: int,
    further: Mapping[str, Any] | None = None,
) -> Home:
    """Make a fresh home folder (mode 0700) with its settings. Raises Conflict where one is already.

    `further` settings: `endpoint`, `database_tools`, and the table `database`. Empty ones are left out.
    """
    if (folder / SETTINGS).exists():
        raise Conflict(f"{folder} is a node's home already.", field="home")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings: dict[str, Any] = {
        "node": node,
        "state": state,
        "host": host,
        "link_port": link_port,
        "web_port": web_port,
    }
    settings |= {name: value for name, value in (further or {}).items() if value}
    database = dict(settings.pop("database", {}))
    options = database.pop("OPTIONS", {})
    lines = _lines(settings)
    for title, table in (("database", database), ("database.OPTIONS", options)):
        lines += ["", f"[{title}]", *_lines(table)] if table else []
    (folder / SETTINGS).write_text("\n".join(lines) + "\n", "utf-8")
    return read(folder)


def _lines(table: Mapping[str, Any]) -> list[str]:
    """TOML of words and numbers; JSON's strings are TOML's."""
    return [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in table.items()]
