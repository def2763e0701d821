"""The gate's question to the law: one item's facts in, a decision out. Stores nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from countersign.charter import alarms, packs
from countersign.charter.models import Officer
from countersign.exchange import attributes, concerned, contents, doubts, drafting, flash, in_force, kinds
from countersign.exchange.attributes import DRAFTERS, Matter
from countersign.exchange.contents import Kept
from countersign.exchange.drafting import Draft
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem, Record
from countersign.law import decide as law
from countersign.law.decide import Decision
from countersign.law.vocabulary import Facts

_STEPS_BACK: Final = 4
Approvals = Sequence[tuple[Officer, str]]


def with_caveats(house: House, draft: Draft, *, approvals: Approvals = ()) -> tuple[Draft, Decision]:
    """Decide on a draft; attach the caveats that the rules ask for and decide again on the content with them."""
    decision = _decide(house, _matter(house, draft, approvals))
    if decision.missing("caveats") and "caveats" in draft.content:
        draft = drafting.with_caveats(draft, decision.missing("caveats"))
        decision = _decide(house, _matter(house, draft, approvals))
    return draft, decision


def judge(house: House, item: ExchangeItem, kept: Kept, approvals: Approvals) -> Decision:
    """Decide on a kept item with these approvals, its records and the registers as they are now."""
    kind, content = kinds.validate(kept.content)
    matter = Matter(
        item_id=item.id,
        kind=kind,
        content=content,
        sheet=kept.sheet,
        own=house.pack,
        other=packs.state(item.peer.state_code),
        approvals=approvals,
        records=frozenset(Record.objects.filter(item=item).values_list("code", flat=True)),
        full=kept.full,
        offence=_offence_behind(house, content, item.authority),
        concerned=concerned.whole(house, content, item.authority),
        downgraded=flash.is_downgraded(item.id),
    )
    return _decide(house, matter)


def decide_facts(house: House, *, action: str, principal: str, resource: str, facts: Facts) -> Decision:
    """Ask the law that two people adopted; evaluators that disagree raise an alarm beside the no."""
    decision = law.decide(house.policies, action=action, principal=principal, resource=resource, facts=facts)
    if decision.disagreed:
        alarms.raise_alarm("GATE_DISAGREEMENT", decision.version[:12])
    return in_force.guard(house, decision)


def refused_for_good(decision: Decision) -> bool:
    """No approval, record or waiting can turn this no into a yes; only another draft could."""
    return decision.hopeless or bool(decision.missing("conditions") & DRAFTERS)


def incomplete(decision: Decision) -> bool:
    """Conditions or redactions are missing: nobody can approve yet."""
    return bool(decision.missing("conditions") or decision.missing("redactions") or decision.missing("caveats"))


def _decide(house: House, matter: Matter) -> Decision:
    decision = decide_facts(
        house,
        action=matter.kind.action(matter.content),
        principal=matter.content.get("from_authority", house.pack.spoc().code),
        resource=matter.kind.name,
        facts=attributes.derive(matter),
    )
    decision = flash.guard(matter.item_id, matter.kind.name, decision, [officer for officer, _ in matter.approvals])
    return doubts.guard(decision, matter.content, matter.sheet, matter.records)


def _matter(house: House, draft: Draft, approvals: Approvals) -> Matter:
    content = draft.content
    authority = content.get("from_authority", house.pack.spoc().code)
    return Matter(
        item_id=draft.name,
        kind=draft.kind,
        content=content,
        sheet=draft.kept.sheet,
        own=house.pack,
        other=packs.state(draft.peer.state_code),
        approvals=approvals,
        offence=_offence_behind(house, content, authority),
        concerned=concerned.whole(house, content, authority),
    )


def _offence_behind(house: House, content: Mapping[str, Any], authority: str) -> Mapping[str, Any] | None:
    """The offence of the matter, where the content names none itself: that of the item it answers or speaks of, and so on
    back to the request, as far as the same authority holds them."""
    for _ in range(_STEPS_BACK):
        if content.get("offence"):
            found: Mapping[str, Any] = content["offence"]
            return found
        name = content.get("item") or content.get("answers")
        rows = ExchangeItem.objects.select_related("arrived", "arrived__peer").filter(id=name, authority=authority)
        item = rows.first() if name else None
        if item is None:
            return None
        content = contents.read(house, item).content
    return None
