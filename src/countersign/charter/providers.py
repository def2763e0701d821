"""Where private keys live. One interface; the file provider keeps each in a file of its own, outside database and backup.

PKCS#11 and systemd credentials fit behind the same interface. Private bytes never leave a provider.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA87PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import NameOID

from countersign.charter import hpke
from countersign.charter.errors import KeyDestroyed, KeyUnavailable
from countersign.kernel.files import sync_folder, write_durably
from countersign.ledger.core import statements
from countersign.ledger.core.keys import HybridPublicKey, HybridSigner

ROOT: Final = "root"
_CERTIFICATE_YEARS: Final = 2


class KeyProvider(Protocol):
    """Makes, uses and destroys private keys, named by role and key id."""

    def create(self, role: str, *, node: str) -> list[bytes]:
        """Make a key for `role` and return its public parts; its id is `statements.key_id(role, parts)`."""

    def signer(self, role: str, key_id: bytes) -> HybridSigner: ...

    def contact(self, key_id: bytes) -> Callable[[bytes], bytes]:
        """A function that signs with the contact key."""

    def open_seal(self, key_id: bytes, sealed: bytes, info: bytes) -> bytes: ...

    def key_encryption_key(self, name: str) -> AESGCM:
        """The key-encryption key of an authority (or of the outbox)."""

    def search_key(self, name: str) -> bytes:
        """32 bytes for an authority's search tokens, bound to its key-encryption key."""

    def create_key_encryption_key(self, name: str) -> None: ...

    def certificate_files(self, key_id: bytes) -> tuple[Path, Path]:
        """Certificate and private key file of an mTLS key."""

    def has(self, role: str, key_id: bytes) -> bool: ...

    def destroy(self, role: str, key_id: bytes) -> None: ...


class _SoftwareSigner:
    """A hybrid signer in memory."""

    def __init__(self, seeds: bytes, level: int) -> None:
        kind = MLDSA44PrivateKey if level == 44 else MLDSA87PrivateKey
        self._ed25519 = Ed25519PrivateKey.from_private_bytes(seeds[:32])
        self._mldsa = kind.from_seed_bytes(seeds[32:])
        self._public = HybridPublicKey(
            self._ed25519.public_key().public_bytes_raw(), self._mldsa.public_key().public_bytes_raw(), level
        )

    @property
    def public(self) -> HybridPublicKey:
        return self._public

    def sign_ed25519(self, message: bytes) -> bytes:
        return self._ed25519.sign(message)

    def sign_mldsa(self, message: bytes) -> bytes:
        return self._mldsa.sign(message)


def software_signer(seeds: bytes, *, level: int = 44) -> HybridSigner:
    """A signer from 64 bytes of seeds (Ed25519, then ML-DSA)."""
    return _SoftwareSigner(seeds, level)


