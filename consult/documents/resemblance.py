"""How likely it is that a few blocks of an original and a few of a translation say the same.

Gale and Church, "A Program for Aligning Sentences in Bilingual Corpora", Computational Linguistics 19(1),
1993: the length of a translation is roughly proportional to its original's, and most pieces pair one to one.
To that come what documents have and bare sentences have not: kinds of blocks, and words that stay as they are
(addresses, numbers, names). Costs are negative natural logarithms of probabilities, or stand in for them.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate

from consult.documents.blocks import BlockKind, ParsedBlock
from consult.kernel.messages import N_

# Shape (blocks of the original, of the translation) → cost of its being so; 1-1 to 2-2 are Gale and Church's
# figures.
SHAPES: dict[tuple[int, int], float] = {
    (1, 1): 0.12,
    (1, 0): 4.6,
    (0, 1): 4.6,
    (2, 1): 2.4,
    (1, 2): 2.4,
    (2, 2): 4.5,
    **{shape: 2.4 + 0.9 * (n - 2) for n in range(3, 7) for shape in ((n, 1), (1, n))},
}
# Gale and Church have 6.8 characters² a character for sentences; long paragraphs vary with their length.
_VARIANCE, _SPREAD = 8.0, 0.13
_MAX_LENGTH_COST, _MAX_ANCHOR_COST = 25.0, 5.0
_HEADING_AND_TEXT = 15.0
_OTHER_KINDS = 12.0
_TEXT_KIND = 1.5
_LEVEL = 1.5
_LOST_HEADING = 3.0
_JOINED_HEADINGS = 8.0
# Translators join and part sentences of running text; an item or a row is more often left out than joined.
_JOINED_ITEMS = 3.0
_TEXT = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.QUOTE})
_STRONG_MISSING, _STRONG_SHARED, _WORD_SHARED = 1.5, 1.0, 0.5

_ADDRESS = re.compile(
    r"""(?:https?://|mailto:)[^\s<>"'()\u3000-\u9fff\uff00-\uffef]+|[\w.+-]+@[\w-]+\.[\w.-]+"""
)
_HOST = re.compile(r"(?:https?://(?:[^/?#\s]*\.)?|mailto:[^@]*@|[\w.+-]+@)([\w-]+\.[\w-]+)", re.IGNORECASE)
_LINK = re.compile(r'href="([^"]+)"')
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[a-z]{4,}")
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_HAN_ORDINAL = re.compile("^[第（(]?([一二三四五六七八九十])[、）).．章节節条條]")
_HAN_DIGITS = "一二三四五六七八九十"
# An ideograph says about what three letters say; counted so, foreign names in a Chinese text weigh what they
# should.
_IDEOGRAPH_WEIGHT = 3


class Doubt(StrEnum):
    """Why a block and its one translation may not belong together."""

    KIND = "kind"
    LENGTH = "length"
    NUMBER = "number"
    ADDRESS = "address"
    SHIFT = "shift"


DOUBT_TEXTS: dict[Doubt, str] = {
    Doubt.KIND: N_("The two are different kinds of block."),
    Doubt.LENGTH: N_("The translation is far longer or shorter than others in this language."),
    Doubt.NUMBER: N_("A number of the original is missing in the translation."),
    Doubt.ADDRESS: N_("A web address of the original is missing in the translation."),
    Doubt.SHIFT: N_("A block next to this one did not pair: it may be this one that should not."),
}


@dataclass(frozen=True, slots=True)
class _Marks:
    """What stays as it is in any language."""

    hosts: frozenset[str]
    pages: frozenset[str]
    numbers: frozenset[str]
    words: frozenset[str]

    @property
    def strong(self) -> frozenset[str]:
        return self.hosts | self.pages | self.numbers


class _Side:
    def __init__(self, blocks: Sequence[ParsedBlock]) -> None:
        self.blocks = blocks
        self.lengths = [_length(block.plain) for block in blocks]
        self.sums = [0, *accumulate(self.lengths)]
        self.marks = [_marks(block) for block in blocks]
        self.runs = _runs(blocks)
        self.marked = [0]

    def keep_words(self, kept: frozenset[str]) -> None:
        self.marks = [replace(m, words=m.words & kept) for m in self.marks]
        self.marked = [0, *accumulate(bool(m.strong or m.words) for m in self.marks)]

    def frequencies(self) -> Counter[str]:
        return Counter(word for marks in self.marks for word in marks.words)


