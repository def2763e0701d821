"""What is claimed of the rules, as data beside them: each claim is a condition in the language of the policies."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from countersign.law import grammar, types
from countersign.law.errors import PolicyInvalid
from countersign.law.grammar import Expression
from countersign.law.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Claim:
    """An invariant: no request of these actions is allowed of which the condition holds. A surprise: is there one?"""

    id: str
    says: str
    actions: tuple[str, ...]
    text: str
    condition: Expression


@dataclass(frozen=True, slots=True)
class Claims:
    """`growing`: by action, what may only help if there is more of it. `known`: surprises that are judged, with the reason."""

    invariants: tuple[Claim, ...]
    surprises: tuple[Claim, ...]
    known: dict[str, str]
    growing: dict[str, tuple[str, ...]]


def load(paths: Iterable[Path], vocabulary: Vocabulary) -> Claims:
    """Read the files named `proofs.toml` that exist. Raises PolicyInvalid naming what is wrong in which file."""
    invariants: list[Claim] = []
    surprises: list[Claim] = []
    known: dict[str, str] = {}
    growing: dict[str, tuple[str, ...]] = {}
    for path in (path for path in paths if path.exists()):
        try:
            content = tomllib.loads(path.read_text("utf-8"))
            invariants += [_claim(entry, "never", vocabulary) for entry in content.get("invariants", [])]
            surprises += [_claim(entry, "when", vocabulary) for entry in content.get("surprises", [])]
            known |= {str(entry["id"]): str(entry["why"]) for entry in content.get("known", [])}
            growing |= {action: tuple(names) for action, names in content.get("more_never_harms", {}).items()}
        except (KeyError, TypeError, ValueError) as error:
            raise PolicyInvalid(f"{path.parent.parent.name}/law/{path.name} is malformed: {error}.") from None
    _check_ids([*invariants, *surprises])
    return Claims(tuple(invariants), tuple(surprises), known, growing)


def read_condition(name: str, text: str, vocabulary: Vocabulary) -> Expression:
    """One condition, checked as a policy's is. Raises PolicyInvalid."""
    policies = grammar.parse(f"forbid (principal, action, resource) when {{ {text} }};")
    if len(policies) != 1 or len(policies[0].conditions) != 1:
        raise PolicyInvalid(f"{name} is not one condition.")
    types.check({name: policies[0]}, vocabulary)
    return policies[0].conditions[0][1]


def _claim(entry: dict[str, Any], member: str, vocabulary: Vocabulary) -> Claim:
    name, text = str(entry["id"]), str(entry[member]).strip()
    actions = tuple(entry["actions"])
    if unknown := set(actions) - set(vocabulary.actions) or (not actions and {"none"}):
        raise PolicyInvalid(f"{name} speaks of the action {min(unknown)}, which there is not.")
    return Claim(name, str(entry["says"]), actions, text, read_condition(name, text, vocabulary))


def _check_ids(claims: list[Claim]) -> None:
    names = [claim.id for claim in claims]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise PolicyInvalid(f"two claims have the id {min(doubled)}.")
