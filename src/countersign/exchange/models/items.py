"""Items and what hangs on them. Content is encrypted under its authority's own key; columns in clear name no subject."""

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
    RECEIVED, ACCEPTED, DEFECTIVE, EXPIRED, FROZEN = "received", "accepted", "defective", "expired", "frozen"

    id = models.CharField(max_length=30, primary_key=True)
    direction = models.CharField(max_length=3)
    state = models.CharField(max_length=10)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True)
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT)
    authority = models.CharField(max_length=32)
    kind = models.CharField(max_length=40)
    digest = models.BinaryField(max_length=32)
    sheet_digest = models.BinaryField(max_length=32, default=b"")
    drafter = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True)
    answers = models.CharField(max_length=30, default="")
    about = models.SmallIntegerField(null=True)
    copy_spoc = models.BooleanField(default=True)
    standing = models.ForeignKey("StandingAuthorisation", on_delete=models.PROTECT, null=True)
    routed_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    due_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    silent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    released = models.OneToOneField(OutItem, on_delete=models.PROTECT, null=True)
    arrived = models.OneToOneField(InItem, on_delete=models.PROTECT, null=True)
    answered_at = models.DateTimeField(null=True)
    indexed = models.BooleanField(default=False)
    named_only = models.BooleanField(default=False)
    needs = models.JSONField(default=list)
    declined = models.CharField(max_length=40, default="")
    declined_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    content = models.BinaryField()

    class Meta:
        indexes = (
            models.Index(fields=("authority",), condition=models.Q(indexed=False), name="unindexed"),
            models.Index(
                fields=("created_at",), condition=models.Q(direction="out", started_at=None), name="clock_unstarted"
            ),
            models.Index(fields=("answers",)),
            models.Index(fields=("direction", "state", "due_at")),
        )


class AnswerSlot(models.Model):
    """One answer that a request waits for: one a natural person (`place` among the subjects), or one in all.

    `leaves_at`: drawn when the request arrived; the neutral answer leaves then if no other has (protocol section 7)."""

    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE, related_name="slots", db_index=False)
    place = models.SmallIntegerField(null=True)
    leaves_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("item", "place"), name="one_slot_a_person"),)
        indexes = (models.Index(fields=("answered_at", "leaves_at")),)


class ClockPause(models.Model):
    """A notice paused the clock of a request: from the notice's receipt to the end of the day it names."""

    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE, related_name="pauses")
    notice = models.OneToOneField(ExchangeItem, on_delete=models.CASCADE, related_name="+")
    begin = models.DateTimeField()
    until = models.DateTimeField()


class Record(models.Model):
    """A fact that a legal adviser put on record for an item, with the document that shows it: a condition, or the
    approval of somebody outside the node (a court, a minister, the owner of the information)."""

    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE, db_index=False)
    code = models.CharField(max_length=40)
    reference = models.CharField(max_length=200)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("item", "code"), name="recorded_once"),)


class Permission(models.Model):
    """What the originator granted for a received item: `onward` to a recipient, `purpose`, or `court_use`."""

    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE, related_name="permissions")
    code = models.CharField(max_length=12)
    recipient = models.CharField(max_length=300, default="")
    purpose = models.CharField(max_length=40, default="")
    until = models.DateField(null=True)
    granted_by = models.ForeignKey(ExchangeItem, on_delete=models.PROTECT, related_name="+")


class SearchToken(models.Model):
    """HMAC of a word of an item, under the authority's own search key. Not in backups; rebuilt on restore."""

    authority = models.CharField(max_length=32)
    token = models.BinaryField(max_length=16)
    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("authority", "token", "item"), name="token_once"),)


class Reading(models.Model):
    """An officer has read an item that another state gave, or another authority's draft; when first."""

    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE, db_index=False)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("item", "officer"), name="read_once"),)


class NamedReader(models.Model):
    """A person whom the sender of a TLP:RED item named: by `place` among the names of its marking, and which officer it is.
    `recognised_by`: the head who said so, where the name alone did not."""

    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE, related_name="readers", db_index=False)
    place = models.SmallIntegerField()
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    recognised_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("item", "place"), name="one_reader_a_name"),)
