"""Sealing (protocol section 3): a key per item, one HPKE seal per batch, every part bound to what it belongs to.

Item:  ciphertext = nonce || AES-256-GCM(DEK, padded sealed text, aad = identity)
Batch: wrap_i = nonce || AES-256-GCM(WK, DEK_i, aad = identity_i, commitment_i);  HPKE(WK, info = both origins, key, items)
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from countersign.charter import hpke
from countersign.charter.hpke import CannotOpen
from countersign.kernel import cbor, hashing
from countersign.kernel.errors import CountersignError, IntegrityFault
from countersign.ledger.core import commitments
from countersign.ledger.core.leaves import Identity, ItemLeaf
from countersign.link import padding

NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
MAX_SEALED_TEXT: Final = 2 << 20
_LIMITS: Final = cbor.Limits(size=MAX_SEALED_TEXT, depth=6, values=20_000, key=200)
_FIELDS: Final = {"v", "sender", "receiver", "channel", "epoch", "sequence", "authority", "salt", "parts", "blobs"}


class CommitmentMismatch(IntegrityFault):
    code = "COMMITMENT_MISMATCH"


class SealedTextMalformed(IntegrityFault):
    code = "SEALED_TEXT_MALFORMED"


@dataclass(frozen=True, slots=True)
class BlobRef:
    """An attachment inside a sealed text: opaque id, size in bytes, digests of its encrypted chunks, its key (32)."""

    id: str
    size: int
    digests: tuple[bytes, ...]
    key: bytes

    @property
    def root(self) -> bytes:
        return commitments.root_over(self.digests)

    def part(self) -> bytes:
        """What is committed to of the attachment: everything but the key."""
        return cbor.encode([self.id, self.size, self.root, len(self.digests)])


@dataclass(frozen=True, slots=True)
class SealedText:
    """What is inside an item: for which authority, the named parts, and the attachments."""

    identity: Identity
    receiver: str
    authority: str
    salt: bytes
    parts: Mapping[str, bytes]
    blobs: tuple[BlobRef, ...] = field(default=())

    def committed_parts(self) -> dict[str, bytes]:
        return dict(self.parts) | {f"blob/{blob.id}": blob.part() for blob in self.blobs}

    def commitment(self) -> bytes:
        return commitments.commit(self.salt, self.identity, self.committed_parts())

    def encode(self) -> bytes:
        sender, channel, epoch, sequence = self.identity
        return cbor.encode(
            {
                "v": 1,
                "sender": sender,
                "receiver": self.receiver,
                "channel": channel,
                "epoch": epoch,
                "sequence": sequence,
                "authority": self.authority,
                "salt": self.salt,
                "parts": dict(self.parts),
                "blobs": [[blob.id, blob.size, list(blob.digests), blob.key] for blob in self.blobs],
            }
        )


@dataclass(frozen=True, slots=True)
class SealedItem:
    """Ciphertext with its digest, and the key that opens it."""

    ciphertext: bytes
    digest: bytes
    key: bytes
    bucket: int


def seal_item(text: SealedText) -> SealedItem:
    """Seal under a fresh key and nonce."""
    key, nonce = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(NONCE_BYTES)
    padded = padding.pad(text.encode())
    sealed = nonce + AESGCM(key).encrypt(nonce, padded, _item_aad(text.identity))
    return SealedItem(sealed, hashing.sha256(sealed), key, len(padded))


def open_item(ciphertext: bytes, key: bytes, leaf: ItemLeaf) -> SealedText:
    """Open and check against the leaf: digest, identity, from, to, commitment. Raises CannotOpen and its kin."""
    if hashing.sha256(ciphertext) != leaf.digest:
        raise CannotOpen("the ciphertext is not the one its leaf names.")
    text = open_stored(ciphertext, key, leaf.identity)
    if text.identity != leaf.identity or text.receiver != leaf.receiver:
        raise SealedTextMalformed("the sealed text repeats another identity or recipient.")
    if text.commitment() != leaf.commitment:
        raise CommitmentMismatch("the content is not what the leaf commits to.")
    return text


def open_stored(ciphertext: bytes, key: bytes, identity: Identity) -> SealedText:
    """Open a ciphertext that was checked against its leaf before."""
    padded = _decrypt(key, ciphertext, _item_aad(identity))
    try:
        return _parse(cbor.decode(padding.unpad(padded), _LIMITS, field="sealed text"))
    except CountersignError as error:
        raise SealedTextMalformed(f"the sealed text is malformed: {error.reason}") from None


def wrap(wrapping_key: bytes, key: bytes, identity: Identity, commitment: bytes) -> bytes:
    """Wrap an item's key for its batch."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(wrapping_key).encrypt(nonce, key, _wrap_aad(identity, commitment))


