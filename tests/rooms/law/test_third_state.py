"""A new state is a folder and no code, and a malformed pack is a named refusal."""

from __future__ import annotations

from pathlib import Path

import pytest
from rooms.law.harmless import OTHER, STATES, WORDS, decide, facts_of, ids

from countersign.charter import packs
from countersign.charter.errors import PackInvalid
from countersign.law import decide as law
from countersign.law import markings
from countersign.node.policies import policies_of

BOTH = pytest.mark.parametrize("state", STATES)

MANIFEST = """code = "ZZ"
capital = "Nowhere"
time_zone = "UTC"
[names]
en = "Zedland"
[calendar]
country = "CA"
categories = ["public"]
[legal_bases]
"ZZ-1" = "Invented Act"
[authorities.ZPOL]
function = "police"
spoc = true
names = { en = "Zed Police" }
[markings]
default = "GUARDED"
"FREE" = { level = "L0", marking = "unmarked" }
"GUARDED" = { level = "L2", marking = "restricted" }
"CLOSED" = { level = "L4", marking = "secret" }
[offences]
fraud = "prison"
"""


def pack_at(folder: Path, text: str | bytes = MANIFEST, name: str = "zz") -> tuple[Path]:
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "state.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    return (folder,)


@pytest.fixture
def zedland(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> packs.StatePack:
    """An invented third state, found through COUNTERSIGN_PACKS, with Canada's law under its own name."""
    pack_at(tmp_path)
    (tmp_path / "zz" / "law").mkdir()
    for path in packs.state("CA").law_files():
        own = path.read_text("utf-8").replace('@id("', '@id("ZZ-').replace('StateV::"CA"', 'StateV::"ZZ"')
        (tmp_path / "zz" / "law" / path.name).write_text(own, "utf-8")
    monkeypatch.setenv("COUNTERSIGN_PACKS", str(tmp_path))
    return packs.state("ZZ")


def test_an_invented_third_state_needs_a_folder_and_no_code(zedland: packs.StatePack) -> None:
    own = policies_of(zedland)
    assert set(packs.states()) == {"CA", "IN", "ZZ"}
    for recipient in STATES:
        facts = facts_of("CA") | {"releasing": "ZZ", "recipient": recipient}
        decision = law.decide(own, action="Release", principal="P", resource="R", facts=facts)
        assert (decision.allowed, ids(decision)) == (True, {"ZZ-CA-GW-PRIV-8-2-F"})
    for change, rule in (({"recipient": "ZZ"}, "GATE-SIDES"), ({"max_penalty": "death"}, "ZZ-INTL-DEATH-CAVEAT")):
        facts = facts_of("CA") | {"releasing": "ZZ"} | change
        assert rule in ids(law.decide(own, action="Release", principal="P", resource="R", facts=facts))


def test_the_common_rules_know_the_third_state_as_an_origin(zedland: packs.StatePack) -> None:
    for releasing, policy_set in (("ZZ", policies_of(zedland)), ("CA", policies_of(packs.state("CA")))):
        for recipient in {"CA", "IN", "ZZ"} - {releasing}:
            facts = facts_of("CA", subjects=["protected_person"]) | {"releasing": releasing, "recipient": recipient}
            for origin in ("CA", "IN", "ZZ", "other", "unknown"):
                asked = facts | {"origin_state": origin}
                fired = ids(law.decide(policy_set, action="Release", principal="P", resource="R", facts=asked))
                assert ("INTL-ASYLUM-ORIGIN" in fired) is (origin in (recipient, "unknown"))
                assert ("INTL-ASYLUM-THIRD" in fired) is (origin not in (recipient, "unknown"))


def test_without_its_pack_the_third_state_is_a_value_that_nobody_knows() -> None:
    for name in WORDS.states:
        assert ids(decide("CA", facts_of("CA") | {name: "ZZ"})) == {"ENGINE-ERROR"}


def test_markings_of_the_third_state_map_without_code(zedland: packs.StatePack) -> None:
    canada = packs.state("CA")
    there = {name: markings.equivalent(marking, zedland.markings).name for name, marking in canada.markings.items()
             if marking.level <= "L4"}  # fmt: skip
    assert there == {
        "UNMARKED": "FREE", "PROTECTED A": "GUARDED", "PROTECTED B": "GUARDED", "CONFIDENTIAL": "CLOSED",
        "PROTECTED C": "CLOSED", "SECRET": "CLOSED",
    }  # fmt: skip


def test_a_pack_is_read_as_data(tmp_path: Path) -> None:
    pack = packs.load_all(pack_at(tmp_path))["ZZ"]
    assert (pack.spoc().code, pack.capital, pack.law_files(), pack.default_marking) == (
        "ZPOL",
        "Nowhere",
        [],
        "GUARDED",
    )
    assert (pack.offences, pack.transfer_restricted) == ({"fraud": "prison"}, frozenset())


def _without(start: str, end: str = "") -> str:
    head, _, rest = MANIFEST.partition(start)
    return head + (end + rest.partition(end)[2] if end else "")


@pytest.mark.parametrize(
    "text",
    [
        "", "code =", MANIFEST.replace('code = "ZZ"\n', ""), MANIFEST.replace("spoc = true", "spoc = false"),
        MANIFEST.replace("[authorities.ZPOL]", "[[authorities]]"),
        MANIFEST.replace('[names]\nen = "Zedland"', 'names = "Zedland"'),
        MANIFEST.replace("[markings]", '[authorities.ZTWO]\nfunction = "customs"\nspoc = true\nnames = { en = "Two" }\n[markings]'),
        MANIFEST.replace('names = { en = "Zed Police" }', 'names = "Zed Police"'), MANIFEST.encode() + b"# \xff\n",
        _without("[markings]", "[offences]"), _without("[offences]"), _without("[calendar]", "[legal_bases]"),
        MANIFEST.replace('default = "GUARDED"\n', ""), MANIFEST.replace('default = "GUARDED"', 'default = "NONE"'),
        MANIFEST.replace('{ level = "L0", marking = "unmarked" }', '{ level = "L0" }'),
        MANIFEST.replace('{ level = "L0", marking = "unmarked" }', '{ marking = "unmarked" }'),
        MANIFEST.replace('{ level = "L0", marking = "unmarked" }', '"L0"'),
        *(MANIFEST.replace('level = "L0"', f"level = {level}") for level in ('""', '"L6"', '"l0"', '"secret"', "0")),
    ],
    ids=["empty", "not-toml", "no-code", "no-spoc", "authorities-list", "names-text", "two-spocs", "authority-names-text",
         "not-utf8", "no-markings", "no-offences", "no-calendar", "no-default", "unknown-default", "no-value", "no-level",
         "marking-text", "level-empty", "level-six", "level-small", "level-word", "level-number"],
)  # fmt: skip
def test_a_malformed_pack_is_a_named_refusal(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(PackInvalid):
        packs.load_all(pack_at(tmp_path, text))


def test_two_packs_of_one_state_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PackInvalid, match="two packs describe the state ZZ"):
        packs.load_all((*pack_at(tmp_path / "a"), *pack_at(tmp_path / "b")))


def test_a_state_without_a_pack_is_a_named_refusal() -> None:
    with pytest.raises(PackInvalid, match="no pack describes"):
        packs.state("QQ")


@BOTH
def test_offences_and_caveats_of_the_packs_are_words_of_the_vocabulary(state: str) -> None:
    for offence, penalty in packs.state(state).offences.items():
        WORDS.typed(facts_of(state, offence=offence, max_penalty=penalty))
    assert set(packs.caveat_texts()) == set(WORDS.sets["caveats"])
    for authority in packs.state(state).authorities.values():
        WORDS.typed(facts_of(state, agency=authority.function))
        WORDS.typed(facts_of(OTHER[state], recipient_agency=authority.function))
