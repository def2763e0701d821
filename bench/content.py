"""The one content that is sent by both systems: a request of about 2 KiB about invented people. No Django here."""

from __future__ import annotations

import json
from typing import Any

_SENTENCE = "Invented callers demand money from invented shopkeepers and name an invented place for it; item {}. "


def draft(number: int, *, size: int = 2048) -> dict[str, Any]:
    """A request for information whose JSON is close to `size` bytes."""
    content: dict[str, Any] = {
        "kind": "request.information",
        "version": 1,
        "case_ref": f"CSN-2026-{1000 + number % 50}",
        "from_authority": "RCMP",
        "to_state": "IN",
        "to_authority": "NIA",
        "purpose": "investigation",
        "offence": {"label": "extortion", "category": "extortion", "in_law": {"CA": "CC s.346", "IN": "BNS s.308"}},
        "legal_basis": "CA-PRIV-8-2-F",
        "urgency": "routine",
        "necessity": "",
        "question": "Who subscribes to the number?",
        "subjects": [
            {
                "type": "person",
                "names": [
                    {"text": "Gurpreet Example", "script": "Latn"},
                    {"text": "ਗੁਰਪ੍ਰੀਤ ਉਦਾਹਰਨ", "script": "Guru"},
                    {"text": "गुरप्रीत उदाहरण", "script": "Deva"},
                ],
                "born_on": "1990-01-01",
                "role": "suspect",
                "identifiers": [{"type": "phone", "value": "+91-00000-00000"}],
            }
        ],
        "attachments": [],
        "home": {"origin": "own", "political": "none", "tainted": "none"},
    }
    text = _SENTENCE.format(number)
    left = size - len(encoded(content))
    content["necessity"] = (text * (left // len(text) + 1))[:left].strip()
    return content


def encoded(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
