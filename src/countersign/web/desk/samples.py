"""Beginnings of requests that are written often. Words to be completed, never sent as they stand."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

SAMPLES: Final = {
    "subscriber": _("Subscriber of a telephone number"),
    "company": _("Registered office and directors of a firm"),
    "identity": _("Is this person known to you?"),
    "document": _("Is this document genuine and current?"),
}
_QUESTIONS: Final = {
    "subscriber": _("Who subscribed to the number … between … and …?"),
    "company": _("Where is the firm … registered, since when, and who are its directors?"),
    "identity": _("Is this person known to you in connection with …?"),
    "document": _("Was the document … issued by you, to whom, and is it still valid?"),
}


def typed(sample: str) -> dict[str, Any]:
    """The pages that a sample prefills; nothing for an unknown one."""
    words = _QUESTIONS.get(sample)
    return {"begun": {"question": str(words)}} if words is not None else {}
