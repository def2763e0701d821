"""Canonical JSON (RFC 8785) for what auditors read, with a strict parser in front."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import rfc8785

from countersign.kernel.errors import InvalidInput, TooLarge

MAX_BYTES: Final = 1 << 20
MAX_DEPTH: Final = 24


class MalformedJson(InvalidInput):
    """Text that is not one JSON value, or whose keys are doubled, or whose numbers are not exact."""

    code = "JSON_MALFORMED"


def canonical(value: Any, *, field: str = "") -> bytes:
    """The RFC 8785 form. Raises MalformedJson for what JSON cannot carry exactly."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise MalformedJson(f"cannot be written canonically: {error}.", field=field) from None


def parse(data: bytes, *, field: str = "", limit: int = MAX_BYTES) -> Any:
    """Parse UTF-8 JSON without silent loss: a doubled key, NaN, a lone surrogate or deep nesting is an error."""
    if len(data) > limit:
        raise TooLarge(f"{len(data)} bytes of JSON; at most {limit} are read.", field=field)
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH:  # fewer cannot nest deeper
        _check_depth(data, field)
    try:
        value = _DECODER.decode(data.decode("utf-8"))
        if b"\\u" in data:  # UTF-8 itself has no lone surrogates, only escapes spell them
            _check_text(value)
    except (ValueError, RecursionError) as error:
        raise MalformedJson(f"not valid JSON: {error}.", field=field) from None
    return value


def parse_canonical(data: bytes, *, field: str = "", limit: int = MAX_BYTES) -> Any:
    """Parse and insist that `data` is already the canonical form."""
    value = parse(data, field=field, limit=limit)
    if canonical(value, field=field) != data:
        raise MalformedJson("not in RFC 8785 form.", field=field)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return result


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKET: Final = re.compile(rb"[\[\]{}]")


def _check_depth(data: bytes, field: str) -> None:
    """Count brackets outside strings, before a recursive parser sees them."""
    depth = 0
    for match in _BRACKET.finditer(_STRING.sub(b"", data)):
        depth += 1 if match.group() in b"[{" else -1
        if depth > MAX_DEPTH:
            raise TooLarge(f"JSON nested deeper than {MAX_DEPTH}.", field=field)


def _finite(text: str) -> float:
    """A number that JSON spells but a double cannot hold would be read as infinity."""
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number is out of range")
    return value


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite)


def _check_text(value: Any) -> None:
    """A lone surrogate cannot be encoded; UnicodeEncodeError is a ValueError."""
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, list):
        for item in value:
            _check_text(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_text(name)
            _check_text(item)
