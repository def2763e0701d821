"""Bodies in and out: JSON read strictly within its limit, single things with an ETag."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Schema

from countersign.kernel import jcs
from countersign.kernel.errors import TooLarge
from countersign.web import sealing
from countersign.web.errors import MediaTypeUnsupported

LARGEST: Final = jcs.MAX_BYTES
JSON: Final = "application/json"


def read_json(request: HttpRequest) -> Any:
    """The body as JSON, with nothing doubled, dropped or rounded. Raises MediaTypeUnsupported, TooLarge, MalformedJson."""
    if request.content_type != JSON:
        raise MediaTypeUnsupported("the body is not application/json.", field="Content-Type")
    check_size(request)
    return jcs.parse(request.body, field="body", limit=LARGEST)


def check_size(request: HttpRequest) -> None:
    """Refuse a body by its announced length, before it is read."""
    try:
        announced = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        announced = 0
    if announced > LARGEST:
        raise TooLarge(f"{announced} bytes; at most {LARGEST} are read.", field="body")


def tag(*parts: str) -> str:
    """An entity tag that tells nothing of what it stands for."""
    return f'"{sealing.encode(sealing.digest("etag", *parts)[:18])}"'


def unchanged(request: HttpRequest, etag: str) -> HttpResponse | None:
    """304 where the caller holds this very version."""
    held = [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]
    if etag not in held:
        return None
    response = HttpResponse(status=304)
    response["ETag"] = etag
    return response


def single(request: HttpRequest, told: Schema, *, etag: str = "") -> HttpResponse:
    """One thing as JSON with its ETag, by default that of its own text; 304 where the caller holds it."""
    text = told.model_dump_json(by_alias=True)
    etag = etag or tag(text)
    response = unchanged(request, etag)
    if response is None:
        response = HttpResponse(text.encode(), content_type=JSON)
        response["ETag"] = etag
    return response
