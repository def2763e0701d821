"""Who is called, and what goes up or back: the duty roster, the threat-to-life lane, escalations, recalls."""

from __future__ import annotations

from django.db import models

from countersign.charter.models import Officer
from countersign.exchange.models.items import ExchangeItem


class DutyTurn(models.Model):
    """An officer's turn on the duty roster. `place`: who is paged first. `stands_for`: roles that the executive lends the
    officer for this turn, in the threat-to-life lane alone."""

    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="turns")
    place = models.SmallIntegerField()
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    stands_for = models.JSONField(default=list)
    set_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = (models.Index(fields=("begins", "ends")),)


class LifeLane(models.Model):
    """The threat-to-life lane of one item, sent or received: its clocks, its downgrade, its review by two."""

    item = models.OneToOneField(ExchangeItem, on_delete=models.CASCADE, related_name="lane")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    downgraded_at = models.DateTimeField(null=True)
    downgraded_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    review_due_at = models.DateTimeField(null=True)
    legal = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    reviewer = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    finding = models.CharField(max_length=20, default="")
    closed_at = models.DateTimeField(null=True)


class DutyPage(models.Model):
    """An officer on duty was called to an item."""

    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE, related_name="pages")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    at = models.DateTimeField()


class Escalation(models.Model):
    """A deputy disagreed with a "no": the head of the authority decides, one level up. The gate decides all the same."""

    item = models.OneToOneField(ExchangeItem, on_delete=models.CASCADE, related_name="escalation")
    ground = models.CharField(max_length=40)
    declined_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    raised_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    head = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    reopened = models.BooleanField(null=True)
    decided_at = models.DateTimeField(null=True)


class RecallDue(models.Model):
    """An own item that is recalled in the next batch of recalls. They all leave alike, whatever the reason of each."""

    item = models.OneToOneField(ExchangeItem, on_delete=models.CASCADE, related_name="recall_due")
    asked_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    leaves_at = models.DateTimeField()
    sent = models.OneToOneField(ExchangeItem, on_delete=models.PROTECT, null=True, related_name="+")
