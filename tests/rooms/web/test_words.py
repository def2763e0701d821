"""Every word that is shown exists in four languages: none missing, none fuzzy, placeholders kept, no script astray."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest
from django.forms.forms import BaseForm
from django.utils import translation
from django.utils.functional import Promise

import countersign
from countersign.web import catalogs

PLACE = re.compile(r"%\((\w+)\)[sd]")
MARKUP = re.compile(r"</?\w+|%\(\w+\)[sd]")
LATIN = re.compile(r"[A-Za-z]{4,}")
DEVANAGARI, GURMUKHI = re.compile("[\u0900-\u0963\u0966-\u097f]"), re.compile("[\u0a00-\u0a7f]")


def _pairs(language, part):
    for message in catalogs.read(language, part):
        if message.id:
            ids = (message.id,) if isinstance(message.id, str) else message.id
            strings = (message.string,) if isinstance(message.string, str) else message.string
            yield message, ids, strings


@pytest.mark.parametrize("part", catalogs.PARTS)
@pytest.mark.parametrize("language", catalogs.LANGUAGES)
def test_no_word_is_missing_fuzzy_or_left_over(language, part):
    wanted = {m if isinstance(m, str) else m[0] for m in catalogs.wanted()[part]}
    found = {ids[0] for _, ids, strings in _pairs(language, part) if all(strings)}
    assert sorted(wanted - found) == []
    assert sorted({ids[0] for _, ids, _ in _pairs(language, part)} - wanted) == []
    assert [ids[0] for message, ids, _ in _pairs(language, part) if message.fuzzy] == []


@pytest.mark.parametrize("part", catalogs.PARTS)
@pytest.mark.parametrize("language", catalogs.LANGUAGES)
def test_every_translation_keeps_its_placeholders(language, part):
    for _, ids, strings in _pairs(language, part):
        for string in strings:
            assert set(PLACE.findall(string)) == set(PLACE.findall(ids[-1])), ids[0]


def test_punjabi_is_in_gurmukhi_and_hindi_in_devanagari():
    for language, own, other in (("hi", DEVANAGARI, GURMUKHI), ("pa", GURMUKHI, DEVANAGARI)):
        for part in catalogs.PARTS:
            for _, ids, strings in _pairs(language, part):
                for string in strings:
                    assert not other.search(string), (language, ids[0])
                    if LATIN.search(MARKUP.sub("", ids[0])) and not LATIN.search(MARKUP.sub("", string)):
                        assert own.search(string), (language, ids[0])


@pytest.mark.parametrize("language", catalogs.LANGUAGES)
def test_the_words_are_compiled_and_found_by_the_pages(language):
    from countersign.web.shown.words import KINDS, say

    with translation.override(language):
        assert say(KINDS, "request.information") != "Request for information"
        assert translation.gettext("This field is required.") != "This field is required."
        assert translation.gettext("Two-Factor Authentication") != "Two-Factor Authentication"


def test_every_code_that_a_page_may_meet_has_words():
    from countersign.charter.officers import ROLES
    from countersign.exchange.kinds import KINDS
    from countersign.exchange.schemas import REFUSAL_GROUNDS
    from countersign.oversight import admission, risk
    from countersign.web.shown import codes, words

    assert set(KINDS) <= set(words.KINDS)
    assert set(ROLES) == set(words.ROLES)
    assert set(REFUSAL_GROUNDS) == set(codes.GROUNDS) == set(codes.GROUND_REMEDIES)
    assert set(risk.LEVELS) <= set(words.RISKS)
    assert set(risk.MITIGATIONS) == set(words.MITIGATIONS)
    assert set(admission.QUESTIONS) == set(words.QUESTIONS)


def test_every_act_of_the_decisions_log_has_words():
    from pathlib import Path

    import countersign
    from countersign.exchange.models import GateDecision
    from countersign.web.shown.codes import ACTS

    found = set()
    for path in Path(countersign.__path__[0]).rglob("*.py"):
        found |= set(re.findall(r'\bact="([a-z_.]+)"', path.read_text()))
    assert found - set(ACTS) == set()
    longest = GateDecision._meta.get_field("action").max_length
    assert {act for act in found | set(ACTS) if len(act) > longest} == set()


def test_every_need_of_the_rules_has_words_and_somebody_who_meets_it(policy_sets):
    from countersign.charter.officers import ROLES
    from countersign.web.shown import codes, reasons

    for policies in policy_sets:
        for rule in policies.rules.values():
            for member, kind in (("approvals", "approval"), ("conditions", "condition")):
                for code in rule.cures.get(member, ()):
                    assert f"{kind}:{code}" in codes.NEEDS, code
                    assert reasons.role_for(f"{kind}:{code}") in ROLES
            for code in rule.cures.get("redactions", ()):
                assert code in codes.DATA, code
            for code in rule.cures.get("caveats", ()):
                assert code in codes.CAVEATS, code


@pytest.fixture
def policy_sets():
    from countersign.charter import packs
    from countersign.node.policies import policies_of

    return [policies_of(pack) for pack in packs.states().values()]


def _forms(kind):
    for one in kind.__subclasses__():
        yield one
        yield from _forms(one)


def test_no_word_of_a_form_is_fixed_to_one_language_while_it_loads():
    """A lazy word that is filled in at once is a plain string for ever."""
    for module in pkgutil.walk_packages(countersign.__path__, "countersign."):
        if "forms" in module.name:
            importlib.import_module(module.name)
    found = {one for one in _forms(BaseForm) if one.__module__.startswith("countersign.")}
    assert len(found) > 20
    fixed = [
        (one.__name__, name)
        for one in found
        for name, field in getattr(one, "base_fields", {}).items()
        for said in (field.label, field.help_text)
        if said and not isinstance(said, Promise)
    ]
    assert sorted(fixed) == []
