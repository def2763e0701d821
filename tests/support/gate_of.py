"""An item on its way through the gate, step by step."""

from __future__ import annotations

from typing import Any

from countersign.exchange import approvals, gate
from support import officers_of


def propose(node: Any, *, assessed: bool = True, **changes: Any) -> Any:
    """Proposed by the drafter, and its risk assessed."""
    with node.active():
        item = gate.propose(node.house, officers_of.find("drafter"), officers_of.request(node, **changes)).item
        if assessed:
            officers_of.assess(node, item)
        return item


def approve(node: Any, item: Any, login: str, role: str) -> Any:
    """Signed by this officer in this role."""
    with node.active():
        officer = officers_of.find(login)
        signature = officers_of.sign(node, login, approvals.message(item, role))
        return gate.approve(node.house, officer, item.id, role=role, signature=signature)


def release(node: Any, **changes: Any) -> Any:
    """Proposed, assessed, and approved by two others."""
    item = propose(node, **changes)
    approve(node, item, "releaser", "releaser")
    approve(node, item, "second", "second_officer")
    return item
