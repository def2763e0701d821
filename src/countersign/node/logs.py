"""Structured logs: JSON lines of fields from an allow-list. No body, name or free text can reach them."""

from __future__ import annotations

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
    """What libraries log is told by logger alone: their messages and tracebacks may quote what somebody sent."""

    def format(self, record: logging.LogRecord) -> str:
        return self._style.format(record)


def configure() -> None:
    """Send structlog's events to standard error as JSON lines, allow-listed."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Wordless('{"event":"lib","logger":"%(name)s"}'))
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
        kind, _error, trace = sys.exc_info()
        event["error_type"] = kind.__name__ if kind else "unknown"
        while trace and trace.tb_next:
            trace = trace.tb_next
        if trace:
            event["where"] = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
    return event


def _allow_listed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value for name, value in event.items() if name in ALLOWED}
