"""Forms of one skeleton: which listed form a structure is, said as a report; people decide what a form means in law.

The first block of an InChIKey is the skeleton, the beginning of the second the stereochemistry (InChI Technical Manual,
section on the InChIKey). Ephedrine and pseudoephedrine share the first and differ in the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

NONE: Final = "UHFFFAOY"
"""The second block of a structure without stereochemistry."""
SAME, MIRROR, OPEN, OTHER, ANY = "same", "mirror", "open", "other", "any"
TAUTOMER: Final = "tautomer"


@dataclass(frozen=True, slots=True)
class Form:
    """A listed substance's own form and its mirror image."""

    own: str
    mirror: str


def block(chem: Any, molecule: Any) -> str:
    """The stereochemistry of a molecule, as its InChIKey has it."""
    return str(chem.MolToInchiKey(molecule))[15:23]


def form_of(chem: Any, molecule: Any) -> Form:
    """The form of a listed structure, and the form with every centre inverted."""
    mirrored = chem.Mol(molecule)
    for atom in mirrored.GetAtoms():
        atom.InvertChirality()
    return Form(block(chem, molecule), block(chem, mirrored))


def told(read: str, substances: Iterable[str], forms: Mapping[str, Form]) -> tuple[tuple[str, ...], str]:
    """Of substances with one skeleton those that the form read is, and how it stands to them.

    `same`, `mirror` (the other enantiomer), `open` (the name says no form: all of them), `any` (the list names no form), `other`
    (a form that no list entry has: all of them, for people to look at)."""
    names = tuple(substances)
    if read == NONE:
        return names, OPEN if any(forms[name].own != NONE for name in names) else SAME
    for code, fits in (
        (SAME, [name for name in names if forms[name].own == read]),
        (MIRROR, [name for name in names if forms[name].mirror == read]),
        (ANY, [name for name in names if forms[name].own == NONE]),
    ):
        if fits:
            return tuple(fits), code
    return names, OTHER
