"""How alike blocks of two versions are, and which are worth comparing.

A block's words are weighed by how rare they are in both versions (inverse document frequency): two paragraphs that
share "the" and "of" share nothing. Pairs to compare come from an index of words and of runs of words (shingles), so
that no version costs the product of its blocks.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from consult.documents.blocks import BlockKind, ParsedBlock
from consult.documents.words import read_words

TEXT_KINDS = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.QUOTE})
"""Running text: one of these may become another and stay the same block."""

# Of one block's words and shingles the rarest so many are looked up, and those that more blocks have than so many never.
_FEATURES, _MOST_BLOCKS, _CANDIDATES = 120, 40, 8
_SHINGLES = (1, 2, 3)
# Up to so many words, letters count too: a heading whose one word was bent is still that heading.
_FEW_WORDS = 8


def may_be_same(old: ParsedBlock, new: ParsedBlock) -> bool:
    """A heading stays a heading; a paragraph may have become a list item."""
    return old.kind == new.kind or {old.kind, new.kind} <= TEXT_KINDS


class Likeness:
    """Compares the blocks of an old and a new version by their places. Scores are from 0 to 1."""

    def __init__(self, old: Sequence[ParsedBlock], new: Sequence[ParsedBlock]) -> None:
        self._blocks = (old, new)
        ids: dict[str, int] = defaultdict(lambda: len(ids))
        self._old = [_terms(block, ids) for block in old]
        self._new = [_terms(block, ids) for block in new]
        self._weights = _weights([*self._old, *self._new], len(ids))
        self.bags_old = [Counter(terms) for terms in self._old]
        self.bags_new = [Counter(terms) for terms in self._new]
        self._score = lru_cache(maxsize=200_000)(self._compare)

    def score(self, old: int, new: int) -> float:
        """How much of both blocks' words they share, in order and out of it."""
        return self._score(old, new)

    def length(self, old: int, new: int) -> tuple[int, int]:
        """The words of each."""
        return len(self._old[old]), len(self._new[new])

    def weigh(self, bag: Counter[int]) -> float:
        """What the words of a bag say together."""
        weights = self._weights
        return sum(weights[term] * count for term, count in bag.items())

    def candidates(self, olds: Iterable[int], news: Iterable[int]) -> list[tuple[int, int]]:
        """Pairs (old, new) that share rare words or runs of words, the best few of each new and each old block."""
        olds, news = list(olds), list(news)
        old_features = {place: _features(self._old[place]) for place in olds}
        new_features = {place: _features(self._new[place]) for place in news}
        pairs = set(_best_pairs(old_features, new_features))
        pairs.update((old, new) for new, old in _best_pairs(new_features, old_features))
        before, after = self._blocks
        return sorted(pair for pair in pairs if may_be_same(before[pair[0]], after[pair[1]]))

    def _compare(self, old: int, new: int) -> float:
        ours, theirs = self._old[old], self._new[new]
        before, after = self._blocks[0][old], self._blocks[1][new]
        if not ours or not theirs:
            return float(before.plain == after.plain)
        shared = self.weigh(self.bags_old[old] & self.bags_new[new])
        either = self.weigh(self.bags_old[old]) + self.weigh(self.bags_new[new])
        score = (2 * shared / either + Indel.normalized_similarity(ours, theirs)) / 2
        if max(len(ours), len(theirs)) > _FEW_WORDS:
            return score
        return max(score, 1.8 * (fuzz.ratio(before.plain, after.plain) / 100 - 0.5))


def _terms(block: ParsedBlock, ids: dict[str, int]) -> tuple[int, ...]:
    words = read_words(block.plain).folded
    picture = (f"file {block.src}",) if block.src else ()
    return tuple(ids[word] for word in (*words, *picture))


def _weights(texts: Sequence[Sequence[int]], size: int) -> list[float]:
    holders = Counter(term for text in texts for term in set(text))
    return [math.log(1 + len(texts) / holders[term]) if holders[term] else 0.0 for term in range(size)]


def _features(terms: tuple[int, ...]) -> set[tuple[int, ...]]:
    return {terms[at : at + size] for size in _SHINGLES for at in range(len(terms) - size + 1)}


def _best_pairs(
    held: dict[int, set[tuple[int, ...]]], asked: dict[int, set[tuple[int, ...]]]
) -> Iterable[tuple[int, int]]:
    """For each of `asked` the few of `held` that share most of its rare features."""
    holders: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for place, features in held.items():
        for feature in features:
            holders[feature].append(place)
    for place, features in asked.items():
        rare = sorted(
            (
                found
                for feature in features
                if len(found := holders.get(feature, ())) in range(1, _MOST_BLOCKS)
            ),
            key=len,
        )
        votes: dict[int, float] = defaultdict(float)
        for found in rare[:_FEATURES]:
            for other in found:
                votes[other] += 1 / len(found)
        for other in sorted(votes, key=lambda each: (-votes[each], each))[:_CANDIDATES]:
            yield other, place