class Resemblance:
    """Costs and doubts for one original and one translation of it.

    ratio: characters of the translation for one of the original, by default from the whole texts.
    """

    def __init__(
        self, original: Sequence[ParsedBlock], translation: Sequence[ParsedBlock], ratio: float | None = None
    ) -> None:
        self._original, self._translation = _Side(original), _Side(translation)
        self.ratio = ratio or self._translation.sums[-1] / max(1, self._original.sums[-1]) or 1.0
        kept = _telling_words(self._original.frequencies(), self._translation.frequencies())
        self._original.keep_words(kept)
        self._translation.keep_words(kept)

    def may_join(self, i: int, m: int, j: int, n: int) -> bool:
        """Whether m and n blocks can be one piece of text each: never a heading and what stands under it."""
        return (m <= 1 and n <= 1) or (m <= self._original.runs[i] and n <= self._translation.runs[j])

    def cost(self, i: int, m: int, j: int, n: int) -> float:
        """Of m blocks of the original from i being n blocks of the translation from j."""
        shape = SHAPES[m, n]
        if not m or not n:
            block = self._original.blocks[i] if m else self._translation.blocks[j]
            return shape + (_LOST_HEADING if block.kind is BlockKind.HEADING else 0.0)
        kinds = _kind_cost(self._original.blocks[i : i + m], self._translation.blocks[j : j + n])
        return shape + kinds + self._length_cost(i, m, j, n) + self._anchor_cost(i, m, j, n)

    def doubts(self, i: int, j: int) -> tuple[Doubt, ...]:
        """What speaks against block i being block j, whatever its neighbours are."""
        one, other = self._original.blocks[i], self._translation.blocks[j]
        mine, theirs = self._original.marks[i], self._translation.marks[j]
        found = {
            Doubt.KIND: _kind_cost([one], [other]) >= _OTHER_KINDS,
            Doubt.LENGTH: _is_odd(self._original.lengths[i], self._translation.lengths[j] / self.ratio),
            Doubt.NUMBER: not mine.numbers <= theirs.numbers,
            Doubt.ADDRESS: not mine.hosts <= theirs.hosts,
        }
        return tuple(doubt for doubt, is_so in found.items() if is_so)

    def length_ratio(self, i: int, j: int) -> float:
        return self._translation.lengths[j] / self._original.lengths[i]

    def _length_cost(self, i: int, m: int, j: int, n: int) -> float:
        length = self._original.sums[i + m] - self._original.sums[i]
        expected = (self._translation.sums[j + n] - self._translation.sums[j]) / self.ratio
        mean = (length + expected) / 2
        delta = abs(expected - length) / math.sqrt(_VARIANCE * mean + (_SPREAD * mean) ** 2)
        likelihood = math.erfc(delta / math.sqrt(2))
        return min(_MAX_LENGTH_COST, -math.log(likelihood)) if likelihood > 0 else _MAX_LENGTH_COST

    def _anchor_cost(self, i: int, m: int, j: int, n: int) -> float:
        ours, others = self._original.marked, self._translation.marked
        if ours[i + m] == ours[i] and others[j + n] == others[j]:
            return 0.0
        mine, theirs = self._original.marks[i : i + m], self._translation.marks[j : j + n]
        strong, other = _union(x.strong for x in mine), _union(x.strong for x in theirs)
        cost = _STRONG_MISSING * len(strong ^ other) - _STRONG_SHARED * len(strong & other)
        words = _union(x.words for x in mine) & _union(x.words for x in theirs)
        return max(-_MAX_ANCHOR_COST, min(_MAX_ANCHOR_COST, cost - _WORD_SHARED * len(words)))


def _runs(blocks: Sequence[ParsedBlock]) -> list[int]:
    """For each block how many from it on are of its kind, or of kinds that a translator may have turned into
    it.
    """
    runs = [1] * len(blocks)
    for at in range(len(blocks) - 2, -1, -1):
        kinds = {blocks[at].kind, blocks[at + 1].kind}
        if len(kinds) == 1 or kinds <= _TEXT:
            runs[at] = runs[at + 1] + 1
    return runs


def _length(plain: str) -> int:
    """Characters, ideographs threefold; addresses are equally long in every language and say nothing."""
    said = _ADDRESS.sub("", plain)
    return max(1, len(said) + (_IDEOGRAPH_WEIGHT - 1) * len(_IDEOGRAPH.findall(said)))


def _marks(block: ParsedBlock) -> _Marks:
    written = block.plain + "".join(" " + link for link in _LINK.findall(block.html))
    folded = unicodedata.normalize("NFKD", _ADDRESS.sub(" ", block.plain)).lower()
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return _Marks(
        hosts=frozenset(host.lower() for host in _HOST.findall(written)),
        pages=frozenset(_page(address) for address in _ADDRESS.findall(written)) - {""},
        numbers=_numbers(bare),
        words=frozenset(word[:6] for word in _WORD.findall(bare)),
    )


def _page(address: str) -> str:
    """The last part of an address's path: what comes before it often names a language."""
    path = address.partition("://")[2].partition("/")[2]
    return re.sub(r"[.\W]*(?:html?|php|md)?$", "", path.split("?")[0].rstrip("/").rpartition("/")[2].lower())


def _numbers(text: str) -> frozenset[str]:
    """Their values in any script's digits; a Chinese ordinal that opens a heading counts as one."""
    numbers = {str(int(number)) for number in _NUMBER.findall(text) if len(number) < 20}
    ordinal = _HAN_ORDINAL.match(text)
    return frozenset(numbers | ({str(_HAN_DIGITS.index(ordinal.group(1)) + 1)} if ordinal else set()))


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    first, *others = sets
    return first.union(*others) if others else first


def _telling_words(ours: Counter[str], theirs: Counter[str]) -> frozenset[str]:
    """Beginnings of words that both texts have and that are rare enough in each to point to one place."""
    return frozenset(word for word, count in ours.items() if count <= 2 and 0 < theirs[word] <= 2)


def _kind_cost(original: Sequence[ParsedBlock], translation: Sequence[ParsedBlock]) -> float:
    pieces = [*original, *translation]
    kinds = {piece.kind for piece in pieces}
    joined = len(pieces) > 2
    if len(kinds) > 1:
        if BlockKind.HEADING in kinds:
            return _HEADING_AND_TEXT
        return _TEXT_KIND * (len(pieces) - 1) if kinds <= _TEXT else _OTHER_KINDS
    if joined and kinds != {BlockKind.PARAGRAPH}:
        return _JOINED_HEADINGS if BlockKind.HEADING in kinds else _JOINED_ITEMS
    return _LEVEL if len({piece.level for piece in pieces}) > 1 else 0.0


def _is_odd(length: float, expected: float) -> bool:
    """Short blocks vary much: a difference of a few words is never odd."""
    more, less = max(length, expected), min(length, expected)
    return more - less > 40 and more > 2 * less
