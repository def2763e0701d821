"""Screening on the labelled lines beside rapidfuzz alone and OPSIN alone, in the same run; then a large table as a stream."""

from __future__ import annotations

import csv
import io
import itertools
import os
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from countersign.charter import packs
from countersign.streams.precursors.screening import engine, reading, structure
from countersign.streams.precursors.screening.result import Goods
from countersign.streams.precursors.screening.text import fold

FOLDER = Path(__file__).parent / "precursors"
PORTION = 500
CUT = 90
"""Of 100: what rapidfuzz alone calls a hit."""


def run(megabytes: int) -> str:
    """The table of figures. `megabytes`: size of the table that is streamed; 0 leaves it out."""
    rows = _rows("scoring")
    goods = [
        Goods(row["id"], date.fromisoformat(row["date"]), row["description"], row["cas"], row["hs_code"])
        for row in rows
    ]
    structures = structure.start()
    screening = engine.shipped(structures)
    screening.screen(_rows_of("dev"))  # warms the name reader, and nothing of the lines that count
    screening.forget()
    first, found = _timed(lambda: _screened(screening, goods))
    cached, _ = _timed(lambda: _screened(screening, goods))
    told = [f"{len(rows)} lines; layers off: {', '.join(screening.layers_off) or 'none'}"]
    told += [_line("countersign", len(rows) / first, [one.verdict != "clear" for one in found], rows)]
    told += [f"{'cached':<22} {len(rows) / cached:9.0f} lines/s"]
    seconds, hits = _timed(lambda: _fuzzy(rows))
    told += [_line("rapidfuzz alone", len(rows) / seconds, hits, rows)]
    if structures is not None:
        seconds, hits = _timed(lambda: _opsin(rows))
        told += [_line("OPSIN and RDKit alone", len(rows) / seconds, hits, rows)]
    told += [f"{'memory, with the JVM':<22} {_memory() / 2**20:9.0f} MiB"]
    if megabytes:
        told += [_stream(screening, rows, megabytes)]
    if structures is not None:
        structures.close()
    return "\n".join(told)


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def _rows_of(name: str) -> list[Goods]:
    return [Goods(row["id"], date.fromisoformat(row["date"]), row["description"]) for row in _rows(name)[:PORTION]]


def _screened(screening: Any, goods: list[Goods]) -> list[Any]:
    found = []
    for begin in range(0, len(goods), PORTION):
        found += screening.screen(goods[begin : begin + PORTION])
    return found


def _fuzzy(rows: list[dict[str, str]]) -> list[bool]:
    """The best partial match of any name of the tables."""
    with (packs.common_folder() / "precursors" / "names.csv").open(encoding="utf-8", newline="") as source:
        names = [fold(row["name"]) for row in csv.DictReader(source)]
    return [
        process.extractOne(fold(row["description"]), names, scorer=fuzz.token_set_ratio, score_cutoff=CUT) is not None
        for row in rows
    ]


def _opsin(rows: list[dict[str, str]]) -> list[bool]:
    """Descriptions as they stand, read as names, compared by skeleton."""
    alone = structure.start()
    assert alone is not None
    found = [
        one is not None and bool(one.substances) for one in alone.resolve([row["description"].lower() for row in rows])
    ]
    alone.close()
    return found


def _line(name: str, rate: float, hits: list[bool], rows: list[dict[str, str]]) -> str:
    wanted = [hit for hit, row in zip(hits, rows, strict=True) if row["verdict"] != "clear"]
    clear = [hit for hit, row in zip(hits, rows, strict=True) if row["verdict"] == "clear"]
    caught, wrong = 100 * sum(wanted) / len(wanted), 100 * sum(clear) / len(clear)
    return f"{name:<22} {rate:9.0f} lines/s  caught {caught:5.1f} %  of clear lines stopped {wrong:5.2f} %"


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    found = work()
    return time.perf_counter() - begin, found


def _stream(screening: Any, rows: list[dict[str, str]], megabytes: int) -> str:
    """A table of so many megabytes that is never whole in memory."""
    source = io.TextIOWrapper(io.BufferedReader(_Table(rows, megabytes << 20)), encoding="utf-8", newline="")
    begin, count = time.perf_counter(), 0
    read = reading.csv_rows(source)
    while portion := list(itertools.islice(read, PORTION)):
        screening.screen([one for one in portion if isinstance(one, Goods)])
        count += len(portion)
    rate = count / (time.perf_counter() - begin)
    return f"{f'a table of {megabytes} MB':<22} {rate:9.0f} lines/s  {count} lines, memory {_memory() / 2**20:.0f} MiB"


class _Table(io.RawIOBase):
    """A CSV that is made while it is read."""

    def __init__(self, rows: list[dict[str, str]], size: int) -> None:
        self._parts, self._kept, self._left = self._made(rows), b"", size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._kept and self._left > 0:
            self._kept = next(self._parts)
            self._left -= len(self._kept)
        given = self._kept[: len(buffer)]
        buffer[: len(given)] = given
        self._kept = self._kept[len(given) :]
        return len(given)

    def _made(self, rows: list[dict[str, str]]) -> Iterator[bytes]:
        yield b"id,date,hs_code,description,cas\n"
        for number in itertools.count():
            row = rows[number % len(rows)]
            target = io.StringIO(newline="")
            text = f"{row['description']} lot {number}" if number % 7 == 0 else row["description"]
            csv.writer(target, lineterminator="\n").writerow([number, row["date"], row["hs_code"], text, row["cas"]])
            yield target.getvalue().encode()


def _memory() -> int:
    """Bytes resident of this process and its children (the name reader)."""
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    return sum(_resident(pid) for pid in (str(own), *children))


def _resident(pid: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) << 10
    return 0
