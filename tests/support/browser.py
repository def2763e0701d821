"""A real browser at a real node: pages opened by role, looked at by axe, by keyboard and by picture."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
MISSING = "no Chromium: sudo apt install chromium fonts-noto-core"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts" / "pages"
PHRASE = "invented cedar bridge lantern"


@dataclass
class Person:
    """An officer in a browser of the own: every page is checked for errors and for requests to elsewhere."""

    page: Any
    base: str
    login: str
    language: str
    faults: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("request", self._request)
        self.page.on("response", self._response)

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def heading(self) -> str:
        return str(self.page.locator("h1").first.inner_text())

    def look(self, name: str) -> None:
        """Keep a picture, and insist that axe finds nothing and that nothing went wrong so far."""
        place = ARTEFACTS / self.language
        place.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=place / f"{name}.png", full_page=True)
        assert self.axe() == [], f"{name} ({self.language})"
        assert self.faults == [], f"{name}: {self.faults}"

    def axe(self) -> list[str]:
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": RULES}})
        return [
            f"{fault['id']}: {node['html'][:160]}" for fault in found.response["violations"] for node in fault["nodes"]
        ]

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.faults.append(f"asks elsewhere: {request.url}")

    def _response(self, response: Any) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status}: {response.url}")


class Desks:
    """Browsers for the officers of two running nodes; sign-in links come from the command line, as in the demonstration."""

    def __init__(self, browser: Any, run: Callable[..., str], ports: dict[str, int]) -> None:
        self._browser, self._run, self._ports = browser, run, ports

    def enter(self, state: str, login: str, *, language: str = "en", **given: Any) -> Person:
        """Sign in with a fresh link, in this language."""
        said = self._run(state, "accounts", "links", login, "--phrase", PHRASE)
        address = said.split()[-1]
        context = self._browser.new_context(
            viewport={"width": 1200, "height": 900}, accept_downloads=True, reduced_motion="reduce", **given
        )
        base = f"http://{state.lower()}.localhost:{self._ports[state] + 1}"
        context.add_cookies([{"name": "language", "value": language, "url": base}])
        context.set_default_timeout(15_000)
        person = Person(context.new_page(), base, login, language)
        person.watch()
        person.page.goto(address)
        person.page.locator("main button").click()
        person.page.wait_for_url(base + "/")
        return person


def launch() -> Any:
    """Chromium under Playwright; both must be ended by the caller."""
    from playwright.sync_api import sync_playwright

    os.environ.setdefault("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
    started = sync_playwright().start()
    return started, started.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
