"""Domain-separated hashing: a context string differs for every use, so nothing made for one verifies for another."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from countersign.kernel import cbor


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def digest(context: str, *parts: Any) -> bytes:
    """SHA-256 over the deterministic CBOR array [context, *parts]: no two lists of parts share an encoding."""
    return sha256(cbor.encode([context, *parts]))


def keyed(key: bytes, context: str, *parts: Any) -> bytes:
    """HMAC-SHA-256 under `key` of the same array; for salts and tokens that must not be guessable."""
    return hmac.digest(key, cbor.encode([context, *parts]), "sha256")
