"""The board of pre-export notices: what runs, what waits on whom, with clocks; a new notice; one notice with its answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from countersign.charter import packs
from countersign.exchange import contents, gate, walls
from countersign.exchange.models import ExchangeItem
from countersign.exchange.streams import Here
from countersign.kernel import clock
from countersign.kernel.errors import CountersignError, InvalidInput, NotFound
from countersign.streams.precursors import queries, words
from countersign.streams.precursors.forms import NoticeFileForm, NoticeForm, QuestionForm, ReplyForm, StatusForm
from countersign.streams.precursors.heads import addressed
from countersign.streams.precursors.manifest import DRAFTERS
from countersign.streams.precursors.models import Notice
from countersign.streams.precursors.services import files, listing, notices, tracing

MOST = 300
_UNSCREENED: Final = {
    "substance": None, "un": "unknown", "ca": "unknown", "in": "unknown", "reasons": ({"code": "not_screened", "layer": ""},)
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A notice as the board shows it: its state, its level, and on whom it waits."""

    notice: Notice
    state: str
    words: str
    level: str
    waits: str


def page(request: HttpRequest, here: Here) -> HttpResponse:
    """All notices of the authority, the open ones first."""
    rows = [_row(here, notice) for notice in queries.board(here.officer)[:MOST]]
    rows.sort(key=lambda row: (row.state not in notices.OPEN, row.notice.item.due_at or row.notice.at))
    counted = Counter(row.state for row in rows)
    told = {
        "rows": rows,
        "counted": [(words.say(words.STATES, code), counted[code], words.LEVELS[code]) for code in words.STATES if counted[code]],
        "waiting": queries.waiting(here.officer)[:MOST], "drafts": here.holds(*DRAFTERS), "indicators": _indicators(here),
    }  # fmt: skip
    return render(request, "precursors/board.html", told)


def new(request: HttpRequest, here: Here) -> HttpResponse:
    """Write a notice; it is proposed as it stands, and screened at once."""
    form = NoticeForm(request.POST or None, initial={"dispatch_on": clock.now().date() + timedelta(days=21)})
    table = NoticeFileForm()
    refused: CountersignError | None = None
    if request.FILES:
        form, table, refused = _from_table(request)
    elif request.method == "POST" and form.is_valid():
        kind = "pen.notice" if _scheduled(here, form.content(here, "pen.notice")) else "pen.light"
        try:
            outcome = gate.propose(here.house, here.officer, form.content(here, kind))
            messages.success(request, _("The notice is proposed. It leaves when those who must approve have approved."))
            return redirect("item", outcome.item.id)
        except CountersignError as error:
            refused = error
    told = {"form": form, "table": table, "refused": refused}
    return render(request, "precursors/new.html", told, status=400 if refused or form.errors else 200)


