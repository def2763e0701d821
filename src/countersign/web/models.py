"""State of the shell: whose account stands for which officer, spent tokens, and answers kept for repetition."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from countersign.charter.models import Officer


class Person(models.Model):
    """A person who signs in: the account (password, second factor) and the officer whom it stands for."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="person")
    officer = models.OneToOneField(Officer, on_delete=models.PROTECT)


class MachineAccount(models.Model):
    """A system of an agency. Its officer has its public key and drafting roles; a machine never approves."""

    name = models.CharField(max_length=64, unique=True)
    officer = models.OneToOneField(Officer, on_delete=models.PROTECT)
    enrolled_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    enrolled_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class SpentToken(models.Model):
    """A token that was used: refused until it would have expired anyway."""

    machine = models.ForeignKey(MachineAccount, on_delete=models.CASCADE)
    nonce = models.CharField(max_length=43)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("machine", "nonce"), name="token_spent_once"),)


class KeptAnswer(models.Model):
    """The answer to a call with an idempotency key, kept 24 hours. Key and body stand here as keyed digests; the answer is
    encrypted under the authority's own key."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE)
    key_digest = models.BinaryField(max_length=32)
    body_digest = models.BinaryField(max_length=32)
    status = models.SmallIntegerField(default=0)
    item = models.CharField(max_length=30, default="")
    answer = models.BinaryField(default=b"")
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("officer", "key_digest"), name="idempotency_key_once"),)
