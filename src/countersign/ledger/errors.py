"""Refusals of the ledger."""

from __future__ import annotations

from countersign.kernel.errors import Conflict, ForkDetected, IntegrityFault, InvalidInput


class ProofInvalid(IntegrityFault):
    code = "PROOF_INVALID"


class NoteMalformed(InvalidInput):
    code = "NOTE_MALFORMED"
    remedy = "A signed note is text, an empty line, then signature lines; see CS-PR-01."


class SignatureInvalid(IntegrityFault):
    code = "SIGNATURE_INVALID"


class SignatureMissing(IntegrityFault):
    """Of the two signatures that are required, one is not there."""

    code = "SIGNATURE_MISSING"


class LeafMalformed(InvalidInput):
    code = "LEAF_MALFORMED"
    remedy = "A leaf is a deterministic CBOR array of a known type; see CS-PR-01."


class StatementInvalid(IntegrityFault):
    code = "KEY_STATEMENT_INVALID"


class RootMismatch(ForkDetected):
    """The leaves we hold do not add up to the root the other side signed."""

    code = "ROOT_MISMATCH"


class LogBehindMark(Conflict):
    """The log is shorter than what this node has already signed. Signing on would fork its own past."""

    code = "LOG_BEHIND_MARK"
    remedy = "The database is an old copy. Run `countersign restore --from-peer` before anything is signed."


class EvidenceInvalid(IntegrityFault):
    code = "EVIDENCE_INVALID"
