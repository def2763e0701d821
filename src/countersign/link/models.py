"""State of the link: sealed items out and in, batches, channels, cursors, quarantine. No content in clear, ever."""

from __future__ import annotations

from django.db import models

from countersign.charter.models import OwnKey, Peer
from countersign.ledger.models import Log


class LinkState(models.Model):
    """One row a peer. `peer_has`: the peer's mirror size of our log; `peer_cosigned`: our newest cosignature it holds."""

    peer = models.OneToOneField(Peer, on_delete=models.PROTECT, primary_key=True)
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="+")
    mirror = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="+")
    peer_has = models.BigIntegerField(default=0)
    peer_cosigned = models.BigIntegerField(default=0)
    contact_at = models.DateTimeField(null=True)
    restoring = models.BooleanField(default=False)

    own_keys: list[tuple[OwnKey, int | None]] | None = None
    """What `ownkeys.usable` need not read for this instance."""


class OutChannel(models.Model):
    """An outgoing channel. The id is opaque: a name would reveal the kind. Sequences are dense."""

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, db_index=False)
    channel = models.BinaryField(max_length=16, unique=True)
    purpose = models.CharField(max_length=16)
    epoch = models.IntegerField(default=1)
    next_sequence = models.BigIntegerField(default=1)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("peer", "purpose"), name="one_channel_a_purpose"),)


class OutItem(models.Model):
    """A released item. Ciphertext and wrapped key are destroyed once the peer's STORED receipt is verified."""

    RELEASED, BATCHED, STORED, REFUSED, VOID = "released", "batched", "stored", "refused", "void"

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, db_index=False)
    channel = models.BinaryField(max_length=16)
    epoch = models.IntegerField()
    sequence = models.BigIntegerField()
    leaf_index = models.BigIntegerField()
    leaf_hash = models.BinaryField(max_length=32)
    commitment = models.BinaryField(max_length=32)
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default=RELEASED)
    refusal = models.CharField(max_length=32, default="")
    rekeys = models.SmallIntegerField(default=0)
    handled = models.CharField(max_length=10, default="")
    released_at = models.DateTimeField()
    stored_at = models.DateTimeField(null=True)
    stored_index = models.BigIntegerField(null=True)
    handled_index = models.BigIntegerField(null=True)
    wrapped_key = models.BinaryField(default=b"")
    ciphertext = models.BinaryField(default=b"")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("channel", "epoch", "sequence"), name="out_identity"),)
        # An index on the peer alone would be taken for the narrower one, and each receipt would read every item.
        indexes = (
            models.Index(fields=("peer", "state", "-urgent", "id")),
            models.Index(fields=("peer", "leaf_hash")),
        )


class OutBatch(models.Model):
    """Keys delivered for a list of items; kept until each has its receipt."""

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT)
    leaf_index = models.BigIntegerField()
    leaf_hash = models.BinaryField(max_length=32)
    waiting = models.IntegerField()
    items = models.BinaryField()
    sealed_key = models.BinaryField()
    wraps = models.BinaryField()


class InChannel(models.Model):
    """A peer's channel. `applied`: the sequence up to which items were applied, in order. Stopped by equivocation."""

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, db_index=False)
    channel = models.BinaryField(max_length=16)
    epoch = models.IntegerField(default=1)
    applied = models.BigIntegerField(default=0)
    stopped = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("peer", "channel"), name="in_channel"),)


class ClosedEpoch(models.Model):
    """An epoch that a peer ended after a restore; sequences above the mark are not valid any more."""

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, db_index=False)
    channel = models.BinaryField(max_length=16)
    epoch = models.IntegerField()
    mark = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("peer", "channel", "epoch"), name="epoch_closed_once"),)


class InItem(models.Model):
    """An item a peer's log announces. Stored: opened, verified, its key re-wrapped under the authority's own key."""

    ANNOUNCED, CHUNKS, STORED, REFUSED, VOID, LOST = "announced", "chunks", "stored", "refused", "void", "lost"

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, db_index=False)
    channel = models.BinaryField(max_length=16)
    epoch = models.IntegerField()
    sequence = models.BigIntegerField()
    leaf_index = models.BigIntegerField()
    leaf_hash = models.BinaryField(max_length=32)
    expires = models.BigIntegerField()
    authority = models.CharField(max_length=32, default="")
    state = models.CharField(max_length=10, default=ANNOUNCED)
    refusal = models.CharField(max_length=32, default="")
    receipt_index = models.BigIntegerField(null=True)
    handled_index = models.BigIntegerField(null=True)
    stored_at = models.DateTimeField(null=True)
    applied = models.BooleanField(default=False)
    wrapped_key = models.BinaryField(default=b"")
    ciphertext = models.BinaryField(default=b"")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("peer", "channel", "epoch", "sequence"), name="in_identity"),)
        indexes = (models.Index(fields=("applied", "state", "id")), models.Index(fields=("peer", "leaf_hash")))


class InBatch(models.Model):
    """A batch leaf of a peer whose items are not all opened yet."""

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT)
    leaf_hash = models.BinaryField(max_length=32, unique=True)
    leaf = models.BinaryField()


class Blob(models.Model):
    """An attachment's chunks on disk, out or in. `digests`: the SHA-256 of each encrypted chunk, concatenated."""

    direction = models.CharField(max_length=3)
    root = models.BinaryField(max_length=32)
    size = models.BigIntegerField()
    complete = models.BooleanField(default=False)
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, null=True)
    item = models.ForeignKey(InItem, on_delete=models.CASCADE, null=True)
    released = models.ForeignKey(OutItem, on_delete=models.CASCADE, null=True)
    digests = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("direction", "root"), name="blob_once"),)


class Quarantine(models.Model):
    """A body above a gap: neither applied nor receipted until the gap is filled."""

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, db_index=False)
    start = models.BigIntegerField()
    end = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    body = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("peer", "digest"), name="quarantined_once"),)


class Announcement(models.Model):
    """At which index of the log to a peer an own key was announced; it is used toward the peer once it has that leaf."""

    key = models.ForeignKey(OwnKey, on_delete=models.CASCADE)
    peer = models.ForeignKey(Peer, on_delete=models.CASCADE)
    leaf_index = models.BigIntegerField()


class CarriedFile(models.Model):
    """A file that was exported or imported by hand; the same import twice is harmless and noted."""

    id = models.CharField(max_length=30, primary_key=True)
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT)
    direction = models.CharField(max_length=3)
    digest = models.BinaryField(max_length=32)
    begin = models.BigIntegerField()
    end = models.BigIntegerField()
    at = models.DateTimeField()


class AnchorDay(models.Model):
    """A day on which the decisions log was anchored."""

    day = models.DateField(unique=True)
