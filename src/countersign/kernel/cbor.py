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
_STRING, _MEMBERS, _PAIRS = 3, 1, 2


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


def array_of(count: int, *encoded: bytes) -> bytes:
    """The beginning of an array of `count` (at most 23) members, of which the first are given as they are encoded."""
    return bytes([_ARRAY << 5 | count]) + b"".join(encoded)


def byte_string(data: bytes) -> bytes:
    """The encoding of a byte string, without the general encoder's price."""
    length = len(data)
    if length < 24:
        return bytes([_BYTES << 5 | length]) + data
    width = 0 if length < 1 << 8 else 1 if length < 1 << 16 else 2 if length < 1 << 32 else 3
    return bytes([_BYTES << 5 | 24 + width]) + length.to_bytes(1 << width, "big") + data


def decode(data: bytes, limits: Limits = DEFAULT_LIMITS, *, field: str = "") -> Any:
    """Decode `data` or raise MalformedCbor / CborTooLarge. Time and memory are bounded by `limits`."""
    if len(data) > limits.size:
        raise CborTooLarge(f"{len(data)} bytes; at most {limits.size} are read.", field=field)
    _Scanner(data, limits, field).run()
    try:
        value = cbor2.loads(data)
    except cbor2.CBORDecodeError:
        # Only text can still be wrong after the scan.
        raise MalformedCbor("a text string is not UTF-8.", field=field) from None
    if encode(value) != data:
        raise MalformedCbor("not the deterministic encoding, or a map key is doubled or out of order.", field=field)
    return value


def _heads() -> tuple[tuple[int, int], ...]:
    """For each first byte: what follows (nothing, a string, members, pairs of them) and the argument; -1 where it is in the
    byte that follows, -2 where it needs a closer look."""
    follows = {_BYTES: _STRING, _TEXT: _STRING, _ARRAY: _MEMBERS, _MAP: _PAIRS}
    heads = []
    for initial in range(256):
        major, low = initial >> 5, initial & 31
        number = major not in (_TAG, _SIMPLE)
        plain = low < 24 if number else low in _SIMPLE_ALLOWED and major == _SIMPLE
        heads.append((follows.get(major, 0), low if plain else -1 if number and low == 24 else -2))
    return tuple(heads)


_HEADS: Final = _heads()


class _Scanner:
    """Walks the heads once, without recursion or copies, and refuses whatever the profile or the limits do not admit.

    That text is UTF-8 and that map keys are in order and not doubled is left to the decoder and to encoding again.
    """

    def __init__(self, data: bytes, limits: Limits, field: str) -> None:
        self.data, self.limits, self.field = data, limits, field
        self.values = limits.values - 1

    def run(self) -> None:
        try:
            end = self._walk()
        except IndexError:
            raise self._too_early(len(self.data)) from None
        if end != len(self.data):
            raise self._too_early(len(self.data)) if end > len(self.data) else self._bad("bytes follow the value.", end)

    def _walk(self) -> int:
        """Go from head to head; return where the value ends, which may be beyond the bytes. Each item of a body is some
        seventy heads, so the loop reads the short ones itself."""
        data = self.data
        # Values still to read in the open container and whether it is a map; the same of those around it.
        left, keyed, around = 1, False, list[tuple[int, bool]]()
        at = 0
        while left:
            left -= 1
            if keyed:
                at = self._key(at)
            initial = data[at]
            at += 1
            major, argument = _HEADS[initial]
            if argument < 0:
                if argument == -1 and data[at] >= 24:
                    argument, at = data[at], at + 1
                else:
                    argument, at = self._long(initial, at)
            if major == _STRING:
                at += argument
            elif major:
                around.append((left, keyed))
                left, keyed = self._fits(argument, major, at, len(around)), major == _PAIRS
            while not left and around:
                left, keyed = around.pop()
        return at

    def _key(self, at: int) -> int:
        """Skip a map key; return where its value begins."""
        initial = self.data[at]
        if initial >> 5 != _TEXT:
            raise self._bad("a map key is not a text string.", at)
        at += 1
        length = _HEADS[initial][1]
        if length < 0:
            length, at = self._long(initial, at)
        if length > self.limits.key:
            raise CborTooLarge(f"a map key longer than {self.limits.key} bytes.", field=self.field)
        return at + length

    def _long(self, initial: int, at: int) -> tuple[int, int]:
        """The argument that follows a head, and where it ends; refuses tags, floats, indefinite and long forms."""
        major, low = initial >> 5, initial & 31
        if major == _TAG:
            raise self._bad("tags are not part of the profile.", at)
        if major == _SIMPLE or low > 27:
            raise self._bad("only false, true and null, and definite lengths, are part of the profile.", at)
        width = 1 << (low - 24)
        if at + width > len(self.data):
            raise self._too_early(at)
        argument = int.from_bytes(self.data[at : at + width], "big")
        if argument < (24 if width == 1 else 1 << (4 * width)):
            raise self._bad("an integer or length is not in its shortest form.", at)
        return argument, at + width

    def _fits(self, count: int, each: int, at: int, depth: int) -> int:
        """`count`, if that many members of at least `each` bytes can follow, the container is not too deep, and the values
        are not too many in all."""
        if count * each > len(self.data) - at:
            raise self._bad("a container announces more values than there are bytes.", at)
        if depth > self.limits.depth:
            raise CborTooLarge(f"nested deeper than {self.limits.depth}.", field=self.field)
        self.values -= count
        if self.values < 0:
            raise CborTooLarge(f"more than {self.limits.values} values.", field=self.field)
        return count

    def _too_early(self, at: int) -> MalformedCbor:
        return self._bad("the bytes end too early.", at)

    def _bad(self, reason: str, at: int) -> MalformedCbor:
        return MalformedCbor(f"{reason} (byte {at})", field=self.field)
