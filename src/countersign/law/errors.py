"""Refusals of the law room."""

from __future__ import annotations

from countersign.kernel.errors import CountersignError, InvalidInput, Unavailable


class PolicyInvalid(CountersignError):
    """The policy text itself is wrong. No decision can be made with it."""

    code = "POLICY_INVALID"
    remedy = "Mend the policy file; nothing is released meanwhile."


class AttributeInvalid(InvalidInput):
    code = "ATTRIBUTE_INVALID"


class MarkingRefused(InvalidInput):
    """The marking is unknown or too high for this system."""

    code = "MARKING_REFUSED"
    remedy = "Use the channel that is accredited for this level, or send an extract with a lower marking (tearline)."


class ProverMissing(Unavailable):
    code = "PROVER_MISSING"
    remedy = (
        "Install it into the Python that runs countersign: python -m pip install z3-solver (the extra `dev` has it)."
    )


class ProofFault(CountersignError):
    """The prover and Cedar say different things about one request, or the solver gave no answer: believe no proof."""

    code = "PROOF_FAULT"
    remedy = "Believe none of these proofs; tell the developers the rule and the request that are named."
