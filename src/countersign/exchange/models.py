"""State of the exchange. Content is encrypted under its authority's own key; columns in clear name no subject."""

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
    content = models.BinaryField()
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
    needs = models.JSONField(default=list)
    declined = models.CharField(max_length=40, default="")
    declined_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")

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

    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE, related_name="slots")
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

    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE)
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


class StandingAuthorisation(models.Model):
    """Approvals given in advance by two named persons for a class of coded items, with a volume and an end."""

    id = models.CharField(max_length=30, primary_key=True)
    authority = models.CharField(max_length=32)
    kind = models.CharField(max_length=40)
    ground = models.CharField(max_length=40, default="")
    a_day = models.IntegerField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("authority", "kind")),)


class StandingSignature(models.Model):
    """One of the two approvals of a standing authorisation."""

    authorisation = models.ForeignKey(StandingAuthorisation, on_delete=models.CASCADE, related_name="signatures")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    role = models.CharField(max_length=32)
    signature = models.BinaryField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("authorisation", "officer"), name="standing_signed_once"),
            models.UniqueConstraint(fields=("authorisation", "role"), name="standing_role_once"),
        )


class SearchToken(models.Model):
    """HMAC of a word of an item, under the authority's own search key. Not in backups; rebuilt on restore."""

    authority = models.CharField(max_length=32)
    token = models.BinaryField(max_length=16)
    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("authority", "token", "item"), name="token_once"),)


class PolicyVersion(models.Model):
    """The texts of a policy set that decided here, so that a decision can be replayed years later."""

    version = models.CharField(max_length=64, primary_key=True)
    texts = models.JSONField()
    vocabulary = models.JSONField()
    first_used = models.DateTimeField()


class LawAdoption(models.Model):
    """One of the two signatures under which a version of the law, with the packs it came in, counts on this node."""

    version = models.CharField(max_length=64)
    packs = models.CharField(max_length=64)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    role = models.CharField(max_length=32)
    signature = models.BinaryField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("version", "packs", "officer"), name="law_signed_once"),
            models.UniqueConstraint(fields=("version", "packs", "role"), name="law_role_once"),
        )


class Approval(models.Model):
    """A named person approved exactly these bytes and this home sheet, by signature. A changed item has another digest and
    needs new ones."""

    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    role = models.CharField(max_length=32)
    digest = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("item", "officer", "digest"), name="approves_once"),)


class GateDecision(models.Model):
    """Every decision of the gate: version, inputs, fired rules, citations. Also a leaf of the decisions log.

    `record` is encrypted under the reviewer's own key: the inputs hold the protection check's answer."""

    id = models.CharField(max_length=30, primary_key=True)
    item = models.ForeignKey(ExchangeItem, on_delete=models.PROTECT, null=True)
    action = models.CharField(max_length=24)
    allowed = models.BooleanField()
    version = models.CharField(max_length=64)
    record = models.BinaryField()
    salt = models.BinaryField(max_length=32)
    leaf_index = models.BigIntegerField()
    leaf_hash = models.BinaryField(max_length=32)
    at = models.DateTimeField()


class Reading(models.Model):
    """An officer has read an item that another state gave, or another authority's draft; when first."""

    item = models.ForeignKey(ExchangeItem, on_delete=models.CASCADE)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("item", "officer"), name="read_once"),)


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
