"""The error tree is as printed, and every refusal says what, why and what to do under a code of its own."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

import countersign
from countersign.kernel import errors
from countersign.kernel.errors import CountersignError


def every(kind: type[CountersignError]) -> Iterator[type[CountersignError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from every(child)


@pytest.fixture(scope="module")
def refusals() -> list[type[CountersignError]]:
    """All refusals of the package, after every module of it was imported."""
    for module in pkgutil.walk_packages(countersign.__path__, "countersign."):
        if not re.search(r"\.(migrations|wsgi_\w+|__main__)\b", module.name):
            importlib.import_module(module.name)
    return sorted(
        {kind for kind in every(CountersignError) if kind.__module__.startswith("countersign.")},
        key=lambda kind: (kind.__module__, kind.__qualname__),
    )


def tree_of(kind: type[CountersignError], depth: int = 0) -> Iterator[tuple[int, str, int]]:
    yield depth, kind.__name__, kind.status
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree_of(child, depth + 1)


def test_the_tree_printed_in_the_docstring_is_the_real_tree() -> None:
    printed = re.findall(r"^( *)(\w+) +(\d{3})  \S", errors.__doc__ or "", re.MULTILINE)
    assert [(len(indent) // 2, name, int(status)) for indent, name, status in printed] == list(
        tree_of(CountersignError)
    )


def test_every_class_of_the_errors_module_is_in_the_tree() -> None:
    named = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    assert named == {name for _, name, _ in tree_of(CountersignError)}


def test_every_code_belongs_to_one_refusal_only(refusals: list[type[CountersignError]]) -> None:
    owners = defaultdict(list)
    for kind in refusals:
        if "code" in vars(kind):
            owners[kind.code].append(f"{kind.__module__}.{kind.__qualname__}")
    assert {code: kinds for code, kinds in owners.items() if len(kinds) > 1} == {}


def test_every_refusal_has_a_code_of_its_own(refusals: list[type[CountersignError]]) -> None:
    assert [kind.__qualname__ for kind in refusals if "code" not in vars(kind)] == []


def test_every_code_is_stable_upper_case(refusals: list[type[CountersignError]]) -> None:
    assert [kind.code for kind in refusals if not re.fullmatch(r"[A-Z][A-Z0-9_]{2,40}", kind.code)] == []


def test_every_refusal_says_what_to_do_and_has_an_http_status(refusals: list[type[CountersignError]]) -> None:
    assert len(refusals) > 40
    assert [kind.__qualname__ for kind in refusals if not kind.remedy.strip()] == []
    assert [kind.__qualname__ for kind in refusals if not 400 <= kind.status <= 599] == []


def test_diagnostics_say_code_reason_remedy_field_and_facts() -> None:
    told = errors.InvalidInput("why.", field="name", remedy="do this", size=3).diagnostics()
    assert told == {"code": "INVALID_INPUT", "reason": "why.", "remedy": "do this", "field": "name", "size": 3}


def test_diagnostics_without_a_field_have_no_field() -> None:
    assert set(errors.NotFound("why.").diagnostics()) == {"code", "reason", "remedy"}


def test_an_own_remedy_or_code_stays_with_its_instance() -> None:
    errors.Conflict("x", remedy="mine", code="MINE")
    after = errors.Conflict("y")
    assert after.diagnostics()["remedy"] == "Look at the present state first."
    assert after.diagnostics()["code"] == "CONFLICT"


def test_as_text_a_refusal_shows_code_field_reason_and_remedy() -> None:
    assert str(errors.NotFound("no such case.", field="id")) == "NOT_FOUND [id]: no such case. Check the reference."
