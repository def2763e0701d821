"""From a draft to an item: prefilled, validated, its caveats attached, kept under the authority's key."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from countersign.charter import arrangements, packs, peering
from countersign.charter.models import Officer, Peer
from countersign.charter.packs import StatePack
from countersign.exchange import contents, home_sheet, kinds, walls
from countersign.exchange.contents import Kept
from countersign.exchange.house import House
from countersign.exchange.kinds import Kind
from countersign.exchange.models import Case, ExchangeItem
from countersign.exchange.prefill import prefilled
from countersign.kernel import clock, hashing, jcs
from countersign.kernel.errors import InvalidInput
from countersign.kernel.ids import new_id
from countersign.law import markings
from countersign.ledger.core import commitments

_POINTERS: Final = ("answers", "item", "incident", "notice")
"""Members that name another item."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A validated draft on its way to the gate. `name` is the item's id from the beginning."""

    name: str
    kind: Kind
    kept: Kept
    peer: Peer

    @property
    def content(self) -> dict[str, Any]:
        return self.kept.content

    def with_content(self, content: dict[str, Any]) -> Draft:
        return replace(self, kept=replace(self.kept, content=content))


def read(house: House, officer: Officer, given: Any, *, peer: Peer | None) -> Draft:
    """Prefill and validate. Raises ContentInvalid, InvalidInput or MarkingRefused, each naming the field."""
    content = dict(given) if isinstance(given, dict) else given
    sheet_given = content.pop(home_sheet.MEMBER, None) if isinstance(content, dict) else None
    kind, content = kinds.validate(prefilled(house.pack, content))
    sheet = home_sheet.take(content | {home_sheet.MEMBER: sheet_given}, kind, house.policies.vocabulary.sets)
    if content.get("from_authority", officer.authority) != officer.authority:
        raise InvalidInput("an officer proposes for the own authority only.", field="from_authority")
    _check_readable(officer, content)
    target = peer or peering.of_state(content.get("to_state", ""))
    nodes = {house.station.node, target.node}
    _check_header(house.pack, packs.state(target.state_code), content, nodes)
    return Draft(new_id("itm"), kind, Kept(content, secrets.token_bytes(commitments.SALT_BYTES), (), sheet), target)


def _check_readable(officer: Officer, content: Mapping[str, Any]) -> None:
    """What a draft answers or speaks of is read by its drafter: an item for named readers is answered by one of them.
    Raises NotNamed."""
    names = [content[member] for member in _POINTERS if content.get(member)]
    for item in ExchangeItem.objects.filter(id__in=names, named_only=True, authority=officer.authority):
        walls.require_item(officer, item)


def with_caveats(draft: Draft, codes: frozenset[str]) -> Draft:
    """The draft with these caveats attached, text and all, beside those it has."""
    texts = packs.caveat_texts()
    held = {caveat["code"] for caveat in draft.content["caveats"]}
    caveats = [{"code": code, "text": texts[code]} for code in sorted(held | codes)]
    return draft.with_content(draft.content | {"caveats": caveats})


def create(house: House, officer: Officer | None, draft: Draft, *, authority: str, state: str) -> ExchangeItem:
    """Keep the draft as an own item in the given state."""
    content = draft.content
    return ExchangeItem.objects.create(
        id=draft.name,
        direction=ExchangeItem.OUT,
        state=state,
        case=_case(content, draft.peer, authority),
        peer=draft.peer,
        authority=authority,
        kind=draft.kind.name,
        content=contents.keep(house, authority=authority, item=draft.name, kept=draft.kept),
        digest=hashing.sha256(jcs.canonical(content)),
        sheet_digest=contents.sheet_digest(draft.kept.sheet),
        drafter=officer,
        answers=content.get("answers") or "",
        about=content.get("about"),
        copy_spoc=content.get("copy_spoc", True),
        created_at=clock.now(),
    )


def rewrite(house: House, item: ExchangeItem, kept: Kept) -> None:
    """Replace the content of an item that has not left; its digests change, so that every approval is void."""
    item.content = contents.keep(house, authority=item.authority, item=item.id, kept=kept)
    item.digest = hashing.sha256(jcs.canonical(kept.content))
    item.sheet_digest = contents.sheet_digest(kept.sheet)
    item.save(update_fields=("content", "digest", "sheet_digest"))


def open_case(reference: str, peer: Peer, authority: str) -> Case:
    """The authority's case of this reference, opened if it is new."""
    case, _ = Case.objects.get_or_create(
        reference=reference, peer=peer, authority=authority, defaults={"id": new_id("cas"), "opened_at": clock.now()}
    )
    return case


def _case(content: Mapping[str, Any], peer: Peer, authority: str) -> Case | None:
    return open_case(content["case_ref"], peer, authority) if "case_ref" in content else None


def _check_header(own: StatePack, other: StatePack, content: Mapping[str, Any], nodes: set[str]) -> None:
    """The header names an authority of the other state, and a marking that may move between these nodes."""
    to_authority = content.get("to_authority")
    if to_authority is not None and content["to_state"] == other.code and to_authority not in other.authorities:
        raise InvalidInput(
            f"{to_authority} is not a designated authority of {other.code}.",
            field="to_authority",
            remedy=f"One of: {', '.join(sorted(other.authorities))}.",
        )
    basis = content.get("legal_basis")
    if basis is not None and basis not in own.legal_bases:
        raise InvalidInput(
            f"{basis} is no legal basis of {own.code}.",
            field="legal_basis",
            remedy=f"One of: {', '.join(sorted(own.legal_bases))}.",
        )
    if "marking" in content:
        agreed = arrangements.protected_levels(nodes)
        markings.require_movable(markings.named(own.markings, content["marking"]["level"]), markings.scales(), agreed)
    if content.get("caveats"):
        raise InvalidInput("caveats are filled in by the node.", field="caveats", remedy="Leave the list empty.")
