"""Refusals of the law room."""

from __future__ import annotations

from countersign.kernel.errors import CountersignError, InvalidInput


class PolicyInvalid(CountersignError):
    """The policy text itself is wrong. No decision can be made with it."""

    code = "POLICY_INVALID"
    remedy = "Mend the policy file; nothing is released meanwhile."


class AttributeInvalid(InvalidInput):
    code = "ATTRIBUTE_INVALID"
