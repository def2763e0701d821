"""Small values sealed under the node's own web secret: cursors that tell nothing, secrets of second factors at rest."""

from __future__ import annotations

import base64
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from countersign.kernel import hashing
from countersign.kernel.errors import IntegrityFault

_NONCE: Final = 12


def seal(purpose: str, data: bytes, *, bound_to: str = "") -> str:
    """Encrypt, bound to a purpose and to whatever else must agree; base64url without padding."""
    nonce = secrets.token_bytes(_NONCE)
    sealed = nonce + AESGCM(_key(purpose)).encrypt(nonce, data, bound_to.encode())
    return encode(sealed)


def unseal(purpose: str, text: str, *, bound_to: str = "") -> bytes:
    """The reverse. Raises IntegrityFault for anything that was not sealed here for exactly this."""
    try:
        sealed = decode(text)
        return AESGCM(_key(purpose)).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode())
    except (InvalidTag, ValueError):
        raise IntegrityFault("sealed value does not open.") from None


def digest(purpose: str, *parts: str | bytes) -> bytes:
    """A keyed digest (32 bytes) that nobody without the node's secret can recompute."""
    return hashing.keyed(_key(purpose), f"countersign/v1/web/{purpose}", *parts)


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def decode(text: str) -> bytes:
    """Strict base64url: no padding, no other character, one spelling only. Raises ValueError."""
    data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if encode(data) != text:
        raise ValueError("not the one base64url form")
    return data


def _key(purpose: str) -> bytes:
    return hashing.keyed(settings.SECRET_KEY.encode(), "countersign/v1/web-key", purpose)