def file(request: HttpRequest, here: Here, item_id: str) -> HttpResponse:
    """An own notice as a table in the field set of PEN Online."""
    del request
    row = notices.find(item_id)
    walls.require_item(here.officer, row.item)
    if row.item.direction != ExchangeItem.OUT:
        raise NotFound("only the own state's notices are given as a table.", field="item")
    answer = HttpResponse(files.pen_table(contents.whole(here.house, row.item)), content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="{row.pen_no}.csv"'
    return answer


def _from_table(request: HttpRequest) -> tuple[NoticeForm, NoticeFileForm, CountersignError | None]:
    """The form filled in from a table; nothing is proposed before a person has read it."""
    table = NoticeFileForm(request.POST, request.FILES)
    if not table.is_valid():
        return NoticeForm(), table, None
    try:
        text = table.cleaned_data["table"].read(files.LONGEST + 1).decode("utf-8")
        return NoticeForm(initial=files.read_pen(text)), table, None
    except UnicodeDecodeError:
        return NoticeForm(), table, InvalidInput("not UTF-8.", field="table")
    except CountersignError as error:
        return NoticeForm(), table, error


def notice(request: HttpRequest, here: Here, item_id: str) -> HttpResponse:
    """One notice: what it says, each law beside the other, what was answered, and what can be done."""
    row = notices.find(item_id)
    walls.require_item(here.officer, row.item)
    acts = {"reply": _reply, "question": _question, "status": _status, "decide": _decide}
    shown: dict[str, Any] = {"reply_form": ReplyForm(), "question_form": QuestionForm(), "status_form": StatusForm()}
    refused: CountersignError | None = None
    if request.method == "POST":
        act = acts.get(request.POST.get("act", ""))
        try:
            if act is not None and act(request, here, row, shown):
                return redirect("precursors_notice", item_id)
        except CountersignError as error:
            refused = error
    content = contents.whole(here.house, row.item)
    told = shown | {
        "row": _row(here, row), "content": content, "refused": refused, "can": _can(here, row), "lines": _lines(row, content),
        "differences": notices.differences(row), "reasons": [words.say(words.OBJECTIONS, code) for code in row.reasons],
        "delta": [_change(one) for one in row.delta], "late": _late(here, row), "calls": row.calls.order_by("level"),
    }  # fmt: skip
    wrong = refused or any(form.is_bound and form.errors for form in shown.values())
    return render(request, "precursors/notice.html", told, status=400 if wrong else 200)


def _late(here: Here, row: Notice) -> list[tuple[ExchangeItem, str]]:
    """Replies that came after silence: they end nothing, and whoever decides reads them."""
    if notices.state_of(row) != notices.EXPIRED:
        return []
    answer = tracing.answer_to(row.item, "pen.reply")
    if answer is None:
        return []
    return [(answer, words.say(words.STATES, contents.whole(here.house, answer)["outcome"]))]


def _change(one: dict[str, Any]) -> tuple[str, str, str, str]:
    """A line, a law, what it said and what it says now."""
    was, now = (words.say(words.CLASSES, one[name]) for name in ("was", "is"))
    return str(one["line"] + 1), one["law"].upper(), was, now


def _row(here: Here, notice: Notice) -> Row:
    state = notices.state_of(notice)
    return Row(notice, state, words.say(words.STATES, state), words.LEVELS[state], _waits(here, notice, state))


def _waits(here: Here, notice: Notice, state: str) -> str:
    """On whom the notice waits now."""
    ours = notice.item.direction == ExchangeItem.OUT
    own, other = here.house.pack.code, notice.item.peer.state_code
    if notice.item.state in (ExchangeItem.PROPOSED, ExchangeItem.HELD):
        return own
    if state == notices.MORE:
        return own if ours else other
    if state in notices.OPEN:
        return other if ours else own
    if state == notices.EXPIRED and notice.decided_by_id is None:
        return own if ours else other
    return ""


def _can(here: Here, row: Notice) -> dict[str, bool]:
    state, inbound = notices.state_of(row), row.item.direction == ExchangeItem.IN
    own = packs.state(here.house.pack.code).authorities[here.officer.authority]
    drafts = here.holds(*DRAFTERS)
    return {
        "reply": inbound and state in notices.OPEN and drafts and "precursors" in own.designated_for,
        "status": drafts and row.item.state in (ExchangeItem.RELEASED, ExchangeItem.RECEIVED, ExchangeItem.ACCEPTED),
        "decide": not inbound and state == notices.EXPIRED and row.decided_by_id is None
        and here.holds("desk", "releaser", "executive"),
    }  # fmt: skip


def _reply(request: HttpRequest, here: Here, row: Notice, shown: dict[str, Any]) -> bool:
    form = shown["reply_form"] = ReplyForm(request.POST)
    if not form.is_valid():
        return False
    given = form.cleaned_data
    reasons = given["reasons"] if given["outcome"] == "objected" else []
    return _propose(request, here, row, {"kind": "pen.reply", "outcome": given["outcome"], "reasons": reasons})


def _question(request: HttpRequest, here: Here, row: Notice, shown: dict[str, Any]) -> bool:
    form = shown["question_form"] = QuestionForm(request.POST)
    if not form.is_valid():
        return False
    given = form.cleaned_data
    return _propose(
        request,
        here,
        row,
        {"kind": "pen.question", "about_what": given["about_what"], "until": given["until"].isoformat()},
    )


def _status(request: HttpRequest, here: Here, row: Notice, shown: dict[str, Any]) -> bool:
    form = shown["status_form"] = StatusForm(request.POST)
    if not form.is_valid():
        return False
    given = form.cleaned_data
    told = {"kind": "pen.status", "notice": row.item_id, "status": given["status"], "on": given["on"].isoformat(),
            "kilograms": form.weights()}  # fmt: skip
    return _propose(request, here, row, told)


def _decide(request: HttpRequest, here: Here, row: Notice, _shown: dict[str, Any]) -> bool:
    decision = request.POST.get("decision", "")
    if decision not in ("go", "stop"):
        raise InvalidInput("go or stop.", field="decision")
    notices.decide_export(here.house, here.officer, row.item_id, go=decision == "go")
    messages.success(request, _("Decided in your name."))
    return True


def _propose(request: HttpRequest, here: Here, row: Notice, told: dict[str, Any]) -> bool:
    content = contents.whole(here.house, row.item)
    inbound = row.item.direction == ExchangeItem.IN
    to = content["from_authority"] if inbound else content["to_authority"]
    head = addressed(here, told["kind"], content["case_ref"], row.item.peer.state_code, to)
    answering = {"answers": row.item_id} if told["kind"] in ("pen.reply", "pen.question") else {}
    outcome = gate.propose(here.house, here.officer, head | told | answering)
    messages.success(request, _("It is proposed. It leaves when those who must approve have approved."))
    return outcome is not None


def _scheduled(here: Here, content: dict[str, Any]) -> bool:
    """Whether any line is on a list of the Convention or of either state on the day of dispatch."""
    del here
    return any(line[law] != "none" for line in listing.identify(content) for law in ("un", "ca", "in"))


def _lines(row: Notice, content: dict[str, Any]) -> list[dict[str, Any]]:
    """Each line with the answers of the three laws side by side and the evidence."""
    found = row.screened.get("lines") or [_UNSCREENED] * len(content["lines"])
    return [
        {
            "told": line, "is": one, "laws": [(law.upper(), words.say(words.CLASSES, one[law])) for law in ("un", "ca", "in")],
            "reasons": [words.reason(reason) for reason in one.get("reasons", ())],
            "flags": [words.say(words.FLAGS, flag) for flag in one.get("flags", ())],
        }
        for line, one in zip(content["lines"], found, strict=False)
    ]  # fmt: skip


def _indicators(here: Here) -> list[tuple[str, int]]:
    """The stream's indicators of this year."""
    from django.utils.translation import get_language

    from countersign.streams.precursors.manifest import STREAM

    today = clock.now().date()
    language = (get_language() or "en")[:2]
    first = today.replace(month=1, day=1)
    return [
        (one.names.get(language, one.names["en"]), one.count(here.officer.authority, first, today))
        for one in STREAM.indicators
    ]
