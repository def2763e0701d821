"""The attributes a policy may name, from data, and the Cedar schema with enumerated entity types made from them."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from countersign.law.errors import AttributeInvalid

Facts = dict[str, Any]
"""Attribute name to bool, str (an enum value) or list of str (a set)."""
STATE_TYPE = "StateV"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names and values of all attributes; the same context type serves every action.

    Attributes in `states` share one entity type, so that two of them can be equal in a policy.
    """

    actions: tuple[str, ...]
    booleans: tuple[str, ...]
    enums: dict[str, tuple[str, ...]]
    sets: dict[str, tuple[str, ...]]
    states: tuple[str, ...]

    def schema(self) -> str:
        """The Cedar schema: one enumerated entity type an attribute, one context for all actions."""
        types = "\n".join(
            f"entity {name} enum {values};"
            for name, values in sorted(
                {self._type(name): json.dumps(values) for name, values in (self.enums | self.sets).items()}.items()
            )
        )
        members = [f'"{name}": Bool' for name in self.booleans]
        members += [f'"{name}": {self._type(name)}' for name in self.enums]
        members += [f'"{name}": Set<{self._type(name)}>' for name in self.sets]
        applies = f"appliesTo {{ principal: Authority, resource: Item, context: {{ {', '.join(members)} }} }}"
        actions = "\n".join(f'action "{name}" {applies};' for name in self.actions)
        return f"entity Authority;\nentity Item;\n{types}\n{actions}\n"

    def context(self, facts: Facts) -> dict[str, Any]:
        """Facts as Cedar context. Raises AttributeInvalid for a missing, unknown or ill-typed one: worst case is no."""
        expected = {*self.booleans, *self.enums, *self.sets}
        if wrong := expected ^ set(facts):
            raise AttributeInvalid("an attribute is missing or unknown.", field=min(map(str, wrong)))
        return {name: self._value(name, value) for name, value in facts.items()}

    def _value(self, name: str, value: Any) -> Any:
        if name in self.booleans:
            if type(value) is not bool:
                raise AttributeInvalid("not true or false.", field=name)
            return value
        if name in self.enums:
            return self._entity(name, value, self.enums[name])
        if not isinstance(value, (list, tuple, set, frozenset)):
            raise AttributeInvalid("not a set.", field=name)
        return [self._entity(name, item, self.sets[name]) for item in sorted(value, key=repr)]

    def _entity(self, name: str, value: Any, allowed: tuple[str, ...]) -> dict[str, str]:
        if value not in allowed:
            raise AttributeInvalid("not one of the known values.", field=name, remedy=f"One of: {', '.join(allowed)}.")
        return {"type": self._type(name), "id": value}

    def _type(self, name: str) -> str:
        return STATE_TYPE if name in self.states else type_name(name)


def type_name(attribute: str) -> str:
    """The entity type of an attribute: `purpose` becomes `PurposeV`."""
    return f"{attribute.capitalize()}V"


def load(path: Path, *, states: tuple[str, ...]) -> Vocabulary:
    """Read attributes.toml; `states` are the codes of the loaded packs."""
    content = tomllib.loads(path.read_text("utf-8"))
    enums = {name: tuple(values) for name, values in content["enums"].items()}
    enums |= dict.fromkeys(content["states"], states)
    sets = {name: tuple(values) for name, values in content["sets"].items()}
    return Vocabulary(
        tuple(content["actions"]), tuple(content["booleans"]), enums, sets, states=tuple(content["states"])
    )
