"""The manifest of the precursors stream."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from countersign.charter.packs import StatePack
from countersign.exchange.clocks import Period
from countersign.exchange.kinds import Kind
from countersign.exchange.streams import Call, Indicator, Page, Stream, loaded
from countersign.streams.precursors import calls, schemas

_NAMES: Final[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "names.toml").read_text("utf-8"))
_SERVICES: Final = "countersign.streams.precursors.services"
_VIEWS: Final = "countersign.streams.precursors.views"
_QUERIES: Final = "countersign.streams.precursors.queries"
DRAFTERS: Final = ("originator", "desk", "analyst", "liaison_officer")
ROLES: Final = (*DRAFTERS, "releaser", "second_officer", "senior_officer", "legal", "executive")
_ANALYSTS: Final = ("analyst", "desk")
_CONSIGNMENT: Final = frozenset({"business_confidential", "licence_status"})


def _release(_: Mapping[str, Any]) -> str:
    return "Release"


def _ask(_: Mapping[str, Any]) -> str:
    return "Ask"


def _nobody(_: Mapping[str, Any]) -> bool:
    return False


def _confidential(_: Mapping[str, Any]) -> frozenset[str]:
    return _CONSIGNMENT


def _reply_clock(content: Mapping[str, Any]) -> Period:
    return Period(working_days=content["reply_days"])


def _week(_: Mapping[str, Any]) -> Period:
    return Period(hours=7 * 24)


def _three_days(_: Mapping[str, Any]) -> Period:
    return Period(hours=72)


def _none(_: Mapping[str, Any]) -> None:
    return None


def _designated(content: Mapping[str, Any], pack: StatePack) -> bool:
    """Only the authority that the state designated for precursors answers a notice (1988 Convention art.12)."""
    authority = pack.authorities.get(str(content.get("from_authority", "")))
    return authority is not None and "precursors" in authority.designated_for


def _hook(name: str) -> Callable[[Any, Any, dict[str, Any]], None]:
    """A service by name, found when it is called: the manifest is read before the database is set up."""

    def called(house: Any, item: Any, content: dict[str, Any]) -> None:
        loaded(f"{_SERVICES}.{name}")(house, item, content)

    return called


_NOTICES: Final = frozenset({"pen.notice", "pen.light"})
_TOLD: Final = _hook("notices:on_notice")
_FOLLOWED: Final = _hook("following:on_follow_up")
_MATCHED: Final = _hook("suspects:on_incident")
_TRACED: Final = _hook("tracing:on_request")
_DELIVERED: Final = _hook("deliveries:on_proposal")
KINDS: Final = (
    Kind("pen.notice", 1, schemas.PenNotice, _release, "pre_export_notice", _reply_clock, _nobody, data=_confidential,
         channel="incb", released=_TOLD, arrived=_TOLD),
    Kind("pen.light", 1, schemas.PenLight, _release, "pre_export_notice", _reply_clock, _nobody, data=_confidential,
         channel="incb", released=_TOLD, arrived=_TOLD),
    Kind("pen.reply", 1, schemas.PenReply, _release, "pre_export_notice", _none, _nobody, _NOTICES, closes=True, channel="incb",
         counts=_designated, released=_FOLLOWED, arrived=_FOLLOWED),
    Kind("pen.question", 1, schemas.PenQuestion, _release, "pre_export_notice", _none, _nobody, _NOTICES, channel="incb",
         counts=_designated, released=_FOLLOWED, arrived=_FOLLOWED),
    Kind("pen.status", 1, schemas.PenStatus, _release, "pre_export_notice", _none, _nobody, channel="incb", released=_FOLLOWED,
         arrived=_FOLLOWED),
    Kind("incident.precursor", 1, schemas.IncidentPrecursor, _release, "shipment_alert", _none, _nobody, channel="customs",
         arrived=_MATCHED),
    Kind("incident.seizure", 1, schemas.IncidentSeizure, _release, "shipment_alert", _none, _nobody, channel="customs",
         arrived=_MATCHED),
    Kind("request.backtrack", 1, schemas.RequestBacktrack, _ask, "shipment_alert", _week, _nobody, channel="customs",
         released=_TRACED, arrived=_TRACED),
    Kind("reply.backtrack", 1, schemas.ReplyBacktrack, _release, "shipment_alert", _none, _nobody,
         frozenset({"request.backtrack"}), closes=True, channel="customs"),
    Kind("delivery.proposal", 1, schemas.DeliveryProposal, _release, "shipment_alert", _three_days, _nobody, channel="customs",
         released=_DELIVERED, arrived=_DELIVERED),
    Kind("delivery.answer", 1, schemas.DeliveryAnswer, _release, "shipment_alert", _none, _nobody,
         frozenset({"delivery.proposal"}), closes=True, channel="customs"),
    Kind("controllist.update", 1, schemas.ControlListUpdate, _release, "shipment_alert", _none, _nobody, channel="incb",
         released=_hook("listing:on_update"), arrived=_hook("listing:on_update")),
)  # fmt: skip

STREAM: Final = Stream(
    key="precursors",
    names=_NAMES["stream"],
    kinds=KINDS,
    kind_names=_NAMES["kinds"],
    acts=_NAMES["acts"],
    indicators=(
        Indicator(
            "notices_in_time",
            _NAMES["indicators"]["notices_in_time"],
            "Pre-export notices received that a competent authority answered before their clock ran out.",
            "Received pen.notice and pen.light of the span whose answer closed them no later than the due instant.",
            f"{_QUERIES}:answered_in_time",
        ),
        Indicator(
            "stopped_shipments",
            _NAMES["indicators"]["stopped_shipments"],
            "Notified consignments that did not leave after an objection, a withdrawal or a stop.",
            "Notices of the span, sent or received, in the state objected, stopped or withdrawn.",
            f"{_QUERIES}:stopped",
        ),
        Indicator(
            "backtracks_closed",
            _NAMES["indicators"]["backtracks_closed"],
            "Requests to trace back that were answered.",
            "request.backtrack of the span, sent or received, with an answer.",
            f"{_QUERIES}:traced_back",
        ),
    ),
    pages=(
        Page("", f"{_VIEWS}.board:page", "precursors", ROLES,
             _NAMES["pages"]["precursors"]),
        Page("notices/new", f"{_VIEWS}.board:new", "precursors_new", DRAFTERS),
        Page("notices/<str:item_id>", f"{_VIEWS}.board:notice", "precursors_notice", ROLES),
        Page("screen", f"{_VIEWS}.screen:page", "precursors_screen", ROLES,
             _NAMES["pages"]["precursors_screen"]),
        Page("screen/larger", f"{_VIEWS}.uploads:larger", "precursors_screen_larger", DRAFTERS),
        Page("screen/collected/<str:draft_id>", f"{_VIEWS}.uploads:collected", "precursors_screen_collected", DRAFTERS),
        Page("screen/<str:name>", f"{_VIEWS}.uploads:page", "precursors_upload", ROLES),
        Page("screen/<str:name>/report", f"{_VIEWS}.uploads:report", "precursors_upload_report", ROLES),
        Page("incidents", f"{_VIEWS}.incidents:page", "precursors_incidents", ROLES,
             _NAMES["pages"]["precursors_incidents"]),
        Page("incidents/new", f"{_VIEWS}.incidents:new", "precursors_incident_new", DRAFTERS),
        Page("incidents/<str:item_id>", f"{_VIEWS}.incidents:incident", "precursors_incident", ROLES),
        Page("incidents/<str:item_id>/file", f"{_VIEWS}.incidents:file", "precursors_incident_file", DRAFTERS),
        Page("notices/<str:item_id>/file", f"{_VIEWS}.board:file", "precursors_notice_file", DRAFTERS),
        Page("shipments", f"{_VIEWS}.shipments:page", "precursors_shipments", _ANALYSTS,
             _NAMES["pages"]["precursors_shipments"]),
        Page("suspects", f"{_VIEWS}.suspects:page", "precursors_suspects", _ANALYSTS,
             _NAMES["pages"]["precursors_suspects"]),
        Page("lists", f"{_VIEWS}.lists:page", "precursors_lists", ROLES,
             _NAMES["pages"]["precursors_lists"]),
    ),
    app="countersign.streams.precursors.apps.PrecursorsConfig",
    docs="docs/streams/precursors.md",
    chores=(f"{_SERVICES}.listing:rescreen", f"{_SERVICES}.uploads:work", f"{_SERVICES}.calling:call"),
    due=f"{_SERVICES}.calling:due",
    fields="countersign.streams.precursors.fields:words_of",
    calls=(
        Call("screen", "countersign.streams.precursors.calls:screen", calls.DeclarationLines, calls.LineAnswers,
             "Screen declaration lines against the control lists of their day", ROLES),
    ),
    command="countersign.streams.precursors.command",
    command_help="screen declaration lines against the control lists of the UN, Canada and India",
)  # fmt: skip
