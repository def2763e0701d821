"""The act of redacting a draft: cuts are made to the payload, approvals fall, the full version stays home."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from countersign.charter.models import Officer
from countersign.charter.officers import require_role
from countersign.exchange import contents, decisions, drafting, gate, judging, kinds, needs, redaction, walls
from countersign.exchange.drafting import Draft
from countersign.exchange.gate import Outcome
from countersign.exchange.home_sheet import Withheld
from countersign.exchange.house import House
from countersign.kernel.errors import InvalidInput


@transaction.atomic
def withhold(house: House, officer: Officer, item_id: str, cuts: list[Withheld]) -> Outcome:
    """Take words or elements out of an item that has not left, and ask the gate anew on what would leave.

    Paths are those of the full version. Raises InvalidInput for a cut that names nothing or a category not known.
    """
    require_role(officer, *gate.DRAFTING_ROLES, "releaser", "legal")
    item = gate.open_item(item_id)
    walls.require_item(officer, item)
    known = house.policies.vocabulary.sets["redactions"]
    if wrong := {cut.category for cut in cuts} - set(known):
        raise InvalidInput(f"{min(wrong)} is not a category.", field="category", remedy=f"One of: {', '.join(known)}.")
    kept = contents.read(house, item)
    full = kept.full if kept.full is not None else kept.content
    sheet = kept.sheet.model_copy(update={"withheld": [*kept.sheet.withheld, *cuts]})
    kind, content = kinds.validate(redaction.apply(full, sheet.withheld) | {"caveats": kept.content["caveats"]})
    kept = replace(kept, content=content, sheet=sheet, full=full)
    draft, _ = judging.with_caveats(house, Draft(item.id, kind, kept, item.peer))
    drafting.rewrite(house, item, draft.kept)
    decision = judging.judge(house, item, draft.kept, ())
    facts = {"officer": officer.id, "categories": sorted({cut.category for cut in cuts})}
    decisions.record_decision(house, item, decision, facts=facts)
    needs.note(item, decision)
    return Outcome(item, decision)
