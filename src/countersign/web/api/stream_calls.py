"""Calls that streams bring: each below its stream's key, described and refused as every other operation is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router
from pydantic import ValidationError

from countersign.charter.officers import require_role
from countersign.exchange import kinds, streams
from countersign.exchange.errors import ContentInvalid
from countersign.exchange.streams import Call
from countersign.web import premises
from countersign.web.api import bodies, openapi
from countersign.web.api.auth import caller_of
from countersign.web.api.problems import answers


def router() -> Router:
    """One POST a call."""
    found = Router()
    for stream in streams.installed():
        for call in stream.calls:
            found.post(
                f"/streams/{stream.key}/{call.path}",
                response=answers({200: call.answers}),
                summary=call.summary,
                tags=[stream.key],
                by_alias=True,
                operation_id=f"{stream.key}_{call.path}",
                openapi_extra={"requestBody": openapi.body_of(call.asks)},
            )(_made(call))
    return found


def _made(call: Call) -> Any:
    def operation(request: HttpRequest) -> Any:
        officer = caller_of(request).officer
        require_role(officer, *call.roles)
        given = bodies.read_json(request)
        try:
            asked = call.asks.model_validate(given)
        except ValidationError as error:
            raise ContentInvalid(kinds.faults(error)) from None
        return streams.loaded(call.function)(premises.house(), officer, asked)

    return operation
