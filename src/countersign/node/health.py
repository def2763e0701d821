"""Health: is the process alive, and is the node ready; coded reasons, no secrets."""

from __future__ import annotations

from django.core.checks import Error, run_checks
from django.http import HttpRequest, JsonResponse

from countersign.charter import alarms


def alive(_: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"})


def ready(_: HttpRequest) -> JsonResponse:
    """200 with open alarms listed, or 503 with the codes of failed system checks."""
    failed = sorted(
        {message.id for message in run_checks(tags=["countersign"]) if isinstance(message, Error) and message.id}
    )
    body = {
        "status": "not ready" if failed else "ready",
        "failed": failed,
        "alarms": [{"code": alarm.code, "scope": alarm.scope} for alarm in alarms.open_alarms()],
    }
    return JsonResponse(body, status=503 if failed else 200)
