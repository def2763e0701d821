"""The shipped example. Every person, firm, number and case in it is invented."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

ARRANGEMENT: Final = """reference = "{reference}"
title = "Arrangement on the exchange of information (invented for the demonstration)"
states = ["CA", "IN"]
kinds = ["request.information", "reply", "refusal"]
purposes = ["investigation", "intelligence_lead"]
valid_from = 2026-02-07
valid_until = 2036-02-06
"""

TEST_MESSAGE: Final = {
    "kind": "note.test",
    "version": 1,
    "text": "Countersign test message 1. If you read this, sealing, log and receipts work.",
}

REQUEST: Final[dict[str, Any]] = {
    "kind": "request.information",
    "version": 1,
    "case_ref": "DEMO-2026-0147",
    "from_authority": "RCMP",
    "to_state": "IN",
    "to_authority": "NIA",
    "purpose": "investigation",
    "offence": {"label": "extortion", "in_law": {"CA": "Criminal Code s.346", "IN": "BNS s.308"}},
    "legal_basis": "CA-PRIV-8-2-F",
    "urgency": "urgent",
    "necessity": "Three invented shopkeepers received calls from this number; only its subscriber is asked for.",
    "question": "Who subscribed to the number +91-00000-00147 between 1 and 20 October 2026?",
    "subjects": [
        {
            "type": "person",
            "names": [
                {"text": "Gurnaam Udaharan Example", "script": "Latn"},
                {"text": "ਗੁਰਨਾਮ ਉਦਾਹਰਨ", "script": "Guru"},
                {"text": "गुरनाम उदाहरण", "script": "Deva"},
            ],
            "born_on": "1985-01-31",
            "identifiers": ["+91-00000-00147"],
        }
    ],
    "attachments": [],
}

PDF_BYTES: Final = 5 << 20


def reply(answers: str, *, case_ref: str = "") -> dict[str, Any]:
    """The Indian answer: to the example's request, or, with its case, to a person's own, of which nothing is known here."""
    told = "The number was subscribed by Example Traders (invented), Amritsar, from 3 to 19 October 2026."
    return {
        "kind": "reply",
        "version": 1,
        "case_ref": case_ref or REQUEST["case_ref"],
        "from_authority": "NIA",
        "to_state": "CA",
        "to_authority": "RCMP",
        "purpose": "investigation",
        "answers": answers,
        "necessity": "Answers the question asked and nothing else.",
        "text": "The demonstration's own answer: nothing was looked up." if case_ref else told,
        "subjects": [] if case_ref else [{"type": "company", "names": [{"text": "Example Traders", "script": "Latn"}]}],
        "attachments": [],
    }


def write_pdf(path: Path) -> Path:
    """A valid PDF of one page and 5 MiB: the page says that it is invented, the rest is filler nobody draws."""
    filler = b"".join(hashlib.sha256(number.to_bytes(8, "big")).digest() for number in range(PDF_BYTES // 32))
    text = b"BT /F1 18 Tf 72 720 Td (Call records of an invented number. Demonstration only.) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(filler), filler),
    ]
    path.write_bytes(_assemble(objects))
    return path


def _assemble(objects: list[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
