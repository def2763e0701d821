"""C2SP signed notes: parse strictly, build, and the key ids of signature lines."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from countersign.ledger.errors import NoteMalformed

ED25519: Final = 0x01
COSIGNATURE_ED25519: Final = 0x04
MLDSA44: Final = 0x06

_DASH: Final = "\u2014 "
# Unicode's category Cc, but for the newline.
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
MAX_SIGNATURES: Final = 16
MAX_BYTES: Final = 128 * 1024


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One line under a note: who (key name), which key (4-byte id), and the signature bytes after the id."""

    name: str
    key_id: bytes
    signature: bytes

    def render(self) -> str:
        blob = base64.b64encode(self.key_id + self.signature).decode("ascii")
        return f"{_DASH}{self.name} {blob}\n"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """`text` ends in a newline; `lines` keep their order."""

    text: str
    lines: tuple[SignatureLine, ...]

    def render(self) -> bytes:
        return (self.text + "\n" + "".join(line.render() for line in self.lines)).encode("utf-8")

    def lines_of(self, name: str, key_id: bytes) -> list[SignatureLine]:
        return [line for line in self.lines if line.name == name and line.key_id == key_id]


def key_id(name: str, kind: int, public_key: bytes) -> bytes:
    """First 4 bytes of SHA-256(name, newline, type byte, public key) (C2SP signed-note)."""
    return hashlib.sha256(name.encode("utf-8") + b"\n" + bytes([kind]) + public_key).digest()[:4]


def check_name(name: str) -> str:
    """A key name is not empty and has no space and no plus sign."""
    if not name or "+" in name or any(char.isspace() for char in name):
        raise NoteMalformed("a key name is empty or has a space or a plus sign.", field="name")
    return name


def parse(data: bytes) -> SignedNote:
    """Parse a signed note; every deviation is NoteMalformed. Base64 must be canonical."""
    if len(data) > MAX_BYTES:
        raise NoteMalformed(f"a note of {len(data)} bytes; at most {MAX_BYTES} are read.")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise NoteMalformed("a note is not UTF-8.") from None
    if _CONTROL.search(whole):
        raise NoteMalformed("a note has a control character.")
    text, separator, block = whole.rpartition("\n\n")
    if not separator or not block.endswith("\n"):
        raise NoteMalformed("a note has no signatures under an empty line.")
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteMalformed(f"more than {MAX_SIGNATURES} signature lines.")
    return SignedNote(text + "\n", tuple(parse_line(line) for line in lines))


def parse_line(line: str) -> SignatureLine:
    """Parse one signature line (without its newline)."""
    if not line.startswith(_DASH):
        raise NoteMalformed("a signature line does not begin with an em dash and a space.")
    name, separator, blob = line[len(_DASH) :].partition(" ")
    if not separator:
        raise NoteMalformed("a signature line has no signature.")
    raw = canonical_base64(blob)
    if len(raw) < 5:
        raise NoteMalformed("a signature is too short.")
    return SignatureLine(check_name(name), raw[:4], raw[4:])


def canonical_base64(blob: str) -> bytes:
    """Decode standard base64 and insist on the one encoding of the bytes (padding, no stray bits)."""
    try:
        raw = base64.b64decode(blob.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise NoteMalformed("not base64.") from None
    if base64.b64encode(raw).decode("ascii") != blob:
        raise NoteMalformed("base64 that is not canonical.")
    return raw
