"""One request as unknowns: a boolean is one unknown, an enumeration and a set have one unknown for each value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from countersign.law.errors import PolicyInvalid
from countersign.law.grammar import Ref
from countersign.law.proofs.engine import Formula, solver
from countersign.law.vocabulary import Facts, Vocabulary


@dataclass(frozen=True, slots=True)
class One:
    """Exactly one of some values; each with the formula that it is the one."""

    members: Mapping[Ref, Formula]


@dataclass(frozen=True, slots=True)
class Many:
    """Any number of some values; each with the formula that it is there. What is not listed is not there."""

    members: Mapping[Ref, Formula]


Term = Formula | One | Many
Mark = tuple[str, str]
"""An unknown: its attribute and, but for a boolean, the value it stands for."""


class World:
    """All attributes of a vocabulary as unknowns. With `shared`, only the attributes in `own` are unknowns of this world,
    and all others those of the other."""

    def __init__(
        self, vocabulary: Vocabulary, name: str = "", *, shared: World | None = None, own: Collection[str] = ()
    ) -> None:
        self.z3 = solver()
        self.vocabulary = vocabulary
        self._name = name
        names = [*vocabulary.booleans, *vocabulary.enums, *vocabulary.sets]
        self.terms: dict[str, Term] = {
            attribute: shared.terms[attribute] if shared and attribute not in own else self._unknown(attribute)
            for attribute in names
        }

    def term(self, attribute: str) -> Term:
        """The unknowns of an attribute. Raises PolicyInvalid for one that the vocabulary does not know."""
        if attribute not in self.terms:
            raise PolicyInvalid(f"no attribute is called {attribute}.")
        return self.terms[attribute]

    def members(self, attribute: str) -> dict[str, Formula]:
        """The unknowns of an enumeration or a set, by plain value."""
        return {value: formula for (_, value), formula in self.term(attribute).members.items()}

    def sane(self) -> Formula:
        """Each enumeration has exactly one of its values."""
        exactly = [list(self.terms[name].members.values()) for name in self.vocabulary.enums]
        return self.z3.And([self.z3.And(self.z3.Or(some), self.z3.AtMost(*some, 1)) for some in exactly])

    @cached_property
    def unknowns(self) -> dict[Mark, Formula]:
        """Every unknown by attribute and plain value; a boolean has no value."""
        found: dict[Mark, Formula] = {(name, ""): self.terms[name] for name in self.vocabulary.booleans}
        for name in (*self.vocabulary.enums, *self.vocabulary.sets):
            found |= {(name, value): unknown for value, unknown in self.members(name).items()}
        return found

    def true(self, model: Any) -> set[Mark]:
        """The unknowns that are true in a model of the solver."""
        number = model.eval(self._as_number, model_completion=True).as_long()
        return {mark for place, mark in enumerate(reversed(self.unknowns)) if number >> place & 1}

    def read(self, model: Any) -> Facts:
        """The request that a model of the solver describes: every attribute of the vocabulary with its value."""
        true = self.true(model)
        words = self.vocabulary
        facts: Facts = {name: (name, "") in true for name in words.booleans}
        facts |= {name: next(v for v in values if (name, v) in true) for name, values in words.enums.items()}
        return facts | {name: sorted(v for v in values if (name, v) in true) for name, values in words.sets.items()}

    @cached_property
    def _as_number(self) -> Formula:
        """All unknowns as the bits of one number, for one question to the solver costs as much as another."""
        one, zero = self.z3.BitVecVal(1, 1), self.z3.BitVecVal(0, 1)
        return self.z3.Concat(zero, *(self.z3.If(unknown, one, zero) for unknown in self.unknowns.values()))

    def _unknown(self, attribute: str) -> Term:
        label = f"{self._name}{attribute}"
        kind = self.vocabulary.type_of(attribute)
        if kind == "Bool":
            return self.z3.Bool(label)
        if attribute in self.vocabulary.enums:
            values = self.vocabulary.enums[attribute]
            return One({(kind, value): self.z3.Bool(f"{label} = {value}") for value in values})
        values = self.vocabulary.sets[attribute]
        kind = kind.removeprefix("Set<").removesuffix(">")
        return Many({(kind, value): self.z3.Bool(f"{label} has {value}") for value in values})
