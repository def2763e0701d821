"""Officers of the authorities that both states designated for precursors, and small notices. Everybody is invented."""

from __future__ import annotations

from typing import Any

from countersign.charter import officers
from countersign.exchange import approvals, gate
from support import flow, officers_of

DESIGNATED = {"CA": "HEALTH-CANADA", "IN": "CBN"}
ROLES = {"p-drafter": "originator", "p-desk": "desk", "p-releaser": "releaser", "p-second": "second_officer"}


def enrol(node: Any, authority: str = "", prefix: str = "") -> None:
    """Officers of the designated authority of the node's state, or of another. Inside `node.active()`."""
    for login, role in ROLES.items():
        public = officers.create_key_file(node.home / "officers" / f"{prefix}{login}.key")
        officers.enrol(
            node.house.pack, login=f"{prefix}{login}", name=f"Test {prefix}{login}", authority=authority or DESIGNATED[node.state],
            roles=[role], public_key=public,
        )  # fmt: skip


def head(node: Any, authority: str = "") -> dict[str, Any]:
    other = {"CA": "IN", "IN": "CA"}[node.state]
    return {
        "version": 1, "case_ref": "TEST-PEN-1", "from_authority": authority or DESIGNATED[node.state], "to_state": other,
        "to_authority": DESIGNATED[other], "workstream": "precursors", "purpose": "administrative",
    }  # fmt: skip


def notice(node: Any, **changes: Any) -> dict[str, Any]:
    return head(node) | {
        "kind": "pen.notice", "pen_no": "IN-2026-000311",
        "exporter": {"name": "Narmada Fine Intermediates Pvt (fictional)", "address": "1 Invented Road, Surat", "licence": "IN-TEST-77"},
        "importer": {"name": "Prairie Synthesis Ltd (fictional)", "address": "2 Invented Street, Calgary", "licence": "CA-TEST-4412"},
        "lines": [{"name": "4-piperidone hydrochloride hydrate", "cas": "40064-34-4", "kilograms": "25.0", "hs": "2933.39"}],
        "exit": "INNSA", "entry": "CAVAN", "mode": "sea", "dispatch_on": "2026-12-18", "declared_use": "invented research",
        "reply_days": 10,
    } | changes  # fmt: skip


def incident(node: Any, **changes: Any) -> dict[str, Any]:
    """A seizure that the node's state tells, with a mark to trace back."""
    return head(node) | {
        "kind": "incident.precursor", "type": "seizure", "happened_on": "2026-11-20", "place": "Invented yard, Vancouver",
        "container": "TESU 000000-0", "declared_as": "plastic granules", "mode": "sea", "wanted": "backtrack",
        "lines": [{"name": "4-piperidone", "kilograms": "12.5", "packing": "42 drums, blue, NFI-77/04"}],
    } | changes  # fmt: skip


def release(node: Any, draft: dict[str, Any], *, prefix: str = "") -> Any:
    """Propose and approve by two others of the designated authority; the released item. Inside `node.active()`."""
    item = gate.propose(node.house, officers_of.find(f"{prefix}p-drafter"), draft).item
    for login, role in ((f"{prefix}p-releaser", "releaser"), (f"{prefix}p-second", "second_officer")):
        signature = officers_of.sign(node, login, approvals.message(item, role))
        item = gate.approve(node.house, officers_of.find(login), item.id, role=role, signature=signature).item
    return item


def send(pair: Any, node: Any, content: dict[str, Any]) -> Any:
    """Release an item at `node` and let it arrive at the other."""
    with node.active():
        item = release(node, content)
    flow.arrive(pair, node)
    return item
