"""Names of states and authorities in the reader's language, as far as their packs have them."""

from __future__ import annotations

from django.utils.translation import get_language

from countersign.charter import packs


def state_name(code: str) -> str:
    pack = packs.states().get(code)
    return _in_language(pack.names) if pack else code


def authority_anywhere(code: str) -> str:
    """The name of an authority of whichever state has one of this code."""
    found = (pack.authorities[code] for pack in packs.states().values() if code in pack.authorities)
    authority = next(found, None)
    return _in_language(authority.names) if authority else code


def capital_name(code: str) -> str:
    return _in_language(packs.state(code).capitals)


def authority_name(code: str, state: str) -> str:
    pack = packs.states().get(state)
    found = pack.authorities.get(code) if pack else None
    return _in_language(found.names) if found else code


def legal_basis(code: str) -> str:
    """What a legal basis says, from whichever pack has it; a code that none has is shown as it is."""
    found = (pack.legal_bases[code] for pack in packs.states().values() if code in pack.legal_bases)
    return next(found, code)


def _in_language(names: dict[str, str]) -> str:
    return names.get((get_language() or "en")[:2], names["en"])
