"""How alike blocks of two versions are.

A block's words are weighed by how rare they are in both versions (inverse document frequency): two paragraphs that
share "the" and "of" share nothing.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from consult.documents.blocks import BlockKind, ParsedBlock
from consult.documents.words import read_words

TEXT_KINDS = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.QUOTE})
"""Running text: one of these may become another and stay the same block."""

# Up to so many words, letters count too: a heading whose one word was bent is still that heading.
# The letters of any two headings are so alike.
_FEW_WORDS, _BY_CHANCE, _LETTERS_COUNT = 8, 0.5, 1.8
_KEPT_SCORES = 200_000


def may_be_same(old: ParsedBlock, new: ParsedBlock) -> bool:
    """A heading stays a heading; a paragraph may have become a list item."""
    return old.kind == new.kind or {old.kind, new.kind} <= TEXT_KINDS


class Likeness:
    """Compares the blocks of an old and a new version by their places. Scores are from 0 to 1."""

    def __init__(self, old: Sequence[ParsedBlock], new: Sequence[ParsedBlock]) -> None:
        ids: dict[str, int] = defaultdict(lambda: len(ids))
        self.old, self.new = _Side(old, ids), _Side(new, ids)
        self.weights = _weights((*self.old.terms, *self.new.terms), len(ids))
        self._totals = [[self.weigh(terms) for terms in side.terms] for side in (self.old, self.new)]
        # A method's own cache would outlive the versions.
        self.score = lru_cache(_KEPT_SCORES)(self._score)

    def weigh(self, terms: Sequence[int]) -> float:
        """What words say together, rare ones more."""
        return sum(map(self.weights.__getitem__, terms))

    def _score(self, old: int, new: int) -> float:
        """How much of both blocks' words they share, in order and out of it."""
        ours, theirs = self.old.terms[old], self.new.terms[new]
        before, after = self.old.blocks[old].plain, self.new.blocks[new].plain
        if not ours or not theirs:
            return float(before == after)
        either = self._totals[0][old] + self._totals[1][new]
        shared = self._shared(self.old.bags[old], self.new.bags[new])
        in_order = Indel.normalized_similarity(self.old.written[old], self.new.written[new])
        score = (2 * shared / either + in_order) / 2
        if max(len(ours), len(theirs)) > _FEW_WORDS:
            return score
        return max(score, _LETTERS_COUNT * (fuzz.ratio(before, after) / 100 - _BY_CHANCE))

    def _shared(self, ours: Mapping[int, int], theirs: Mapping[int, int]) -> float:
        weights = self.weights
        return sum(weights[term] * min(ours[term], theirs[term]) for term in ours.keys() & theirs.keys())


class _Side:
    """One version's blocks as numbers of words: in order, counted, and as a string of one sign a word."""

    def __init__(self, blocks: Sequence[ParsedBlock], ids: dict[str, int]) -> None:
        self.blocks = blocks
        self.terms = [_terms(block, ids) for block in blocks]
        self.bags = [Counter(terms) for terms in self.terms]
        # Strings are compared far faster than lists. There are 1,114,112 signs; where a version has more words than
        # that, some share one.
        self.written = ["".join(chr(term % 0x110000) for term in terms) for terms in self.terms]


def _terms(block: ParsedBlock, ids: dict[str, int]) -> tuple[int, ...]:
    words = read_words(block.plain).folded
    picture = (f"file {block.src}",) if block.src else ()
    return tuple(map(ids.__getitem__, (*words, *picture)))


def _weights(texts: Sequence[Sequence[int]], size: int) -> list[float]:
    holders = Counter(term for text in texts for term in set(text))
    return [math.log(1 + len(texts) / holders[term]) for term in range(size)]
