"""The middle of the story: one case told whole, a refusal with its remedy, the neutral answer twice, use beyond a caveat."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from countersign.exchange import kinds
from countersign.node.demo import checker, example
from countersign.node.demo.play import Play
from countersign.node.demo.stage import Actor

_REFERENCES: Final = re.compile(r"(itm_[a-z2-7]{26}|DEMO-2026-01\d\d)")


class Cases(Play):
    """Acts that need two peered nodes that run, with an arrangement in force."""

    asked: dict[str, Any] | None = None
    """A person's own request, if there is one instead of the example."""

    def _matter(self) -> dict[str, Any]:
        """The case of the request and the person that the answer is about (none, where the own request names none)."""
        if self.asked is None:
            return {}
        return {"case_ref": self.asked["case_ref"], "about": 0 if kinds.persons(self.asked) else None}

    def answer(self, request: str) -> str:
        """India takes the request in hand, holds the line, admits, searches, redacts and replies."""
        self._tell(self._at_desk(self.in_, "inbox", "--take", request))
        self._standing(self.in_, "reply.interim")
        interim = self._json("interim.json", example.interim(request, **self._matter()))
        said = self.stage.run(self.in_, "propose", str(interim), "--standing", "--as", "in-desk")
        self._say("a holding answer leaves at once, under a standing authorisation of two named people:")
        self._tell(said)
        refused = self._at_desk(self.in_, "search", "Traders", "--request", request, refused=True)
        self._expect("SEARCH_REFUSED" in refused, "a holding was searched before admission")
        words = [word for found in ("predicate", "purpose", "proportionate", "neutral") for word in ("--found", found)]
        self._tell(self._at_desk(self.in_, "admit", request, *words))
        word = self.asked["offence"]["label"] if self.asked else "ਗੁਰਨਾਮ"
        self._tell(self._at_desk(self.in_, "search", word, "--request", request))
        return self._redacted_reply(request)

    def _redacted_reply(self, request: str) -> str:
        answer, said = self._propose(self.in_, self._json("reply.json", example.reply(request, **self._matter())))
        self._say("the reply names a source, so the gate does not let it go; the words are withheld:")
        self._tell(said)
        self._expect("INTL-SOURCE" in said, "the gate did not ask for the redaction")
        said = self.stage.run(
            self.in_, "withhold", answer, "--path", "/text", "--words", ", " + example.SOURCE,
            "--category", "source_identity", "--as", "in-drafter",
        )  # fmt: skip
        self._tell(said)
        self._expect("[withheld]" in said, "the diff does not show the redaction")
        self._approve(self.in_, answer)
        before = checker.count_applied(self.ca.home)
        self._arrive(self.ca, before + 1)
        return answer

    def refuse(self) -> None:
        """A firm's shipping records: a court must authorise that; the refusal says what would help."""
        asked = self._release(self.ca, self._json("firm.json", example.firm_request()))
        self._applied(self.in_, asked)
        self._tell(self._at_desk(self.in_, "inbox", "--take", asked))
        no = self._release(self.in_, self._json("refusal.json", example.refusal(asked)))
        self._applied(self.ca, no)
        said = self._at_desk(self.ca, "show", no)
        self._tell(said, limit=9)
        self._expect("mutual legal assistance" in said, "the refusal does not say what would help")

    def neutral(self) -> None:
        """One person whom India may not speak of, one whom it does not know: two answers nobody can tell apart."""
        self._standing(self.in_, "refusal")
        register = self._json("in-register.json", [example.PROTECTED])
        self.stage.run(self.in_, "protection", "load", str(register), "--as", "in-protection")
        asked = {
            case: self._release(
                self.ca, self._json(f"{case}.json", example.person_request(case, subject)), persons=True
            )
            for case, subject in (("DEMO-2026-0151", example.PROTECTED), ("DEMO-2026-0152", example.UNKNOWN))
        }
        shielded, unheard = asked.values()
        for request in asked.values():
            self._applied(self.in_, request)
        words = [word for found in ("predicate", "purpose", "proportionate", "neutral") for word in ("--found", found)]
        self._at_desk(self.in_, "inbox", "--take", shielded)
        self._at_desk(self.in_, "admit", shielded, *words)
        reply = example.person_reply(shielded, "DEMO-2026-0151", example.PROTECTED)
        item, _ = self._propose(self.in_, self._json("held.json", reply))
        self._assess(self.in_, item)
        self._approve(self.in_, item)
        self._say("the reply about the one is held under the neutral status; about the other nobody drafts anything")
        shown = [self._neutral_answer(request) for request in (shielded, unheard)]
        self._expect(shown[0] == shown[1], "the two neutral answers differ")
        self._say(
            "both answers left by themselves, at instants drawn when the requests came; apart from references alike:"
        )
        self._tell(shown[0], limit=4)

    def use(self, answer: str) -> None:
        """Court use is refused by the caveat, asked of the originator, granted, and then allowed."""
        refused = self._at_desk(self.ca, "use", answer, "--for", "court", refused=True)
        self._tell(refused, limit=8)
        self._expect("USE-NOEVID" in refused, "court use was not refused")
        asked = self._release(self.ca, self._json("ask.json", example.court_use(answer)))
        self._applied(self.in_, asked)
        grant = self._release(self.in_, self._json("grant.json", example.court_grant(answer, asked)))
        self._applied(self.ca, grant)
        self._tell(self._at_desk(self.ca, "use", answer, "--for", "court"))

    def review(self, items: dict[str, str]) -> None:
        """A reviewer on each side replays the newest decision on an item of the own state."""
        for actor in (self.ca, self.in_):
            reviewer = f"{actor.short}-reviewer"
            listed = self.stage.run(actor, "review", "list", items[actor.node], "--as", reviewer)
            decision = [line.split()[0] for line in listed.splitlines() if re.search(r" (Ask|Release) ", line)][-1]
            self._tell(self.stage.run(actor, "review", "replay", decision, "--as", reviewer), limit=8)

    def _neutral_answer(self, request: str) -> str:
        """What Ottawa reads as the answer to `request`, with references and ids blanked."""
        self.stage.wait(lambda: self._answer_to(request) is not None, "the neutral answer", 60, every=0.5)
        said = self._at_desk(self.ca, "show", str(self._answer_to(request)))
        return _REFERENCES.sub("…", said)

    def _answer_to(self, request: str) -> str | None:
        return checker.answer_to(self.ca.home, request)

    def _standing(self, actor: Actor, kind: str) -> None:
        said = self.stage.run(actor, "standing", "prepare", kind, "--a-day", "100", "--as", f"{actor.short}-releaser")
        name = said.split()[0]
        for login, role in (("releaser", "releaser"), ("second", "second_officer")):
            self.stage.run(actor, "standing", "sign", name, "--role", role, "--as", f"{actor.short}-{login}")

    def _applied(self, actor: Actor, item: str) -> None:
        self.stage.wait(
            lambda: checker.is_applied(actor.home, item), f"{item} to take effect at {actor.node}", 60, every=0.1
        )

    def _at_desk(self, actor: Actor, *words: str, refused: bool = False) -> str:
        return self.stage.run(actor, *words, "--as", f"{actor.short}-desk", refused=refused)

    def _json(self, name: str, content: Any) -> Path:
        return self._write(name, json.dumps(content, ensure_ascii=False))
