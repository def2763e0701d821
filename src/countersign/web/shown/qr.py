"""A QR code as one SVG path: the sixty digits of a fingerprint for a camera, beside the digits for people."""

from __future__ import annotations

from dataclasses import dataclass

import qrcode
from qrcode.constants import ERROR_CORRECT_M


@dataclass(frozen=True, slots=True)
class Picture:
    """`path`: squares of one unit; `size`: units a side, quiet zone included."""

    path: str
    size: int


def picture(text: str) -> Picture:
    """The QR code of a short text."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    squares = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark]
    return Picture("".join(squares), len(matrix))
