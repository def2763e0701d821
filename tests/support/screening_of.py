"""The labelled lines of bench/precursors, and how an engine does on them."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from countersign.streams.precursors.screening.result import Goods

FOLDER = Path(__file__).resolve().parents[2] / "bench" / "precursors"


def lines(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def goods(row: dict[str, str]) -> Goods:
    return Goods(row["id"], date.fromisoformat(row["date"]), row["description"], row["cas"], row["hs_code"])


@dataclass
class Score:
    """Shares (0 to 1) and F1 of an engine on labelled lines."""

    caught: float
    by_category: dict[str, float]
    by_language: dict[str, float]
    false_positives: float
    reviews: float
    collisions: float
    law: float
    f1: dict[str, float]
    dated_wrong: list[str] = field(default_factory=list)


def score(rows: Sequence[dict[str, str]], results: Sequence[Any]) -> Score:
    pairs = list(zip(rows, results, strict=True))
    wanted = [(row, result) for row, result in pairs if row["verdict"] != "clear"]
    clear = [(row, result) for row, result in pairs if row["verdict"] == "clear"]
    collided = [(row, result) for row, result in clear if row["category"] == "abbreviation_collision"]
    caught = [(row, result) for row, result in wanted if row["verdict"] == "listed" and result.verdict != "clear"]
    dated = [
        (row, result)
        for row, result in caught
        if row["category"] in ("dated_before", "dated_after", "temporary_window")
    ]
    return Score(
        caught=_share(result.verdict != "clear" for _, result in wanted),
        by_category=_by("category", wanted),
        by_language=_by("language", wanted),
        false_positives=_share(result.verdict == "listed" for _, result in clear),
        reviews=_share(result.verdict == "review" for _, result in clear),
        collisions=_share(result.verdict != "clear" for _, result in collided),
        law=_share(_right(row, result) for row, result in caught),
        f1={flag: _f1(flag, pairs) for flag in ("cas_invalid", "hs_mismatch")},
        dated_wrong=[
            row["id"] for row, result in dated if result.substance == row["substance"] and not _right(row, result)
        ],
    )


def _right(row: dict[str, str], result: Any) -> bool:
    return (result.un, result.ca, result.in_) == (row["un"], row["ca"], row["in"])


def _by(column: str, pairs: list[tuple[dict[str, str], Any]]) -> dict[str, float]:
    groups = defaultdict(list)
    for row, result in pairs:
        groups[row[column]].append(result.verdict != "clear")
    return {name: _share(found) for name, found in groups.items()}


def _share(found: Any) -> float:
    answers = list(found)
    return sum(answers) / len(answers)


def _f1(flag: str, pairs: list[tuple[dict[str, str], Any]]) -> float:
    count = Counter((flag in result.flags, flag in row["flags"].split()) for row, result in pairs)
    return 2 * count[True, True] / (2 * count[True, True] + count[True, False] + count[False, True])
