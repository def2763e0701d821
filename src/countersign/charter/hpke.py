"""HPKE (RFC 9180) with the hybrid MLKEM768-X25519, HKDF-SHA256 and AES-256-GCM: suite 1 of the protocol.

`cryptography` seals in a single shot and takes no associated data: what must be bound goes into `info`.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from countersign.kernel.errors import IntegrityFault

SUITE_ID: Final = 1
PUBLIC_BYTES: Final = 1216
OVERHEAD_BYTES: Final = 1120 + 16
_MLKEM_PUBLIC: Final = 1184
PrivateKey = hpke.MLKEM768X25519PrivateKey
_SUITE: Final = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class CannotOpen(IntegrityFault):
    """Sealed to another key, bound to other circumstances, or changed on the way."""

    code = "CANNOT_OPEN"


def private_from_seed(seed: bytes) -> PrivateKey:
    """Expand a 32-byte seed as the HPKE-PQ draft does: SHAKE256 to the ML-KEM seed (64) and the X25519 key (32)."""
    stream = hashlib.shake_256(seed).digest(96)
    return hpke.MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(stream[:64]), X25519PrivateKey.from_private_bytes(stream[64:])
    )


def public_from_seed(seed: bytes) -> bytes:
    """The 1,216 public bytes: ML-KEM-768 encapsulation key, then X25519 public key."""
    stream = hashlib.shake_256(seed).digest(96)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(stream[:64]).public_key().public_bytes_raw()
    return mlkem + X25519PrivateKey.from_private_bytes(stream[64:]).public_key().public_bytes_raw()


def seal(public: bytes, plaintext: bytes, info: bytes) -> bytes:
    """enc (1,120 bytes) || ciphertext with tag."""
    return _SUITE.encrypt(plaintext, _public(public), info)


@lru_cache(maxsize=64)
def _public(raw: bytes) -> hpke.MLKEM768X25519PublicKey:
    try:
        return hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC]),
            X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC:]),
        )
    except ValueError:
        raise IntegrityFault("not an HPKE public key.") from None


def open_(private: PrivateKey, sealed: bytes, info: bytes) -> bytes:
    """Open or raise CannotOpen."""
    try:
        return _SUITE.decrypt(sealed, private, info)
    except (InvalidTag, ValueError):
        raise CannotOpen("the seal does not open with this key and circumstances.") from None
