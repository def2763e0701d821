"""The fifteen counts of oversight, computed from the decisions log; and the version that may be published.

Source of the list: ACMFEA ss.7-8, NSIRA Act s.8, Privacy Act s.8(5), and what reviewers asked for. Nothing names a person. The
public version counts what crossed and the grounds that were told, and no bar that was hit: a number of hidden grounds would
tell of them (protocol section 7). Cells under five are left out, and one more where a total would give them away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

from countersign.law.policies import Rule
from countersign.oversight.entries import GATE, Entry

SMALLEST: Final = 5
LEFT_OUT: Final = "fewer than 5"
_ASSURANCES: Final = frozenset({"assurance_no_death_penalty", "assurance_no_mistreatment", "assurance_no_onward"})
TIMES: Final = "minutes_"
"""Cells that are no numbers of items and so tell of no single one."""
CROSSING: Final = ("Ask", "Release")
Numbers = dict[str, int]


@dataclass(frozen=True, slots=True)
class Count:
    """One of the fifteen. `public`: its cells may be published, small ones left out."""

    number: int
    key: str
    cells: Mapping[str, int]
    public: bool


@dataclass(slots=True)
class _Story:
    """What the log tells of one item."""

    first: datetime | None = None
    released: datetime | None = None
    redacted: bool = False
    refused: bool = False
    caveats: bool = False


@dataclass(slots=True)
class Book:
    """Entries sorted once, so that every count reads what it needs."""

    rules: Mapping[str, Rule]
    decisions: list[Entry] = field(default_factory=list)
    acts: dict[str, list[Entry]] = field(default_factory=dict)
    stories: dict[str, _Story] = field(default_factory=dict)
    unreadable: int = 0

    def crossed(self) -> list[Entry]:
        """The decisions by which something left."""
        return [entry for entry in self.decisions if entry.action in CROSSING and entry.allowed]

    def done(self, act: str) -> list[Entry]:
        return self.acts.get(act, [])


def compile_book(entries: Iterable[Entry], rules: Mapping[str, Rule]) -> Book:
    book = Book(rules)
    for entry in entries:
        if not entry.record:
            book.unreadable += 1
        elif entry.action in GATE:
            book.decisions.append(entry)
            _tell(book, entry)
        else:
            book.acts.setdefault(entry.action, []).append(entry)
            if entry.action == "decline" and entry.item:
                book.stories.setdefault(entry.item, _Story()).refused = True
    return book


def all_counts(book: Book) -> list[Count]:
    """The fifteen counts in their order."""
    return [
        Count(number, key, dict(sorted(counted(book).items())), public)
        for number, (key, counted, public) in enumerate(_COUNTS, 1)
    ]


def published(counts: Iterable[Count]) -> list[dict[str, Any]]:
    """What may be published: public counts, with small cells left out."""
    return [
        {"number": count.number, "key": count.key, "cells": suppressed(count.cells)} for count in counts if count.public
    ]


def suppressed(cells: Mapping[str, int]) -> dict[str, int | str]:
    """Cells under five, but not nought, are left out; where only one is, the smallest other as well, so that no sum tells it."""
    numbers = {name: value for name, value in cells.items() if not name.startswith(TIMES)}
    small = {name for name, value in numbers.items() if 0 < value < SMALLEST}
    if len(small) == 1:
        others = sorted((value, name) for name, value in numbers.items() if value >= SMALLEST)
        small |= {name for _, name in others[:1]}
    return {name: LEFT_OUT if name in small else value for name, value in cells.items()}


def _tell(book: Book, entry: Entry) -> None:
    if entry.action not in CROSSING or not entry.item:
        return
    story = book.stories.setdefault(entry.item, _Story())
    story.first = story.first or entry.at
    story.redacted |= bool(entry.beside.get("categories"))
    if entry.allowed and story.released is None:
        story.released, story.caveats = entry.at, bool(entry.facts.get("caveats"))


def _items(book: Book) -> Numbers:
    """1. Items proposed, released, with caveats, redacted, refused; by rule and family; time to decision in minutes."""
    stories = list(book.stories.values())
    waits = sorted((s.released - s.first) / timedelta(minutes=1) for s in stories if s.released and s.first)
    found = Counter({
        "proposed": len(stories), "released": sum(s.released is not None for s in stories),
        "released_with_caveats": sum(s.caveats for s in stories), "redacted": sum(s.redacted for s in stories),
        "declined": sum(s.refused for s in stories),
        "minutes_median": round(median(waits)) if waits else 0,
        "minutes_p95": round(waits[min(len(waits) - 1, int(0.95 * len(waits)))]) if waits else 0,
    })  # fmt: skip
    for entry in book.done("decline"):
        found[f"ground:{entry.facts.get('ground', '')}"] += 1
    for entry in book.crossed():
        if "ground" in entry.beside:
            found[f"told:{entry.beside['ground']}"] += 1
    return found


def _rules(book: Book) -> Numbers:
    """Rules that said no, each item once, and their families."""
    seen = {
        (entry.item, name)
        for entry in book.decisions
        if not entry.allowed
        for name in entry.fired
        if _final(book, name)
    }
    found = Counter(f"rule:{name}" for _, name in seen)
    families = {(item, book.rules[name].family) for item, name in seen if name in book.rules}
    return found + Counter(f"family:{family}" for _, family in families)


def _final(book: Book, name: str) -> bool:
    return name not in book.rules or book.rules[name].effect == "forbid"


def _mistreatment(book: Book) -> Numbers:
    """2. Assessments by level, what went to the deputy head and what came of it, mitigation, assurances; the three limbs."""
    found: Counter[str] = Counter()
    for entry in book.done("risk.assess"):
        found["assessed"] += 1
        found[f"bare:{entry.facts['bare']}"] += 1
        found[f"left:{entry.facts['mitigated']}"] += 1
        for means in entry.facts.get("mitigation", ()):
            found[f"by:{means}"] += 1
    for entry in book.decisions:
        if entry.facts.get("personal") and entry.allowed and entry.action in ("Ask", "Release", "Use"):
            found[{"Ask": "requests", "Release": "disclosures", "Use": "uses"}[entry.action]] += 1
    referred = {
        e.item for e in book.decisions if e.facts.get("mistreatment_risk") == "undetermined" and e.action in CROSSING
    }
    found["referred_to_deputy"] = len(referred)
    found["authorised_by_deputy"] = len({e.item for e in book.crossed() if e.item in referred})
    found["refused"] = len({e.item for e in book.decisions if "INTL-TORTURE-UNMITIGABLE" in e.fired and not e.allowed})
    wanting = {name for name, rule in book.rules.items() if _ASSURANCES & rule.cures.get("conditions", frozenset())}
    asked = {entry.item for entry in book.decisions if not entry.allowed and wanting & set(entry.fired)}
    found["assurances_asked"] = len(asked)
    found["assurances_given"] = len(book.done("assurance.register"))
    found["assurances_breached"] = len(book.done("assurance.breach"))
    return found


def _capital(book: Book) -> Numbers:
    """3. Items in capital cases."""
    capital = {e.item for e in book.decisions if e.facts.get("max_penalty") == "death" and e.action in CROSSING}
    return {"proposed": len(capital), "released": len({e.item for e in book.crossed()} & capital)}


def _bars(book: Book) -> Numbers:
    """4. Bars that were hit, for the own reviewer alone: each item once a family."""
    families = ("asylum", "consular", "diplomatic", "minor", "transnational_repression")
    hit = {
        (entry.item, book.rules[name].family)
        for entry in book.decisions if not entry.allowed for name in entry.fired if name in book.rules
    }  # fmt: skip
    return {family: sum(found == family for _, found in hit) for family in families}


def _public_interest(book: Book) -> Numbers:
    """5. Releases on the ground of public interest, and notices to the privacy commissioner."""
    by_it = [entry for entry in book.crossed() if "CA-GW-PRIV-8-2-M" in entry.fired]
    return {"released": len(by_it), "noticed": sum("opc_notified" in entry.facts["conditions"] for entry in by_it)}


def _with_data(*names: str) -> Callable[[Book], Numbers]:
    def counted(book: Book) -> Numbers:
        return {"released": sum(bool(set(names) & set(entry.facts.get("data", ()))) for entry in book.crossed())}

    return counted


def _consents(book: Book) -> Numbers:
    """8. Consents of owners: asked of the other state and by it, given, and put on record."""
    asked = [entry for entry in book.crossed() if entry.kind in ("permission.onward", "permission.court_use")]
    recorded = [entry for entry in book.done("record") if entry.facts.get("code") == "originator_consent"]
    return {"asked": sum(e.action == "Ask" for e in asked), "answered": sum(e.action == "Release" for e in asked),
            "recorded": len(recorded)}  # fmt: skip


def _recalls(book: Book) -> Numbers:
    """9. Recalls asked, sent, and received ones obeyed."""
    sent = sum(entry.kind == "recall" for entry in book.crossed())
    asked = len(book.done("recall.ask"))
    return {"asked": asked, "sent": sent, "waiting": max(0, asked - sent), "obeyed": len(book.done("recall.freeze"))}


def _caveats(book: Book) -> Numbers:
    """10. Uses that a caveat stopped, and assurances that were found broken."""
    stopped = [entry for entry in book.decisions if entry.action == "Use" and not entry.allowed]
    return {"uses_stopped": len(stopped), "breaches": len(book.done("assurance.breach"))}


def _emergencies(book: Book) -> Numbers:
    """11. Threats to life that left, downgrades, and their reviews by two."""
    left = {entry.item for entry in book.crossed() if entry.facts.get("urgency") == "threat_to_life"}
    halves = Counter(entry.item for entry in book.done("flash.review"))
    return {"released": len(left), "downgraded": len(book.done("flash.downgrade")),
            "reviewed": sum(number >= 2 for number in halves.values())}  # fmt: skip


def _law(book: Book) -> Numbers:
    """12. Versions of the law that decided, signatures that adopted one, overrides (there is no way to make one)."""
    versions = {entry.version for entry in book.decisions}
    released = {item for item, story in book.stories.items() if story.released}
    return {"versions": len(versions), "adoptions": len(book.done("law.adopt")),
            "overrides": len(released - {entry.item for entry in book.crossed()})}  # fmt: skip


def _conflicts(book: Book) -> Numbers:
    """13. People who tried to approve what they may not."""
    return Counter(str(entry.facts.get("why", "")) for entry in book.done("approve.refused")) or {"refused": 0}


def _errors(book: Book) -> Numbers:
    """14. Errors and disagreements of the evaluators, each a no."""
    wrong = [error for entry in book.decisions for error in entry.record.get("errors", ())]
    apart = sum("disagree" in error for error in wrong)
    return {"errors": len(wrong) - apart, "disagreements": apart}


def _unreadable(book: Book) -> Numbers:
    """15. Entries that a reviewer cannot read."""
    return {"unreadable": book.unreadable}


_COUNTS: Final[tuple[tuple[str, Callable[[Book], Numbers], bool], ...]] = (
    ("items", lambda book: Counter(_items(book)), True),
    ("mistreatment", _mistreatment, True),
    ("capital", _capital, True),
    ("bars", lambda book: Counter(_bars(book)) + Counter(_rules(book)), False),
    ("public_interest", _public_interest, True),
    ("intercepts", _with_data("intercept_content"), True),
    ("fiu", _with_data("fiu_intelligence"), True),
    ("consents", _consents, True),
    ("recalls", _recalls, True),
    ("caveats", _caveats, True),
    ("emergencies", _emergencies, True),
    ("law", _law, True),
    ("conflicts", _conflicts, False),
    ("errors", _errors, True),
    ("unreadable", _unreadable, True),
)
