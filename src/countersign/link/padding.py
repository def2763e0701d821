"""Size buckets: 2, 4, 8 or 16 KiB, and above that Padme (at most about 12 % more), so that length tells little."""

from __future__ import annotations

from typing import Final

from countersign.kernel.errors import IntegrityFault

_SMALL: Final = (2048, 4096, 8192, 16384)
_PREFIX: Final = 4


def bucket(length: int) -> int:
    """The padded size for `length` bytes (Nikitin et al., 2019, for the large ones)."""
    for size in _SMALL:
        if length <= size:
            return size
    exponent = length.bit_length() - 1
    spare = exponent - exponent.bit_length()
    mask = (1 << spare) - 1
    return (length + mask) & ~mask


def pad(data: bytes) -> bytes:
    """4-byte length, the data, zeros up to the bucket."""
    framed = len(data).to_bytes(_PREFIX, "big") + data
    return framed.ljust(bucket(len(framed)), b"\0")


def unpad(padded: bytes) -> bytes:
    """Undo `pad`; raise IntegrityFault where the frame, the zeros or the bucket are wrong."""
    length = int.from_bytes(padded[:_PREFIX], "big")
    end = _PREFIX + length
    if len(padded) < _PREFIX or end > len(padded) or padded[end:].strip(b"\0") or bucket(end) != len(padded):
        raise IntegrityFault("padding is wrong.", code="PADDING_INVALID")
    return padded[_PREFIX:end]
