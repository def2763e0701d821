"""State of the charter: who may act, with which keys, toward whom, under which arrangement."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from countersign.kernel import clock


class Officer(models.Model):
    """A named person of one authority. Approvals are signed with the officer's own Ed25519 key."""

    id = models.CharField(max_length=30, primary_key=True)
    login = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    authority = models.CharField(max_length=32)
    public_key = models.BinaryField(max_length=32, unique=True)
    active = models.BooleanField(default=True)

    @property
    def roles(self) -> list[str]:
        """The roles held this instant, own and delegated; a grant that has ended counts for nothing."""
        now = clock.now()
        return sorted({grant.role for grant in self.grants.all() if grant.holds_at(now)})


class RoleGrant(models.Model):
    """A role given to an officer, from when to when. `delegated_by`: the holder for whom this officer stands in."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=32)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    delegated_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="delegations")

    def holds_at(self, instant: datetime) -> bool:
        """From `valid_from` on, until the instant before `valid_until`."""
        return self.valid_from <= instant and (self.valid_until is None or instant < self.valid_until)


class OwnKey(models.Model):
    """An online key of this node and the root's statement that enrols it; the private part is with the provider."""

    ACTIVE, REVOKED, DESTROYED = "active", "revoked", "destroyed"

    role = models.CharField(max_length=12)
    key_id = models.BinaryField(max_length=32, unique=True)
    serial = models.BigIntegerField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    state = models.CharField(max_length=12, default=ACTIVE)
    parts = models.BinaryField()
    statement = models.BinaryField()
    revocation = models.BinaryField(default=b"")

    class Meta:
        indexes = (models.Index(fields=("state",)),)


class Peer(models.Model):
    """Another state's node, by its root and its place in the peering ceremony."""

    PROPOSED, ACTIVE, SUSPENDED = "proposed", "active", "suspended"

    node = models.CharField(max_length=63, unique=True)
    state_code = models.CharField(max_length=2)
    root_ed25519 = models.BinaryField(max_length=32)
    endpoint = models.CharField(max_length=200)
    status = models.CharField(max_length=12, default=PROPOSED)
    founded_on = models.CharField(max_length=30)
    root_mldsa = models.BinaryField()
    card = models.BinaryField()

    known_keys: list[PeerKey] | None = None
    """What `peering.keys_of` need not read for this instance: it is of one exchange, which brought them along."""


class Confirmation(models.Model):
    """One administrator compared the peer's fingerprint with what the other side read out."""

    peer = models.ForeignKey(Peer, on_delete=models.CASCADE, db_index=False)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    fingerprint = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("peer", "officer"), name="confirmed_once"),)


class PeerKey(models.Model):
    """A key of a peer that its root vouches for. `revoked_since` is a log size: later leaves are in doubt."""

    peer = models.ForeignKey(Peer, on_delete=models.CASCADE, db_index=False)
    role = models.CharField(max_length=12)
    key_id = models.BinaryField(max_length=32)
    serial = models.BigIntegerField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    revoked_since = models.BigIntegerField(null=True)
    parts = models.BinaryField()
    statement = models.BinaryField()
    revocation = models.BinaryField(default=b"")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("peer", "key_id"), name="peer_key_once"),)
        indexes = (models.Index(fields=("peer", "revoked_since")),)


class KeyPart(models.Model):
    """Every component key ever enrolled, own or a peer's: none may serve in two roles or for two nodes."""

    digest = models.BinaryField(max_length=32, unique=True)
    node = models.CharField(max_length=63)
    role = models.CharField(max_length=12)


class Arrangement(models.Model):
    """A written arrangement between the states: what may be exchanged, for which purposes, from when to when. A security
    agreement also names the two nodes and the harmonised levels of classification that they may exchange."""

    id = models.CharField(max_length=30, primary_key=True)
    reference = models.CharField(max_length=100, unique=True)
    title = models.CharField(max_length=200)
    states = models.JSONField()
    kinds = models.JSONField()
    purposes = models.JSONField()
    valid_from = models.DateField()
    valid_until = models.DateField()
    suspended = models.BooleanField(default=False)
    nodes = models.JSONField(default=list)
    levels = models.JSONField(default=list)


class ArrangementConfirmation(models.Model):
    """One officer certifies that the arrangement is signed and in force; two are needed."""

    arrangement = models.ForeignKey(Arrangement, on_delete=models.CASCADE, db_index=False)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("arrangement", "officer"), name="certified_once"),)


class Alarm(models.Model):
    """Something an administrator must look at. `scope` names a peer, log or channel, never a person or a content."""

    id = models.CharField(max_length=30, primary_key=True)
    code = models.CharField(max_length=64)
    scope = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("code", "scope"), condition=models.Q(closed_at=None), name="one_open_alarm"
            ),
        )
