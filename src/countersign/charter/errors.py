"""Refusals of the charter."""

from __future__ import annotations

from countersign.kernel.errors import Conflict, IntegrityFault, InvalidInput, NotAllowed, NotFound, Unavailable


class PackInvalid(InvalidInput):
    code = "PACK_INVALID"


class CardInvalid(IntegrityFault):
    code = "CARD_INVALID"


class FingerprintMismatch(IntegrityFault):
    """The key on the card is not the key the other side read out. Somebody may have swapped it."""

    code = "FINGERPRINT_MISMATCH"
    remedy = "Stop. Do not peer. Meet in person, compare both fingerprints again and find out who swapped the key."


class FourEyesRequired(NotAllowed):
    code = "FOUR_EYES"
    remedy = "A second, different person must do the same."


class RoleRequired(NotAllowed):
    code = "ROLE_REQUIRED"


class PeerUnknown(NotFound):
    code = "PEER_UNKNOWN"
    remedy = "Peer first: exchange node cards and compare fingerprints (`countersign peer`)."


class PeerNotActive(Conflict):
    code = "PEER_NOT_ACTIVE"
    remedy = "Finish the peering ceremony, or resume the peer if it is suspended."


class PeerSuspended(NotAllowed):
    code = "PEER_SUSPENDED"
    remedy = "An administrator may resume the peer."


class KeyReused(NotAllowed):
    code = "KEY_REUSED"
    remedy = "Make a fresh key for each role."


class KeyUnavailable(Unavailable):
    code = "KEY_UNAVAILABLE"
    remedy = "Check the key folder and its owner; `countersign check` names what is missing."


class KeyEnded(NotAllowed):
    """The period for which the peer's root vouched for this key is over."""

    code = "KEY_ENDED"
    remedy = "Ask the peer for a new key statement."


class KeyDestroyed(IntegrityFault):
    """The private key these bytes were sealed to no longer exists."""

    code = "KEY_DESTROYED"
    remedy = "The sender re-keys the items to the present key; nothing needs to be done here."


class OfficerUnknown(NotFound):
    code = "OFFICER_UNKNOWN"
    remedy = "Enrol the officer first (`countersign keys officer`)."


class ArrangementUnknown(NotFound):
    code = "ARRANGEMENT_UNKNOWN"
    remedy = "Register the arrangement first (`countersign peer arrangement`)."
