"""The story that ./demo plays: peering, a first request and its answer, faults, a carried file, evidence."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from countersign.exchange import kinds
from countersign.kernel.errors import CountersignError
from countersign.ledger.core import evidence
from countersign.node.demo import checker, example, own
from countersign.node.demo.notices import Notices
from countersign.node.demo.stage import Actor, Stage

REFERENCE: Final = "CA-IN-DEMO-1"
BATCH: Final = 200
CARRIED: Final = 40


class Story(Notices):
    """Plays the acts in order and prints what happens; raises StepFailed where something is not as it should be."""

    def __init__(self, stage: Stage, *, request: Path | None, attachment: Path | None) -> None:
        super().__init__(stage)
        self._request, self._attachment = request, attachment
        self.asked = own.read_request(request) if request else None
        self._fingerprints: dict[str, str] = {}

    def play(self) -> None:
        self.found()
        self.peer()
        self.exchange()
        self.more()
        self.faults()
        self.prove()

    def found(self) -> None:
        self._act("0", "Two sovereign nodes are made: own keys, own database, own officers")
        for actor in (self.ca, self.in_):
            self._make(actor)

    def peer(self) -> None:
        self._act("1", "Two administrators on each side exchange cards and compare sixty digits")
        for actor in (self.ca, self.in_):
            arrangement = self._write(
                f"{actor.short}-arrangement.toml", example.ARRANGEMENT.format(reference=REFERENCE)
            )
            self._tell(self.stage.run(actor, "peer", "arrangement", str(arrangement), "--as", f"{actor.short}-legal"))
            card = self.stage.folder / f"{actor.short}.card"
            said = self.stage.run(actor, "peer", "card", str(card), "--root", str(actor.root))
            self._fingerprints[actor.node] = said.strip().splitlines()[-1].strip()
            self._say(f"{actor.node} reads out  {self._fingerprints[actor.node]}")
        self._swapped_key()
        for actor in (self.ca, self.in_):
            self._compare(actor)

    def _swapped_key(self) -> None:
        """A stranger's card in India's name: the fingerprints differ, and that is the end of it."""
        impostor = Actor(
            "in.example", "IN", "NIA", self.stage.folder / "impostor", self.stage.folder / "impostor-root", 1, 2, 3
        )
        self._init(impostor)
        card = self.stage.folder / "impostor.card"
        self.stage.run(impostor, "peer", "card", str(card), "--root", str(impostor.root))
        trial = Actor(
            "ca.example", "CA", "RCMP", self.stage.folder / "trial", self.stage.folder / "trial-root", 1, 2, 3
        )
        self._init(trial)
        self._enrol(trial, ("admin1", "legal"))
        arrangement = self.stage.folder / "ca-arrangement.toml"
        self.stage.run(trial, "peer", "arrangement", str(arrangement), "--as", "ca-legal")
        self.stage.run(trial, "peer", "begin", str(card), "--arrangement", REFERENCE, "--as", "ca-admin1")
        said = self.stage.run(
            trial, "peer", "confirm", "in.example", "--fingerprint", self._fingerprints["in.example"],
            "--as", "ca-admin1", refused=True,
        )  # fmt: skip
        self._say("a card with a swapped key is a hard stop:")
        self._tell(said)
        self._expect("FINGERPRINT_MISMATCH" in said, "a swapped key was not stopped")

    def _compare(self, actor: Actor) -> None:
        other = self.stage.other(actor)
        card = self.stage.folder / f"{other.short}.card"
        self.stage.run(actor, "peer", "begin", str(card), "--arrangement", REFERENCE, "--as", f"{actor.short}-admin1")
        for admin in ("admin1", "admin2"):
            said = self.stage.run(
                actor, "peer", "confirm", other.node, "--fingerprint", self._fingerprints[other.node],
                "--as", f"{actor.short}-{admin}",
            )  # fmt: skip
            self._tell(said)

    def exchange(self) -> None:
        self._act("2", "A test message both ways; then a request, refused, cured, approved, delivered and answered")
        for actor in (self.ca, self.in_):
            self.stage.start(actor)
            self._say(
                f"{actor.node} runs: link port {actor.link_port}, health http://{actor.short}.localhost:{actor.web_port}/readyz"
            )
        test = self._write("test-message.json", json.dumps(example.TEST_MESSAGE))
        for actor in (self.ca, self.in_):
            self._release(actor, test, ())
        self._arrive(self.in_, 1)
        self._arrive(self.ca, 1)
        request = self._first_request()
        self._say("on the Indian desk, with its clock:")
        self._tell(self.stage.run(self.in_, "show", request, "--as", "in-desk"), limit=14)
        answer = self.answer(request)
        self._say("and in Ottawa:")
        self._tell(self.stage.run(self.ca, "show", answer, "--as", "ca-desk"), limit=14)
        self._tell(self.stage.run(self.ca, "inbox", "--as", "ca-desk", "--sent"))
        self._item, self._answer = request, answer

    def more(self) -> None:
        self._act("3", "A refusal with its remedy; the neutral answer twice; use beyond a caveat; decisions replayed")
        self.refuse()
        self.neutral()
        self.use(self._answer)
        self.review({self.ca.node: self._item, self.in_.node: self._answer})
        self._act("4", "Precursors: three laws side by side, a notice before export, an objection")
        self.notices()

    def _first_request(self) -> str:
        content = self._request or self._write("request.json", json.dumps(example.REQUEST, ensure_ascii=False))
        attachment = self._attachment or example.write_pdf(self.stage.folder / "call-records.pdf")
        said = self.stage.run(
            self.ca, "propose", str(content), "--attach", str(attachment), "--as", "ca-drafter", refused=True
        )
        self._say("refused, because no arrangement is in force:")
        self._tell(said)
        self._expect("NO-GATEWAY" in said, "the gate did not name the missing gateway")
        for actor in (self.ca, self.in_):
            for officer in ("legal", "executive"):
                said = self.stage.run(actor, "peer", "certify", REFERENCE, "--as", f"{actor.short}-{officer}")
            self._tell(said)
        request = self._assessed(content, attachment)
        self._arrive(self.in_, 2)
        name = re.search(r"att_[a-z2-7]{26}", self.stage.run(self.in_, "show", request, "--as", "in-desk"))
        self._expect(name is not None, "the attachment is not listed")
        out = self.stage.folder / "received.pdf"
        self.stage.run(
            self.in_, "show", request, "--as", "in-desk", "--attachment", str(name and name.group()), "--out", str(out)
        )
        self._expect(out.read_bytes() == attachment.read_bytes(), "the attachment arrived changed")
        self._say(f"the attachment ({out.stat().st_size:,} bytes) arrived whole")
        return request

    def _assessed(self, content: Path, attachment: Path) -> str:
        """Refused as it stands for want of a risk assessment; assessed by a third person; approved by two more."""
        request, said = self._propose(self.ca, content, (attachment,))
        self._say("proposed again; refused as it stands, for nobody has assessed the risk of mistreatment:")
        self._tell(said)
        self._expect("CA-ACMFEA-UNASSESSED" in said, "the gate did not ask for the assessment")
        for actor in (self.ca, self.in_):
            self._profile(actor)
        if self.asked is None or kinds.persons(self.asked):
            self._assess(self.ca, request)
        self._approve(self.ca, request)
        return request

    def faults(self) -> None:
        self._act(
            "5", "The receiver is killed amid a batch, the line is cut, a file is carried by hand: every item once"
        )
        self._killed_receiver()
        self._cut_line()
        self._carried_file()

    def _killed_receiver(self) -> None:
        before = checker.count_stored(self.in_.home)
        releasing = subprocess.Popen(self._bulk_command(self.ca, BATCH, "KILL"))
        arrived = before + BATCH // 3
        self.stage.wait(lambda: checker.count_stored(self.in_.home) >= arrived, "a third of the batch", 90, every=0.01)
        self.stage.kill(self.in_)
        amid = checker.count_stored(self.in_.home) - before
        self._expect(releasing.wait(120) == 0, "the bulk release failed")
        self._say(f"{self.in_.node} is killed after {amid} of {BATCH} items")
        self.stage.start(self.in_)
        self._settle()
        self._expect(checker.count_stored(self.in_.home) == before + BATCH, "not every item of the batch arrived")
        self._say(f"restarted; all {BATCH} are there")

    def _cut_line(self) -> None:
        before = checker.count_stored(self.ca.home)
        self.stage.cut()
        self._say("the line is cut; India releases 20 items")
        self._bulk(self.in_, 20, "CUT")
        self._expect(checker.count_stored(self.ca.home) == before, "something crossed a cut line")
        self.stage.join()
        self._settle()
        self._expect(checker.count_stored(self.ca.home) == before + 20, "not every item came after the line was mended")
        self._say("mended; all 20 are there")

    def _carried_file(self) -> None:
        before = checker.count_stored(self.in_.home)
        self.stage.cut()
        self._bulk(self.ca, CARRIED, "HAND")
        file, slip = self.stage.folder / "pouch.csgn", self.stage.folder / "slip.csgn"
        self._tell(self.stage.run(self.ca, "export", str(file), "--peer", self.in_.node))
        self._tell(self.stage.run(self.in_, "import", str(file), "--slip", str(slip)))
        self._expect(checker.count_stored(self.in_.home) == before + CARRIED, "the carried items did not all arrive")
        self.stage.join()
        self._settle()
        self._tell(self.stage.run(self.in_, "import", str(file)))
        self._tell(self.stage.run(self.ca, "import", str(slip)))
        self._settle()
        self._expect(checker.count_stored(self.in_.home) == before + CARRIED, "an item came twice")
        self._say(f"by hand and on line: {CARRIED} items, each once")

    def prove(self) -> None:
        self._act("6", "Evidence: proved off line, and rejected with any byte changed")
        file = self.stage.folder / "evidence.csgn-evidence"
        self._settle()
        self.stage.run(
            self.ca,
            "show",
            self._item,
            "--as",
            "ca-drafter",
            "--evidence",
            str(file),
            "--open",
            "/question",
            "--open",
            "/offence",
        )
        trusted = [self._fingerprints[actor.node] for actor in (self.ca, self.in_)]
        self._tell(self.stage.run(self.ca, "verify", str(file), "--trust", trusted[0], "--trust", trusted[1]))
        data = file.read_bytes()
        places = sorted({0, len(data) - 1, *random.Random(1).sample(range(len(data)), 300)})  # noqa: S311  (places to try)
        for place in places:
            damaged = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
            self._expect(_is_refused(damaged, trusted), f"a changed byte at {place} was accepted")
        self._say(f"{len(places)} of {len(data):,} places tried: each changed byte is rejected")

    def check(self) -> None:
        """Let the outside checker look at both nodes."""
        self._act("7", "A separate checker reads both databases and both logs")
        self._settle()
        done = subprocess.run(
            [sys.executable, "-m", "countersign.node.demo.checker", str(self.ca.home), str(self.in_.home)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        self._tell(done.stdout)
        self._expect(done.returncode == 0, "the checker found faults")


def _is_refused(data: bytes, trusted: list[str]) -> bool:
    try:
        evidence.verify(data, trusted=trusted)
    except CountersignError:
        return True
    return False
