"""The node's own no's beside the policies: they only ever turn a yes into a no, and no text of a pack can lift them.

Their words are fixed, so that they can be translated; what is open in one case stands among the item's needs.
"""

from __future__ import annotations

from typing import Final

from countersign.law.policies import Rule


def _own(name: str, effect: str, citation: str, statement: str, remedy: str) -> Rule:
    return Rule(
        id=name, citation=citation, family="gate", effect=effect, statement=statement, remedy=remedy, confidence="high",
        status="confirmed",
    )  # fmt: skip


NOT_ADOPTED: Final = _own(
    "LAW-NOT-ADOPTED", "forbid", "Project rule: a change of the law is a signed, logged act of two people",
    "The law on this node was not adopted by two people as it is on its disk now.",
    "A legal adviser and an executive read it and sign it, on the page Law or with countersign law adopt.",
)  # fmt: skip
NOT_CONFIRMED: Final = _own(
    "LAW-NOT-CONFIRMED", "forbid",
    "Project rule: outside a demonstration a workstream opens only when its gateways and forbids are confirmed",
    "The workstream is closed: counsel has not confirmed every rule that may apply in it.",
    "The page Law, or countersign law status, names the rules that wait; counsel confirms them, then two people adopt the pack.",
)  # fmt: skip
SECOND_ON_DUTY: Final = _own(
    "FLASH-SECOND-ON-DUTY", "require_approval",
    "Project rule: what is treated as a threat to life was seen by two officers on duty",
    "A second officer on duty, not the drafter, approves what is treated as a threat to life.",
    "The roster is called, two officers at first and the next every three minutes; one of them approves.",
)  # fmt: skip
DOUBT: Final = _own(
    "GATE-DOUBT", "require_condition",
    "Project rule: a person settles what a text may say; Arar Commission 2006 (accuracy before sharing)",
    "The text may speak of something that was not declared.",
    "Declare it in a new draft, take the words out, or have a legal adviser put on record that it is not so.",
)  # fmt: skip
OTHERS_CAVEAT: Final = _own(
    "GATE-OTHERS-CAVEAT", "forbid",
    "Project rule: a contradiction between what is declared and what is found stops the item; third-party rule, custom",
    "The text bears another owner’s caveat, and the information was declared to be our own.",
    "Declare whose information it is and ask the owner, or take the words out; then propose it again.",
)  # fmt: skip
STRICTER_LABEL: Final = _own(
    "GATE-STRICTER-LABEL", "forbid",
    "Project rule: a contradiction between what is declared and what is found stops the item; FIRST TLP 2.0",
    "The text bears a stricter traffic light label than the item.",
    "Give the item the label that stands in the text, or take the words out; then propose it again.",
)  # fmt: skip
RULES: Final = {
    rule.id: rule for rule in (NOT_ADOPTED, NOT_CONFIRMED, SECOND_ON_DUTY, DOUBT, OTHERS_CAVEAT, STRICTER_LABEL)
}
