"""A line through all layers: numbers, names, structures, codes, dates; each leaves its evidence, and one verdict comes out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from countersign.streams.precursors.screening import cas, hs, lists, names, words
from countersign.streams.precursors.screening.lists import WEAK, Lists
from countersign.streams.precursors.screening.names import Finder, Hit
from countersign.streams.precursors.screening.result import (
    CAS_INVALID,
    CLEAR,
    HS_MISMATCH,
    LISTED,
    REVIEW,
    Goods,
    Reason,
    Result,
)
from countersign.streams.precursors.screening.text import Line, fold
from countersign.streams.precursors.screening.words import Around

_PERCENT: Final = re.compile(r"(?<!\d)(\d{1,2}(?:[.,]\d+)?)\s*(?:%|percent|pour cent|प्रतिशत|ਪ੍ਰਤੀਸ਼ਤ)")
_OIL: Final = re.compile(r"\b(?:oil|oils|huile|huiles|content|containing|contenant|teneur|tel)\b|तेल|ਤੇਲ|油")
_CHAIN: Final = re.compile(
    r"^(?:-[a-z0-9(]|[ -]?[a-z]*(?:yl|ate|ide|ine|one|ol|ene|ane|ether|ester|oxime|acid|imine|amide)\b)"
)
_CHAINED: Final = re.compile(r"(?:\)|[a-z0-9]-|[a-z]*(?:yl|oxy|chloro|bromo|fluoro|nitro|amino|hydroxy)[ -]?)$")
REMEMBERED: Final = 60_000
"""Lines that are looked up instead of looked at."""
_CHEMISTRY: Final = ("28", "29", "30", "38")


class Structures(Protocol):
    """Names to structures; a layer that may be off."""

    off: tuple[str, ...]

    def resolve(self, folded: Sequence[str]) -> list[Found | None]: ...


@dataclass(frozen=True, slots=True)
class Found:
    """What a text is by its structure: listed substances of the same skeleton, a class rule that it meets, or neither: then it is
    another molecule, and what only resembles a listed name does not stand against it. `form`: how its stereo form or
    tautomer stands to theirs."""

    read: str
    substances: tuple[str, ...] = ()
    rule: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What the layers found about one line, before the dates are asked."""

    sure: tuple[str, ...]
    weak: tuple[str, ...]
    others: bool
    idle: bool
    flags: tuple[str, ...]
    reasons: tuple[Reason, ...]
    rule: str = ""
    percent: float | None = None
    resembles: bool = False

    @property
    def asks(self) -> bool:
        """Whether the structure is asked: nothing is found yet, or only what resembles a name or stands in a longer one."""
        return self.resembles or (not self.sure and not self.others)


