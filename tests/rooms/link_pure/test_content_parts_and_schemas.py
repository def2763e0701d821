"""Content as parts and back, and the schemas in front: nothing dropped, nothing coerced, nothing invisible."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from strategies import examples, json_values

from countersign.exchange import kinds, parts, schemas
from countersign.exchange.errors import ContentInvalid
from countersign.kernel import jcs
from countersign.kernel.errors import CountersignError, InvalidInput
from countersign.kernel.jcs import MalformedJson

ITEM = "itm_" + "a" * 26
members = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=10)
contents = st.dictionaries(members, json_values, max_size=6)


@examples(150)
@given(contents)
def test_content_split_into_parts_joins_to_itself(content: dict[str, Any]) -> None:
    assert parts.join(parts.split(ITEM, content)) == (ITEM, content)


def test_each_element_of_a_list_is_a_part_of_its_own() -> None:
    split = parts.split(ITEM, {"subjects": [{"n": 1}, {"n": 2}], "text": "x", "none": []})
    assert split == {
        "id": ITEM.encode(),
        "/subjects/0": b'{"n":1}',
        "/subjects/1": b'{"n":2}',
        "/text": b'"x"',
        "/none": b"[]",
    }


GOOD = {"id": ITEM.encode(), "/text": b'"x"'}
WRONG: dict[str, dict[str, bytes]] = {
    "no-id": {"/text": b'"x"'},
    "id-not-ascii": GOOD | {"id": "itm_é".encode()},
    "name-without-slash": GOOD | {"text": b'"x"'},
    "name-upper": GOOD | {"/Text": b'"x"'},
    "name-empty": GOOD | {"/": b'"x"'},
    "name-deep": GOOD | {"/a/0/b": b'"x"'},
    "name-newline": GOOD | {"/b\n": b'"x"'},
    "name-long": GOOD | {"/" + "a" * 65: b"1"},
    "index-leading-zero": GOOD | {"/a/00": b"1"},
    "index-arabic-digit": GOOD | {"/a/٠": b"1"},
    "index-gap": GOOD | {"/a/0": b"1", "/a/2": b"3"},
    "index-not-from-zero": GOOD | {"/a/1": b"1"},
    "member-and-elements": GOOD | {"/a": b"1", "/a/0": b"1"},
    "not-canonical": GOOD | {"/a": b'{ "b":1}'},
    "not-json": GOOD | {"/a": b"x"},
    "doubled-key": GOOD | {"/a": b'{"b":1,"b":1}'},
    "a-list-that-split-would-take-apart": GOOD | {"/a": b"[1,2]"},
}


@pytest.mark.parametrize("flaw", WRONG)
def test_parts_that_split_would_not_have_made_are_refused(flaw: str) -> None:
    with pytest.raises(InvalidInput):
        parts.join(WRONG[flaw])


part_names = st.from_regex(r"/[ab](/[012])?", fullmatch=True)


@examples(250)
@given(st.dictionaries(part_names, st.sampled_from([b"1", b'"x"', b"[]", b"[1]", b"{}", b" 1", b""]), max_size=4))
def test_whatever_joins_splits_into_the_same_parts(given_parts: dict[str, bytes]) -> None:
    """One content has one set of parts: else two commitments could be shown for it."""
    whole = given_parts | {"id": ITEM.encode()}
    try:
        joined = parts.join(whole)
    except CountersignError:
        return
    assert parts.split(*joined) == whole


ADDRESSED: dict[str, Any] = {
    "version": 1, "case_ref": "CASE-1", "from_authority": "RCMP", "to_state": "IN", "to_authority": "NIA", "purpose": "investigation",
    "marking": {"level": "PROTECTED B", "tlp": "none", "pap": "none", "readers": []},
}  # fmt: skip
REQUEST: dict[str, Any] = ADDRESSED | {
    "kind": "request.information", "offence": {"label": "Fraud", "category": "fraud", "in_law": {"CA": "s.380"}}, "legal_basis": "CA-PRIV-8-2-F",
    "urgency": "routine", "necessity": "Because.", "question": "Who?",
    "subjects": [{"type": "person", "names": [{"text": "A. Name", "script": "Latn"}], "born_on": "1990-02-03", "role": "suspect", "nationalities": [], "identifiers": [{"type": "passport", "value": "P1"}]}],
}  # fmt: skip
REFUSAL: dict[str, Any] = ADDRESSED | {
    "kind": "refusal",
    "answers": ITEM,
    "ground": "NO_PREDICATE",
    "about_natural_person": True,
}


def named(text: str) -> dict[str, Any]:
    return REQUEST | {"subjects": [{"type": "person", "names": [{"text": text, "script": "Latn"}]}]}


def fields_of(content: Any) -> set[str]:
    with pytest.raises(ContentInvalid) as refusal:
        kinds.validate(content)
    return {error["field"] for error in refusal.value.facts["errors"]}


def test_good_content_of_each_kind_is_taken_as_it_is() -> None:
    kind, content = kinds.validate(REQUEST)
    assert kind.name == "request.information"
    assert {name: content[name] for name in REQUEST} == REQUEST
    assert kinds.validate(REFUSAL)[1]["ground"] == "NO_PREDICATE"


def test_not_held_about_a_person_is_refused() -> None:
    """protocol section 7: NOT_HELD is forbidden by the schema there (goods, money, documents only)."""
    with pytest.raises(ContentInvalid, match="NOT_HELD tells"):
        kinds.validate(REFUSAL | {"ground": "NOT_HELD"})
    assert kinds.validate(REFUSAL | {"ground": "NOT_HELD", "about_natural_person": False})


@pytest.mark.parametrize("person", [True, False])
def test_the_neutral_answer_carries_no_explanation(person: bool) -> None:
    neutral = REFUSAL | {"ground": "NO_RELEASABLE_INFORMATION", "about_natural_person": person}
    assert kinds.validate(neutral)[1]["explanation"] is None
    with pytest.raises(ContentInvalid, match="carries no explanation"):
        kinds.validate(neutral | {"explanation": "Sorry."})


def test_another_ground_may_be_explained_with_the_necessity_of_its_words() -> None:
    words = {"explanation": "Too wide.", "necessity": "So that a narrower one is sent."}
    assert kinds.validate(REFUSAL | words)[1]["explanation"] == "Too wide."
    for name, text in words.items():
        with pytest.raises(ContentInvalid, match="in `necessity` why it is given"):
            kinds.validate(REFUSAL | {name: text})


@pytest.mark.parametrize("ground", ["not_held", "", "OTHER", None, 1])
def test_an_unknown_ground_is_refused(ground: Any) -> None:
    assert fields_of(REFUSAL | {"ground": ground}) == {"ground"}


def test_an_unknown_field_is_refused_at_every_depth() -> None:
    assert fields_of(REQUEST | {"colour": "red"}) == {"colour"}
    assert fields_of(REQUEST | {"offence": REQUEST["offence"] | {"colour": "red"}}) == {"offence.colour"}
    assert "subjects.0.names.0.colour" in fields_of(
        REQUEST | {"subjects": [{"type": "person", "names": [{"text": "A", "script": "Latn", "colour": 1}]}]}
    )


def test_every_faulty_field_is_named_at_once() -> None:
    assert fields_of(REQUEST | {"urgency": "soon", "necessity": "", "to_state": "in"}) == {
        "urgency",
        "necessity",
        "to_state",
    }


INVISIBLE = [
    "\u202a",
    "\u202b",
    "\u202c",
    "\u202d",
    "\u202e",
    "\u2066",
    "\u2067",
    "\u2068",
    "\u2069",
    "\u200e",
    "\u200f",
    "\ufeff",
    "\u200b",
    "\u200d",
    "\u2060",
    "\u00ad",
    "\u061c",
    "\x00",
    "\x1b",
    "\r",
    "\x7f",
    "\x85",
]


@pytest.mark.parametrize("char", INVISIBLE, ids=lambda char: f"U+{ord(char):04X}")
def test_a_character_that_a_reader_cannot_see_is_refused(char: str) -> None:
    assert fields_of(named(f"A{char}B")) == {"subjects.0.names.0.text"}
    assert fields_of(REQUEST | {"question": f"A{char}B"}) == {"question"}


def test_half_a_character_is_refused() -> None:
    assert fields_of(named("A\ud800")) == {"subjects.0.names.0.text"}


@pytest.mark.parametrize("name", ["ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "क्‍ष", "محمد", "O’Brien-Łukasz", "x" * 300], ids=lambda name: name[:10])
def test_names_in_several_scripts_and_of_300_characters_are_taken_as_written(name: str) -> None:
    _, content = kinds.validate(named(name))
    assert content["subjects"][0]["names"][0]["text"] == name


@pytest.mark.parametrize(
    "name", ["x" * 301, "x" * 10_000, "", "   ", "two\nlines"], ids=["301", "10000", "empty", "spaces", "two-lines"]
)
def test_a_name_too_long_empty_or_of_two_lines_is_refused(name: str) -> None:
    assert fields_of(named(name)) == {"subjects.0.names.0.text"}


@pytest.mark.parametrize("length", [20_000, 20_001])
def test_a_text_is_bounded_at_20000_characters(length: int) -> None:
    content = REQUEST | {"question": "x" * length}
    if length == 20_000:
        assert kinds.validate(content)
    else:
        assert fields_of(content) == {"question"}


def test_lists_are_bounded() -> None:
    subject = REQUEST["subjects"][0]
    assert kinds.validate(REQUEST | {"subjects": [subject] * 50})
    assert fields_of(REQUEST | {"subjects": [subject] * 51}) == {"subjects"}
    assert fields_of(REQUEST | {"subjects": [subject | {"names": []}]}) == {"subjects.0.names"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("version", "1"), ("version", 2), ("version", 1.0), ("version", True), ("case_ref", "x"), ("case_ref", "CASE-1\n"), ("case_ref", "C" * 65),
     ("to_state", "IND"), ("to_state", "IN\n"), ("from_authority", ""), ("purpose", "Investigation"), ("necessity", None), ("marking", None), ("question", 5),
     ("subjects", None), ("subjects", {}), ("attachments", [1]), ("offence", "Fraud"), ("offence", {"label": "x", "in_law": {}})],
)  # fmt: skip
def test_nothing_is_coerced(name: str, value: Any) -> None:
    assert {field.split(".")[0] for field in fields_of(REQUEST | {name: value})} == {name}


@pytest.mark.parametrize("born", ["1990-02-30", "yesterday", "1990", "", 19900203, []])
def test_a_date_that_is_none_is_refused(born: Any) -> None:
    content = REQUEST | {"subjects": [REQUEST["subjects"][0] | {"born_on": born}]}
    assert fields_of(content) == {"subjects.0.born_on"}


def test_a_doubled_member_is_refused_before_any_schema_sees_it() -> None:
    data = jcs.canonical(REQUEST)
    assert kinds.validate(jcs.parse(data))[1]["urgency"] == "routine"
    with pytest.raises(MalformedJson):
        jcs.parse(data.replace(b'"urgency":"routine"', b'"urgency":"routine","urgency":"urgent"'))


def test_the_test_message_carries_nothing_else() -> None:
    text = "Countersign test message 1. If you read this, sealing, log and receipts work."
    message = {"kind": "note.test", "version": 1, "text": text}
    assert schemas.TestMessage.model_validate(message)
    for wrong in (message | {"text": text + " "}, message | {"more": ""}, message | {"version": 2}):
        with pytest.raises(ValidationError):
            schemas.TestMessage.model_validate(wrong)


@pytest.mark.parametrize(
    "content", [None, [], "x", {}, {"kind": None}, {"kind": []}, {"kind": {}}, {"kind": "reply.all"}]
)
def test_what_is_of_no_known_kind_is_refused(content: Any) -> None:
    with pytest.raises(InvalidInput):
        kinds.validate(content)


@examples(150)
@given(st.sampled_from(sorted(REQUEST)), json_values)
def test_any_value_in_one_field_is_refused_or_taken_exactly(name: str, value: Any) -> None:
    try:
        _, content = kinds.validate(REQUEST | {name: value})
    except CountersignError:
        return
    assert parts.join(parts.split(ITEM, content)) == (ITEM, content)
    assert type(content[name]) is type(value)
