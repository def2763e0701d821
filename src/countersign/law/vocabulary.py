"""The attributes a policy may name, from data, and the Cedar schema with enumerated entity types made from them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from countersign.law.errors import AttributeInvalid, PolicyInvalid

Facts = dict[str, Any]
"""Attribute name to bool, str (an enum value) or list of str (a set)."""
STATE_TYPE = "StateV"
_TRUTH = {True: "true", False: "false"}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names and values of all attributes; the same context type serves every action.

    Attributes in `states` share one entity type, so that two of them can be compared in a policy; each keeps its own
    values.
    """

    actions: tuple[str, ...]
    booleans: tuple[str, ...]
    enums: dict[str, tuple[str, ...]]
    sets: dict[str, tuple[str, ...]]
    states: tuple[str, ...]
    _known: dict[str, dict[str, tuple[str, str]]] = field(init=False, repr=False, compare=False)
    _written: dict[tuple[str, str], str] = field(init=False, repr=False, compare=False)
    _names: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Every value of every attribute with its type, looked up at each decision."""
        known = {
            name: {value: (self._type(name), value) for value in values}
            for name, values in (self.enums | self.sets).items()
        }
        object.__setattr__(self, "_known", known)
        object.__setattr__(self, "_names", frozenset({*self.booleans, *known}))
        written = {entity: json.dumps({"type": entity[0], "id": entity[1]}) for entity in self.entities()}
        object.__setattr__(self, "_written", written)

    def schema(self) -> str:
        """The Cedar schema: one enumerated entity type an attribute, one context for all actions. Its text depends on names and
        values alone, not on their order, for it is part of a policy set's version."""
        values: dict[str, list[str]] = {}
        for name, allowed in (self.enums | self.sets).items():
            values.setdefault(self._type(name), []).extend(allowed)
        types = "\n".join(
            f"entity {name} enum {json.dumps(sorted(set(allowed)))};" for name, allowed in sorted(values.items())
        )
        members = [f'"{name}": Bool' for name in self.booleans]
        members += [f'"{name}": {self._type(name)}' for name in self.enums]
        members += [f'"{name}": Set<{self._type(name)}>' for name in self.sets]
        applies = f"appliesTo {{ principal: Authority, resource: Item, context: {{ {', '.join(sorted(members))} }} }}"
        actions = "\n".join(f'action "{name}" {applies};' for name in self.actions)
        return f"entity Authority;\nentity Item;\n{types}\n{actions}\n"

    def type_of(self, name: str) -> str:
        """The type of an attribute: Bool, an entity type, or Set<entity type>. Raises PolicyInvalid for an unknown one."""
        if name in self.booleans:
            return "Bool"
        if name in self.enums:
            return self._type(name)
        if name in self.sets:
            return f"Set<{self._type(name)}>"
        raise PolicyInvalid(f"no attribute is called {name}.")

    def entities(self) -> frozenset[tuple[str, str]]:
        """Every value of every attribute, with its type."""
        return frozenset(entity for known in self._known.values() for entity in known.values())

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON, to be kept beside the policies of a version."""
        return {
            "actions": list(self.actions),
            "booleans": list(self.booleans),
            "enums": {name: list(values) for name, values in self.enums.items()},
            "sets": {name: list(values) for name, values in self.sets.items()},
            "states": list(self.states),
        }

    def typed(self, facts: Facts) -> dict[str, Any]:
        """Facts with their entity types: bool, (type, value), or frozenset of such pairs.

        Raises AttributeInvalid for a missing, unknown or ill-typed one: worst case is no.
        """
        if wrong := self._names ^ set(facts):
            raise AttributeInvalid("an attribute is missing or unknown.", field=min(map(str, wrong)))
        return {name: self._value(name, value) for name, value in facts.items()}

    def typed_some(self, facts: Facts) -> dict[str, Any]:
        """Some of the facts with their entity types. Raises AttributeInvalid for an ill-typed one."""
        return {name: self._value(name, value) for name, value in facts.items()}

    def context_text(self, typed: Mapping[str, Any]) -> str:
        """Typed facts as Cedar reads them, as JSON text: what `context` says, written from parts that are made once."""
        written = self._written
        members = [
            f'"{name}": {written[value]}'
            if type(value) is tuple
            else f'"{name}": {_TRUTH[value]}'
            if type(value) is bool
            else f'"{name}": [{", ".join([written[item] for item in sorted(value)])}]'
            for name, value in typed.items()
        ]
        return "{" + ", ".join(members) + "}"

    def _value(self, name: str, value: Any) -> Any:
        known = self._known.get(name)
        if known is None:
            if type(value) is not bool:
                raise AttributeInvalid("not true or false.", field=name)
            return value
        if name in self.enums:
            return self._entity(name, value, known)
        if not isinstance(value, (list, tuple, set, frozenset)):
            raise AttributeInvalid("not a set.", field=name)
        return frozenset([self._entity(name, item, known) for item in value])

    def _entity(self, name: str, value: Any, known: dict[str, tuple[str, str]]) -> tuple[str, str]:
        found = known.get(value) if isinstance(value, str) else None
        if found is None:
            raise AttributeInvalid("not one of the known values.", field=name, remedy=f"One of: {', '.join(known)}.")
        return found

    def _type(self, name: str) -> str:
        return STATE_TYPE if name in self.states else type_name(name)


def from_json(kept: dict[str, Any]) -> Vocabulary:
    """The vocabulary that `as_json` wrote."""
    enums, sets = ({name: tuple(values) for name, values in kept[part].items()} for part in ("enums", "sets"))
    return Vocabulary(tuple(kept["actions"]), tuple(kept["booleans"]), enums, sets, tuple(kept["states"]))


def context(typed: dict[str, Any]) -> dict[str, Any]:
    """Typed facts as Cedar takes them: entities as {type, id}, sets as lists."""
    return {
        name: value
        if isinstance(value, bool)
        else [{"type": kind, "id": item} for kind, item in sorted(value)]
        if isinstance(value, frozenset)
        else {"type": value[0], "id": value[1]}
        for name, value in typed.items()
    }


def type_name(attribute: str) -> str:
    """The entity type of an attribute: `purpose` becomes `PurposeV`."""
    return f"{attribute.capitalize()}V"


def load(path: Path, *, states: tuple[str, ...]) -> Vocabulary:
    """Read attributes.toml; `states` are the codes of the loaded packs."""
    content = tomllib.loads(path.read_text("utf-8"))
    enums = {name: tuple(values) for name, values in content["enums"].items()}
    beside = content.get("beside_states", {})
    enums |= {name: (*states, *beside.get(name, ())) for name in content["states"]}
    sets = {name: tuple(values) for name, values in content["sets"].items()}
    return Vocabulary(
        tuple(content["actions"]), tuple(content["booleans"]), enums, sets, states=tuple(content["states"])
    )
