"""Catalogs of words: gathered from code, templates and packs, kept as .po files, compiled with Babel (no gettext needed).

Three files a language: `django` (our own words), `law` (statements and remedies of the rules; legal text), `library` (words
of Django and django-allauth that we show and that they lack). `python -m countersign.web.catalogs` compiles;
`… gather` adds new words to the files and drops those that are gone.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE: Final = Path(__file__).resolve().parent
LOCALE: Final = HERE / "locale"
LANGUAGES: Final = ("fr", "hi", "pa")
PARTS: Final = ("django", "law", "library")
_KEYWORDS: Final = {
    "_": None, "gettext": None, "gettext_lazy": None, "say": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
}  # fmt: skip
_NOTES: Final = re.compile(r'@(statement|remedy)\("((?:[^"\\]|\\.)*)"\)')
_LIBRARY_TEMPLATES: Final = (
    "account/logout.html", "account/password_change.html", "account/password_reset_from_key.html",
    "account/password_reset_from_key_done.html", "account/reauthenticate.html", "account/account_inactive.html",
    "account/base_reauthenticate.html", "account/signup_closed.html", "account/messages/logged_*.txt",
    "account/messages/password_*.txt", "mfa/*.html", "mfa/totp/*.html", "mfa/recovery_codes/*.html",
    "mfa/webauthn/[abelr]*.html", "mfa/webauthn/snippets/*.html", "mfa/messages/*.txt", "usersessions/*.html",
    "usersessions/messages/*.txt",
)  # fmt: skip
_LIBRARY_CODE: Final = ("account/forms.py", "account/adapter.py", "mfa/adapter.py", "mfa/base/forms.py", "mfa/totp/forms.py",
                        "mfa/webauthn/forms.py", "mfa/recovery_codes/forms.py", "account/fields.py")  # fmt: skip
_DJANGO: Final = (
    "This field is required.", "Enter a valid date.", "Enter a whole number.", "Enter a valid value.", "No",  "Yes",
    "Select a valid choice. %(value)s is not one of the available choices.",
    "Select a valid choice. That choice is not one of the available choices.",
    "Ensure this value is less than or equal to %(limit_value)s.",
    "Ensure this value is greater than or equal to %(limit_value)s.",
    "The submitted file is empty.", "No file was submitted. Check the encoding type on the form.", "No file was submitted.",
    "Null characters are not allowed.", "This password is too common.", "This password is entirely numeric.",
    "The password is too similar to the %(verbose_name)s.", "New password", "New password confirmation", "Password",
)  # fmt: skip
_DJANGO_PLURAL: Final = (
    ("Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
     "Ensure this value has at least %(limit_value)d characters (it has %(show_value)d)."),
    ("Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
     "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d)."),
    ("This password is too short. It must contain at least %(min_length)d character.",
     "This password is too short. It must contain at least %(min_length)d characters."),
)  # fmt: skip
Message = str | tuple[str, ...]


def compile_all() -> int:
    """Write the `.mo` of every language from its parts, where a part is newer; return how many were written."""
    written = 0
    for language in LANGUAGES:
        folder = LOCALE / language / "LC_MESSAGES"
        sources = [folder / f"{part}.po" for part in PARTS if (folder / f"{part}.po").exists()]
        target = folder / "django.mo"
        if target.exists() and all(source.stat().st_mtime <= target.stat().st_mtime for source in sources):
            continue
        with target.open("wb") as out:
            write_mo(out, _joined(language, sources))
        written += 1
    return written


def gather() -> None:
    """Bring the `.po` files to the words that are used now; translations that are there stay."""
    found = {"django": set(_own()), "law": set(_legal()), "library": set(_library())}
    found["library"] -= found["django"]
    for language in LANGUAGES:
        for part, messages in found.items():
            _update(LOCALE / language / "LC_MESSAGES" / f"{part}.po", language, messages)


def wanted() -> dict[str, set[Message]]:
    """The words of each part as they are used now; for the test that none is missing."""
    own = set(_own())
    return {"django": own, "law": set(_legal()), "library": set(_library()) - own}


def read(language: str, part: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / f"{part}.po").open("rb") as source:
        return read_po(source, locale=language)


def _joined(language: str, sources: list[Path]) -> Catalog:
    whole = Catalog(locale=language)
    for source in reversed(sources):
        with source.open("rb") as stream:
            for message in read_po(stream, locale=language):
                if message.id and message.string and not message.fuzzy:
                    whole.add(message.id, message.string, context=message.context)
    return whole


def _update(path: Path, language: str, messages: set[Message]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    known = read_po(io.BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(locale=language)
    fresh = Catalog(locale=language, project="countersign", fuzzy=False)
    for message in sorted(messages, key=lambda m: m if isinstance(m, str) else m[0]):
        old = known.get(message if isinstance(message, str) else message[0])
        fresh.add(message, old.string if old is not None else None)
    with path.open("wb") as out:
        write_po(out, fresh, omit_header=True, width=120, sort_output=True, no_location=True)


def _own() -> Iterator[Message]:
    for room in (HERE, HERE.parent / "streams"):
        for path in sorted(room.rglob("*.py")) if room.exists() else ():
            yield from _of_code(path.read_bytes())
        for path in sorted(room.rglob("*.html")) if room.exists() else ():
            yield from _of_template(path.read_text("utf-8"))


def _legal() -> Iterator[Message]:
    from countersign import packs

    for path in sorted(Path(packs.__path__[0]).glob("*/law/*.cedar")):
        for _name, text in _NOTES.findall(path.read_text("utf-8")):
            yield text.replace('\\"', '"')
    from countersign.law import beside, decide

    for rule in (decide.ENGINE_RULE, *beside.RULES.values()):
        yield from (rule.statement, rule.remedy)
    yield decide.CLOSED


def _library() -> Iterator[Message]:
    import allauth

    root = Path(allauth.__path__[0])
    for pattern in _LIBRARY_TEMPLATES:
        for path in sorted((root / "templates").glob(pattern)):
            yield from _of_template(path.read_text("utf-8"))
    for name in _LIBRARY_CODE:
        yield from _of_code((root / name).read_bytes())
    yield from _DJANGO
    yield from _DJANGO_PLURAL


def _of_code(data: bytes) -> Iterator[Message]:
    for _line, message, _comments, _context in extract("python", io.BytesIO(data), keywords=_KEYWORDS):
        words = message if isinstance(message, str) else tuple(part for part in message if part)
        if words and words != ("",):
            yield words


def _of_template(text: str) -> Iterator[Message]:
    from django.utils.translation.template import templatize

    lines = [line.lstrip() for line in templatize(text).splitlines()]  # indentation would be read as Python's
    yield from _of_code("\n".join(lines).encode())


if __name__ == "__main__":
    if sys.argv[1:] == ["gather"]:
        gather()
    compile_all()
