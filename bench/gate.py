"""Decisions a second: Cedar alone, Cedar with the second evaluator and the record, `law decide` on JSON lines; in turns."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Any

import cedarpy

from countersign.charter import packs
from countersign.law import decide as law
from countersign.law import verdicts
from countersign.law.vocabulary import context
from countersign.node.policies import policies_of

ROUNDS = 8
_FIXED = {
    "releasing": "CA", "recipient": "IN", "agency": "police", "recipient_agency": "police", "workstream": "networks",
    "item_type": "lead", "channel": "police",
}  # fmt: skip


def run(count: int) -> str:
    """Rounds of `count` decisions on the same facts by each way; the median rate and its share of bare Cedar."""
    policies = policies_of(packs.state("CA"))
    facts = [_facts(policies, number) for number in range(count)]
    lines = [json.dumps({"id": number, "item": given}).encode() for number, given in enumerate(facts)]
    requests = [_request(policies, given) for given in facts]
    ways: dict[str, Callable[[], Any]] = {
        "bare cedarpy": lambda: [
            cedarpy.is_authorized(request, policies.compiled, policies.entities, policies.schema)
            for request in requests
        ],
        "both evaluators": lambda: [
            law.decide(policies, action="Release", principal="p", resource="r", facts=given) for given in facts
        ],
        "law decide": lambda: list(verdicts.answer_lines({"CA": policies}, lines, defaults=False)),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            begin = time.perf_counter()
            way()
            rates[name].append(count / (time.perf_counter() - begin))
    middle = {name: sorted(found)[len(found) // 2] for name, found in rates.items()}
    bare = middle["bare cedarpy"]
    told = [
        f"{name:<16} {rate:8.0f} decisions/s  {100 * rate / bare:5.1f} % of bare cedarpy"
        for name, rate in middle.items()
    ]
    return "\n".join([f"{len(policies.rules)} rules, {ROUNDS} rounds of {count}, medians:", *told])


def _facts(policies: Any, number: int) -> dict[str, Any]:
    """Facts of an item of the main kind, with a few attributes drawn: most are refused or wait, as in life."""
    rng, words = random.Random(number), policies.vocabulary
    facts = verdicts.TEST_DEFAULTS | verdicts.PROCESS | _FIXED
    for name in rng.sample(sorted(words.enums), 2):
        if name not in _FIXED:
            facts[name] = rng.choice(words.enums[name])
    facts["subjects"] = rng.sample(words.sets["subjects"], rng.randrange(3))
    facts["data"] = rng.sample(words.sets["data"], rng.randrange(3))
    facts["approvals"] = ["releasing_officer", "second_officer"]
    return facts


def _request(policies: Any, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "principal": {"type": "Authority", "id": "p"},
        "action": {"type": "Action", "id": "Release"},
        "resource": {"type": "Item", "id": "r"},
        "context": context(policies.vocabulary.typed(facts)),
    }
