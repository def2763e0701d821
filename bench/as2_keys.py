"""pyas2lib made to import, and two partners with RSA-2048 keys."""

from __future__ import annotations

import importlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_OLD, _NEW = r"\d\.\d\.\d", r"\d+\.\d+\.\d+"


def load() -> Any:
    """Import pyas2lib. Its oscrypto cannot read an OpenSSL version of two digits (3.0.13) without a wider pattern."""
    search = re.search
    re.search = lambda pattern, *rest, **named: search(  # type: ignore[assignment]
        pattern.replace(_OLD, _NEW) if isinstance(pattern, str) else pattern, *rest, **named
    )
    try:
        for module in ("_libcrypto", "_libssl"):
            importlib.import_module(f"oscrypto._openssl.{module}")
    finally:
        re.search = search
    return importlib.import_module("pyas2lib.as2")


def make_key(name: str) -> tuple[bytes, bytes]:
    """A fresh RSA-2048 key with a self-signed certificate: (both as PEM, certificate as PEM)."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(private, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem + certificate, certificate


def organization(as2: Any, name: str, key: bytes) -> Any:
    return as2.Organization(as2_name=name, sign_key=key, decrypt_key=key)


def partner(as2: Any, name: str, certificate: bytes) -> Any:
    """Signed, encrypted, with a signed synchronous MDN. The chain is not looked at, which favours AS2."""
    return as2.Partner(
        as2_name=name,
        verify_cert=certificate,
        encrypt_cert=certificate,
        validate_certs=True,
        sign=True,
        digest_alg="sha256",
        encrypt=True,
        enc_alg="aes_256_cbc",
        mdn_mode="SYNC",
        mdn_digest_alg="sha256",
    )
