"""State of the shell: whose account stands for which officer, spent tokens, and answers kept for repetition."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from countersign.charter.models import Officer
from countersign.exchange.models import ExchangeItem


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

    machine = models.ForeignKey(MachineAccount, on_delete=models.CASCADE, db_index=False)
    nonce = models.CharField(max_length=43)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("machine", "nonce"), name="token_spent_once"),)


class KeptAnswer(models.Model):
    """The answer to a call with an idempotency key, kept 24 hours. Key and body stand here as keyed digests; the answer is
    encrypted under the authority's own key."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, db_index=False)
    key_digest = models.BinaryField(max_length=32)
    body_digest = models.BinaryField(max_length=32)
    status = models.SmallIntegerField(default=0)
    item = models.CharField(max_length=30, default="")
    at = models.DateTimeField(db_index=True)
    answer = models.BinaryField(default=b"")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("officer", "key_digest"), name="idempotency_key_once"),)


class SigningKey(models.Model):
    """An officer's approval key for use in the browser: the private half, encrypted under a phrase that only the officer
    knows. The node can sign with it only while the officer types the phrase."""

    officer = models.OneToOneField(Officer, on_delete=models.CASCADE)
    salt = models.BinaryField(max_length=16)
    failures = models.SmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField()
    sealed = models.BinaryField()


class Draft(models.Model):
    """What an officer is writing, from page to page: encrypted under the authority's own key, gone when it is proposed.

    `item`: what became of it, so that a second click or the back button leads there instead of proposing again. `turn`
    counts the writings, so that an old tab does not overwrite a newer one unseen."""

    id = models.CharField(max_length=30, primary_key=True)
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE)
    kind = models.CharField(max_length=40)
    turn = models.IntegerField(default=0)
    item = models.CharField(max_length=30, default="")
    updated_at = models.DateTimeField()
    content = models.BinaryField(default=b"")


class EntryLink(models.Model):
    """A sign-in link of a demonstration: good once, for half an hour, on a loopback node that says it is one."""

    digest = models.BinaryField(max_length=32, unique=True)
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class DraftFile(models.Model):
    """A file on its way into a draft: sealed piece by piece as it comes, so that a dropped upload goes on where it was."""

    id = models.CharField(max_length=30, primary_key=True)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="files")
    size = models.BigIntegerField()
    received = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    name = models.BinaryField()


class DraftPiece(models.Model):
    """One piece of a file, encrypted under the authority's own key."""

    file = models.ForeignKey(DraftFile, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    begin = models.BigIntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("file", "begin"), name="piece_once"),)


class Preference(models.Model):
    """How an officer wants to be spoken to, and the time zone of the post where the officer sits."""

    officer = models.OneToOneField(Officer, on_delete=models.CASCADE)
    language = models.CharField(max_length=5, default="")
    post_zone = models.CharField(max_length=40, default="")


class SavedFilter(models.Model):
    """A named filter of the case list: codes in clear, the name under the authority's key."""

    id = models.CharField(max_length=30, primary_key=True)
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE)
    query = models.CharField(max_length=300)
    name = models.BinaryField()


class Translation(models.Model):
    """An officer's translation of an item, kept at home beside the original, under the authority's own key."""

    id = models.CharField(max_length=30, primary_key=True)
    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE, related_name="translations", db_index=False)
    language = models.CharField(max_length=5)
    translator = models.ForeignKey(Officer, on_delete=models.PROTECT)
    at = models.DateTimeField()
    content = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("item", "language"), name="translated_once"),)
