"""Hybrid signature keys: Ed25519 beside an ML-DSA of a stated level. Both must verify, always.

Public keys are raw bytes. A signer keeps its private part to itself (file, systemd credential, PKCS#11): the ledger sees
only this interface.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey, MLDSA87PublicKey

from countersign.kernel import hashing
from countersign.ledger.errors import SignatureInvalid

ED25519_PUBLIC_BYTES: Final = 32
ED25519_SIGNATURE_BYTES: Final = 64
MLDSA_PUBLIC_BYTES: Final = {44: 1312, 87: 2592}
MLDSA_SIGNATURE_BYTES: Final = {44: 2420, 87: 4627}


@dataclass(frozen=True, slots=True)
class HybridPublicKey:
    """An Ed25519 key (32 bytes) and an ML-DSA key of level 44 or 87 (FIPS 204), used together in one role."""

    ed25519: bytes
    mldsa: bytes
    level: int = 44

    def __post_init__(self) -> None:
        if len(self.ed25519) != ED25519_PUBLIC_BYTES or len(self.mldsa) != MLDSA_PUBLIC_BYTES[self.level]:
            raise SignatureInvalid("a public key has the wrong length.")

    def verify_ed25519(self, signature: bytes, message: bytes) -> None:
        """Raise SignatureInvalid unless the Ed25519 half signed `message`."""
        try:
            _ed25519(self.ed25519).verify(signature, message)
        except InvalidSignature:
            raise SignatureInvalid("the Ed25519 signature does not verify.") from None

    def verify_mldsa(self, signature: bytes, message: bytes) -> None:
        """Raise SignatureInvalid unless the ML-DSA half signed `message` (empty context)."""
        try:
            _mldsa(self.level, self.mldsa).verify(signature, message)
        except InvalidSignature:
            raise SignatureInvalid(f"the ML-DSA-{self.level} signature does not verify.") from None

    def key_id(self) -> bytes:
        """32 bytes that name both halves."""
        return hashing.digest("countersign/v1/hybrid-key", self.level, self.ed25519, self.mldsa)


class HybridSigner(Protocol):
    """Whoever holds the private halves."""

    @property
    def public(self) -> HybridPublicKey: ...

    def sign_ed25519(self, message: bytes) -> bytes: ...

    def sign_mldsa(self, message: bytes) -> bytes: ...


@lru_cache(maxsize=256)
def _ed25519(raw: bytes) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        raise SignatureInvalid("not an Ed25519 public key.") from None


@lru_cache(maxsize=256)
def _mldsa(level: int, raw: bytes) -> MLDSA44PublicKey | MLDSA87PublicKey:
    kind = MLDSA44PublicKey if level == 44 else MLDSA87PublicKey
    try:
        return kind.from_public_bytes(raw)
    except ValueError:
        raise SignatureInvalid(f"not an ML-DSA-{level} public key.") from None


def verify_plain_ed25519(public: bytes, signature: bytes, message: bytes) -> None:
    """Verify a single Ed25519 signature (contact keys, approvals). Raises SignatureInvalid."""
    try:
        _ed25519(public).verify(signature, message)
    except InvalidSignature:
        raise SignatureInvalid("the Ed25519 signature does not verify.") from None
