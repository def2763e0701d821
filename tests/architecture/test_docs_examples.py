"""The examples of docs/use.md and of the streams' pages are drafts that the product takes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from countersign.charter import packs
from countersign.exchange import home_sheet, kinds
from countersign.exchange.prefill import prefilled
from countersign.node.policies import policies_of

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = [DOCS / "use.md", *(DOCS / "streams").glob("*.md")]
EXAMPLES = [
    json.loads(block) for page in PAGES for block in re.findall(r"```json\n(.*?)```", page.read_text("utf-8"), re.S)
]


def test_every_kind_has_an_example():
    assert {example["kind"] for example in EXAMPLES} >= set(kinds.KINDS) - {"permission.court_use"}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["kind"])
def test_the_example_is_taken_as_it_stands(example):
    state = packs.state("IN" if example.get("to_state") == "CA" else "CA")
    sheet = example.pop("home", None)
    kind, content = kinds.validate(prefilled(state, example))
    assert home_sheet.take(content | {"home": sheet}, kind, policies_of(state).vocabulary.sets)
    assert {
        name: content[name] for name in example if name not in ("subjects", "evaluation")
    }.items() <= content.items()
    assert content.get("legal_basis", next(iter(state.legal_bases))) in state.legal_bases
