"""The examples in the protocol documents are the conformance vectors, and each vector file names its document."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
DOCUMENTS = sorted((HERE.parents[1] / "docs" / "protocol").glob("CS-PR-*.md"))
_BLOCK = re.compile(r"^```vector (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_the_examples_in_a_document_are_the_vectors(document: Path) -> None:
    """A block ```vector FILE#CASE/KEY/… shows that value; without keys it is the case's `hex`."""
    blocks = _BLOCK.findall(document.read_text("utf-8"))
    assert blocks, f"{document.name} shows no example"
    for place, shown in blocks:
        name, _, path = place.partition("#")
        case_name, *keys = path.split("/")
        (value,) = (case for case in json.loads((HERE / name).read_text("ascii"))["cases"] if case["name"] == case_name)
        for key in keys or ["hex"]:
            value = value[key.replace("~1", "/")]
        assert "".join(shown.split()) == "".join(str(value).split()), place


def test_every_vector_file_names_its_document_and_is_replayed() -> None:
    source = (HERE / "test_vectors.py").read_text("utf-8")
    known = {path.stem for path in DOCUMENTS}
    for path in sorted(HERE.glob("*.json")):
        document = json.loads(path.read_text("ascii"))["document"].split()[0]
        assert any(stem.startswith(document) for stem in known), path.name
        assert f'"{path.name}"' in source, path.name
