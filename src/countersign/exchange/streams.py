"""Work streams as plug-ins: one manifest each, found by entry point; the house runs the same without any of them.

A stream brings kinds, pages, indicators and chores. It never releases by itself: its kinds pass the same gate.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog
from pydantic import BaseModel

from countersign.exchange import kinds
from countersign.exchange.errors import DATA_FAULTS
from countersign.exchange.kinds import Kind
from countersign.kernel.errors import CountersignError

if TYPE_CHECKING:
    from countersign.charter.models import Officer
    from countersign.exchange.attachments import File
    from countersign.exchange.house import House
    from countersign.exchange.models import ExchangeItem

log = structlog.get_logger("streams")
GROUP: Final = "countersign.streams"
LANGUAGES: Final = ("en", "fr", "hi", "pa")
Names = Mapping[str, str]
"""A name by language: en, fr, hi, pa."""


class StreamInvalid(CountersignError):
    """A stream's manifest lacks what every stream has."""

    code = "STREAM_INVALID"
    remedy = "Mend the manifest, or take the stream out."


class Here(Protocol):
    """Who is at a page of a stream, and the house that answers."""

    @property
    def officer(self) -> Officer: ...

    @property
    def house(self) -> House: ...

    def holds(self, *roles: str) -> bool: ...

    def draft(self, content: dict[str, Any]) -> str:
        """Keep a draft that takes files; the address of the page where they are added, before it is checked and proposed."""
        ...

    def collect(self, then: str) -> str:
        """The address of a page that takes files in sealed pieces; when they are whole it leads to `then` and a reference."""
        ...

    def collected(self, reference: str) -> Sequence[File]:
        """The files that were collected under the reference."""
        ...

    def drop(self, reference: str) -> None:
        """Take away what was collected."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its address below the stream's, its view as `module:function`, who opens it; with `names` it stands in the menu."""

    path: str
    view: str
    name: str
    roles: tuple[str, ...] = ()
    names: Names | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call for systems of the authority, below the stream's address in the API: `function` (module:function) takes the
    house, the officer in whose name it is made and the body, `asks`, and returns `answers`. It makes nothing."""

    path: str
    function: str
    asks: type[BaseModel]
    answers: type[BaseModel]
    summary: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """A number that the plan can adopt: what it means, how it is counted, and the query (authority, first day, last day)."""

    key: str
    names: Names
    definition: str
    counting: str
    query: str

    def count(self, authority: str, first: date, last: date) -> int:
        return int(loaded(self.query)(authority, first, last))


@dataclass(frozen=True, slots=True)
class Due:
    """Something of a stream for the first screen of a desk: in words what is to be done, by which role, about which item, on
    which of the stream's pages (called with the item's reference)."""

    what: str
    role: str
    item: ExchangeItem
    page: str


@dataclass(frozen=True, slots=True)
class Stream:
    """The manifest. `acts`: what it writes into the decisions log; `app`: its Django application; `chores`: what the courier does
    for it now and then; `docs`: its page; `calls`: what systems may call; `due`: what waits for an officer
    (house, officer); `fields`: what a field and its value are called (kind, path without places, value), or None."""

    key: str
    names: Names
    kinds: tuple[Kind, ...]
    kind_names: Mapping[str, Names]
    acts: Mapping[str, Names]
    indicators: tuple[Indicator, ...]
    pages: tuple[Page, ...]
    app: str
    docs: str
    chores: tuple[str, ...] = ()
    command: str = ""
    command_help: str = ""
    calls: tuple[Call, ...] = ()
    due: str = ""
    fields: str = ""


@lru_cache(maxsize=1)
def installed() -> tuple[Stream, ...]:
    """Every stream that is there, by key. One whose folder was taken away is left out; a manifest that is wrong is refused."""
    found = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            stream = point.load()
        except ModuleNotFoundError as error:
            if error.name is not None and point.module.startswith(error.name):
                continue
            raise
        check(stream)
        found.append(stream)
        kinds.KINDS.update({kind.name: kind for kind in stream.kinds})
    return tuple(found)


def check(stream: Stream) -> None:
    """Raise StreamInvalid naming what is missing: names in every language, an indicator, a page of docs."""
    named = [
        stream.names,
        *(one.names for one in stream.indicators),
        *stream.kind_names.values(),
        *stream.acts.values(),
    ]
    named += [page.names for page in stream.pages if page.names is not None]
    if any(set(LANGUAGES) - set(names) for names in named):
        raise StreamInvalid(f"the stream {stream.key} lacks a name in one of {', '.join(LANGUAGES)}.")
    if {kind.name for kind in stream.kinds} != set(stream.kind_names):
        raise StreamInvalid(f"the stream {stream.key} does not name exactly its kinds.")
    if not stream.indicators or not stream.docs:
        raise StreamInvalid(f"the stream {stream.key} has no indicator, or no page of docs.")


def loaded(name: str) -> Callable[..., Any]:
    """The function that `module:function` names."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def chores(house: House) -> tuple[Callable[[], bool], ...]:
    """What every stream does by itself, one by one: each returns whether it has more to do, and a fault of one is its own."""
    return tuple(partial(_do, house, stream, chore) for stream in installed() for chore in stream.chores)


def _do(house: House, stream: Stream, chore: str) -> bool:
    """A refusal, and what content from elsewhere may provoke, is an alarm of this chore. Any other fault goes to the courier's
    outermost loop."""
    from countersign.charter import alarms  # the settings read the manifests before there are models

    try:
        more = bool(loaded(chore)(house))
    except DATA_FAULTS as error:
        log.error("stream.chore_failed", stream=stream.key, fault=type(error).__name__)
        alarms.set_alarm("STREAM_CHORE_FAILED", chore, holds=True)
        return False
    alarms.set_alarm("STREAM_CHORE_FAILED", chore, holds=False)
    return more
