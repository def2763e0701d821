"""Signing in the browser: the officer's own key, kept encrypted under a phrase, used for one signature and forgotten.

The public half is the one that administrators enrolled; nobody can bring another key. Scrypt (RFC 7914) stretches the
phrase; after five wrong phrases the key rests for a quarter of an hour.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from countersign.charter.models import Officer
from countersign.exchange import decisions
from countersign.exchange.house import House
from countersign.kernel import clock, hashing
from countersign.kernel.errors import InvalidInput
from countersign.web import sealing
from countersign.web.errors import SignatureUnavailable
from countersign.web.models import SigningKey

SHORTEST: Final = 12
DISTINCT: Final = 6
TRIES: Final = 5
REST: Final = timedelta(minutes=15)
_COST: Final = {"n": 1 << 15, "r": 8, "p": 3, "maxmem": 64 << 20, "dklen": 32}
_NONCE: Final = 12


def keep(house: House, officer: Officer, private: bytes, phrase: str) -> SigningKey:
    """Keep the officer's private key (32 bytes) under a phrase. Raises InvalidInput for another key or a short phrase."""
    if len(phrase) < SHORTEST or len(set(phrase)) < DISTINCT:
        raise InvalidInput(
            f"the phrase is shorter than {SHORTEST} characters or has hardly any different ones.",
            field="phrase",
            remedy="Take four or more words.",
        )
    try:
        public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    except ValueError:
        raise InvalidInput("the file is not an officer's key.", field="key", remedy="It has 32 bytes.") from None
    if public != bytes(officer.public_key):
        raise InvalidInput(
            "this is not the key that was enrolled for you.",
            field="key",
            remedy="Bring the key file of your enrolment.",
        )
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(_NONCE)
    sealed = nonce + AESGCM(_stretched(phrase, salt)).encrypt(nonce, private, _bound(officer))
    with transaction.atomic():
        row, _ = SigningKey.objects.update_or_create(
            officer=officer,
            defaults={"salt": salt, "sealed": sealed, "failures": 0, "failed_at": None, "kept_at": clock.now()},
        )
        decisions.record_act(house, None, act="signing_key.keep", facts={"officer": officer.id})
    return row


def is_kept(officer: Officer) -> bool:
    return SigningKey.objects.filter(officer=officer).exists()


def sign(officer: Officer, phrase: str, message: bytes) -> bytes:
    """Sign once. Raises SignatureUnavailable where there is no key, the phrase is wrong, or the key rests."""
    row = SigningKey.objects.filter(officer=officer).first()
    if row is None:
        raise SignatureUnavailable(
            "your key is not on this node.", remedy="Bring it under “My approval key”.", field="phrase"
        )
    _insist_awake(row)
    sealed = bytes(row.sealed)
    try:
        key = AESGCM(_stretched(phrase, bytes(row.salt)))
        private = key.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(officer))
    except InvalidTag:
        _count_failure(row)
        raise SignatureUnavailable("the phrase is wrong.", remedy="Type it again.", field="phrase") from None
    SigningKey.objects.filter(pk=row.pk).update(failures=0)
    return Ed25519PrivateKey.from_private_bytes(private).sign(message)


def _insist_awake(row: SigningKey) -> None:
    if row.failures >= TRIES and row.failed_at is not None and clock.now() - row.failed_at < REST:
        raise SignatureUnavailable(
            "too many wrong phrases; the key rests.",
            code="SIGNATURE_RESTS",
            remedy="Wait a quarter of an hour.",
            field="phrase",
        )


def _count_failure(row: SigningKey) -> None:
    """Count at the row, so that tries at the same time all count."""
    with transaction.atomic():
        locked = SigningKey.objects.select_for_update().get(pk=row.pk)
        rested = locked.failed_at is not None and clock.now() - locked.failed_at >= REST
        locked.failures = 1 if rested else locked.failures + 1
        locked.failed_at = clock.now()
        locked.save(update_fields=("failures", "failed_at"))


def _stretched(phrase: str, salt: bytes) -> bytes:
    """Stretched, and mixed with a secret that is in no database and no backup: a stolen copy alone cannot be guessed at."""
    return hashlib.scrypt(sealing.digest("approval-phrase", phrase), salt=salt, **_COST)


def _bound(officer: Officer) -> bytes:
    return hashing.digest("countersign/v1/signing-key", officer.id, bytes(officer.public_key))