def unwrap(wrapping_key: bytes, wrapped: bytes, identity: Identity, commitment: bytes) -> bytes:
    """Undo `wrap`. Raises CannotOpen."""
    return _decrypt(wrapping_key, wrapped, _wrap_aad(identity, commitment))


def rewrap(kek: AESGCM, key: bytes, identity: Identity) -> bytes:
    """Wrap an item's key at rest, under a key-encryption key of this node."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + kek.encrypt(nonce, key, _rest_aad(identity))


def unwrap_at_rest(kek: AESGCM, wrapped: bytes, identity: Identity) -> bytes:
    """Undo `rewrap`. Raises CannotOpen."""
    try:
        return kek.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _rest_aad(identity))
    except (InvalidTag, ValueError):
        raise CannotOpen("the key at rest does not open under this authority's key.") from None


def seal_batch_key(
    public: bytes, wrapping_key: bytes, *, origin: str, peer_origin: str, hpke_key: bytes, items: Sequence[bytes]
) -> bytes:
    """HPKE-seal a batch's wrapping key to the peer."""
    return hpke.seal(public, wrapping_key, batch_info(origin, peer_origin, hpke_key, items))


def batch_info(origin: str, peer_origin: str, hpke_key: bytes, items: Sequence[bytes]) -> bytes:
    """HPKE `info` of a batch: SHA-256(context, suite, both origins, HPKE key id, ordered item-leaf hashes)."""
    return hashing.digest("countersign/v1/batch", hpke.SUITE_ID, origin, peer_origin, hpke_key, list(items))


def batch_digest(sealed_key: bytes, wraps: Sequence[bytes]) -> bytes:
    """What a batch leaf says of (enc, wraps)."""
    return hashing.digest("countersign/v1/batch-wraps", sealed_key, list(wraps))


def _parse(content: Any) -> SealedText:
    if (
        not isinstance(content, dict)
        or set(content) != _FIELDS
        or content["v"] != 1
        or any(content[n] is True or content[n] is False for n in ("v", "epoch", "sequence"))
    ):
        raise SealedTextMalformed("its fields are not those of version 1.")
    match content:
        case {
            "sender": str() as sender,
            "receiver": str() as receiver,
            "channel": bytes() as channel,
            "epoch": int() as epoch,
            "sequence": int() as sequence,
            "authority": str() as authority,
            "salt": bytes() as salt,
            "parts": dict() as parts,
            "blobs": list() as blobs,
        } if len(salt) == commitments.SALT_BYTES and all(type(part) is bytes for part in parts.values()):
            identity = (sender, channel, epoch, sequence)
            return SealedText(identity, receiver, authority, salt, parts, tuple(_blob(blob) for blob in blobs))
    raise SealedTextMalformed("a field has the wrong type.")


def _blob(value: Any) -> BlobRef:
    match value:
        case [str() as name, int() as size, list() as digests, bytes() as key] if (
            len(key) == KEY_BYTES
            and type(size) is int
            and size >= 0
            and digests
            and all(type(d) is bytes and len(d) == 32 for d in digests)
        ):
            return BlobRef(name, size, tuple(digests), key)
    raise SealedTextMalformed("an attachment is malformed.")


def _decrypt(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], aad)
    except (InvalidTag, ValueError):
        raise CannotOpen("the seal does not open.") from None


def _item_aad(identity: Identity) -> bytes:
    return cbor.encode(["countersign/v1/item", *identity])


def _wrap_aad(identity: Identity, commitment: bytes) -> bytes:
    return cbor.encode(["countersign/v1/wrap", *identity, commitment])


def _rest_aad(identity: Identity) -> bytes:
    return cbor.encode(["countersign/v1/at-rest", *identity])
