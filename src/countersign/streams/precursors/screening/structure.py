"""Structures: a systematic name read by OPSIN in a warm helper, cleaned by RDKit, and compared by skeleton and class.

Both are extras. Without Java, py2opsin or RDKit this layer is off, the others run, and every result says so. Salts, solvates and
charges fall before the comparison; the stereo form is reported. A class rule only ever opens a review, for class-wide wording
(Canada, SOR/2019-120, 2023-102, 2024-98) is a legal judgement.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import IO, Any, Final

from countersign.kernel.errors import InvalidInput
from countersign.streams.precursors.screening import lists
from countersign.streams.precursors.screening.engine import Found
from countersign.streams.precursors.screening.lists import Substance
from countersign.streams.precursors.screening.stereo import NONE, TAUTOMER, Form, block, form_of, told

_LIKELY: Final = re.compile(
    r"\d[,'\d]*-|piperid|phenyl|propan|dioxol|oxiran|amine\b|amin\b|[a-z]one\b|\bacid\b|glycid|anilin|hydrochloride|ergolin|benz"
)
"""Signs of a systematic name; without one OPSIN is not asked."""
_LOCANT: Final = re.compile(r"(?<![a-z])n(?=[\d,'-])|(?<![a-z])o(?=-)")
_CUT: Final = re.compile(
    r"\s\([a-z ]+\)$|\b(?:technical|lab(?:oratory)?|lr|ar|cp|acs|reagent|analytical|industrial|commercial|pure|purity|grade|"
    r"for|in|lot|batch|ref(?:erence)?|order|invoice|quality|drums?|bottles?|pharma|chemical|product|produit|min|approx|content|"
    r"assay|hs|as per|sample|samples|powder|solid|liquid|export|x)\b.*|\s[-–]\s.*|[;].*|,\s.*|\d+(?:\.\d+)?\s*%.*"
)
_HEAD: Final = re.compile(
    r"^(?:[\s'\"«(]*)(?:(?:supply|shipment|consignment|import|export|sale) of|chemicals?|industrial|technical|product|goods|"
    r"reagent|item|\d+\s*(?:x|drums?|kg)\b)[\s:,-]*"
)
_PRIME: Final = re.compile(r"[′’`´]")
CLASSES: Final = {
    "4-AP": "[#6]1[#6][#7][#6][#6][#6]1[NX3;H1,H0]c",
    "4-piperidone": "O=C1CC[NX3]CC1",
    "P-2-P": "c1ccccc1[CX4;H1,H2][CX3](=O)[CH3]",
    "MDP-2-P": "c1cc2OCOc2cc1[CX4;H1,H2][CX3](=O)[CH3]",
}
"""Class rules as SMARTS, the more special first; each stands for the class-wide wording about one listed substance."""
_ORDER: Final = ("MDP-2-P", "4-AP", "4-piperidone", "P-2-P")
TAUTOMERS: Final = 100


class Opsin:
    """The name reader as a helper process that stays warm. Lines in, SMILES out, in the same order."""

    def __init__(self, jar: Path) -> None:
        self._jar, self._lock = jar, Lock()
        self._process: subprocess.Popen[str] | None = None

    def read(self, names: Sequence[str]) -> list[str]:
        """A SMILES for each name, empty where it cannot be read. A helper that dies is started again once."""
        if not names:
            return []
        with self._lock:
            for _ in range(2):
                try:
                    return self._ask(names)
                except (OSError, ValueError):
                    self.close()
        return ["" for _ in names]

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            _pipe(self._process.stdin).close()
            _pipe(self._process.stdout).close()
            self._process = None

    def _ask(self, names: Sequence[str]) -> list[str]:
        process = self._running()
        sent, got = _pipe(process.stdin), _pipe(process.stdout)
        answers = []
        for begin in range(0, len(names), 64):
            portion = names[begin : begin + 64]
            sent.write("".join(f"{' '.join(name.split())}\n" for name in portion))
            sent.flush()
            for _ in portion:
                line = got.readline()
                if not line:
                    raise ValueError("the name reader ended")
                answers.append(line.strip())
        return answers

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            java = shutil.which("java")
            if java is None:
                raise OSError("no Java")
            self._process = subprocess.Popen(
                [java, "-Xmx256m", "-XX:+UseSerialGC", "-jar", str(self._jar), "-osmi"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
            )  # fmt: skip
        return self._process


class Structures:
    """Names to listed substances by structure."""

    off: tuple[str, ...] = ()

    def __init__(self, opsin: Opsin, known: Iterable[Substance], *, classes: bool = True) -> None:
        from rdkit import Chem, RDLogger
        from rdkit.Chem.MolStandardize import rdMolStandardize
        from rdkit.Chem.rdMolDescriptors import CalcMolFormula

        self._formula = CalcMolFormula
        RDLogger.DisableLog("rdApp.*")  # type: ignore[attr-defined]  # made at run time
        self._chem, self._opsin = Chem, opsin
        self._enumerator = rdMolStandardize.TautomerEnumerator()
        self._enumerator.SetMaxTautomers(TAUTOMERS)
        self._classes = {name: Chem.MolFromSmarts(CLASSES[name]) for name in (_ORDER if classes else ())}
        self._skeletons: dict[str, tuple[str, ...]] = {}
        self._tautomers: dict[str, tuple[str, ...]] = {}
        self._forms: dict[str, Form] = {}
        self._formulas: set[str] = set()
        for one in known:
            self._learn(one)
        self._cached = lru_cache(maxsize=65_536)(self._look)

    def resolve(self, folded: Sequence[str]) -> list[Found | None]:
        """For each text what it is by structure, or None. Names are read in one go."""
        asked = [_name_in(text) if _LIKELY.search(text) else "" for text in folded]
        distinct = [name for name in dict.fromkeys(asked) if name]
        smiles = dict(zip(distinct, self._opsin.read(distinct), strict=True))
        return [self._cached(name, smiles[name]) if name and smiles[name] else None for name in asked]

    def close(self) -> None:
        self._opsin.close()

    def _learn(self, one: Substance) -> None:
        """A listed substance by its skeleton, by that of its main tautomer, and its stereochemistry."""
        molecule = self._parent(one.smiles) if one.smiles else None
        own = {one.skeleton, self._skeleton_of(molecule)} - {""}
        for skeleton in own:
            self._skeletons[skeleton] = (*self._skeletons.get(skeleton, ()), one.key)
        tautomer = self._skeleton_of(self._main_tautomer(molecule))
        if tautomer and tautomer not in own:
            self._tautomers[tautomer] = (*self._tautomers.get(tautomer, ()), one.key)
        if molecule is not None:
            self._formulas.add(self._formula(molecule))
        self._forms[one.key] = Form(NONE, NONE) if molecule is None else form_of(self._chem, molecule)

    def _look(self, name: str, smiles: str) -> Found | None:
        molecule = self._parent(smiles)
        if molecule is None:
            return None
        skeleton = self._skeleton_of(molecule)
        if skeleton in self._skeletons:
            named, form = told(block(self._chem, molecule), self._skeletons[skeleton], self._forms)
            return Found(name, substances=named, form=form)
        alike = self._formula(molecule) in self._formulas  # tautomers have one formula; looking for them takes long
        tautomer = self._skeleton_of(self._main_tautomer(molecule)) if alike else ""
        listed = self._skeletons.get(tautomer) or self._tautomers.get(tautomer)
        if listed:
            return Found(name, substances=listed, form=TAUTOMER)
        for rule, pattern in self._classes.items():
            if molecule.HasSubstructMatch(pattern):
                return Found(name, rule=rule)
        return Found(name)

    def _skeleton_of(self, molecule: Any | None) -> str:
        """The first block of the InChIKey: no stereo. Of nothing, nothing."""
        return "" if molecule is None else str(self._chem.MolToInchiKey(molecule))[:14]  # type: ignore[no-untyped-call]

    def _main_tautomer(self, molecule: Any | None) -> Any | None:
        """The same for keto and enol and for wandering hydrogens."""
        if molecule is None:
            return None
        try:
            return self._enumerator.Canonicalize(molecule)
        except (RuntimeError, ValueError):
            return None

    def _parent(self, smiles: str) -> Any | None:
        """The largest fragment, uncharged."""
        from rdkit.Chem.MolStandardize import rdMolStandardize

        molecule = self._chem.MolFromSmiles(smiles)
        if molecule is None:
            return None
        try:
            parent = rdMolStandardize.FragmentParent(molecule)
            return rdMolStandardize.Uncharger().uncharge(parent)
        except (RuntimeError, ValueError):
            return None


def proofread(known: Iterable[Substance]) -> None:
    """Raise InvalidInput where a substance's structure cannot be read or disagrees with its formula or its key. Needs RDKit."""
    from rdkit import Chem
    from rdkit.Chem.rdMolDescriptors import CalcMolFormula

    for one in known:
        if not one.smiles:
            continue
        molecule = Chem.MolFromSmiles(one.smiles)
        if molecule is None:
            raise InvalidInput(f"{one.key}: the structure cannot be read.", field="smiles")
        if one.formula and CalcMolFormula(molecule) != one.formula:
            raise InvalidInput(f"{one.key}: the structure is {CalcMolFormula(molecule)}.", field="formula")
        key = str(Chem.MolToInchiKey(molecule))[:14]  # type: ignore[no-untyped-call]
        if one.skeleton and key != one.skeleton:
            raise InvalidInput(f"{one.key}: the structure has the key {key}.", field="inchikey")


