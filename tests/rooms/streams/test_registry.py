"""Every stream fits the house: names in four languages, indicators that count, a page of docs; and its folder can be taken away."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

from countersign.exchange import kinds, streams
from countersign.exchange.streams import StreamInvalid

TOP = Path(__file__).resolve().parents[3]
STREAMS = streams.installed()


def test_the_entry_points_and_the_folders_are_the_same():
    declared = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]["entry-points"][streams.GROUP]
    folders = {path.parent.name for path in (TOP / "src/countersign/streams").glob("*/manifest.py")}
    assert set(declared) == folders == {stream.key for stream in STREAMS}


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.key)
class TestEveryStream:
    def test_what_it_names_exists(self, stream):
        more = (*(call.function for call in stream.calls), *(name for name in (stream.due, stream.fields) if name))
        for name in (
            *(one.query for one in stream.indicators),
            *(page.view for page in stream.pages),
            *stream.chores,
            *more,
        ):
            assert callable(streams.loaded(name)), name

    def test_every_field_of_its_kinds_has_words(self, stream):
        """Whoever approves an item reads what its fields are called, and not their names on the wire alone."""
        from countersign.charter import packs
        from countersign.exchange.prefill import prefilled
        from countersign.web.shown import rest

        page = (TOP / stream.docs).read_text("utf-8")
        examples = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.S)]
        assert {example["kind"] for example in examples} == {kind.name for kind in stream.kinds}
        for example in examples:
            content = kinds.whole(prefilled(packs.state("CA"), example))
            assert [field.path for field in rest.told(content) if not field.label] == []

    def test_its_kinds_are_kinds_of_the_exchange(self, stream):
        for kind in stream.kinds:
            assert kinds.KINDS[kind.name] is kind

    def test_its_docs_tell_every_kind(self, stream):
        told = (TOP / stream.docs).read_text("utf-8")
        assert [kind.name for kind in stream.kinds if f"### {kind.name}" not in told] == []

    def test_its_indicators_are_defined_and_count(self, stream, pair):
        for one in stream.indicators:
            assert one.definition
            assert one.counting
            with pair.ca.active():
                code = next(iter(pair.ca.house.pack.authorities))
                assert one.count(code, date(2026, 1, 1), date(2026, 12, 31)) == 0

    @pytest.mark.parametrize(
        "spoilt",
        [
            {"names": {"en": "only"}},
            {"kind_names": {}},
            {"indicators": ()},
            {"docs": ""},
        ],
        ids=["a language", "names of kinds", "indicators", "docs"],
    )
    def test_a_manifest_that_lacks_something_is_refused(self, stream, spoilt):
        with pytest.raises(StreamInvalid):
            streams.check(dataclasses.replace(stream, **spoilt))


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """The product without the folders of its streams."""
    copy = tmp_path_factory.mktemp("without")
    shutil.copytree(TOP / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__", "streams"))
    return copy


def _run(without, *arguments):
    return subprocess.run(
        [sys.executable, "-P", *arguments], cwd=without, check=False, capture_output=True, text=True, timeout=120,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(without / "src"), "COUNTERSIGN_HOME": str(without / "home")},
    )  # fmt: skip


MAIN = "import sys; from countersign.node.cli import main; sys.exit(main())"


def test_without_its_folder_the_command_line_still_runs_and_does_not_name_it(without):
    told = _run(without, "-c", MAIN, "--help")
    assert told.returncode == 0, told.stderr
    assert "precursors" not in told.stdout
    assert "propose" in told.stdout


def test_without_its_folder_a_node_is_made_and_serves_its_pages(without):
    made = _run(
        without, "-c", MAIN, "keys", "init", "--state", "CA", "--node", "ca.example", "--root", str(without / "root"),
        "--link-port", "18441", "--web-port", "18442", "--demonstration",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    code = (
        "import os, json; os.environ['DJANGO_SETTINGS_MODULE'] = 'countersign.node.settings'\n"
        "import django; django.setup()\n"
        "from django.apps import apps\n"
        "from django.urls import reverse\n"
        "from countersign.exchange import kinds, streams\n"
        "print(json.dumps([len(streams.installed()), 'pen.notice' in kinds.KINDS, 'request.information' in kinds.KINDS,"
        " reverse('cases'), apps.is_installed('countersign.web')]))"
    )
    told = _run(without, "-c", code)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout.splitlines()[-1]) == [0, False, True, "/cases", True]