class Engine:
    """Screens lines against the lists. `structures`: None where neither OPSIN nor RDKit is there."""

    def __init__(self, known: Lists, finder: Finder, around: Around, structures: Structures | None = None) -> None:
        self._lists, self._finder, self._around, self._structures = known, finder, around, structures
        self._cached: dict[tuple[str, str, str], _Evidence] = {}

    @property
    def layers_off(self) -> tuple[str, ...]:
        return self._structures.off if self._structures is not None else ("structure", "class_rules")

    def screen(self, goods: Iterable[Goods]) -> list[Result]:
        """Answers in the order of the lines. What was seen before is looked up; the date is asked every time."""
        rows = list(goods)
        keys = [(row.description, row.cas, row.hs_code) for row in rows]
        self._look_at([key for key in dict.fromkeys(keys) if key not in self._cached])
        return [self._answer(row, self._cached[key]) for row, key in zip(rows, keys, strict=True)]

    def forget(self) -> None:
        """After a change of the lists."""
        self._cached.clear()

    def _look_at(self, keys: list[tuple[str, str, str]]) -> None:
        lines = [Line(fold(description)) for description, _, _ in keys]
        seen = [self._evidence(line, number, code) for line, (_, number, code) in zip(lines, keys, strict=True)]
        self._by_structure(lines, seen)
        self._cached |= dict(zip(keys, seen, strict=True))
        if len(self._cached) > REMEMBERED:
            for key in list(self._cached)[: REMEMBERED // 2]:
                del self._cached[key]

    def _evidence(self, line: Line, number: str, code: str) -> _Evidence:
        reasons: list[Reason] = []
        by_number, flags = self._numbers(line, number, reasons)
        hits = self._finder.find(line)
        said = [hit for hit in hits if not words.negated(line.folded, hit.begin, hit.end, self._around)]
        reasons += [
            Reason("negated", hit.layer, {"name": hit.name.name})
            for hit in hits
            if hit not in said and hit.name.substances
        ]
        strong, weak = self._by_name(said, by_number, code, line, reasons)
        sure = tuple(dict.fromkeys([*by_number, *strong]))
        sure = self._told_apart(sure, said)
        doubtful = tuple(key for key in weak if key not in sure)
        evidence = _Evidence(
            sure=sure, weak=doubtful, others=any(not hit.name.substances for hit in said),
            idle=words.is_idle(line.folded, self._around) or words.is_chemistry(line.folded), flags=tuple(flags),
            reasons=tuple(reasons),
            percent=self._percent(line, sure), resembles=not by_number and self._resembles(line, said),
        )  # fmt: skip
        return self._codes(evidence, code)

    def _numbers(self, line: Line, number: str, reasons: list[Reason]) -> tuple[list[str], list[str]]:
        """CAS numbers of the field and of the text: listed ones, a wrong check digit, and what it may stand for."""
        given = [fold(number).strip()] if number.strip() else []
        found, flags = [], []
        for one in dict.fromkeys([*given, *cas.found(line.folded)]):
            right = cas.is_right(one)
            if right and one in self._lists.by_cas:
                found.append(self._lists.by_cas[one])
                reasons.append(Reason("cas", "cas", {"cas": one, "substance": self._lists.by_cas[one]}))
            elif not right and (one in given or cas.found(one)):
                flags.append(CAS_INVALID)
                near = sorted({self._lists.by_cas[other] for other in cas.near(one, self._lists.by_cas)})
                reasons.append(Reason("cas_invalid", "cas", {"cas": one, "near": "; ".join(near)}))
        return found, list(dict.fromkeys(flags))

    def _by_name(
        self, hits: list[Hit], by_number: list[str], code: str, line: Line, reasons: list[Reason]
    ) -> tuple[list[str], list[str]]:
        strong: list[str] = []
        weak: list[str] = []
        for hit in hits:
            if not hit.name.substances:
                continue
            alone = not any(not other.name.substances for other in hits)
            supported = not hit.name.weak or self._supported(hit, by_number, code if alone else "")
            told = {"name": hit.name.name, "substance": "; ".join(hit.name.substances), "score": f"{hit.score:.0f}"}
            if supported:
                strong += hit.name.substances
                reasons.append(Reason("name", hit.layer, told))
            elif self._alone(hit, line, code):
                weak += hit.name.substances
                reasons.append(Reason("name_weak", hit.layer, told))
        return strong, weak

    def _supported(self, hit: Hit, by_number: list[str], code: str) -> bool:
        """A second sign for a short or doubtful name: the number, or six digits of the substance's own code."""
        own = {self._lists.substances[key].hs6 for key in hit.name.substances if key in self._lists.substances}
        return bool(set(by_number) & set(hit.name.substances)) or hs.six(code) in own

    def _alone(self, hit: Hit, line: Line, code: str) -> bool:
        """Whether nothing else in the text names goods, so that a short name may be the goods themselves."""
        if code and hs.digits(code)[:2] not in _CHEMISTRY:
            return False
        rest = f"{line.folded[: hit.begin]} {line.folded[hit.end :]}"
        return words.is_idle(rest, self._around)

    def _told_apart(self, sure: tuple[str, ...], hits: list[Hit]) -> tuple[str, ...]:
        """Where a name is that of two substances and another sign names one of them, that one."""
        if len(sure) < 2:
            return sure
        single = {hit.name.substances[0] for hit in hits if len(hit.name.substances) == 1 and not hit.name.weak}
        kept = tuple(key for key in sure if key in single)
        return kept or sure

    def _resembles(self, line: Line, hits: list[Hit]) -> bool:
        """A name found by sound or spelling, or letter for letter within a longer word chain of chemistry."""
        own = [hit for hit in hits if hit.name.substances and not hit.name.weak]
        return any(hit.layer != "name" or _CHAIN.search(line.folded[hit.end : hit.end + 16]) or
                   _CHAINED.search(line.folded[max(0, hit.begin - 16) : hit.begin]) for hit in own)  # fmt: skip

    def _percent(self, line: Line, sure: tuple[str, ...]) -> float | None:
        """The share of safrole in an oil, where the line tells one."""
        if "Safrole" not in sure or not _OIL.search(line.folded):
            return None
        match = _PERCENT.search(line.folded)
        return float(match[1].replace(",", ".")) if match else None

    def _codes(self, evidence: _Evidence, code: str) -> _Evidence:
        """Code and goods against one another."""
        flags, reasons, weak = list(evidence.flags), list(evidence.reasons), list(evidence.weak)
        alone = self._lists.by_hs.get(hs.six(code))
        if evidence.sure:
            subject = [self._lists.substances[key] for key in evidence.sure]
            if not any(hs.fits(code, one.key, one.hs6) for one in subject):
                flags.append(HS_MISMATCH)
                reasons.append(Reason("hs_mismatch", "hs", {"hs": hs.digits(code), "expected": subject[0].hs6}))
        elif alone is not None and ((evidence.idle and not evidence.others) or alone in evidence.weak):
            weak.append(alone)
            reasons.append(Reason("hs_alone", "hs", {"hs": hs.six(code), "substance": alone}))
        elif alone is not None:
            flags.append(HS_MISMATCH)
            reasons.append(Reason("hs_of_listed", "hs", {"hs": hs.six(code), "substance": alone}))
        return replace(
            evidence, flags=tuple(dict.fromkeys(flags)), reasons=tuple(reasons), weak=tuple(dict.fromkeys(weak))
        )

    def _by_structure(self, lines: list[Line], seen: list[_Evidence]) -> None:
        """The structure layer, for lines that the cheap layers left open."""
        if self._structures is None:
            return
        open_ = [place for place, one in enumerate(seen) if one.asks]
        for place, found in zip(open_, self._structures.resolve([lines[p].folded for p in open_]), strict=True):
            if found is None:
                continue
            one = seen[place]
            if one.sure:
                seen[place] = self._vetoed(one, found)
            elif found.substances:
                seen[place] = replace(one, sure=found.substances, reasons=(*one.reasons, *_reported(found)))
            elif found.rule:
                told = {"name": found.read, "rule": found.rule}
                seen[place] = replace(
                    one, rule=found.rule, reasons=(*one.reasons, Reason("class", "class_rules", told))
                )

    def _vetoed(self, one: _Evidence, found: Found) -> _Evidence:
        """The whole name wins: read as another molecule, it is not the listed one that a part or the sound of it suggests."""
        if found.substances:
            return replace(one, sure=found.substances) if not set(found.substances) & set(one.sure) else one
        told = Reason("veto", "structure", {"name": found.read})
        flags = tuple(flag for flag in one.flags if flag != HS_MISMATCH)
        return replace(one, sure=(), rule=found.rule, flags=flags, reasons=(*one.reasons, told))

    def _answer(self, row: Goods, one: _Evidence) -> Result:
        """The verdict on the line's date."""
        off = self.layers_off
        key = self._first(one.sure, row) or self._first(one.weak, row)
        base = Result(row.id, CLEAR, flags=one.flags, reasons=one.reasons, layers_off=off, faults=row.faults)
        if key is None and one.rule:
            parent = _PARENTS[one.rule]
            held = self._lists.status(parent, row.day)["CA"]
            wide = held is not None and held.kind == "A"
            return replace(base, verdict=REVIEW, ca="A" if wide else "none", substance=parent)
        if key is None:
            return replace(base, verdict=REVIEW if HS_MISMATCH in one.flags else CLEAR)
        status = self._lists.status(key, row.day, one.percent)
        named = {where: held.kind for where, held in status.items() if held is not None and held.kind not in WEAK}
        if one.percent is not None and not named:
            return replace(base, reasons=(*one.reasons, Reason("below", "lists", {"percent": f"{one.percent:g}"})))
        sure = key in one.sure and one.percent is None and bool(named)
        more = [Reason("status", "lists", {"where": where, "class": held.kind, "instrument": held.instrument,
                                           "since": held.effective.isoformat()})
                for where, held in status.items() if held is not None]  # fmt: skip
        return replace(
            base, verdict=LISTED if sure else REVIEW, un=named.get("UN", "none"), ca=named.get("CA", "none"),
            in_=named.get("IN", "none"), substance=key, others=tuple(other for other in one.sure if other != key),
            reasons=(*one.reasons, *more),
        )  # fmt: skip

    def _first(self, keys: tuple[str, ...], row: Goods) -> str | None:
        """The gravest of several: what most laws list on the day."""
        if not keys:
            return None
        return max(keys, key=lambda key: sum(
            held is not None and held.kind not in WEAK for held in self._lists.status(key, row.day).values()
        ))  # fmt: skip


def _reported(found: Found) -> list[Reason]:
    """That a structure is listed, and its form where it is not the listed one itself."""
    told = {"name": found.read, "substance": "; ".join(found.substances)}
    reasons = [Reason("structure", "structure", told)]
    return reasons + ([Reason(f"form_{found.form}", "structure", told)] if found.form not in ("", "same") else [])


_PARENTS: Final = {
    "4-AP": "N-Phenyl-4-piperidinamine (4-AP)",
    "4-piperidone": "4-Piperidone",
    "P-2-P": "1-Phenyl-2-propanone (P-2-P)",
    "MDP-2-P": "3,4-Methylenedioxyphenyl-2-propanone (3,4-MDP-2-P)",
    "norfentanyl": "Norfentanyl",
}
"""The substance whose class-wide wording (Canada) a rule stands for."""


def shipped(structures: Structures | None = None) -> Engine:
    """The engine on the common pack's tables."""
    return Engine(lists.shipped(), names.shipped(), words.shipped(), structures)
