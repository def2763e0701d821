"""State of the stream: notices as a board shows them, changes of lists, what people decided about lines, and who screened.

Columns in clear hold identifiers of substances, states and instants; firms stay in the items, under their authority's key."""

from __future__ import annotations

from django.db import models

from countersign.charter.models import Officer
from countersign.exchange.models import ExchangeItem


class Notice(models.Model):
    """A pre-export notice, sent or received. `state`: where it stands (see services.notices)."""

    item = models.OneToOneField(ExchangeItem, on_delete=models.CASCADE, related_name="notice")
    pen_no = models.CharField(max_length=32)
    substances = models.JSONField(default=list)
    screened = models.JSONField(default=dict)
    state = models.CharField(max_length=24)
    reasons = models.JSONField(default=list)
    notified = models.JSONField(default=list)
    shipped = models.JSONField(default=list)
    arrived = models.JSONField(default=list)
    decided_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    decision = models.CharField(max_length=8, default="")
    delta = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("state", "at")),)


class NoticeCall(models.Model):
    """While nobody replies, a notice goes up: at half of its time, and at four fifths; who was called by role."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="calls", db_index=False)
    level = models.SmallIntegerField()
    role = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("notice", "level"), name="called_once_a_level"),)


class ListChange(models.Model):
    """A row of a state's own list that came by `controllist.update`; it counts for that jurisdiction alone."""

    item = models.ForeignKey(ExchangeItem, on_delete=models.PROTECT, related_name="+")
    jurisdiction = models.CharField(max_length=2)
    row = models.JSONField()
    at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)


class Shipment(models.Model):
    """A declared shipment that this authority looks at: the declaration under the authority's key, what it is on the lists, and
    the signs of risk with their weight. It never leaves the node."""

    authority = models.CharField(max_length=32)
    day = models.DateField()
    verdict = models.CharField(max_length=8)
    laws = models.JSONField(default=list)
    substance = models.CharField(max_length=120, default="")
    signs = models.JSONField(default=list)
    weight = models.IntegerField(default=0)
    delta = models.JSONField(default=list)
    at = models.DateTimeField()
    locked = models.BinaryField(default=bytes)

    class Meta:
        indexes = (models.Index(fields=("authority", "-weight")), models.Index(fields=("authority", "day")))


class Screening(models.Model):
    """That an officer screened so many lines, with what outcome: for the rate, the record and the alarm. No line is kept."""

    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+", db_index=False)
    lines = models.IntegerField()
    listed = models.IntegerField()
    reviews = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("officer", "at")),)


class Upload(models.Model):
    """A file of lines that is screened in portions; its name, lines and answers lie under the authority's key, for a day."""

    id = models.CharField(max_length=30, primary_key=True)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+", db_index=False)
    authority = models.CharField(max_length=32)
    at = models.DateTimeField()
    rows = models.IntegerField()
    done = models.IntegerField(default=0)
    listed = models.IntegerField(default=0)
    reviews = models.IntegerField(default=0)
    faults = models.IntegerField(default=0)
    rests = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    name = models.BinaryField()

    class Meta:
        indexes = (models.Index(fields=("officer", "at")), models.Index(fields=("ended_at", "at")))


class UploadPortion(models.Model):
    """Some lines of an upload; once they are screened, their answers in the place of the lines."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="portions", db_index=False)
    place = models.IntegerField()
    answered = models.BooleanField(default=False)
    listed = models.IntegerField(default=0)
    reviews = models.IntegerField(default=0)
    faults = models.IntegerField(default=0)
    sealed = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("upload", "place"), name="portion_once"),)


class Allowed(models.Model):
    """A person found that this description is not what it resembled. It spares the next the question, until it ends."""

    digest = models.BinaryField(max_length=32, unique=True)
    substance = models.CharField(max_length=120)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()


class Trace(models.Model):
    """A request to trace back, with the incident that it begins at, where that incident is known here."""

    item = models.OneToOneField(ExchangeItem, on_delete=models.CASCADE, related_name="trace")
    incident = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE, null=True, related_name="traces")


class Delivery(models.Model):
    """A proposal of a controlled delivery, with the incident that it is about, where that is known here."""

    item = models.OneToOneField(ExchangeItem, on_delete=models.CASCADE, related_name="delivery")
    incident = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE, null=True, related_name="deliveries")


class Suspect(models.Model):
    """A mark of an own suspect shipment (a batch, a container, a label, a telephone), under its authority's key."""

    authority = models.CharField(max_length=32)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    locked = models.BinaryField(default=bytes)

    class Meta:
        indexes = (models.Index(fields=("authority", "ended_at")),)


class Hit(models.Model):
    """A mark told by the other state that is one of an own suspect shipment. It proves nothing until a person confirms it, and
    nothing of it leaves by itself."""

    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE, related_name="hits", db_index=False)
    suspect = models.ForeignKey(Suspect, on_delete=models.CASCADE, related_name="hits")
    state = models.CharField(max_length=12, default="open")
    decided_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("item", "suspect"), name="one_hit_for_a_mark"),)
