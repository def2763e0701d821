"""The text of a goods description as the matchers read it: one form for what looks or sounds alike, and places to go back to.

The traps were met in dirty declarations: zero-width characters, dashes, Greek letters, full-width digits, 0 for O.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_GREEK: Final = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ω": "omega",
}  # fmt: skip
_INVISIBLE: Final = re.compile("[\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_DASH: Final = re.compile("[\u2010-\u2015\u2212\u2043\u30fc\uff0d]")
_LATIN_MARKS: Final = re.compile("[\u0300-\u036f]")
_KEPT: Final = re.compile(r"[^\W_]|[\u0900-\u097f\u0a00-\u0a7f]")
_CONFUSED: Final = str.maketrans({"0": "o", "1": "l", "i": "l"})
"""Characters that are read for one another: nought and O, one, I and L."""
_SIMPLER: Final = str.maketrans(
    "縮環黃醯鹽亞異麥氫鹼鄰無偽內對鈉電鉀業錳羥體雙礬銨單緩釋擬製劑馬來順脫靈腦葉過錫藥濃雜廢發煙綠瑪紅鎂鐵鋁鎳試級間機學質產氣壓烴鹵黏調劃標準實驗應滲濾漿漆噸箱輕醣糖腎鏈側氯鈣鋅銅鉛銀鉻鋇磺",
    "缩环黄酰盐亚异麦氢碱邻无伪内对钠电钾业锰羟体双矾铵单缓释拟制剂马来顺脱灵脑叶过锡药浓杂废发烟绿玛红镁铁铝镍试级间机学质产气压烃卤粘调划标准实验应渗滤浆漆吨箱轻糖糖肾链侧氯钙锌铜铅银铬钡磺",
)
"""Traditional Chinese characters of chemistry and trade, and their simplified forms."""
_HAN_SAME: Final = (
    ("特丁", "叔丁"),
    ("三级丁", "叔丁"),
    ("第三丁", "叔丁"),
    ("二级丁", "仲丁"),
    ("第二丁", "仲丁"),
    ("苯甲基", "苄基"),
    ("双", "二"),
    ("氧代", "氧"),
    ("假麻黄", "伪麻黄"),
    ("苯胺基", "苯氨基"),
)
"""Chinese parts of names that say the same."""
_HAN: Final = re.compile("[\u3400-\u9fff]")


def fold(text: str) -> str:
    """Compatibility forms, no invisible characters, one dash, Greek letters as words, no case, no Latin accents."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    text = _DASH.sub("-", text).casefold()
    for letter, word in _GREEK.items():
        if letter in text:
            text = text.replace(letter, word)
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", _LATIN_MARKS.sub("", unicodedata.normalize("NFD", text)))
    return simpler(text) if _HAN.search(text) else text


def squeezed(folded: str) -> str:
    """Letters, marks and digits alone, with confusable ones made one: what names are compared in."""
    return "".join(_KEPT.findall(folded)).translate(_CONFUSED)


def simpler(folded: str) -> str:
    """Chinese in one script and one wording, character for character where places matter."""
    folded = folded.translate(_SIMPLER)
    for said, same in _HAN_SAME:
        if said in folded:
            folded = folded.replace(said, same)
    return folded


@dataclass(frozen=True)
class Line:
    """A description: `folded`, `squeezed`, and for each squeezed character its place in `folded`."""

    folded: str

    @cached_property
    def places(self) -> list[int]:
        return [match.start() for match in _KEPT.finditer(self.folded)]

    @cached_property
    def squeezed(self) -> str:
        return squeezed(self.folded)

    def bounded(self, begin: int, end: int) -> bool:
        """Whether squeezed[begin:end] begins and ends at a border of words, digits or scripts."""
        return self._border(begin) and self._border(end)

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """The place of squeezed[begin:end] in the folded text."""
        return self.places[begin], self.places[end - 1] + 1

    def _border(self, place: int) -> bool:
        """Between two squeezed characters: something stands between, or a digit meets a letter, or Han anything."""
        if place in (0, len(self.places)):
            return True
        before, after = self.places[place - 1], self.places[place]
        if after - before > 1:
            return True
        left, right = self.folded[before], self.folded[after]
        return left.isdigit() != right.isdigit() or bool(_HAN.match(left) or _HAN.match(right))
