"""State of oversight: the protection register (keyed tokens, no name), mistreatment assessments, assurances, admissions, and what
was found late."""

from __future__ import annotations

from django.db import models

from countersign.charter.models import Officer
from countersign.exchange.models import Case, ExchangeItem


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


class Assurance(models.Model):
    """What the other state promised in a case, with the document, its dates, and whether the promise was broken.

    `code`: the condition that it meets. `document` names the paper; it names nobody."""

    id = models.CharField(max_length=30, primary_key=True)
    code = models.CharField(max_length=40)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False)
    given_by = models.CharField(max_length=32)
    document = models.CharField(max_length=200)
    given_on = models.DateField()
    valid_until = models.DateField()
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    breached_at = models.DateTimeField(null=True)
    breach = models.CharField(max_length=40, default="")
    breached_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=("case", "code")),)


class LateLook(models.Model):
    """One going over of what is open and what has left, after a register changed. `cursor`: the item it has come to."""

    cause = models.CharField(max_length=24)
    begun_at = models.DateTimeField()
    cursor = models.CharField(max_length=30, default="")
    done_at = models.DateTimeField(null=True)


class LateFlag(models.Model):
    """What has left and would not leave today. `hidden`: for a ground that nobody but the protection officer may know."""

    item = models.OneToOneField(ExchangeItem, on_delete=models.CASCADE, related_name="late_flag")
    hidden = models.BooleanField()
    found_at = models.DateTimeField()
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    recall = models.BooleanField(null=True)
    settled_at = models.DateTimeField(null=True)
