"""Helpers of the exchange's tests: officers, their signatures, and small drafts. Everybody is invented."""

from __future__ import annotations

from typing import Any

from countersign.charter import officers
from countersign.charter.models import Officer


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
        "offence": {"label": "extortion", "in_law": {"CA": "CC s.346", "IN": "BNS s.308"}},
        "legal_basis": sorted(node.house.pack.legal_bases)[0],
        "urgency": "routine",
        "necessity": "Needed for an invented test.",
        "question": "Who is it?",
        "subjects": [person()],
        "attachments": [],
    } | changes


def reply(node: Any, answers: str) -> dict[str, Any]:
    base = request(node)
    kept = ("version", "case_ref", "from_authority", "to_state", "to_authority", "purpose", "necessity")
    return {name: base[name] for name in kept} | {
        "kind": "reply",
        "answers": answers,
        "text": "Nobody: it is invented.",
        "subjects": [],
        "attachments": [],
    }
