"""The words around a name: what negates it, what packs, weighs and grades it, and what says nothing about the goods."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from countersign.charter import packs
from countersign.streams.precursors.screening import text

FREE_AFTER: Final = frozenset(
    {"base", "flowing", "acid", "sample", "samples", "of", "from", "on", "trade", "zone", "shipment"}
)
"""«free» before these negates nothing that stands before it: free base, free flowing, free of charge."""
_TIES: Final = frozenset(
    [
        "के",
        "का",
        "की",
        "से",
        "तोਂ",
        "ਤੋਂ",
        "ਦੇ",
        "ਦੀ",
        "ਦਾ",
        "ke",
        "ka",
        "ki",
        "se",
        "is",
        "are",
        "was",
        "content",
        "contents",
        "level",
        "-",
        "मात्रा",
    ]
)
"""Words that may stand between a name and what negates it after it."""
AFTER: Final = frozenset(
    [
        "free",
        "less",
        "absent",
        "nil",
        "none",
        "nought",
        "excluded",
        "rahit",
        "mukt",
        "bina",
        "bagair",
        "bagairah",
        "nahi",
        "nahin",
        "vihin",
        "shunya",
        "absente",
        "absents",
        "exclu",
        "exclue",
        "neant",
        "रहित",
        "मुक्त",
        "बिना",
        "बगैर",
        "नहीं",
        "विहीन",
        "हीन",
        "शून्य",
        "अनुपस्थित",
        "ਰਹਿਤ",
        "ਮੁਕਤ",
        "ਬਿਨਾਂ",
        "ਬਿਨਾ",
        "ਬਗੈਰ",
        "ਬਗ਼ੈਰ",
        "ਨਹੀਂ",
        "ਵਿਹੂਣਾ",
        "ਹੀਣ",
        "ਸਿਫ਼ਰ",
        "ਗੈਰਹਾਜ਼ਰ",
    ]
)
"""Words that negate what stands before them."""
_NOT_THERE: Final = re.compile(
    r"^(?:is |are |was )?not (?:present|detected|included|contained|added|used|found|allowed)"
    r"|^non (?:detecte|present|inclus|ajoute)"
)
_HAN_AFTER: Final = (
    "零添加",
    "零",
    "未检出",
    "未檢出",
    "以外",
    "除外",
    "不含",
    "不存在",
    "免",
    "没有",
    "沒有",
    "不使用",
)
_HAN_BEFORE: Final = (
    "不含",
    "无",
    "無",
    "未添加",
    "不添加",
    "不加",
    "零",
    "非",
    "免",
    "没有",
    "沒有",
    "不包含",
    "不使用",
    "未使用",
    "不得含",
    "去除",
    "除去",
    "替代",
    "代替",
)
BEFORE: Final = frozenset(
    [
        "without",
        "w/o",
        "sans",
        "non",
        "no",
        "not",
        "zero",
        "nil",
        "minus",
        "excluding",
        "except",
        "lacking",
        "devoid",
        "absence",
        "exempt",
        "exempte",
        "exempts",
        "exemptes",
        "depourvu",
        "depourvue",
        "zero",
        "hors",
        "aucun",
        "aucune",
        "pas",
        "ni",
        "nor",
        "free",
        "libre",
        "alternative",
        "replaces",
        "replacement",
        "substitute",
        "substitut",
        "remplace",
        "instead",
        "never",
        "बिना",
        "बगैर",
        "शून्य",
        "विना",
        "ਬਿਨਾਂ",
        "ਬਿਨਾ",
        "ਬਗੈਰ",
        "ਬਗ਼ੈਰ",
        "ਸਿਫ਼ਰ",
        "bina",
        "bagair",
        "shunya",
    ]
)
"""Words that negate what stands after them, in the same noun phrase."""
_LINKS: Final = frozenset(
    [
        "of",
        "from",
        "de",
        "d",
        "du",
        "des",
        "la",
        "le",
        "l",
        "les",
        "any",
        "all",
        "added",
        "added",
        "contain",
        "contains",
        "containing",
        "contenir",
        "contient",
        "contenant",
        "content",
        "and",
        "or",
        "nor",
        "et",
        "ou",
        "ni",
        "for",
        "to",
        "a",
        "au",
        "aux",
        "this",
        "traces",
        "trace",
        "residual",
        "either",
        "other",
        "than",
        "in",
        "the",
        "या",
        "और",
        "व",
        "ਜਾਂ",
        "ਅਤੇ",
        "ਤੇ",
        "ya",
        "aur",
    ]
)
"""Words that may stand between a negation and what it negates."""
_YES: Final = frozenset(["with", "avec", "containing", "contenant", "including", "plus"])
_HAN: Final = re.compile("[\u3400-\u9fff]")
_VAGUE_HAN: Final = frozenset(
    [
        "化工产品",
        "化工產品",
        "化学品",
        "化學品",
        "化学",
        "化學",
        "试剂",
        "試劑",
        "原料",
        "中间体",
        "中間體",
        "有机",
        "有機",
        "无机",
        "無機",
        "化合物",
        "用",
        "级",
        "級",
        "桶",
        "含量",
        "工业",
        "工業",
        "实验室",
        "實驗室",
        "溶剂",
        "溶劑",
        "液体",
        "液體",
        "粉末",
        "粉",
        "品",
        "货物",
        "貨物",
        "等",
    ]
)
_HAN_CHEMISTRY: Final = re.compile(
    "化[学學]|化工|[试試][剂劑]|中[间間][体體]|生物[碱鹼]|[溶][剂劑]|[胺酮酸醇腈醛酯酐]$"
)
_WORD: Final = re.compile(r"[^\W_]+(?:[\u0900-\u097f\u0a00-\u0a7f]+)*|[\u0900-\u097f\u0a00-\u0a7f]+")


@dataclass(frozen=True, slots=True)
class Around:
    """`before`: negations of one to three words, longest first; `idle`: words that name no goods."""

    before: tuple[str, ...]
    idle: frozenset[str]
    counter_ions: frozenset[str]
    han: tuple[str, ...]


@lru_cache(maxsize=1)
def shipped() -> Around:
    return load(packs.common_folder() / "precursors")


def load(folder: Path) -> Around:
    """Read the tables of words and of counter-ions."""
    negations, idle = set[str](), set[str]()
    for row in _rows(folder / "words.csv"):
        word = text.fold(row["word"]).strip(" -")
        (negations if row["role"] == "negation" else idle).add(word)
    ions = {text.fold(row["word"]) for row in _rows(folder / "salts.csv")}
    stems = {
        word.removesuffix(end)
        for word in negations
        for end in (" de", " d'", " of", " from", " du")
        if word.endswith(end)
    }
    before = sorted(
        (negations | stems) - AFTER - BEFORE - {"free", "less", "0%"} | {"free of", "free from"}, key=len, reverse=True
    )
    plain = {part for word in idle for part in split(word)}
    han = sorted((word for word in plain | _VAGUE_HAN if _HAN.search(word)), key=len, reverse=True)
    return Around(tuple(before), frozenset(plain | _VAGUE), frozenset(ions), tuple(han))


def split(folded: str) -> list[str]:
    """The words of a folded text, signs of Indian scripts with their letters."""
    return _WORD.findall(folded)


def negated(folded: str, begin: int, end: int, around: Around) -> bool:
    """Whether what stands at folded[begin:end] is said not to be there, in the same noun phrase."""
    clause = re.split(r",(?!\d)|[;:/(]", folded[max(0, begin - 60) : begin])[-1]
    after = folded[end : end + 40]
    return _before(clause, around) or _after(after)


def _before(clause: str, around: Around) -> bool:
    """A negation before it, with nothing between but links and other names that are negated with it."""
    bare = clause.rstrip(" -'")
    if bare.endswith(_HAN_BEFORE) or any(_ends_with(bare, word) for word in around.before):
        return True
    passed = 0
    for word in reversed(split(clause.replace("'", " "))):
        if word in BEFORE and (passed == 0 or word not in ("no", "non", "not", "pas", "ni")):
            return True
        if word in BEFORE and passed <= 1:
            return True
        if word in _YES or passed > 3:
            return False
        passed += word not in _LINKS
    return bool(re.search(r"(?<![\d.,])0 ?(?:%|percent|pour cent)\s*(?:d'|de |du |of )?$", clause))


def _after(after: str) -> bool:
    """A negation after it, with nothing between but ties."""
    if after.lstrip(" -:").startswith(_HAN_AFTER):
        return True
    if after[:1] in ",;/(":
        return False
    plain = after.lstrip(" -:")
    if _NOT_THERE.match(plain):
        return True
    for place, word in enumerate(following := split(plain)[:4]):
        if word in AFTER:
            return not (word == "free" and following[place + 1 : place + 2] and following[place + 1] in FREE_AFTER)
        if word not in _TIES:
            return False
    return False


def _ends_with(before: str, word: str) -> bool:
    if not before.endswith(word):
        return False
    left = before[: -len(word)]
    return not word.isascii() or not left or not (left[-1].isalnum() or left[-1] in ".,")


CHEMISTRY: Final = frozenset(
    [
        "chemical",
        "chemicals",
        "chimique",
        "chimiques",
        "compound",
        "compounds",
        "compose",
        "composes",
        "reagent",
        "reagents",
        "reactif",
        "reactifs",
        "intermediate",
        "intermediates",
        "ketone",
        "ketones",
        "cetone",
        "cetones",
        "acid",
        "acids",
        "acide",
        "acides",
        "amine",
        "amines",
        "amino",
        "nitrile",
        "nitriles",
        "amide",
        "amides",
        "anhydride",
        "anhydrides",
        "alkaloid",
        "alkaloids",
        "alcaloide",
        "alcaloides",
        "ester",
        "esters",
        "ether",
        "ethers",
        "aldehyde",
        "aldehydes",
        "lactone",
        "oxidising",
        "oxidizing",
        "oxidiser",
        "oxidizer",
        "oxydant",
        "oxidant",
        "aromatic",
        "aromatique",
        "heterocyclic",
        "heterocyclique",
        "cyclic",
        "cyclique",
        "solvent",
        "solvents",
        "solvant",
        "hydrocarbon",
        "hydrocarbons",
        "halide",
        "halides",
        "peroxide",
        "derivative",
        "derivatives",
        "epoxide",
        "imine",
        "diol",
        "polyol",
        "heterocycle",
        "monocarboxylic",
        "carboxylic",
        "benzodioxole",
        "ergot",
        "रसायन",
        "रासायनिक",
        "विलायक",
        "अम्ल",
        "अभिकर्मक",
        "ਰਸਾਇਣ",
        "ਰਸਾਇਣਕ",
        "ਘੋਲਕ",
        "ਤੇਜ਼ਾਬ",
        "rasayan",
        "rasayanik",
    ]
)
"""Words of whole families of chemicals: a line of these may well be what its code says."""


def is_chemistry(folded: str) -> bool:
    """Whether the text speaks of chemicals by their family."""
    return any(word in CHEMISTRY for word in split(folded)) or bool(_HAN_CHEMISTRY.search(folded))


def is_idle(folded: str, around: Around) -> bool:
    """Whether nothing in the text names goods: packing, numbers, grades, and words that fit anything."""
    return all(_idle(word, around) for word in split(folded))


def _idle(word: str, around: Around) -> bool:
    if word in around.idle or any(char.isdigit() for char in word) or (len(word) < 3 and word.isascii()):
        return True
    if not _HAN.search(word):
        return False
    for known in around.han:
        word = word.replace(known, "")
    return not _HAN.search(word)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


_VAGUE: Final = frozenset(
    [
        "chemical",
        "chemicals",
        "chem",
        "substance",
        "product",
        "products",
        "produit",
        "chimique",
        "produits",
        "chimiques",
        "matiere",
        "premiere",
        "raw",
        "material",
        "materials",
        "intermediate",
        "intermediates",
        "intermediaire",
        "organic",
        "organique",
        "inorganic",
        "compound",
        "compounds",
        "compose",
        "reagent",
        "reagents",
        "reactif",
        "research",
        "laboratory",
        "laboratoire",
        "industrial",
        "industriel",
        "industrie",
        "technical",
        "technique",
        "synthesis",
        "synthese",
        "fine",
        "speciality",
        "specialty",
        "unspecified",
        "nes",
        "goods",
        "sample",
        "samples",
        "powder",
        "liquid",
        "liquide",
        "solid",
        "crystals",
        "crystalline",
        "poudre",
        "solvent",
        "solvant",
        "amine",
        "ketone",
        "cetone",
        "acid",
        "acide",
        "mineral",
        "alkaloid",
        "alcaloide",
        "salt",
        "sel",
        "oxidising",
        "oxidizing",
        "aromatic",
        "aromatique",
        "heterocyclic",
        "heterocyclique",
        "cyclic",
        "cyclique",
        "ester",
        "ether",
        "nitrile",
        "amide",
        "amido",
        "anhydride",
        "secondary",
        "primary",
        "tertiary",
        "vegetable",
        "vegetal",
        "pharma",
        "pharmaceutical",
        "fuming",
        "strong",
        "volatile",
        "low",
        "medium",
        "aliphatic",
        "alicyclic",
        "lactone",
        "diol",
        "polyol",
        "halogenated",
        "brominated",
        "chlorinated",
        "fluorinated",
        "oxidant",
        "oxidiser",
        "oxidizer",
        "reducing",
        "agent",
        "catalyst",
        "precursor",
        "building",
        "block",
        "bulk",
        "drug",
        "excipient",
        "flavouring",
        "flavoring",
        "extract",
        "alkaloids",
        "anhydrous",
        "glacial",
        "concentrated",
        "dilute",
        "dilution",
        "solution",
        "aqueous",
        "water",
        "clear",
        "colour",
        "color",
        "odour",
        "odor",
        "pungent",
        "sweet",
        "crystal",
        "flakes",
        "granules",
        "lumps",
        "ketonic",
        "carbonyl",
        "nitrogenous",
        "hydroxy",
        "carboxy",
        "unsaturated",
        "saturated",
        "monobasic",
        "dibasic",
        "acyclic",
        "epoxide",
        "glycol",
        "imine",
        "amines",
        "ketones",
        "acids",
        "ethers",
        "esters",
        "nitriles",
        "amides",
        "distillate",
        "cyclical",
        "aromatics",
        "ketone-type",
        "salts",
        "bases",
        "liquids",
        "solids",
        "powders",
        "substances",
        "halides",
        "anhydrides",
        "aldehydes",
        "alcohols",
        "alcool",
        "cetones",
        "aromatiques",
        "liquides",
        "vegetaux",
        "sels",
        "oxydant",
        "violet",
        "violette",
        "mineral",
        "mineraux",
        "fumant",
        "azote",
        "oxygene",
        "incolore",
        "blanc",
        "blanche",
        "brut",
        "special",
        "pharmaceutique",
        "pharmaceutiques",
        "usage",
        "divers",
        "autre",
        "other",
        "others",
        "unknown",
        "unnamed",
        "assorted",
        "various",
        "item",
        "items",
        "product(s)",
        "structure",
        "molecule",
        "molecular",
        "weight",
        "formula",
        "functional",
        "bearing",
        "substituted",
        "non-substituted",
        "mono",
        "di",
        "tri",
        "cycle",
        "active",
        "principle",
        "apis",
        "hydrogen",
        "sulphur",
        "sulfur",
        "carbon",
        "manganese",
        "potassium",
        "sodium",
        "metal",
        "metallic",
        "element",
        "elemental",
        "monoxide",
        "phenol",
        "phenolic",
        "phenyl",
        "benzyl",
        "ring-type",
        "heterocycle",
        "heterocycles",
        "oil",
        "oils",
        "oily",
        "resin",
        "resinous",
        "gum",
        "synthetic",
        "artificial",
        "source",
        "origin",
        "derived",
        "obtained",
        "plant",
        "industry",
        "monocarboxylic",
        "carboxylic",
        "type",
        "function",
        "ring",
        "tablets",
        "tablet",
        "ergot",
        "amino",
        "alcohol",
        "benzodioxole",
        "dyestuff",
        "dye",
        "colorant",
        "flavour",
        "flavor",
        "halide",
        "bond",
        "double",
        "natural",
        "synthetic",
        "pure",
        "pharmacopoeia",
        "packing",
        "packed",
        "group",
        "hazard",
        "danger",
        "cargo",
        "container",
        "shipment",
        "high",
        "boiling",
        "point",
        "purple",
        "colourless",
        "colorless",
        "white",
        "yellow",
        "oxygen",
        "nitrogen",
        "aroma",
        "perfumery",
        "odorous",
        "aldehyde",
        "hydrocarbon",
        "derivative",
        "derivatives",
        "class",
        "family",
        "piece",
        "item",
        "order",
        "ref",
        "lot",
        "batch",
        "number",
        "export",
        "import",
        "use",
        "usage",
        "for",
        "with",
        "from",
        "the",
        "and",
        "pour",
        "avec",
        "des",
        "dans",
        "les",
        "une",
        "grade",
        "quality",
        "qualite",
        "general",
        "misc",
        "various",
        "chloride",
        "light",
        "heavy",
        "oily",
        "fragrance",
        "base",
        "basis",
        "flammable",
        "corrosive",
        "hazardous",
        "un",
        "रसायन",
        "रासायनिक",
        "पदार्थ",
        "सामान",
        "मध्यवर्ती",
        "कच्चा",
        "माल",
        "अभिकर्मक",
        "कार्बनिक",
        "प्रयोगशाला",
        "हेतु",
        "लिए",
        "औद्योगिक",
        "तकनीकी",
        "शुद्ध",
        "ग्रेड",
        "विलायक",
        "चूर्ण",
        "द्रव",
        "ਰਸਾਇਣ",
        "ਰਸਾਇਣਕ",
        "ਪਦਾਰਥ",
        "ਸਮਾਨ",
        "ਸਾਮਾਨ",
        "ਵਿਚਕਾਰਲਾ",
        "ਕੱਚਾ",
        "ਮਾਲ",
        "ਲੈਬ",
        "ਲਈ",
        "ਉਦਯੋਗਿਕ",
        "ਤਕਨੀਕੀ",
        "ਸ਼ੁੱਧ",
        "ਗ੍ਰੇਡ",
        "ਘੋਲਕ",
        "ਪਾਊਡਰ",
        "ਤਰਲ",
        "rasayan",
        "rasayanik",
        "padarth",
        "saman",
        "kachcha",
        "maal",
        "prayogshala",
        "liye",
        "shuddh",
        "takniki",
        "ka",
        "ke",
        "ki",
        "ko",
    ]
)
"""Words of descriptions that fit a thousand goods."""
