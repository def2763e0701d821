"""Requests for mutual legal assistance, as far as this channel knows of them: a draft, and where it stands."""

from __future__ import annotations

from typing import Final

from django.db import models

from countersign.charter.models import Officer, Peer

ENDED: Final = ("granted", "refused", "withdrawn", "taken_back")
"""A request that has ended leaves room for another about the same item."""


class Assistance(models.Model):
    """A request for evidence by treaty, about an item of the exchange. `asks`: this state is the one that requests.

    `draft` lies under the drafting authority's key, `handed` under that of the own central authority. The request itself
    goes between the central authorities by their own way; here are its state and its file number."""

    id = models.CharField(max_length=30, primary_key=True)
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT)
    item = models.CharField(max_length=30)
    asks = models.BooleanField()
    authority = models.CharField(max_length=32)
    central = models.CharField(max_length=32)
    case_ref = models.CharField(max_length=64)
    drafter = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    handed_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=12)
    reference = models.CharField(max_length=64, default="")
    at = models.DateTimeField()
    told_on = models.DateField(null=True)
    draft = models.BinaryField(default=bytes)
    handed = models.BinaryField(default=bytes)

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("peer", "item", "asks"), name="one_open_assistance_an_item",
                condition=~models.Q(state__in=ENDED),
            ),
        )  # fmt: skip
        indexes = (models.Index(fields=("authority", "state")), models.Index(fields=("central", "state")))