class FileProvider:
    """Keys as files of mode 0600 in a folder of mode 0700 owned by the service."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cache: dict[str, bytes] = {}
        self._signers: dict[str, HybridSigner] = {}
        self._contacts: dict[str, Ed25519PrivateKey] = {}
        self._private_hpke: dict[bytes, hpke.PrivateKey] = {}
        self._key_encryption_keys: dict[str, AESGCM] = {}

    def create(self, role: str, *, node: str) -> list[bytes]:
        if role == statements.MTLS:
            return self._create_certificate(node)
        seeds = secrets.token_bytes(64 if role in (ROOT, statements.LOG, statements.WITNESS) else 32)
        parts = _public_parts(role, seeds)
        self._write(_name(role, statements.key_id(role, parts)), seeds)
        return parts

    def signer(self, role: str, key_id: bytes) -> HybridSigner:
        name = _name(role, key_id)
        if name not in self._signers:
            self._signers[name] = _SoftwareSigner(self._read(name), 87 if role == ROOT else 44)
        return self._signers[name]

    def contact(self, key_id: bytes) -> Callable[[bytes], bytes]:
        name = _name(statements.CONTACT, key_id)
        if name not in self._contacts:
            self._contacts[name] = Ed25519PrivateKey.from_private_bytes(self._read(name))
        return self._contacts[name].sign

    def open_seal(self, key_id: bytes, sealed: bytes, info: bytes) -> bytes:
        if not self.has(statements.HPKE, key_id):
            raise KeyDestroyed("the private key for these seals is destroyed.", key_id=key_id.hex())
        if key_id not in self._private_hpke:
            self._private_hpke[key_id] = hpke.private_from_seed(self._read(_name(statements.HPKE, key_id)))
        return hpke.open_(self._private_hpke[key_id], sealed, info)

    def key_encryption_key(self, name: str) -> AESGCM:
        if name not in self._key_encryption_keys:
            self._key_encryption_keys[name] = AESGCM(self._read(f"kek-{name}.key"))
        return self._key_encryption_keys[name]

    def search_key(self, name: str) -> bytes:
        """HKDF-SHA256 (RFC 5869) of the authority's key-encryption key: whoever lacks that cannot make its tokens."""
        derive = HKDF(hashes.SHA256(), length=32, salt=None, info=b"countersign/v1/search-key")
        return derive.derive(self._read(f"kek-{name}.key"))

    def create_key_encryption_key(self, name: str) -> None:
        path = self._folder / f"kek-{name}.key"
        if not path.exists():
            self._write(path.name, secrets.token_bytes(32))

    def certificate_files(self, key_id: bytes) -> tuple[Path, Path]:
        stem = _name(statements.MTLS, key_id)
        return self._folder / f"{stem}.crt", self._folder / stem

    def has(self, role: str, key_id: bytes) -> bool:
        return (self._folder / _name(role, key_id)).exists()

    def destroy(self, role: str, key_id: bytes) -> None:
        """Overwrite once, then unlink. On flash media the overwrite proves nothing; `docs/judge` says so."""
        path = self._folder / _name(role, key_id)
        if path.exists():
            path.write_bytes(secrets.token_bytes(path.stat().st_size))
            path.unlink()
            sync_folder(self._folder)
        self._cache.pop(path.name, None)
        self._signers.pop(path.name, None)
        self._contacts.pop(path.name, None)
        self._private_hpke.pop(key_id, None)

    def find_root(self) -> HybridSigner:
        """The root key of this folder (there is one). Raises KeyUnavailable."""
        found = sorted(self._folder.glob("root-*.key"))
        if len(found) != 1:
            raise KeyUnavailable(
                f"{len(found)} root keys in the root folder; one is needed.",
                remedy="Attach the medium with the root key and name its folder with --root.",
            )
        return _SoftwareSigner(self._read(found[0].name), 87)

    def _create_certificate(self, node: str) -> list[bytes]:
        private = ec.generate_private_key(ec.SECP256R1())
        certificate = _self_signed(private, node)
        der = certificate.public_bytes(serialization.Encoding.DER)
        stem = _name(statements.MTLS, statements.key_id(statements.MTLS, [der]))
        self._write(
            stem,
            private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )
        self._write(f"{stem}.crt", certificate.public_bytes(serialization.Encoding.PEM))
        return [der]

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(self._folder / name, content)

    def _read(self, name: str) -> bytes:
        if name not in self._cache:
            try:
                self._cache[name] = (self._folder / name).read_bytes()
            except OSError as error:
                raise KeyUnavailable(f"the key file {name} cannot be read ({os.strerror(error.errno or 0)}).") from None
        return self._cache[name]


def _name(role: str, key_id: bytes) -> str:
    return f"{role}-{key_id.hex()[:32]}.key"


def _public_parts(role: str, seeds: bytes) -> list[bytes]:
    if role == statements.HPKE:
        return [hpke.public_from_seed(seeds)]
    if role == statements.CONTACT:
        return [Ed25519PrivateKey.from_private_bytes(seeds).public_key().public_bytes_raw()]
    public = _SoftwareSigner(seeds, 87 if role == ROOT else 44).public
    return [public.ed25519, public.mldsa]


def _self_signed(private: ec.EllipticCurvePrivateKey, node: str) -> x509.Certificate:
    """A leaf that is its own pin. Its dates are wide: validity is decided by the root's key statement."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, node)])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=365 * 100 * _CERTIFICATE_YEARS // 2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(node), x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
