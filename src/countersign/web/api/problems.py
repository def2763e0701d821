"""Errors as application/problem+json (RFC 9457), for every status, with the code, the remedy and the rules of the refusal."""

from __future__ import annotations

from typing import Any, Final

import structlog
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from countersign.exchange.errors import GateRefused
from countersign.kernel.errors import CountersignError, InvalidInput, NotAllowed, NotFound, TooLarge, Unavailable
from countersign.law.policies import Rule
from countersign.web.errors import (
    ForgedRequest,
    MediaTypeUnsupported,
    MethodNotAllowed,
    NotSignedIn,
    RequestInvalid,
    TooManyRequests,
)

MEDIA_TYPE: Final = "application/problem+json"
STATUSES: Final = (400, 401, 403, 404, 405, 409, 413, 415, 422, 428, 429, 500, 503)
log = structlog.get_logger("api")


class FaultTold(Schema):
    """One faulty field."""

    field: str
    reason: str


class RuleTold(Schema):
    """A rule of the gate: what it says, where that is written, and what would cure it."""

    rule: str
    citation: str
    why: str
    remedy: str


class Problem(Schema):
    """RFC 9457 with the node's own members. `code` is stable; docs/errors.md explains each."""

    type: str
    title: str
    status: int
    code: str
    reason: str
    remedy: str
    field: str | None = None
    rules: list[RuleTold] | None = None
    errors: list[FaultTold] | None = None
    policy_version: str | None = None


def answers(expected: dict[int, Any]) -> dict[int, Any]:
    """What an operation may answer: what is `expected`, and a problem for every other status."""
    return expected | {status: Problem for status in STATUSES if status not in expected}


def rules_told(rules: tuple[Rule, ...]) -> list[RuleTold]:
    """Rules as they are told; a hold is never among them."""
    return [
        RuleTold(rule=rule.id, citation=rule.citation, why=rule.statement, remedy=rule.remedy)
        for rule in rules
        if rule.effect != "hold"
    ]


def problem_of(error: CountersignError) -> Problem:
    """The error as it is told. A refusal of the gate is told without the protection check's part in it."""
    told = error.diagnostics()
    if isinstance(error, GateRefused):
        told |= _without_hold(error)
    return Problem(
        type=f"urn:countersign:problem:{told['code']}",
        title=HttpResponse(status=error.status).reason_phrase,
        status=error.status,
        code=told["code"],
        reason=told["reason"],
        remedy=told["remedy"],
        field=told.get("field"),
        rules=told.get("rules"),
        errors=_faults(told.get("errors", ())),
        policy_version=told.get("policy_version"),
    )


def body_of(error: CountersignError) -> bytes:
    return problem_of(error).model_dump_json(exclude_none=True).encode()


def respond(error: CountersignError) -> HttpResponse:
    """The problem as a response, with the headers that its status asks for."""
    response = HttpResponse(body_of(error), status=error.status, content_type=MEDIA_TYPE)
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="countersign"'
    if isinstance(error, TooManyRequests):
        response["Retry-After"] = str(error.seconds)
    elif error.status == 503:
        response["Retry-After"] = "5"
    return response


def from_status(status: int) -> CountersignError:
    """The refusal behind a plain status that something below the API answered with."""
    known: dict[int, CountersignError] = {
        401: NotSignedIn("nobody is signed in."),
        403: NotAllowed("this is not permitted."),
        404: NotFound("there is nothing at this address."),
        405: MethodNotAllowed("this address does not know the method."),
        413: TooLarge("the body is too large."),
        415: MediaTypeUnsupported("the body is of another media type."),
        503: Unavailable("the node cannot answer now."),
    }
    if status in known:
        return known[status]
    return InvalidInput("the request is malformed.") if status < 500 else _fault()


def install(api: NinjaAPI) -> None:
    """Every exception that an operation may end with becomes a problem."""
    api.add_exception_handler(CountersignError, _on_refusal)
    api.add_exception_handler(ValidationError, _on_invalid)
    api.add_exception_handler(HttpError, _on_http)
    api.add_exception_handler(Http404, lambda _request, _error: respond(from_status(404)))
    api.add_exception_handler(OperationalError, _on_database)
    api.add_exception_handler(InterfaceError, _on_database)
    api.add_exception_handler(Exception, _on_fault)


def _on_refusal(_: HttpRequest, error: Any) -> HttpResponse:
    return respond(error)


def _on_invalid(_: HttpRequest, error: Any) -> HttpResponse:
    faults = [
        {"field": ".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0]), "reason": str(fault["msg"])}
        for fault in error.errors
    ]
    return respond(RequestInvalid(f"{faults[0]['reason']}.", field=faults[0]["field"], errors=faults))


def _on_http(_: HttpRequest, error: Any) -> HttpResponse:
    if error.status_code == 403 and "CSRF" in error.message:
        return respond(ForgedRequest("the request does not carry the token of the node's own pages."))
    return respond(from_status(error.status_code))


def _on_database(_: HttpRequest, error: Any) -> HttpResponse:
    log.error("api.database", error_type=type(error).__name__)
    return respond(Unavailable("the database does not answer now."))


def _on_fault(_: HttpRequest, error: Any) -> HttpResponse:
    """Told without a word of what went wrong: a message may quote content. The log has type and place."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace is not None else ""
    log.error("api.fault", error_type=type(error).__name__, where=where)
    return respond(_fault())


def _fault() -> CountersignError:
    return CountersignError("the node failed; nothing was accepted.")


def _without_hold(error: GateRefused) -> dict[str, Any]:
    """Rule, reason and remedy as if nobody had asked the protection check: the same bytes whatever it answered."""
    said = rules_told(error.decision.fired)
    if not said:
        return {"reason": "the item is held.", "remedy": "Nothing is to be done; a hold ends by itself.", "rules": []}
    first = said[0]
    return {"reason": f"{first.rule}: {first.why} ({first.citation})", "remedy": first.remedy, "rules": said}


def _faults(errors: Any) -> list[FaultTold] | None:
    told = [
        FaultTold(**fault) if isinstance(fault, dict) else FaultTold(field="", reason=str(fault)) for fault in errors
    ]
    return told or None