def start() -> Structures | None:
    """The layer on the shipped lists with a helper of its own; None where Java, py2opsin's jar or RDKit is missing."""
    return None if missing() else Structures(Opsin(_jar()), lists.shipped().substances.values())


def of(substances: Iterable[Substance], *, classes: bool = True) -> Structures | None:
    """The layer for these substances, with the class rules or without; all share one helper of the process."""
    return None if missing() else Structures(_shared(), substances, classes=classes)


def skeleton_of(smiles: str) -> str:
    """The first block of the InChIKey of a structure, salts and charges off. Needs RDKit; empty where it cannot be read."""
    from rdkit import Chem
    from rdkit.Chem.MolStandardize import rdMolStandardize

    molecule = Chem.MolFromSmiles(smiles)
    if molecule is None:
        return ""
    parent = rdMolStandardize.Uncharger().uncharge(rdMolStandardize.FragmentParent(molecule))
    return str(Chem.MolToInchiKey(parent))[:14]  # type: ignore[no-untyped-call]


@lru_cache(maxsize=1)
def _shared() -> Opsin:
    return Opsin(_jar())


def missing() -> tuple[str, ...]:
    """What would have to be installed for this layer."""
    found = [] if shutil.which("java") else ["java"]
    found += [name for name in ("rdkit", "py2opsin") if importlib.util.find_spec(name) is None]
    return tuple(found)


def _jar() -> Path:
    spec = importlib.util.find_spec("py2opsin")
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob("opsin-cli-*.jar"))


def _name_in(folded: str) -> str:
    """The part of a description that may be a systematic name, with N and O for the locants that lower case has hidden."""
    text = _HEAD.sub("", _PRIME.sub("'", folded)).strip(" '\"«»")
    text = _CUT.sub("", text).strip(" ,.-:'\"«»")
    if not 6 <= len(text) <= 160 or not text.isascii():
        return ""
    return _LOCANT.sub(lambda match: match.group().upper(), text)


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream
