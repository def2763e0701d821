"""The shipped example. Every person, firm, number and case in it is invented."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

ARRANGEMENT: Final = """reference = "{reference}"
title = "Arrangement on the exchange of information (invented for the demonstration)"
states = ["CA", "IN"]
kinds = ["request.information", "reply", "refusal", "spontaneous", "note", "permission.onward", "permission.court_use"]
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
    "offence": {
        "label": "extortion",
        "category": "extortion",
        "in_law": {"CA": "Criminal Code s.346", "IN": "BNS s.308"},
    },
    "handling": {"code": "H2", "conditions": ["no court use without permission"], "retain_until": "2027-05-23"},
    "evaluation": {"source": "B", "information": "2"},
    "home": {"origin": "own", "political": "none", "tainted": "none"},
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
            "role": "suspect",
            "identifiers": [{"type": "phone", "value": "+91-00000-00147"}],
        },
        {
            "type": "person",
            "names": [{"text": "Bimla Misaal Example", "script": "Latn"}, {"text": "बिमला मिसाल", "script": "Deva"}],
            "born_on": "1990-06-15",
            "role": "account_holder",
        },
    ],
    "attachments": [],
}

PDF_BYTES: Final = 5 << 20


HEADER: Final[dict[str, Any]] = {
    "version": 1,
    "case_ref": "DEMO-2026-0147",
    "from_authority": "NIA",
    "to_state": "CA",
    "to_authority": "RCMP",
    "purpose": "investigation",
}
SHEET: Final[dict[str, Any]] = {"origin": "own", "political": "none", "tainted": "none"}
SOURCE: Final = "as Informant Example told our officer on 2 November"


def interim(answers: str, *, case_ref: str = "", about: int | None = 0) -> dict[str, Any]:
    """The Indian holding answer: codes alone."""
    return HEADER | {
        "kind": "reply.interim", "case_ref": case_ref or HEADER["case_ref"], "answers": answers, "about": about,
        "reason": "in_hand", "expected_on": "2026-12-04",
    }  # fmt: skip


def reply(answers: str, *, case_ref: str = "", about: int | None = 0) -> dict[str, Any]:
    """The Indian answer about the first person, or, with its case, to a person's own request, of which nothing is known
    here. Its first draft names a source."""
    told = "The number was subscribed by Example Traders (invented), Amritsar, from 3 to 19 October 2026, "
    firm = {"type": "company", "names": [{"text": "Example Traders", "script": "Latn"}]}
    return HEADER | {
        "kind": "reply",
        "case_ref": case_ref or HEADER["case_ref"],
        "answers": answers,
        "about": about,
        "necessity": "Answers the question asked and nothing else.",
        "text": ("The demonstration's own answer: nothing was looked up, " if case_ref else told) + SOURCE + ".",
        "evaluation": {"source": "B", "information": "2"},
        "subjects": [] if case_ref else [firm],
        "attachments": [],
        "home": SHEET | {"data": ["source_identity"]},
    }  # fmt: skip


def firm_request() -> dict[str, Any]:
    """The second request: a firm's shipping records; no natural person is named."""
    return {name: value for name, value in REQUEST.items() if name not in ("subjects", "evaluation")} | {
        "case_ref": "DEMO-2026-0148",
        "urgency": "routine",
        "question": "Give the shipping records of Example Goods Exports (invented) for October 2026.",
        "necessity": "The consignments of this invented firm are the only trace left.",
        "subjects": [{"type": "company", "names": [{"text": "Example Goods Exports", "script": "Latn"}]}],
    }


def refusal(answers: str) -> dict[str, Any]:
    """The Indian answer to that: a court must authorise it."""
    return HEADER | {
        "kind": "refusal", "case_ref": "DEMO-2026-0148", "answers": answers, "ground": "NEEDS_JUDICIAL",
        "about_natural_person": False,
    }  # fmt: skip


PROTECTED: Final[dict[str, Any]] = {
    "type": "person",
    "names": [{"text": "Person Shielded Example", "script": "Latn"}],
    "born_on": "1979-09-09",
}
UNKNOWN: Final[dict[str, Any]] = {
    "type": "person",
    "names": [{"text": "Person Unheard Example", "script": "Latn"}],
    "born_on": "1979-09-09",
}


def person_request(case: str, subject: dict[str, Any]) -> dict[str, Any]:
    """The third request and its twin: about one person each."""
    return {name: value for name, value in REQUEST.items() if name != "evaluation"} | {
        "case_ref": case, "question": "Is this person known to you?", "subjects": [subject],
    }  # fmt: skip


def person_reply(answers: str, case: str, subject: dict[str, Any]) -> dict[str, Any]:
    """What an officer who found something would say of that person."""
    return reply(answers) | {
        "case_ref": case, "text": "The person is known here (invented).", "subjects": [subject], "home": SHEET,
    }  # fmt: skip


def court_use(item: str) -> dict[str, Any]:
    """Ottawa asks to use the reply in a proceeding."""
    header = {
        name: REQUEST[name] for name in ("version", "case_ref", "from_authority", "to_state", "to_authority", "purpose")
    }
    return header | {
        "kind": "permission.court_use", "act": "ask", "item": item, "home": SHEET,
        "necessity": "The number is to be shown to an invented court.",
    }  # fmt: skip


def court_grant(item: str, asked: str) -> dict[str, Any]:
    return HEADER | {"kind": "permission.court_use", "act": "grant", "item": item, "answers": asked}


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
