"""C2SP signed notes are parsed strictly: one text has one set of bytes."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from countersign.kernel.errors import CountersignError
from countersign.ledger.core import notes
from countersign.ledger.core.notes import SignatureLine, SignedNote
from countersign.ledger.errors import NoteMalformed

LINE = "— ca.example/x AAAAAGFiYw==\n"
lines = st.builds(
    SignatureLine,
    st.text(st.characters(min_codepoint=33, max_codepoint=0x2000, exclude_characters="+\x7f", exclude_categories=("Cc", "Zs", "Cs")), min_size=1, max_size=10),
    st.binary(min_size=4, max_size=4),
    st.binary(min_size=1, max_size=30),
)  # fmt: skip
texts = st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12), min_size=1, max_size=4)


@examples(150)
@given(texts, st.lists(lines, min_size=1, max_size=4))
def test_a_note_that_was_written_is_read_back(text: list[str], signed: list[SignatureLine]) -> None:
    note = SignedNote("\n".join(text) + "\n", tuple(signed))
    assert notes.parse(note.render()) == note


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        (f"text\n{LINE}", "no empty line"),
        ("text\n\n", "no signature"),
        (f"text\n\n{LINE[:-1]}", "no newline at the end"),
        (f"text\n\n{LINE}\n", "an empty line at the end"),
        (f"text\n\n{LINE}more\n", "a line that is no signature"),
        (f"text\n\n-{LINE[1:]}", "a hyphen for the dash"),
        (f"text\n\n–{LINE[1:]}", "an en dash"),
        (f"text\n\n {LINE}", "a space before the dash"),
        ("text\n\n—  AAAAAGFiYw==\n", "an empty name"),
        ("text\n\n— a+b AAAAAGFiYw==\n", "a plus sign in the name"),
        ("text\n\n— a\u00a0b AAAAAGFiYw==\n", "a no-break space in the name"),
        ("text\n\n— a AAAAAGFiYw\n", "no padding"),
        ("text\n\n— a AAAAAGFiYx==\n", "stray bits in the base64"),
        ("text\n\n— a AAAAAGFiYw==\t\n", "a tab"),
        ("text\n\n— a AAAAAGFi Yw==\n", "a space in the base64"),
        ("text\n\n— a AAAAAGFiYw===\n", "too much padding"),
        ("text\n\n— a AAAAAGFi_w==\n", "URL-safe base64"),
        ("text\n\n— a AAAAAA==\n", "an empty signature"),
        ("text\n\n— a\n", "no base64"),
        (f"te\rxt\n\n{LINE}", "a carriage return"),
        (f"te\x00xt\n\n{LINE}", "a zero byte"),
        (f"te\x85xt\n\n{LINE}", "a C1 control"),
        (f"text\n\n{LINE * 17}", "seventeen signatures"),
        ("", "nothing"),
    ],
    ids=lambda text: text.replace(" ", "-") if text and "\n" not in text else "",
)
def test_a_malformed_note_is_refused(data: str, flaw: str) -> None:
    with pytest.raises(NoteMalformed):
        notes.parse(data.encode())


def test_a_note_that_is_not_utf8_or_too_long_is_refused() -> None:
    for data in (b"te\xff\n\n" + LINE.encode(), b"x" * notes.MAX_BYTES + b"\n\n" + LINE.encode()):
        with pytest.raises(NoteMalformed):
            notes.parse(data)


def test_sixteen_signatures_are_read() -> None:
    assert len(notes.parse(f"text\n\n{LINE * 16}".encode()).lines) == 16


def test_an_empty_line_inside_the_text_belongs_to_the_text() -> None:
    assert notes.parse(f"one\n\ntwo\n\n{LINE}".encode()).text == "one\n\ntwo\n"


@examples(300)
@given(st.binary(max_size=80) | texts.map(lambda parts: ("\n".join(parts) + "\n\n" + LINE).encode()))
def test_whatever_is_accepted_renders_to_the_same_bytes(data: bytes) -> None:
    try:
        note = notes.parse(data)
    except CountersignError:
        return
    assert note.render() == data


@examples(200)
@given(st.binary(max_size=60), st.integers(0, 255))
def test_base64_has_one_form(raw: bytes, stray: int) -> None:
    blob = base64.b64encode(raw).decode()
    assert notes.canonical_base64(blob) == raw
    place = stray % (len(blob) + 1)
    for wrong in (blob + "=", blob + "\n", blob[:place] + " " + blob[place:], blob[:place] + "é" + blob[place:]):
        with pytest.raises(NoteMalformed):
            notes.canonical_base64(wrong)


def test_a_key_id_depends_on_name_kind_and_key() -> None:
    ids = {notes.key_id(name, kind, key) for name in ("a", "b") for kind in (1, 4, 6) for key in (b"k", b"l")}
    assert len(ids) == 12
