"""Refusals of the link. Each has a code that crosses the wire, so that the other side's administrator can act."""

from __future__ import annotations

from countersign.kernel.errors import (
    Conflict,
    ForkDetected,
    IntegrityFault,
    InvalidInput,
    NotAllowed,
    TooLarge,
    Unavailable,
)


class BodyMalformed(InvalidInput):
    code = "BODY_MALFORMED"
    remedy = "A sync body is laid out as in CS-PR-02."


class BodyTooLarge(TooLarge):
    code = "BODY_TOO_LARGE"


class WrongVersion(InvalidInput):
    code = "WRONG_VERSION"
    remedy = "Both nodes must speak a common protocol version; upgrade the older one."


class WrongRecipient(NotAllowed):
    code = "WRONG_RECIPIENT"
    remedy = "These bytes are for another node, or come back to the one that sent them."


class ContactSignatureInvalid(NotAllowed):
    code = "CONTACT_SIGNATURE_INVALID"
    remedy = "The body is not signed by a contact key that the peer's root vouches for."


class NotFresh(Conflict):
    """The value chosen by the receiver is missing, used or too old: a replay, or a restart between two calls."""

    code = "NOT_FRESH"
    remedy = "Ask for a fresh value (hello) and send again."


class WrongLog(IntegrityFault):
    code = "WRONG_LOG_ORIGIN"


class BatchMismatch(IntegrityFault):
    """The wraps delivered for a batch are not those its leaf in the log names."""

    code = "BATCH_MISMATCH"


class LogFork(ForkDetected):
    """A leaf or checkpoint that contradicts what the same log showed before."""

    code = "LOG_FORK"


class QuarantineFull(Unavailable):
    code = "QUARANTINE_FULL"
    remedy = "Deliver the missing range first; the node asks for it by itself."


class PeerUnreachable(Unavailable):
    code = "PEER_UNREACHABLE"
    remedy = "Nothing is lost: the outbox keeps everything and tries again. A carried file works meanwhile."


class Busy(Unavailable):
    code = "BUSY"
    remedy = "One sync a peer at a time; it is retried by itself."


class FileInvalid(IntegrityFault):
    code = "CARRIED_FILE_INVALID"
    remedy = "Ask the sender to export again."


class AttachmentInvalid(IntegrityFault):
    code = "ATTACHMENT_INVALID"


class ItemGone(Conflict):
    """The content was on this node and is no longer (lost in a restore, or destroyed)."""

    code = "ITEM_GONE"


class NotRestoring(Conflict):
    code = "NOT_RESTORING"


class SigningStopped(Conflict):
    """This node's log is behind what the peer holds of it; signing on would fork it."""

    code = "SIGNING_STOPPED"
    remedy = "Run `countersign restore --from-peer`."
