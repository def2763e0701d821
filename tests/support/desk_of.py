"""Pages of the desks in this process: a signed-in officer, forms filled in as a browser would."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from support import officers_of, web_of

PHRASE = "invented cedar bridge lantern"


class Visitor:
    """An officer's client. Use inside `web_of.serving(node)`."""

    def __init__(self, node: Any, login: str) -> None:
        self.node, self.login = node, login
        self.client = web_of.signed_in(node, login)

    def get(self, path: str, **given: Any) -> Any:
        return self.client.get(path, **given)

    def post(self, path: str, data: dict[str, Any] | None = None, **given: Any) -> Any:
        """Send a form of a page of this path's own session: its token is fetched first."""
        self.client.get("/settings")
        token = self.client.cookies["csrftoken"].value
        return self.client.post(path, (data or {}) | {"csrfmiddlewaretoken": token}, **given)

    def raw(self, path: str, body: bytes, **headers: str) -> Any:
        self.client.get("/settings")
        token = self.client.cookies["csrftoken"].value
        kind = headers.pop("kind", "application/octet-stream")
        return self.client.post(path, body, content_type=kind, headers={"X-CSRFToken": token} | headers)

    def draft(self, **changes: Any) -> str:
        """A request written on its pages up to the check; the draft's id."""
        begun = self.post("/compose", {"kind": "request.information"})
        name = re.search(r"/drafts/(drf_\w+)/", begun["Location"]).group(1)
        other = {"CA": "IN:NIA", "IN": "CA:RCMP"}[self.node.state]
        pages = {
            "to": {"to": other, "case_ref": "TEST-WEB-1", "offence": "extortion", "purpose": "investigation", "urgency": "routine",
                   "legal_basis": sorted(self.node.house.pack.legal_bases)[0], "language": "en"},
            "subjects": {"type": "person", "name_latn": "Invented Person", "born_on": "1990-01-01", "role": "suspect",
                         "identifier_type": "phone", "done": "1"},
            "question": {"question": "Who is it?", "necessity": "Needed for an invented test.", "source": "B", "information": "2"},
            "home": {"origin": "own", "political": "none", "tainted": "none", "handling": "H1", "tlp": "none",
                     "level": self.node.house.pack.default_marking},
        }  # fmt: skip
        for page, fields in pages.items():
            done = self.post(f"/drafts/{name}/{page}", fields | changes.get(page, {}))
            if done.status_code != 302:
                raise AssertionError(re.sub(r"\s+", " ", done.content.decode().partition("<main")[2])[:900])
        return name

    def check(self, draft: str, **more: str) -> Any:
        """Press the button of a draft's last page, as it stands now."""
        from countersign.web.models import Draft

        turn = Draft.objects.get(id=draft).turn
        return self.post(f"/drafts/{draft}/check", {"turn": str(turn)} | more)

    def propose(self, **changes: Any) -> str:
        """As `draft`, then proposed; the item's id."""
        done = self.check(self.draft(**changes))
        assert done.status_code == 302, text(done)
        return re.search(r"itm_\w+", done["Location"]).group()


def keep_key(node: Any, login: str) -> None:
    """Bring the officer's key to the node under the test's phrase."""
    from countersign.web import signing

    key = (node.home / "officers" / f"{login}.key").read_bytes()
    signing.keep(node.house, officers_of.find(login), key, PHRASE)


def text(response: Any) -> str:
    """The words of a page's main part."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


class _Fields(HTMLParser):
    """A form as a browser would send it untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Any] = {}
        self._select, self._area = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "input" and name:
            self._input(name, given)
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.found):
            self.found[self._select] = given.get("value") or ""
        elif tag == "textarea":
            self._area = name

    def _input(self, name: str, given: dict[str, str | None]) -> None:
        value = given.get("value") or ""
        if given.get("type") not in ("checkbox", "radio"):
            self.found[name] = value
        elif "checked" in given and given["type"] == "radio":
            self.found[name] = value or "on"
        elif "checked" in given:
            self.found.setdefault(name, []).append(value or "on")

    def handle_endtag(self, tag: str) -> None:
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area] = self.found.get(self._area, "") + data


def fields_of(response: Any, mark: str) -> dict[str, Any]:
    """What the form that holds the field `mark` would send if nobody touched it."""
    for form in re.findall(r"<form.*?</form>", response.content.decode(), re.S):
        if f'name="{mark}"' in form:
            reader = _Fields()
            reader.feed(form)
            return {name: value for name, value in reader.found.items() if name != "csrfmiddlewaretoken"}
    raise AssertionError(f"no form has the field {mark}")
