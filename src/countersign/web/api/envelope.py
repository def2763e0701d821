"""Around every call under /api/: size limit, problems for what never reached an operation, headers for all."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from countersign.kernel.errors import CountersignError, NotFound
from countersign.web.api import bodies, limits, problems

Handler = Callable[[HttpRequest], HttpResponse]


class ApiEnvelope:
    """The outermost middleware: nothing under /api/ leaves as HTML, and nothing is stored on the way."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return self._get_response(request)
        response = _as_problem(self._answer(request))
        response["Cache-Control"] = "no-store"
        response["X-Content-Type-Options"] = "nosniff"
        response["Vary"] = "Authorization, Cookie"
        limits.tell(request, response)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        try:
            bodies.check_size(request)
        except CountersignError as error:
            return problems.respond(error)
        return self._get_response(request)


def unknown(_: HttpRequest) -> HttpResponse:
    """Any address under /api/ that is none."""
    return problems.respond(NotFound("there is nothing at this address.", remedy="/api/v1/openapi.json lists all."))


def _as_problem(response: HttpResponse) -> HttpResponse:
    if response.status_code < 400 or response.get("Content-Type") == problems.MEDIA_TYPE:
        return response
    told = problems.body_of(problems.from_status(response.status_code))
    response.content = told
    response["Content-Type"] = problems.MEDIA_TYPE
    response["Content-Length"] = str(len(told))
    return response
