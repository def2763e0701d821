"""State of oversight: the protection register (keyed tokens, no name), mistreatment assessments, admissions."""

from __future__ import annotations

from django.db import models

from countersign.charter.models import Officer
from countersign.exchange.models import ExchangeItem


class ProtectionToken(models.Model):
    """HMAC of a normalised name with a date of birth, or of an identifier, under the register's own key."""

    token = models.BinaryField(max_length=32, unique=True)


class ProtectionRegister(models.Model):
    """When the immigration authority last loaded the register. Older than 24 hours counts as unavailable."""

    loaded_at = models.DateTimeField()


class RiskProfile(models.Model):
    """A dated profile of a receiving authority: how likely mistreatment is, by whom that was judged, on what sources."""

    id = models.CharField(max_length=30, primary_key=True)
    state_code = models.CharField(max_length=2)
    authority = models.CharField(max_length=32)
    level = models.CharField(max_length=24)
    sources = models.CharField(max_length=500)
    dated = models.DateField()
    valid_until = models.DateField()
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)


class RiskAssessment(models.Model):
    """The assessment for one draft: the bare risk first, then what mitigation leaves of it, apart (NSIRA 2022).

    `subjects` is a digest of the persons it was made for; other persons in the draft make it count for nothing."""

    id = models.CharField(max_length=30, primary_key=True)
    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE)
    profile = models.ForeignKey(RiskProfile, on_delete=models.PROTECT)
    bare = models.CharField(max_length=24)
    mitigated = models.CharField(max_length=24)
    mitigation = models.JSONField(default=list)
    subjects = models.BinaryField(max_length=32)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    at = models.DateTimeField()


class Admission(models.Model):
    """A received request about persons was found in order before any holding was searched for it."""

    item = models.OneToOneField(ExchangeItem, on_delete=models.CASCADE)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    at = models.DateTimeField()
