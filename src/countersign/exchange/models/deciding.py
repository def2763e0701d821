"""What decides and what was decided: standing authorisations, the law in force, approvals, decisions."""

from __future__ import annotations

from django.db import models

from countersign.charter.models import Officer
from countersign.exchange.models.items import ExchangeItem


class StandingAuthorisation(models.Model):
    """Approvals given in advance by two named persons for a class of coded items, with a volume and an end."""

    id = models.CharField(max_length=30, primary_key=True)
    authority = models.CharField(max_length=32)
    kind = models.CharField(max_length=40)
    ground = models.CharField(max_length=40, default="")
    a_day = models.IntegerField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("authority", "kind")),)


class StandingSignature(models.Model):
    """One of the two approvals of a standing authorisation."""

    authorisation = models.ForeignKey(
        StandingAuthorisation, on_delete=models.CASCADE, related_name="signatures", db_index=False
    )
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    role = models.CharField(max_length=32)
    signature = models.BinaryField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("authorisation", "officer"), name="standing_signed_once"),
            models.UniqueConstraint(fields=("authorisation", "role"), name="standing_role_once"),
        )


class PolicyVersion(models.Model):
    """The texts of a policy set that decided here, so that a decision can be replayed years later."""

    version = models.CharField(max_length=64, primary_key=True)
    texts = models.JSONField()
    vocabulary = models.JSONField()
    first_used = models.DateTimeField()


class LawAdoption(models.Model):
    """One of the two signatures under which a version of the law, with the packs it came in, counts on this node."""

    version = models.CharField(max_length=64)
    packs = models.CharField(max_length=64)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    role = models.CharField(max_length=32)
    signature = models.BinaryField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("version", "packs", "officer"), name="law_signed_once"),
            models.UniqueConstraint(fields=("version", "packs", "role"), name="law_role_once"),
        )


class Approval(models.Model):
    """A named person approved exactly these bytes and this home sheet, by signature. A changed item has another digest and
    needs new ones."""

    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE, db_index=False)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    role = models.CharField(max_length=32)
    digest = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("item", "officer", "digest"), name="approves_once"),)


class GateDecision(models.Model):
    """Every decision of the gate: version, inputs, fired rules, citations. Also a leaf of the decisions log.

    `record` is encrypted under the reviewer's own key: the inputs hold the protection check's answer."""

    id = models.CharField(max_length=30, primary_key=True)
    item = models.ForeignKey(ExchangeItem, on_delete=models.PROTECT, null=True)
    action = models.CharField(max_length=24)
    allowed = models.BooleanField()
    version = models.CharField(max_length=64)
    salt = models.BinaryField(max_length=32)
    leaf_index = models.BigIntegerField()
    leaf_hash = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    record = models.BinaryField()
