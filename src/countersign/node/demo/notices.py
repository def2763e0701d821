"""An act of the first work stream: a substance screened under three laws, a notice before export, an objection by the designated
authority. It is left out where the stream is not installed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final

from countersign.exchange import streams
from countersign.kernel import clock
from countersign.node.demo.cases import Cases
from countersign.node.demo.stage import Actor

DESIGNATED: Final = {"CA": "HEALTH-CANADA", "IN": "CBN"}
_PEOPLE: Final = {
    "precursors": "originator",
    "precursors-desk": "desk",
    "precursors-releaser": "releaser",
    "precursors-second": "second_officer",
}
_LINE: Final = {"name": "4-piperidone hydrochloride hydrate", "cas": "40064-34-4", "kilograms": "25.0", "hs": "2933.39"}


class Notices(Cases):
    """Needs two peered nodes that run."""

    def notices(self) -> None:
        """One notice is objected to, and another is left open for whoever looks at the board."""
        if not any(stream.key == "precursors" for stream in streams.installed()):
            self._say("the stream of precursors is not installed; its act is left out")
            return
        for actor in (self.ca, self.in_):
            for login, role in _PEOPLE.items():
                self.stage.run(
                    actor, "keys", "officer", f"{actor.short}-{login}", "--name", f"Invented {login.title()}",
                    "--authority", DESIGNATED[actor.state], "--role", role,
                )  # fmt: skip
        self._screened()
        told = self._send(self.in_, _notice("IN-2026-000311"), self.ca)
        objection = _head(self.ca.state) | {
            "kind": "pen.reply", "answers": told, "outcome": "objected", "reasons": ["licence_does_not_cover"],
        }  # fmt: skip
        self._send(self.ca, objection, self.in_)
        self._say("Canada objects by code: the importer's licence does not cover the substance; both boards show it")
        self._send(self.in_, _notice("IN-2026-000312"), self.ca)
        self._say("a second notice is left open; its clock counts working days of both states")

    def _screened(self) -> None:
        line = {
            "id": "1",
            "date": "2026-11-20",
            "description": _LINE["name"],
            "cas": _LINE["cas"],
            "hs_code": _LINE["hs"],
        }
        path = self._json("declaration.jsonl", line)
        path.write_text(json.dumps(line) + "\n", "utf-8")
        found = json.loads(self.stage.run(self.in_, "precursors", "screen", str(path)).splitlines()[0])
        self._expect((found["verdict"], found["un"]) == ("listed", "I"), "the screening did not find the substance")
        self._say(
            f"{_LINE['name']}: {found['substance']}, UN Table {found['un']}, Canada {found['ca']}, India {found['in']}"
        )

    def _send(self, actor: Actor, content: dict[str, Any], to: Actor) -> str:
        """Propose as the designated authority, approve as two others, and wait for it at the other node."""
        path = self._json(f"{content['kind']}-{content.get('pen_no', 'reply')}.json", content)
        said = self.stage.run(actor, "propose", str(path), "--as", f"{actor.short}-precursors")
        item = said.split()[0]
        for login, role in (("precursors-releaser", "releaser"), ("precursors-second", "second_officer")):
            self.stage.run(actor, "approve", item, "--as", f"{actor.short}-{login}", "--role", role)
        self._applied(to, item)
        return item


def _head(state: str) -> dict[str, Any]:
    other = {"CA": "IN", "IN": "CA"}[state]
    return {
        "version": 1, "case_ref": "DEMO-2026-PEN", "from_authority": DESIGNATED[state], "to_state": other,
        "to_authority": DESIGNATED[other], "workstream": "precursors", "purpose": "administrative",
    }  # fmt: skip


def _notice(number: str) -> dict[str, Any]:
    return _head("IN") | {
        "kind": "pen.notice", "pen_no": number,
        "exporter": _firm("Narmada Fine Intermediates Pvt (fictional)", "1 Invented Road, Surat", "IN-TEST-77"),
        "importer": _firm("Prairie Synthesis Ltd (fictional)", "2 Invented Street, Calgary", "CA-TEST-4412"),
        "lines": [_LINE], "exit": "INNSA", "entry": "CAVAN", "mode": "sea",
        "dispatch_on": f"{clock.now() + timedelta(days=30):%Y-%m-%d}", "declared_use": "an invented research programme",
        "reply_days": 10,
    }  # fmt: skip


def _firm(name: str, address: str, licence: str) -> dict[str, str]:
    return {"name": name, "address": address, "licence": licence}
