"""A policy set: Cedar text from the packs, checked once, hashed, and ready to decide."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import cedarpy

from countersign.law import confirmation, evaluator, grammar, types
from countersign.law.confirmation import CONFIRMED, PROPOSED, Confirmed
from countersign.law.errors import PolicyInvalid
from countersign.law.evaluator import Evaluator
from countersign.law.vocabulary import Vocabulary

ANNOTATIONS: Final = frozenset({"id", "citation", "family", "effect", "statement", "remedy", "confidence", "status"})
CURABLE: Final = frozenset({"approvals", "conditions", "caveats", "redactions"})
"""Attributes that people or the node can still add to; what a permission of the originator cures is not among them."""
_CURED: Final = frozenset({"require_approval", "escalate", "require_condition", "require_caveat", "redact"})
_EFFECTS: Final = {"permit": frozenset({"gateway"}), "forbid": frozenset({"forbid", "hold"}) | _CURED}
_CONFIDENCE: Final = frozenset({"high", "medium", "low"})


@dataclass(frozen=True, slots=True)
class Rule:
    """What the annotations of one policy say, and what its `unless` asks for; the policy itself is Cedar's."""

    id: str
    citation: str
    family: str
    effect: str
    statement: str
    remedy: str
    confidence: str
    status: str
    cures: dict[str, frozenset[str]] = field(default_factory=dict, hash=False)
    confirmed: Confirmed | None = None

    @property
    def curable(self) -> bool:
        """Something can still be done so that the rule no longer stands in the way (a hold ends by itself)."""
        return self.effect in _CURED or self.effect == "hold"


@dataclass(frozen=True, slots=True)
class PolicySet:
    """Policies with their vocabulary, for Cedar and for the second evaluator. `version` is SHA-256 over all texts and the
    schema, in hex."""

    vocabulary: Vocabulary
    rules: dict[str, Rule]
    version: str
    compiled: cedarpy.PolicySet
    schema: cedarpy.Schema
    entities: cedarpy.Entities
    second: Evaluator
    texts: tuple[str, ...]


def compile_files(files: Sequence[Path], vocabulary: Vocabulary) -> PolicySet:
    """Read, annotate-check, schema-check and compile. Raises PolicyInvalid and names the file or rule."""
    texts = [path.read_text("utf-8") for path in files]
    return compile_texts(texts, vocabulary)


def compile_texts(texts: Sequence[str], vocabulary: Vocabulary) -> PolicySet:
    """As compile_files, from texts."""
    whole, schema_text = "\n".join(texts), vocabulary.schema()
    own = {policy.annotations.get("id", ""): policy for policy in grammar.parse(whole)}
    types.check(own, vocabulary)
    try:
        schema = cedarpy.Schema.from_str(schema_text)
        document = json.loads(cedarpy.policies_to_json_str(whole))
        verdict = cedarpy.validate_policies(whole, schema)
    except ValueError as error:
        raise PolicyInvalid(f"the policies do not parse: {error}") from None
    if not verdict.validation_passed:
        raise PolicyInvalid(f"the policies do not fit the schema: {[str(e) for e in verdict.errors][:3]}")
    rules, renamed = _rules(document, own)
    version = hashlib.sha256(json.dumps([sorted(texts), schema_text]).encode()).hexdigest()
    return PolicySet(
        vocabulary=vocabulary,
        rules=rules,
        version=version,
        compiled=cedarpy.PolicySet.from_json_str(json.dumps(renamed)),
        schema=schema,
        entities=cedarpy.Entities.from_json_str("[]"),
        second=evaluator.build(list(own.values()), vocabulary.actions),
        texts=tuple(texts),
    )


def _rules(document: dict[str, Any], own: dict[str, grammar.Policy]) -> tuple[dict[str, Rule], dict[str, Any]]:
    """Re-key the policies by our own ids, so that Cedar's reasons are our rules; refuse doubled or misspelt ones."""
    if document["templates"]:
        raise PolicyInvalid("policy templates are not used here.")
    rules: dict[str, Rule] = {}
    policies: dict[str, Any] = {}
    for policy in document["staticPolicies"].values():
        rule = _rule(policy, own)
        if rule.id in rules:
            raise PolicyInvalid(f"two rules have the id {rule.id}.")
        rules[rule.id], policies[rule.id] = rule, policy
    return rules, document | {"staticPolicies": policies}


def _rule(policy: dict[str, Any], own: dict[str, grammar.Policy]) -> Rule:
    notes = policy.get("annotations", {})
    name = notes.get("id", "(no id)")
    if set(notes) != ANNOTATIONS or not all(notes.values()):
        raise PolicyInvalid(f"the rule {name} needs exactly the annotations {sorted(ANNOTATIONS)}, none empty.")
    confirmed = confirmation.read(notes["status"], policy)
    status = CONFIRMED if confirmed else PROPOSED
    rule = Rule(**notes | {"status": status}, cures=evaluator.cures(own[name], CURABLE), confirmed=confirmed)
    _check(rule, policy["effect"], own[name])
    return rule


def _check(rule: Rule, verb: str, own: grammar.Policy) -> None:
    """The annotations fit one another and the policy."""
    if rule.effect not in _EFFECTS[verb] or rule.confidence not in _CONFIDENCE:
        raise PolicyInvalid(f"the rule {rule.id} has an effect or confidence that is not known.")
    if rule.effect not in _CURED and rule.effect != "forbid" and rule.cures:
        raise PolicyInvalid(f"the rule {rule.id} is {rule.effect}, and its `unless` says that people could cure it.")
    if rule.effect in _CURED and not evaluator.cured_by_unless(own, CURABLE):
        raise PolicyInvalid(f"the rule {rule.id} is {rule.effect} and its `unless` is not just what would cure it.")
    if rule.effect == "gateway" and rule.confidence == "low":
        raise PolicyInvalid(f"the rule {rule.id} is of low confidence and may only tighten, not open.")
