"""The gate's reasons for people: statement, source in law, what would help, who can do it. Held items give none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import get_language, gettext

from countersign.exchange.errors import GateRefused
from countersign.kernel.errors import CountersignError
from countersign.law.policies import Rule
from countersign.web.shown.codes import DATA, NEEDS
from countersign.web.shown.words import ROLES, say

_APPROVERS: Final = {
    "releasing_officer": "releaser", "second_officer": "second_officer", "senior_officer": "senior_officer",
    "legal_adviser": "legal", "deputy_head": "executive", "fiu_head": "fiu_head",
}  # fmt: skip
_BY: Final = {
    "condition:risk_assessed": "risk_officer",
    "condition:mitigation_documented": "risk_officer",
    "condition:graded": "originator",
    "condition:accuracy_characterised": "originator",
    "condition:necessity_recorded": "originator",
}
_QUIET: Final = frozenset({"hold", "require_caveat"})


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that fired. `translated`: the words are a translation that no counsel has reviewed; `original` is English."""

    rule: str
    statement: str
    citation: str
    remedy: str
    effect: str
    family: str
    translated: bool
    original: str


def of_rules(rules: Iterable[Rule]) -> list[Reason]:
    """Reasons of the fired rules; of holds and of caveats that the node attaches itself nothing is said."""
    return [_reason(rule) for rule in rules if rule.effect not in _QUIET]


def of_refusal(refused: CountersignError) -> list[Reason]:
    """The rules that stand in the way; where nothing could cure some of them, those alone: the others would not help."""
    if not isinstance(refused, GateRefused):
        return []
    final = [rule for rule in refused.decision.fired if not rule.curable]
    return of_rules(final or refused.decision.fired)


def role_for(need: str) -> str:
    """The role that can meet a need: a code of roles."""
    kind, _, code = need.partition(":")
    if kind == "approval":
        return _APPROVERS.get(code, "legal")
    if kind == "redaction":
        return "originator"
    return _BY.get(need, "legal")


def need_words(need: str) -> str:
    """A need in words: what must still be done."""
    kind, _, code = need.partition(":")
    if kind == "redaction":
        return gettext("take out: %(what)s") % {"what": say(DATA, code)}
    return say(NEEDS, need)


def who(need: str) -> str:
    return say(ROLES, role_for(need))


def _reason(rule: Rule) -> Reason:
    statement, remedy = gettext(rule.statement), gettext(rule.remedy)
    other = (get_language() or "en")[:2] != "en"
    return Reason(
        rule=rule.id,
        statement=statement,
        citation=rule.citation,
        remedy=remedy,
        effect=rule.effect,
        family=rule.family,
        translated=other and statement != rule.statement,
        original=rule.statement,
    )
