"""State of the exchange. Content is encrypted under its authority's own key; columns in clear name no subject."""

from __future__ import annotations

from django.db import models

from countersign.charter.models import Officer, Peer
from countersign.link.models import InItem, OutItem


class Case(models.Model):
    """A dossier: the thread that groups items. `reference` is shared by both sides."""

    id = models.CharField(max_length=30, primary_key=True)
    reference = models.CharField(max_length=64)
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT)
    authority = models.CharField(max_length=32)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("reference", "peer", "authority"), name="case_reference"),)


class ExchangeItem(models.Model):
    """An item from draft to release (out), or as it was applied (in). `content` is AES-GCM under the authority's key."""

    OUT, IN = "out", "in"
    PROPOSED, HELD, RELEASED, REFUSED = "proposed", "held", "released", "refused"
    RECEIVED, ACCEPTED, DECLINED, DEFECTIVE, EXPIRED = "received", "accepted", "declined", "defective", "expired"

    id = models.CharField(max_length=30, primary_key=True)
    direction = models.CharField(max_length=3)
    state = models.CharField(max_length=10)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True)
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT)
    authority = models.CharField(max_length=32)
    kind = models.CharField(max_length=40)
    content = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    drafter = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True)
    answers = models.CharField(max_length=30, default="")
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    released = models.OneToOneField(OutItem, on_delete=models.PROTECT, null=True)
    arrived = models.OneToOneField(InItem, on_delete=models.PROTECT, null=True)
    answered_at = models.DateTimeField(null=True)


class Approval(models.Model):
    """A named person approved exactly these bytes, by signature. A changed item has another digest and needs new ones."""

    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE)
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
    record = models.BinaryField()
    salt = models.BinaryField(max_length=32)
    leaf_index = models.BigIntegerField()
    leaf_hash = models.BinaryField(max_length=32)
    at = models.DateTimeField()
