"""Text in its own script: each run of a script is marked with its language, for fonts and for screen readers."""

from __future__ import annotations

import re
from typing import Final

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

SCRIPT_LANGUAGES: Final = {"Deva": "hi", "Guru": "pa", "Arab": "ur", "Latn": ""}
_BLOCKS: Final = {"hi": "\u0900-\u097f", "pa": "\u0a00-\u0a7f", "ur": "\u0600-\u06ff"}
_RUNS: Final = re.compile("|".join(f"([{block}][{block}\u200c\u200d \u0964]*)" for block in _BLOCKS.values()))
_LANGUAGES: Final = tuple(_BLOCKS)


def marked(text: str) -> SafeString:
    """The text, escaped, its Devanagari, Gurmukhi and Arabic runs in `<span lang>`; each bounded so that none turns the
    line around."""
    found: list[str] = []
    at = 0
    for match in _RUNS.finditer(text):
        found.append(escape(text[at : match.start()]))
        run = match.group()
        body = run.rstrip()
        language = _LANGUAGES[next(i for i, group in enumerate(match.groups()) if group)]
        found.append(f'<span lang="{language}">{escape(body)}</span>{run[len(body) :]}')
        at = match.end()
    found.append(escape(text[at:]))
    return mark_safe("".join(found))  # noqa: S308  every piece is escaped above
