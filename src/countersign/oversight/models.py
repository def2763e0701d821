"""The sealed register of persons under protection: keyed tokens, no name in clear."""

from __future__ import annotations

from django.db import models


class ProtectionToken(models.Model):
    """HMAC of a normalised name with a date of birth, or of an identifier, under the register's own key."""

    token = models.BinaryField(max_length=32, unique=True)


class ProtectionRegister(models.Model):
    """When the immigration authority last loaded the register. Older than 24 hours counts as unavailable."""

    loaded_at = models.DateTimeField()
