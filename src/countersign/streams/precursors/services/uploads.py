"""A file of declaration lines, screened in portions by the courier while its officer looks on; its report stays for a day.

Lines and answers lie under the authority's key. Each portion is counted and noted as any screening is; when the hour's lines are
used up the rest waits, and nothing is lost.
"""

from __future__ import annotations

import io
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import IO, Any, Final

from django.db import transaction
from django.db.models import F, QuerySet

from countersign.charter.models import Officer
from countersign.exchange import decisions, walls
from countersign.exchange.house import House
from countersign.kernel import clock
from countersign.kernel.errors import InvalidInput, NotFound, TooLarge
from countersign.kernel.ids import new_id
from countersign.streams.precursors.models import Upload, UploadPortion
from countersign.streams.precursors.screening import reading
from countersign.streams.precursors.screening.result import LISTED, REVIEW, Goods
from countersign.streams.precursors.services import listing, screening
from countersign.streams.precursors.services.screening import AN_HOUR, TooManyLines

PORTION: Final = 500
ROUND_SECONDS: Final = 0.1
"""So long the courier screens at a time; then it delivers, and comes back."""
KEPT_FOR: Final = timedelta(hours=24)
NAME_LENGTH: Final = 200
Row = dict[str, Any]


@transaction.atomic
def begin(house: House, officer: Officer, source: IO[bytes], *, name: str) -> Upload:
    """Read a file's rows and keep them for screening. Raises InvalidInput, TooLarge, Unavailable."""
    listing.engine()  # what cannot be screened here is not taken
    upload = Upload(id=new_id("upl"), officer=officer, authority=officer.authority, at=clock.now(), rows=0)
    upload.name = _lock(house, upload, "name", name[:NAME_LENGTH].encode())
    upload.save(force_insert=True)
    rows = _rows(source, name)
    for place in itertools.count():
        portion = list(itertools.islice(rows, PORTION))
        if not portion:
            break
        upload.rows += len(portion)
        if upload.rows > AN_HOUR:
            raise TooLarge(
                f"more than {AN_HOUR} rows.", field="file", remedy="Larger files go by countersign precursors screen."
            )
        sealed = _lock(house, upload, str(place), json.dumps(portion).encode())
        UploadPortion.objects.create(upload=upload, place=place, sealed=sealed)
    if not upload.rows:
        raise InvalidInput("the file has no rows.", field="file")
    upload.save(update_fields=("rows",))
    decisions.record_act(
        house, None, act="precursors.upload", facts={"officer": officer.id, "upload": upload.id, "rows": upload.rows}
    )
    return upload


def find(officer: Officer, name: str) -> Upload:
    """An upload of the officer's own. Raises NotFound."""
    row = of(officer).filter(id=name).first()
    if row is None:
        raise NotFound("there is no such report; each is kept for a day.", field="upload")
    return row


def of(officer: Officer) -> QuerySet[Upload]:
    """The officer's uploads of the last day, the newest first."""
    return Upload.objects.filter(officer=officer, at__gte=clock.now() - KEPT_FOR).order_by("-at")


def name_of(house: House, upload: Upload) -> str:
    return _unlock(house, upload, "name", bytes(upload.name)).decode()


def work(house: House) -> int:
    """Screen what waits, a moment at a time, the oldest file first; forget what is older than a day. Returns the rows done."""
    Upload.objects.filter(at__lt=clock.now() - KEPT_FOR).delete()
    until, done = time.monotonic() + ROUND_SECONDS, 0
    for upload in Upload.objects.filter(ended_at=None).select_related("officer").order_by("at"):
        for portion in upload.portions.filter(answered=False).order_by("place"):
            if time.monotonic() > until:
                return done
            try:
                done += _screen(house, upload, portion)
            except TooManyLines:
                Upload.objects.filter(pk=upload.pk).update(rests=True)
                break
        else:
            Upload.objects.filter(pk=upload.pk).update(ended_at=clock.now(), rests=False)
    return done


def report(house: House, upload: Upload) -> Iterator[Row]:
    """Answers and faults, row by row, of what is screened so far."""
    for portion in upload.portions.filter(answered=True).order_by("place").iterator(chunk_size=4):
        yield from _told(house, upload, portion)


def first(house: House, upload: Upload, most: int) -> list[Row]:
    """The first rows that a person looks at: listed ones, then those to review, then what could not be read."""
    found: list[Row] = []
    for outcome in ("listed", "reviews", "faults"):
        portions = upload.portions.filter(answered=True, **{f"{outcome}__gt": 0}).order_by("place")
        for portion in portions.iterator(chunk_size=4):
            found += [row for row in _told(house, upload, portion) if _outcome(row) == outcome][: most - len(found)]
            if len(found) >= most:
                return found
    return found


def drop(house: House, officer: Officer, name: str) -> None:
    """Take an upload with its report away before its day is over."""
    row = find(officer, name)
    with transaction.atomic():
        row.delete()
        decisions.record_act(house, None, act="precursors.upload_drop", facts={"officer": officer.id, "upload": name})


@transaction.atomic
def _screen(house: House, upload: Upload, portion: UploadPortion) -> int:
    """One portion: answers in the place of its lines, counted; all or nothing. Of a file that was just taken away nothing."""
    if not Upload.objects.select_for_update().filter(pk=upload.pk).exists():
        return 0
    rows: list[Row] = json.loads(_unlock(house, upload, str(portion.place), bytes(portion.sealed)))
    asked = [_goods(row["goods"]) for row in rows if "goods" in row]
    found = iter(screening.screen(house, upload.officer, asked) if asked else ())
    told = [
        row if "goods" not in row else next(found).as_json() | {"description": row["goods"]["description"]}
        for row in rows
    ]
    counted = {name: sum(_outcome(row) == name for row in told) for name in ("listed", "reviews", "faults")}
    portion.sealed = _lock(house, upload, str(portion.place), json.dumps(told).encode())
    portion.answered = True
    portion.listed, portion.reviews, portion.faults = counted["listed"], counted["reviews"], counted["faults"]
    portion.save()
    Upload.objects.filter(pk=upload.pk).update(
        done=F("done") + len(rows), rests=False, **{name: F(name) + number for name, number in counted.items()}
    )
    return len(rows)


def _outcome(row: Row) -> str:
    if "error" in row:
        return "faults"
    return {LISTED: "listed", REVIEW: "reviews"}.get(row["verdict"], "")


def _told(house: House, upload: Upload, portion: UploadPortion) -> Sequence[Row]:
    told: list[Row] = json.loads(_unlock(house, upload, str(portion.place), bytes(portion.sealed)))
    return told


def _rows(source: IO[bytes], name: str) -> Iterator[Row]:
    if name.lower().endswith((".json", ".jsonl", ".ndjson")):
        rows: Iterator[Any] = reading.json_lines(source)
    else:
        rows = reading.csv_rows(io.TextIOWrapper(source, encoding="utf-8-sig", newline=""))
    for row in rows:
        yield {"goods": asdict(row) | {"day": row.day.isoformat()}} if isinstance(row, Goods) else row


def _goods(given: Row) -> Goods:
    return Goods(
        **given | {"day": date.fromisoformat(given["day"]), "faults": tuple(map(tuple, given["faults"])), "more": ()}
    )


def _lock(house: House, upload: Upload, place: str, content: bytes) -> bytes:
    return walls.lock(house.station, authority=upload.authority, item=f"{upload.id}/{place}", content=content)


def _unlock(house: House, upload: Upload, place: str, locked: bytes) -> bytes:
    return walls.unlock(house.station, authority=upload.authority, item=f"{upload.id}/{place}", locked=locked)
