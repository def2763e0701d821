"""Deterministic CBOR (RFC 8949 section 4.2.1) in a narrow profile, with a strict decoder.

Profile: unsigned and negative integers of at most 64 bits, byte strings, text strings, arrays, maps with text keys,
false, true, null. No floats, tags, indefinite lengths, other simple values or doubled keys. One value has one encoding:
the decoder scans for the limits first, decodes, encodes again and compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cbor2

from countersign.kernel.errors import InvalidInput, TooLarge

_UINT, _NINT, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_SIMPLE_ALLOWED: Final = frozenset({20, 21, 22})


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what a decoder accepts: bytes in all, nesting, values in all, length of a map key in bytes."""

    size: int = 1 << 20
    depth: int = 16
    values: int = 20_000
    key: int = 64


DEFAULT_LIMITS: Final = Limits()


class MalformedCbor(InvalidInput):
    """Bytes that are not the one deterministic encoding of a value in the profile."""

    code = "CBOR_MALFORMED"
    remedy = "Encode deterministically: RFC 8949 section 4.2.1, text keys, no floats, tags or indefinite lengths."


class CborTooLarge(TooLarge):
    code = "CBOR_TOO_LARGE"


def encode(value: Any) -> bytes:
    """The one encoding of `value`. Text keys sort alike by length first and bytewise, so cbor2's order is RFC 8949's."""
    return cbor2.dumps(value, canonical=True)


def decode(data: bytes, limits: Limits = DEFAULT_LIMITS, *, field: str = "") -> Any:
    """Decode `data` or raise MalformedCbor / CborTooLarge. Time and memory are bounded by `limits`."""
    if len(data) > limits.size:
        raise CborTooLarge(f"{len(data)} bytes; at most {limits.size} are read.", field=field)
    _Scanner(data, limits, field).run()
    value = cbor2.loads(data)
    if encode(value) != data:
        raise MalformedCbor("not the deterministic encoding.", field=field)
    return value


class _Scanner:
    """Walks the heads once, without recursion, and refuses whatever the profile or the limits do not admit."""

    def __init__(self, data: bytes, limits: Limits, field: str) -> None:
        self.data, self.limits, self.field = data, limits, field
        self.at = 0

    def run(self) -> None:
        # One frame an open container: values still to read, and for maps the previous key (None for arrays).
        stack: list[list[Any]] = []
        seen = 0
        while True:
            seen += 1
            if seen > self.limits.values:
                raise CborTooLarge(f"more than {self.limits.values} values.", field=self.field)
            opened = self._value(stack)
            if opened is not None:
                if len(stack) >= self.limits.depth:
                    raise CborTooLarge(f"nested deeper than {self.limits.depth}.", field=self.field)
                stack.append(opened)
            while stack and stack[-1][0] == 0:
                stack.pop()
            if not stack:
                break
            stack[-1][0] -= 1
        if self.at != len(self.data):
            raise self._bad("bytes follow the value.")

    def _value(self, stack: list[list[Any]]) -> list[Any] | None:
        if stack and stack[-1][1] is not None:
            self._key(stack[-1])
        major, argument = self._head()
        if major in (_BYTES, _TEXT):
            body = self._take(argument)
            if major == _TEXT:
                self._utf8(body)
        elif major == _ARRAY:
            return [self._fits(argument, 1), None]
        elif major == _MAP:
            return [self._fits(argument, 2), b""]
        elif major == _TAG:
            raise self._bad("tags are not part of the profile.")
        return None

    def _key(self, frame: list[Any]) -> None:
        start = self.at
        major, length = self._head()
        if major != _TEXT:
            raise self._bad("a map key is not a text string.")
        if length > self.limits.key:
            raise CborTooLarge(f"a map key longer than {self.limits.key} bytes.", field=self.field)
        self._utf8(self._take(length))
        key = self.data[start : self.at]
        if key <= frame[1]:
            raise self._bad("a map key is doubled or out of order.")
        frame[1] = key

    def _head(self) -> tuple[int, int]:
        initial = self._take(1)[0]
        major, low = initial >> 5, initial & 31
        if low < 24:
            if major == _SIMPLE and low not in _SIMPLE_ALLOWED:
                raise self._bad("only false, true and null are allowed as simple values.")
            return major, low
        if major == _SIMPLE or low > 27:
            raise self._bad("floats and indefinite lengths are not part of the profile.")
        width = 1 << (low - 24)
        argument = int.from_bytes(self._take(width), "big")
        if argument < (24 if width == 1 else 1 << (4 * width)):
            raise self._bad("an integer or length is not in its shortest form.")
        return major, argument

    def _fits(self, count: int, each: int) -> int:
        if count * each > len(self.data) - self.at:
            raise self._bad("a container announces more values than there are bytes.")
        return count

    def _take(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise self._bad("the bytes end too early.")
        taken = self.data[self.at : self.at + count]
        self.at += count
        return taken

    def _utf8(self, body: bytes) -> None:
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            raise self._bad("a text string is not UTF-8.") from None

    def _bad(self, reason: str) -> MalformedCbor:
        return MalformedCbor(f"{reason} (byte {self.at})", field=self.field)
