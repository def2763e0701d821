"""State of the logs this node writes and of the mirrors it keeps of its peers' logs."""

from __future__ import annotations

from django.db import models


class Log(models.Model):
    """A log's head: its row is locked while leaves are added, so indexes are dense and in commit order."""

    EXCHANGE, MIRROR, DECISIONS = "exchange", "mirror", "decisions"

    origin = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=12)
    size = models.BigIntegerField(default=0)
    peaks = models.BinaryField(default=b"")


class Leaf(models.Model):
    log = models.ForeignKey(Log, on_delete=models.PROTECT, db_index=False)
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    data = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("log", "index"), name="leaf_place"),)


class Subtree(models.Model):
    """A complete subtree of 16 leaves or more; smaller ones are computed from the leaves.

    `place` is level * 2^48 + index: one number, so that a proof's nodes are found by the index alone.
    """

    log = models.ForeignKey(Log, on_delete=models.PROTECT, db_index=False)
    place = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("log", "place"), name="subtree_place"),)


class SignedCheckpoint(models.Model):
    """A checkpoint of an own log, or the full signed checkpoint of a peer's log as it came."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, db_index=False)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    kept_at = models.DateTimeField()
    note = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("log", "size"), name="checkpoint_size"),)


class Cosignature(models.Model):
    """A witness's two lines under a checkpoint: ours under a peer's log, or a peer's under ours."""

    checkpoint = models.ForeignKey(SignedCheckpoint, on_delete=models.PROTECT, db_index=False)
    witness = models.CharField(max_length=200)
    lines = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("checkpoint", "witness"), name="cosigned_once"),)


class ForkEvidence(models.Model):
    """What proves that a peer signed two truths: kept as it came, exportable, never deleted."""

    origin = models.CharField(max_length=200)
    kind = models.CharField(max_length=32)
    found_at = models.DateTimeField()
    digest = models.BinaryField(max_length=32, unique=True)
    data = models.BinaryField()
