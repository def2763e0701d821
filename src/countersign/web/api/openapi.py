"""The API's description: what the framework cannot know is added here (problems' media type, octets, drafts by kind)."""

from __future__ import annotations

from typing import Any, Final

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from countersign.exchange import streams
from countersign.exchange.home_sheet import MEMBER, HomeSheet
from countersign.exchange.kinds import KINDS
from countersign.web.api.problems import MEDIA_TYPE

_REFERENCE: Final = "#/components/schemas/{model}"
_DRAFTS: Final = tuple(kind.schema for kind in KINDS.values() if kind.name != "note.test")
"""The test message is sent by an administrator from the command line."""
DRAFT_BODY: Final[dict[str, Any]] = {
    "required": True,
    "description": "A draft of one kind. The node fills in `caveats`, `attachments` and, where missing, `marking`.",
    "content": {"application/json": {"schema": {"$ref": _REFERENCE.format(model="Draft")}}},
}


class DescribedAPI(NinjaAPI):
    """NinjaAPI whose description says what the node really answers."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schema["components"]["schemas"] |= _drafts() | _asked()
        for operations in schema["paths"].values():
            for operation in operations.values():
                _describe(operation)
        return schema


def _describe(operation: dict[str, Any]) -> None:
    octets = operation.pop("x-octets", False)
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            response["content"] = {MEDIA_TYPE: content["application/json"]}
        elif octets and int(status) == 200:
            response["content"] = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """A request body of one model."""
    schema = {"$ref": _REFERENCE.format(model=model.__name__)}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _asked() -> dict[str, Any]:
    """Schemas of what the streams' calls take."""
    modes: list[tuple[Any, Any]] = [(call.asks, "validation") for one in streams.installed() for call in one.calls]
    _, described = models_json_schema(modes, ref_template=_REFERENCE)
    schemas: dict[str, Any] = described.get("$defs", {})
    return schemas


def _drafts() -> dict[str, Any]:
    """Schemas of the kinds as a drafter writes them, and `Draft`: any one of them."""
    modes: list[tuple[Any, Any]] = [(model, "validation") for model in (*_DRAFTS, HomeSheet)]
    _, described = models_json_schema(modes, ref_template=_REFERENCE)
    schemas: dict[str, Any] = described["$defs"]
    for model in _DRAFTS:
        schema = schemas[model.__name__]
        schema["required"] = [name for name in schema["required"] if name != "marking"]
        schema["properties"][MEMBER] = {"$ref": _REFERENCE.format(model=HomeSheet.__name__)}
    schemas["Draft"] = {"anyOf": [{"$ref": _REFERENCE.format(model=model.__name__)} for model in _DRAFTS]}
    return schemas
