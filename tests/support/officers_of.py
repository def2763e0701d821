"""Helpers of the exchange's tests: officers, their signatures, and small drafts. Everybody is invented."""

from __future__ import annotations

from typing import Any

from countersign.charter import officers
from countersign.charter.models import Officer
from countersign.exchange import approvals, gate, kinds
from countersign.oversight import risk


def find(login: str) -> Officer:
    return officers.find(login)


def sign(node: Any, login: str, message: bytes) -> bytes:
    return officers.sign_with(node.home / "officers" / f"{login}.key", message)


def person() -> dict[str, Any]:
    return {"type": "person", "names": [{"text": "Invented Person", "script": "Latn"}], "born_on": "1990-01-01"}


def request(node: Any, **changes: Any) -> dict[str, Any]:
    other = {"CA": ("IN", "NIA"), "IN": ("CA", "RCMP")}[node.state]
    return {
        "kind": "request.information",
        "version": 1,
        "case_ref": "TEST-0001",
        "from_authority": node.house.pack.spoc().code,
        "to_state": other[0],
        "to_authority": other[1],
        "purpose": "investigation",
        "home": {"origin": "own", "political": "none", "tainted": "none"},
        "offence": {"label": "extortion", "category": "extortion", "in_law": {"CA": "CC s.346", "IN": "BNS s.308"}},
        "legal_basis": sorted(node.house.pack.legal_bases)[0],
        "urgency": "routine",
        "necessity": "Needed for an invented test.",
        "question": "Who is it?",
        "subjects": [person()],
        "attachments": [],
    } | changes


def give(login: str, *roles: str) -> None:
    """Give an officer further roles."""
    for role in roles:
        officers.grant(find(login), role)


def assess(node: Any, item: Any, *, level: str = "low") -> None:
    """The risk officer's assessment of a draft; call inside `node.active()`."""
    risk.assess(node.house, find("risk"), item.id, bare=level, mitigated=level, mitigation=[])


def release(node: Any, draft: dict[str, Any], **given: Any) -> Any:
    """Propose, assess where persons are named, and approve by two others; the released item. Inside `node.active()`."""
    item = gate.propose(node.house, find("drafter"), draft, **given).item
    if kinds.persons(draft):
        assess(node, item)
    for login, role in (("releaser", "releaser"), ("second", "second_officer")):
        signature = sign(node, login, approvals.message(item, role))
        item = gate.approve(node.house, find(login), item.id, role=role, signature=signature).item
    return item


def reply(node: Any, answers: str) -> dict[str, Any]:
    base = request(node)
    kept = ("version", "case_ref", "from_authority", "to_state", "to_authority", "purpose", "necessity", "home")
    return {name: base[name] for name in kept} | {
        "kind": "reply",
        "answers": answers,
        "about": 0,
        "text": "Nobody: it is invented.",
        "evaluation": {"source": "B", "information": "2"},
        "subjects": [],
        "attachments": [],
    }
