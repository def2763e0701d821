"""The pages of a draft by kind, in order, and the form behind each."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from countersign.charter import packs
from countersign.charter.models import Peer
from countersign.exchange.kinds import FLASH
from countersign.web.access import Desk
from countersign.web.desk import drafts
from countersign.web.forms import answer, request
from countersign.web.forms.base import PageForm
from countersign.web.models import Draft
from countersign.web.shown.words import KINDS, say

TITLES: Final = {
    "to": _("To whom and why"),
    "subjects": _("Persons and firms"),
    "question": _("What is asked"),
    "told": _("What is told"),
    "note": _("The note"),
    "files": _("Files"),
    "home": _("What stays home, and handling"),
    "danger": _("The danger"),
    "answer": _("The answer"),
    "interim": _("Where it stands"),
    "refusal": _("Why not"),
    "feedback": _("What became of it"),
    "permission": _("What is asked"),
    "verdict": _("The answer"),
    "check": _("Check what will leave"),
}
_PAGES: Final = {
    "request.information": ("to", "subjects", "question", "files", "home", "check"),
    "spontaneous": ("to", "subjects", "told", "files", "home", "check"),
    "note": ("to", "note", "home", "check"),
    FLASH: ("danger", "to", "subjects", "files", "home", "check"),
    "reply": ("answer", "home", "check"),
    "reply.interim": ("interim", "check"),
    "refusal": ("refusal", "check"),
    "feedback.outcome": ("feedback", "check"),
    "permission": ("permission", "home", "check"),
    "verdict": ("verdict", "check"),
}
_FORMS: Final[dict[str, type[PageForm]]] = {
    "to": request.ToForm, "subjects": request.SubjectForm, "question": request.QuestionForm, "told": request.ToldForm,
    "note": request.NoteForm,
    "danger": request.DangerForm, "home": request.HomeForm, "answer": answer.ReplyForm, "interim": answer.InterimForm,
    "refusal": answer.RefusalForm, "feedback": answer.FeedbackForm, "permission": answer.PermissionForm,
    "verdict": answer.VerdictForm,
}  # fmt: skip
_OPTIONAL: Final = frozenset({"subjects", "files", "check"})
_OF_HOUSE: Final = frozenset({"to", "home", "permission"})
_ABOUT: Final = frozenset({"answer", "interim", "refusal"})


_ASIDE: Final = {"reply": ("files",)}
"""Pages that are not on the way but may be asked for from the last one."""


_OF_STREAMS: Final = ("files", "check")
"""A stream asks for its fields on a page of its own; the draft begins with them."""


def _pages(kind: str) -> tuple[str, ...]:
    return ("files",) if kind == drafts.COLLECTING else _PAGES.get(kind, _OF_STREAMS)


def of(kind: str) -> tuple[str, ...]:
    return (*_pages(kind), *_ASIDE.get(kind, ()))


def after(kind: str, page: str) -> str:
    """The page that follows."""
    names = _pages(kind)
    if page not in names:
        return names[-1]
    return names[min(names.index(page) + 1, len(names) - 1)]


def first_open(kind: str, typed: dict[str, Any]) -> str:
    """The first page a person must still see; a follow-up begins at its question."""
    if kind == "request.information" and "home" in typed and "question" not in typed:
        return "question"
    for page in _pages(kind):
        if page == "to" and set(typed.get("to", {})) >= {"offence"} and typed["to"]["offence"]:
            continue
        if page not in typed or page == "to":
            return page
    return "check"


def missing(kind: str, typed: dict[str, Any]) -> list[tuple[str, str]]:
    """Pages without which the item cannot be proposed: name and title."""
    return [(page, str(TITLES[page])) for page in _pages(kind) if page not in _OPTIONAL and not _filled(page, typed)]


def form(here: Desk, row: Draft, typed: dict[str, Any], page: str, data: Any = None) -> Any:
    """The form of a page with what was typed before."""
    initial = {} if page == "subjects" else _initial(here, typed, page) | {"turn": row.turn}
    named: dict[str, Any] = {"house": here.house} if page in _OF_HOUSE else {}
    if page in _ABOUT:
        named["persons"] = [tuple(entry) for entry in typed["asked"]["persons"]]
    if page == "refusal":
        named["personal"] = typed["asked"]["personal"]
    if page == "verdict":
        named["recipient"] = typed["asked"]["recipient"]
    return _FORMS[page](data, initial=initial, prefix=None, **named)


def frame(row: Draft, page: str) -> dict[str, Any]:
    """What every page of a draft shows: its steps, where it is, the way back."""
    names = _pages(row.kind)
    place = names.index(page) if page in names else len(names) - 1
    return {
        "draft": row, "page": page, "page_title": TITLES[page], "steps": [(name, TITLES[name]) for name in names],
        "number": place + 1, "count": len(names), "before": names[place - 1] if place else "",
        "aside": page == names[-1] and "files" in _ASIDE.get(row.kind, ()),
        "kind_words": say(KINDS, row.kind) if row.kind in KINDS else TITLES[page],
    }  # fmt: skip


def default_receiver() -> str:
    """The single point of contact of the first active peer, as the form names it."""
    peer = Peer.objects.filter(status=Peer.ACTIVE).order_by("state_code").first()
    return f"{peer.state_code}:{packs.state(peer.state_code).spoc().code}" if peer else ""


def _initial(here: Desk, typed: dict[str, Any], page: str) -> dict[str, Any]:
    defaults = {"home": {"handling": "H1", "level": here.house.pack.default_marking, "tlp": "none", "pap": "none"}}
    begun = typed.get("begun", {}) if page == "question" else {}
    known: dict[str, Any] = defaults.get(page, {}) | begun | typed.get(page, {})
    return known


def _filled(page: str, typed: dict[str, Any]) -> bool:
    if page == "to":
        return bool(typed.get("to", {}).get("offence")) or "note" in typed
    return page in typed
