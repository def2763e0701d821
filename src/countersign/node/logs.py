"""Structured logs: JSON lines of fields from an allow-list. No body, name or free text can reach them."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

ALLOWED: Final = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "logger",
        "peer",
        "code",
        "field",
        "seconds",
        "count",
        "bytes_in",
        "bytes_out",
        "pid",
        "child",
        "status",
        "port",
        "step",
        "error_type",
        "where",
    }
)


class _Wordless(logging.Formatter):
    """What libraries log is told by logger and, of an exception, type and place alone: messages may quote what was sent."""

    def format(self, record: logging.LogRecord) -> str:
        told = {"event": "lib", "logger": record.name} | (_of_exception(record.exc_info) if record.exc_info else {})
        return json.dumps(told)


def configure() -> None:
    """Send structlog's events to standard error as JSON lines, allow-listed."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Wordless())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _tell_exception_type,
            _allow_listed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _tell_exception_type(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of an exception only its type and place: a message may quote what somebody sent."""
    if event.pop("exc_info", None):
        event.update(_of_exception(sys.exc_info()))
    return event


def _of_exception(given: Any) -> dict[str, str]:
    """The type of an exception and the place where it was raised."""
    kind, _error, trace = given
    told = {"error_type": kind.__name__ if kind else "unknown"}
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace:
        told["where"] = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
    return told


def _allow_listed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value for name, value in event.items() if name in ALLOWED}
