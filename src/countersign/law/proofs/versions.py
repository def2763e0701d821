"""Two versions of one state's policies: whatever the newer allows and the older did not must be named by the newer."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from countersign.law import policies as law_policies
from countersign.law import vocabulary as words
from countersign.law.errors import PolicyInvalid
from countersign.law.policies import PolicySet

FORMAT: Final = "countersign-law-1"
NOTES: Final = "CHANGES.toml"
SHORTEST: Final = 12
"""Digits of a version that a note must at least name."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a change says of itself: these rules, or these new words, allow more than the named older versions did."""

    older: tuple[str, ...]
    rules: frozenset[str]
    words: frozenset[str]
    reason: str

    def is_of(self, version: str) -> bool:
        return any(version.startswith(start) for start in self.older)


def save(sets: dict[str, PolicySet]) -> bytes:
    """Texts and vocabulary of each state's policies as JSON; a text that several states share stands once."""
    texts = sorted({text for policies in sets.values() for text in policies.texts})
    place = {text: number for number, text in enumerate(texts)}
    states = {
        code: {
            "version": policies.version,
            "texts": [place[text] for text in policies.texts],
            "vocabulary": policies.vocabulary.as_json(),
        }
        for code, policies in sorted(sets.items())
    }
    kept = {"format": FORMAT, "states": states, "texts": texts}
    return (json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def restore(data: bytes) -> dict[str, PolicySet]:
    """The policies that `save` wrote, compiled. Raises PolicyInvalid where they are not what they were."""
    try:
        kept: dict[str, Any] = json.loads(data)
        if kept["format"] != FORMAT:
            raise PolicyInvalid(f"the format is {kept['format']}, not {FORMAT}.")
        versions = {code: str(entry["version"]) for code, entry in kept["states"].items()}
        found = {code: _compiled(entry, kept["texts"]) for code, entry in kept["states"].items()}
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise PolicyInvalid(f"this is no file of `law prove --save`: {error!r}.") from None
    for code, policies in found.items():
        if policies.version != versions[code]:
            raise PolicyInvalid(f"the policies of {code} are not those of the version that the file names.")
    return found


def load_notes(paths: Iterable[Path]) -> list[Note]:
    """Read those of the files that exist. Raises PolicyInvalid naming what is wrong."""
    notes: list[Note] = []
    for path in (path for path in paths if path.exists()):
        try:
            entries = tomllib.loads(path.read_text("utf-8")).get("loosens", [])
            notes += [_note(entry) for entry in entries]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise PolicyInvalid(f"{path.parent.parent.name}/law/{path.name} is malformed: {error!r}.") from None
    return notes


def named(notes: Sequence[Note], older: str) -> tuple[frozenset[str], frozenset[str]]:
    """The rules and the words that notes on this older version name."""
    found = [note for note in notes if note.is_of(older)]
    none: frozenset[str] = frozenset()
    return none.union(*(note.rules for note in found)), none.union(*(note.words for note in found))


def _note(entry: dict[str, Any]) -> Note:
    older, rules, new_words = (_texts(entry.get(name, [])) for name in ("from", "rules", "words"))
    note = Note(tuple(older), frozenset(rules), frozenset(new_words), str(entry["reason"]))
    if not older or any(len(start) < SHORTEST for start in older):
        raise PolicyInvalid(f"a note in {NOTES} needs `from`: at least {SHORTEST} digits of each older version.")
    if not note.reason.strip() or not note.rules | note.words:
        raise PolicyInvalid(f"a note in {NOTES} needs a reason, and the rules or words that it is about.")
    return note


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise PolicyInvalid(f"`from`, `rules` and `words` of a note in {NOTES} are lists of texts.")
    return value


def _compiled(entry: dict[str, Any], texts: list[str]) -> PolicySet:
    return law_policies.compile_texts(
        [texts[number] for number in entry["texts"]], words.from_json(entry["vocabulary"])
    )
